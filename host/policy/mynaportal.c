/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/mynaportal.h"

#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/base64.h"
#include "jpki_bridge/json.h"

static const struct {
    const char *name;
    enum jb_mynaportal_mode mode;
} modes[] = {
    {"01", JB_MYNAPORTAL_AUTHENTICATE},
    {"02", JB_MYNAPORTAL_SIGN},
    {"04", JB_MYNAPORTAL_ATTRIBUTES},
    {"05", JB_MYNAPORTAL_CLOSE},
};

const char *jb_mynaportal_mode_name(enum jb_mynaportal_mode mode) {
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (modes[i].mode == mode) {
            return modes[i].name;
        }
    }
    return "";
}

static enum jb_error fail(enum jb_error error, const char *name, const char **problem) {
    *problem = name;
    return error;
}

static enum jb_error parse_mode(const cJSON *root, struct jb_mynaportal *message,
                                const char **problem) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(root, "mode");

    if (member == NULL) {
        return fail(JB_ERR_ARGUMENT_MISSING, "mode", problem);
    }
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        if (cJSON_IsString(member) && strcmp(member->valuestring, modes[i].name) == 0) {
            message->mode = modes[i].mode;
            return JB_OK;
        }
    }
    return fail(JB_ERR_ARGUMENT_INVALID, "mode", problem);
}

/* "01" is the one service of mode 01; which the others have is not published, so two digits do. */
static enum jb_error parse_service(const cJSON *root, enum jb_mynaportal_mode mode,
                                   const char **problem) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(root, "service_id");
    const char *id = cJSON_GetStringValue(member);

    if (member == NULL) {
        return fail(JB_ERR_ARGUMENT_MISSING, "service_id", problem);
    }
    if (id == NULL || strlen(id) != 2 || id[0] != '0' || id[1] < '1' || id[1] > '9' ||
        (mode == JB_MYNAPORTAL_AUTHENTICATE && id[1] != '1')) {
        return fail(JB_ERR_ARGUMENT_INVALID, "service_id", problem);
    }
    return JB_OK;
}

/* The sites give base64 with its padding or without, but not with half of it. */
static enum jb_error decode(const char *text, uint8_t **out, size_t *len) {
    char padded[JB_SIGNATURE_INPUT_MAX * 4 / 3 + 8];
    size_t digits = strlen(text);

    *out = NULL;
    if (digits + 4 > sizeof padded || (digits % 4 != 0 && strchr(text, '=') != NULL)) {
        return JB_ERR_ARGUMENT_INVALID;
    }
    memcpy(padded, text, digits);
    while (digits % 4 != 0) {
        padded[digits++] = '=';
    }
    padded[digits] = '\0';
    return jb_base64_decode(padded, JB_SIGNATURE_INPUT_MAX, out, len);
}

static enum jb_error parse_digest(const cJSON *item, struct jb_mynaportal_digest *digest) {
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum jb_error error =
        cJSON_IsString(item) ? decode(item->valuestring, &bytes, &len) : JB_ERR_ARGUMENT_INVALID;

    if (error == JB_OK && !jb_signature_input_is_valid(bytes, len)) {
        error = JB_ERR_ARGUMENT_INVALID;
    }
    if (error == JB_OK) {
        memcpy(digest->bytes, bytes, len);
        digest->len = len;
    }
    free(bytes);
    return error;
}

static enum jb_error parse_digests(const cJSON *root, struct jb_mynaportal *message,
                                   const char **problem) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(root, "digest");
    bool many = cJSON_IsArray(member) && message->mode == JB_MYNAPORTAL_SIGN;
    int count = many ? cJSON_GetArraySize(member) : 1;
    enum jb_error error = JB_OK;

    if (member == NULL) {
        return fail(JB_ERR_ARGUMENT_MISSING, "digest", problem);
    }
    if (count < 1 || count > JB_MYNAPORTAL_DIGESTS_MAX) {
        return fail(JB_ERR_ARGUMENT_INVALID, "digest", problem);
    }
    message->digests = calloc((size_t)count, sizeof *message->digests);
    if (message->digests == NULL) {
        return fail(JB_ERR_OUT_OF_MEMORY, "digest", problem);
    }
    for (const cJSON *item = many ? member->child : member; item != NULL && error == JB_OK;
         item = many ? item->next : NULL) {
        error = parse_digest(item, &message->digests[message->count++]);
    }
    return error == JB_OK ? JB_OK : fail(error, "digest", problem);
}

enum jb_error jb_mynaportal_parse(const char *text, struct jb_mynaportal *message,
                                  const char **problem) {
    cJSON *root = jb_json_parse(text, strlen(text));
    enum jb_error error = JB_OK;

    memset(message, 0, sizeof *message);
    *problem = NULL;
    if (!cJSON_IsObject(root)) {
        error = fail(JB_ERR_REQUEST_MALFORMED, "message", problem);
        goto out;
    }
    if ((error = parse_mode(root, message, problem)) != JB_OK ||
        message->mode == JB_MYNAPORTAL_CLOSE ||
        (error = parse_service(root, message->mode, problem)) != JB_OK) {
        goto out;
    }
    if (message->mode != JB_MYNAPORTAL_ATTRIBUTES) {
        error = parse_digests(root, message, problem);
    }
out:
    cJSON_Delete(root);
    return error;
}

void jb_mynaportal_clear(struct jb_mynaportal *message) {
    free(message->digests);
    message->digests = NULL;
    message->count = 0;
}
