/* SPDX-License-Identifier: MIT */
/*
 * mynaportal: modes 01 (authenticate), 02 (sign) and 04 (four attributes) of the Mynaportal page
 * protocol (docs/protocol.md). What is signed is what the page gave, so the answer is bound to no
 * origin; which origins may ask is settled before.
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/base64.h"
#include "jpki_bridge/batch.h"
#include "jpki_bridge/command.h"
#include "jpki_bridge/profile.h"

#define HEX_MAX (2 * JB_PROFILE_TEXT_MAX + 1)
#define CODE_LEN 32 /* bytes of SHA-256 */

/* What ties a card to an installation, and what goes before it. */
struct combination {
    char id[JB_INSTALLATION_ID_LEN + 1];
    char number[JB_MANUFACTURE_NUMBER_LEN + 1];
};

static void to_hex(const uint8_t *bytes, size_t len, char *out) {
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 0x0F];
    }
    out[2 * len] = '\0';
}

static uint8_t hex_value(char digit) {
    return (uint8_t)(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

/* SHA-256 of the prefix, the manufacture number and the 16 bytes of the identifier, as lower-case
 * hex. */
static enum jb_error combine(const struct combination *combination, char out[2 * CODE_LEN + 1]) {
    static const uint8_t prefix[] = {0x2E, 0x71, 0xF6, 0x62, 0x0B, 0xC6, 0x54, 0xCE,
                                     0xD4, 0x94, 0xE5, 0xEC, 0x34, 0xFE, 0x03, 0xC8};
    uint8_t input[sizeof prefix + JB_MANUFACTURE_NUMBER_LEN + JB_INSTALLATION_ID_LEN / 2];
    uint8_t *id = input + sizeof prefix + JB_MANUFACTURE_NUMBER_LEN;
    uint8_t digest[CODE_LEN];

    memcpy(input, prefix, sizeof prefix);
    memcpy(input + sizeof prefix, combination->number, JB_MANUFACTURE_NUMBER_LEN);
    for (size_t i = 0; i < JB_INSTALLATION_ID_LEN / 2; i++) {
        id[i] = (uint8_t)(hex_value(combination->id[2 * i]) << 4 |
                          hex_value(combination->id[2 * i + 1]));
    }
    bool done = EVP_Q_digest(NULL, "SHA-256", NULL, input, sizeof input, digest, NULL) == 1;
    OPENSSL_cleanse(input, sizeof input);
    if (done) {
        to_hex(digest, sizeof digest, out);
    }
    return done ? JB_OK : JB_ERR_INTERNAL;
}

/* mode, result, uuid and combination_code; null when memory is short. */
static cJSON *begin_answer(const struct jb_context *context,
                           const struct combination *combination) {
    const char *mode = jb_mynaportal_mode_name(context->request->message.mode);
    char code[2 * CODE_LEN + 1];
    cJSON *answer = cJSON_CreateObject();

    if (combine(combination, code) != JB_OK ||
        cJSON_AddStringToObject(answer, "mode", mode) == NULL ||
        cJSON_AddStringToObject(answer, "result", "0") == NULL ||
        cJSON_AddStringToObject(answer, "uuid", combination->id) == NULL ||
        cJSON_AddStringToObject(answer, "combination_code", code) == NULL) {
        cJSON_Delete(answer);
        answer = NULL;
    }
    return answer;
}

/* The certificate in base64 without its padding, as the sites know it. */
static bool add_certificate(cJSON *answer, const struct jb_certificate *certificate) {
    size_t len = 0;
    const uint8_t *der = jb_certificate_der(certificate, &len);
    char *text = jb_base64_encode(der, len);
    bool added = false;

    if (text != NULL) {
        text[strcspn(text, "=")] = '\0';
        added = cJSON_AddStringToObject(answer, "certificate", text) != NULL;
    }
    free(text);
    return added;
}

/* Mode 01 has one signature, mode 02 a list of them. */
static bool add_signatures(cJSON *answer, enum jb_mynaportal_mode mode,
                           const struct jb_batch *batch) {
    const struct jb_batch_item *items = batch->items;

    if (mode == JB_MYNAPORTAL_AUTHENTICATE) {
        return jb_add_base64(answer, "signature", items[0].signature, items[0].signature_len);
    }
    cJSON *list = cJSON_AddArrayToObject(answer, "signature");
    bool added = list != NULL;
    for (size_t i = 0; i < batch->count && added; i++) {
        added = jb_append_base64(list, items[i].signature, items[i].signature_len);
    }
    return added;
}

static struct jb_batch *batch_of(const struct jb_mynaportal *message) {
    struct jb_batch *batch = jb_batch_new(message->count);

    for (size_t i = 0; batch != NULL && i < message->count; i++) {
        batch->items[i].input_len = message->digests[i].len;
        memcpy(batch->items[i].input, message->digests[i].bytes, message->digests[i].len);
    }
    return batch;
}

/* What could not be checked afterwards is not signed. */
static enum jb_error check_key(const struct jb_certificate *certificate) {
    return jb_certificate_key_type(certificate) == JB_KEY_TYPE_RSA ? JB_OK
                                                                   : JB_ERR_ALGORITHM_UNSUPPORTED;
}

static enum jb_error verify_all(const struct jb_certificate *certificate,
                                const struct jb_batch *batch) {
    enum jb_error error = JB_OK;

    for (size_t i = 0; i < batch->count && error == JB_OK; i++) {
        const struct jb_batch_item *item = &batch->items[i];
        error = jb_signature_verify_input(certificate, item->input, item->input_len,
                                          item->signature, item->signature_len);
    }
    return error;
}

static enum jb_error run_signing(const struct jb_context *context, struct combination *combination,
                                 cJSON **result, int *tries_left) {
    const struct jb_mynaportal *message = &context->request->message;
    const struct jb_purpose purpose = jb_command_purpose(context->request);
    struct jb_unlocked unlocked = {0};
    struct jb_batch *batch = batch_of(message);
    cJSON *answer = NULL;
    enum jb_error error = JB_ERR_OUT_OF_MEMORY;

    if (batch == NULL || (error = jb_unlock(context, &purpose, &unlocked, tries_left)) != JB_OK ||
        (error = check_key(unlocked.certificate)) != JB_OK ||
        (error = jb_batch_sign(context, &purpose, &unlocked, batch, tries_left)) != JB_OK ||
        (error = jb_common_manufacture_number(unlocked.card, combination->number)) != JB_OK) {
        goto out;
    }
    /* The card is done: it is not kept verified while the signatures are checked. */
    jb_card_end(unlocked.card);
    if ((error = verify_all(unlocked.certificate, batch)) != JB_OK) {
        goto out;
    }
    error = JB_ERR_OUT_OF_MEMORY;
    answer = begin_answer(context, combination);
    if (answer != NULL && add_signatures(answer, message->mode, batch) &&
        add_certificate(answer, unlocked.certificate)) {
        *result = answer;
        answer = NULL;
        error = JB_OK;
    }
out:
    cJSON_Delete(answer);
    jb_batch_free(&batch);
    jb_unlocked_clear(&unlocked);
    return error;
}

static bool add_hex(cJSON *answer, const char *name, const char *text) {
    char hex[HEX_MAX];

    to_hex((const uint8_t *)text, strlen(text), hex);
    bool added = cJSON_AddStringToObject(answer, name, hex) != NULL;
    OPENSSL_cleanse(hex, sizeof hex);
    return added;
}

static enum jb_error run_attributes(const struct jb_context *context,
                                    struct combination *combination, cJSON **result,
                                    int *tries_left) {
    const struct jb_purpose purpose = jb_command_purpose(context->request);
    struct jb_unlocked unlocked = {0};
    struct jb_profile profile = {0};
    cJSON *answer = NULL;
    enum jb_error error = jb_unlock(context, &purpose, &unlocked, tries_left);

    if (error != JB_OK || (error = jb_profile_read(unlocked.card, &profile)) != JB_OK ||
        (error = jb_common_manufacture_number(unlocked.card, combination->number)) != JB_OK) {
        goto out;
    }
    jb_card_end(unlocked.card);
    error = JB_ERR_OUT_OF_MEMORY;
    answer = begin_answer(context, combination);
    if (answer != NULL && add_hex(answer, "name", profile.name) &&
        add_hex(answer, "sex", profile.sex) && add_hex(answer, "address", profile.address) &&
        add_hex(answer, "birthday", profile.birth_date)) {
        *result = answer;
        answer = NULL;
        error = JB_OK;
    }
out:
    cJSON_Delete(answer);
    jb_profile_clear(&profile);
    jb_unlocked_clear(&unlocked);
    return error;
}

enum jb_error jb_command_mynaportal(const struct jb_context *context, cJSON **result,
                                    int *tries_left) {
    struct combination combination = {0};
    /* Before the person is asked for anything that would then be for nothing. */
    enum jb_error error = jb_config_installation_id(context->op, combination.id);

    if (error != JB_OK) {
        return error;
    }
    error = context->request->message.mode == JB_MYNAPORTAL_ATTRIBUTES
                ? run_attributes(context, &combination, result, tries_left)
                : run_signing(context, &combination, result, tries_left);
    OPENSSL_cleanse(&combination, sizeof combination);
    return error;
}

enum jb_error jb_command_mynaportal_close(const struct jb_context *context, cJSON **result,
                                          int *tries_left) {
    (void)context;
    (void)tries_left;
    *result = cJSON_CreateObject();
    return *result != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;
}
