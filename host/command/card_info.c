/* SPDX-License-Identifier: MIT */
/* card-info: what the card that lies there tells without a PIN. */
#include <time.h>

#include "jpki_bridge/command.h"
#include "jpki_bridge/text.h"

static bool add_time(cJSON *object, const char *name, time_t when) {
    char text[sizeof "2029-05-04T14:59:59Z" + 8];
    struct tm tm;

    return gmtime_r(&when, &tm) != NULL &&
           strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0 &&
           cJSON_AddStringToObject(object, name, text) != NULL;
}

bool jb_add_validity(cJSON *object, const struct jb_certificate *certificate) {
    return add_time(object, "notBefore", jb_certificate_not_before(certificate)) &&
           add_time(object, "notAfter", jb_certificate_not_after(certificate));
}

/* A certificate that cannot be read is left out. */
static bool add_certificate(cJSON *root, const struct jb_card_info *info) {
    struct jb_certificate *certificate = NULL;
    bool added = true;

    if (info->certificate != NULL &&
        jb_certificate_parse(info->certificate, info->certificate_len, &certificate) == JB_OK) {
        added = jb_add_validity(cJSON_AddObjectToObject(root, "authentication"), certificate);
    }
    jb_certificate_free(&certificate);
    return added;
}

static bool add_tries(cJSON *root, const struct jb_card_info *info) {
    static const char *const names[JB_PINS] = {
        [JB_PIN_AUTH] = "authentication", [JB_PIN_SIGN] = "signing", [JB_PIN_PROFILE] = "profile"};
    cJSON *tries = cJSON_AddObjectToObject(root, "pins");
    bool added = tries != NULL;

    for (int pin = 0; added && pin < JB_PINS; pin++) {
        int count = info->tries[pin];
        added = (count < 0 ? cJSON_AddNullToObject(tries, names[pin])
                           : cJSON_AddNumberToObject(tries, names[pin], count)) != NULL;
    }
    return added;
}

static cJSON *make_result(const struct jb_card_info *info) {
    static const char *const presences[] = {[JB_PRESENCE_UNKNOWN] = "unknown",
                                            [JB_PRESENCE_PRESENT] = "present",
                                            [JB_PRESENCE_ABSENT] = "absent"};
    char reader[JB_READER_NAME_MAX * 3];
    cJSON *root = cJSON_CreateObject();

    /* It comes from a plug, and need not be text. */
    jb_text_for_display(info->reader, JB_READER_NAME_MAX, reader, sizeof reader);
    if (cJSON_AddStringToObject(root, "card", jb_card_kind_name(info->kind)) == NULL ||
        cJSON_AddStringToObject(root, "reader", reader) == NULL || !add_certificate(root, info) ||
        cJSON_AddStringToObject(root, "signing", presences[info->signing]) == NULL ||
        !add_tries(root, info)) {
        cJSON_Delete(root);
        root = NULL;
    }
    return root;
}

enum jb_error jb_command_card_info(const struct jb_context *context, cJSON **result,
                                   int *tries_left) {
    struct jb_card_info info;
    enum jb_error error = jb_card_info_read(context->transport, context->op, &info);

    (void)tries_left;
    if (error == JB_OK && (*result = make_result(&info)) == NULL) {
        error = JB_ERR_OUT_OF_MEMORY;
    }
    jb_card_info_clear(&info);
    return error;
}
