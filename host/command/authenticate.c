/* SPDX-License-Identifier: MIT */
/* authenticate: a web-eid:1.0 token (protocols.md 1a). */
#include <stdlib.h>

#include "jpki_bridge/command.h"

#define TOKEN_FORMAT "web-eid:1.0"
#define APP_VERSION "https://jpkibridge.org/jpki-bridge/releases/" JB_VERSION

static cJSON *make_token(const struct jb_certificate *certificate, const char *algorithm,
                         const char *signature) {
    size_t len = 0;
    const uint8_t *der = jb_certificate_der(certificate, &len);
    cJSON *token = cJSON_CreateObject();

    if (!jb_add_base64(token, "unverifiedCertificate", der, len) ||
        cJSON_AddStringToObject(token, "algorithm", algorithm) == NULL ||
        cJSON_AddStringToObject(token, "signature", signature) == NULL ||
        cJSON_AddStringToObject(token, "format", TOKEN_FORMAT) == NULL ||
        cJSON_AddStringToObject(token, "appVersion", APP_VERSION) == NULL) {
        cJSON_Delete(token);
        token = NULL;
    }
    return token;
}

enum jb_error jb_command_authenticate(const struct jb_context *context, cJSON **result,
                                      int *tries_left) {
    const struct jb_request *request = context->request;
    struct jb_unlocked unlocked = {0};
    uint8_t digest[JB_HASH_MAX];
    enum jb_hash hash = JB_HASH_SHA256;
    const char *algorithm = NULL;
    char *signature = NULL;
    const struct jb_purpose purpose = jb_command_purpose(request);
    enum jb_error error = jb_unlock(context, &purpose, &unlocked, tries_left);

    if (error != JB_OK ||
        (error = jb_signature_token_algorithm(unlocked.certificate, &algorithm, &hash)) != JB_OK ||
        (error = jb_token_digest(hash, request->origin, request->nonce, digest)) != JB_OK ||
        (error = jb_unlocked_sign(&unlocked, JB_KEY_AUTH, hash, digest, &signature)) != JB_OK) {
        goto out;
    }
    *result = make_token(unlocked.certificate, algorithm, signature);
    error = *result != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;
out:
    free(signature);
    jb_unlocked_clear(&unlocked);
    return error;
}
