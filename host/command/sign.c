/* SPDX-License-Identifier: MIT */
/* get-signing-certificate and sign (protocols.md 1a and 2): Web eID's two steps, and ours in one
 * PIN entry. */
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/command.h"

/* What the card signs, told to sites; SHA-1 and SHA-224 are not offered to them. */
static const enum jb_hash offered[] = {JB_HASH_SHA256, JB_HASH_SHA384, JB_HASH_SHA512};

static bool is_offered(enum jb_hash hash) {
    for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++) {
        if (offered[i] == hash) {
            return true;
        }
    }
    return false;
}

static bool add_certificate(cJSON *object, const struct jb_certificate *certificate) {
    size_t len = 0;
    const uint8_t *der = jb_certificate_der(certificate, &len);

    return jb_add_base64(object, "certificate", der, len);
}

/* Whether the key signs digests of this hash. */
static bool fits(const struct jb_certificate *certificate, enum jb_hash hash) {
    static const uint8_t digest[JB_HASH_MAX];
    uint8_t input[JB_SIGNATURE_INPUT_MAX];
    size_t len = 0;

    return jb_signature_input(certificate, hash, digest, input, &len) == JB_OK;
}

static bool add_offered(cJSON *object, const struct jb_certificate *certificate) {
    cJSON *list = cJSON_AddArrayToObject(object, "supportedSignatureAlgorithms");

    for (size_t i = 0; i < sizeof offered / sizeof offered[0]; i++) {
        if (!fits(certificate, offered[i])) {
            continue;
        }
        cJSON *algorithm = jb_signature_algorithm(certificate, offered[i]);
        if (!cJSON_AddItemToArray(list, algorithm)) {
            cJSON_Delete(algorithm);
            return false;
        }
    }
    return true;
}

enum jb_error jb_command_get_signing_certificate(const struct jb_context *context, cJSON **result,
                                                 int *tries_left) {
    struct jb_unlocked unlocked = {0};
    cJSON *root = NULL;
    const struct jb_purpose purpose = jb_command_purpose(context->request);
    enum jb_error error = jb_unlock(context, &purpose, &unlocked, tries_left);

    if (error != JB_OK) {
        goto out;
    }
    root = cJSON_CreateObject();
    if (!add_certificate(root, unlocked.certificate) || !add_offered(root, unlocked.certificate)) {
        error = JB_ERR_OUT_OF_MEMORY;
        goto out;
    }
    *result = root;
    root = NULL;
out:
    cJSON_Delete(root);
    jb_unlocked_clear(&unlocked);
    return error;
}

static enum jb_error check_match(const struct jb_request *request,
                                 const struct jb_certificate *certificate) {
    size_t len = 0;
    const uint8_t *der = jb_certificate_der(certificate, &len);

    if (request->certificate != NULL &&
        (request->certificate_len != len || memcmp(request->certificate, der, len) != 0)) {
        return JB_ERR_CERTIFICATE_MISMATCH;
    }
    return JB_OK;
}

static cJSON *make_result(const struct jb_request *request,
                          const struct jb_certificate *certificate, const char *signature) {
    cJSON *root = cJSON_CreateObject();
    cJSON *algorithm = jb_signature_algorithm(certificate, request->hash);

    if (!cJSON_AddItemToObject(root, "signatureAlgorithm", algorithm)) {
        cJSON_Delete(algorithm);
        goto fail;
    }
    if (cJSON_AddStringToObject(root, "signature", signature) == NULL ||
        (request->certificate == NULL && !add_certificate(root, certificate))) {
        goto fail;
    }
    return root;
fail:
    cJSON_Delete(root);
    return NULL;
}

enum jb_error jb_command_sign(const struct jb_context *context, cJSON **result, int *tries_left) {
    const struct jb_request *request = context->request;
    const struct jb_purpose purpose = jb_command_purpose(request);
    struct jb_unlocked unlocked = {0};
    char *signature = NULL;
    enum jb_error error = JB_OK;

    if (!is_offered(request->hash)) {
        return JB_ERR_ALGORITHM_UNSUPPORTED;
    }
    if ((error = jb_unlock(context, &purpose, &unlocked, tries_left)) != JB_OK ||
        (error = check_match(request, unlocked.certificate)) != JB_OK ||
        (error = jb_unlocked_sign(&unlocked, JB_KEY_SIGN, request->hash, request->digest,
                                  &signature)) != JB_OK) {
        goto out;
    }
    *result = make_result(request, unlocked.certificate, signature);
    error = *result != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;
out:
    free(signature);
    jb_unlocked_clear(&unlocked);
    return error;
}
