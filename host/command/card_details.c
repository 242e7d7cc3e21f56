/* SPDX-License-Identifier: MIT */
/* card-details: the holder's own look at what the signing certificate says. */
#include <stdio.h>
#include <string.h>

#include "jpki_bridge/command.h"

#define INDEXES_MAX 1024

static const char *attribute(const struct jb_unlocked *unlocked,
                             enum jb_certificate_attribute which) {
    return jb_certificate_attribute(unlocked->certificate, which);
}

/* {"value", "substituted"}, or null where the certificate has none. */
static bool add_text(cJSON *root, const char *name, const char *value, const char *flags) {
    size_t indexes[INDEXES_MAX], count = 0;

    if (value == NULL) {
        return cJSON_AddNullToObject(root, name) != NULL;
    }
    cJSON *text = cJSON_AddObjectToObject(root, name);
    cJSON *list = NULL;
    if (cJSON_AddStringToObject(text, "value", value) == NULL ||
        (list = cJSON_AddArrayToObject(text, "substituted")) == NULL) {
        return false;
    }
    if (flags != NULL) {
        count = jb_certificate_substituted(value, flags, indexes, INDEXES_MAX);
    }
    for (size_t i = 0; i < count; i++) {
        cJSON *index = cJSON_CreateNumber((double)indexes[i]);
        if (!cJSON_AddItemToArray(list, index)) {
            cJSON_Delete(index);
            return false;
        }
    }
    return true;
}

static bool add_birth_date(cJSON *root, const char *value) {
    struct jb_birth_date date;
    char text[sizeof "1990-01-31"];

    if (value == NULL || !jb_birth_date_parse(value, &date)) {
        return cJSON_AddNullToObject(root, "birthDate") != NULL;
    }
    cJSON *object = cJSON_AddObjectToObject(root, "birthDate");
    (void)snprintf(text, sizeof text, "%s-%s-%s", date.year, date.month, date.day);
    return (date.era != NULL ? cJSON_AddStringToObject(object, "era", date.era)
                             : cJSON_AddNullToObject(object, "era")) != NULL &&
           cJSON_AddStringToObject(object, "date", text) != NULL;
}

static bool add_sex(cJSON *root, const char *value) {
    static const char *const names[] = {"male", "female", "other"};

    if (value == NULL) {
        return cJSON_AddNullToObject(root, "sex") != NULL;
    }
    bool known = value[0] >= '1' && value[0] <= '3' && value[1] == '\0';
    return cJSON_AddStringToObject(root, "sex", known ? names[value[0] - '1'] : "unknown") != NULL;
}

static cJSON *make_result(const struct jb_unlocked *unlocked) {
    cJSON *root = cJSON_CreateObject();

    if (!jb_add_validity(root, unlocked->certificate) ||
        !add_text(root, "name", attribute(unlocked, JB_ATTRIBUTE_NAME),
                  attribute(unlocked, JB_ATTRIBUTE_NAME_SUBSTITUTES)) ||
        !add_text(root, "address", attribute(unlocked, JB_ATTRIBUTE_ADDRESS),
                  attribute(unlocked, JB_ATTRIBUTE_ADDRESS_SUBSTITUTES)) ||
        !add_birth_date(root, attribute(unlocked, JB_ATTRIBUTE_BIRTH_DATE)) ||
        !add_sex(root, attribute(unlocked, JB_ATTRIBUTE_SEX))) {
        cJSON_Delete(root);
        root = NULL;
    }
    return root;
}

enum jb_error jb_command_card_details(const struct jb_context *context, cJSON **result,
                                      int *tries_left) {
    struct jb_purpose purpose = jb_command_purpose(context->request);
    struct jb_unlocked unlocked = {0};

    purpose.any_time = true; /* a holder may want to know just that it has ended */
    enum jb_error error = jb_unlock(context, &purpose, &unlocked, tries_left);
    if (error == JB_OK) {
        jb_card_end(unlocked.card);
        *result = make_result(&unlocked);
        error = *result != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;
    }
    jb_unlocked_clear(&unlocked);
    return error;
}
