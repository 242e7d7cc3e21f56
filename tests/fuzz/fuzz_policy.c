/* SPDX-License-Identifier: MIT */
/*
 * A policy of any bytes. One that is taken forbids what it names, whatever else stands in it; one
 * that is refused leaves nothing behind. What is cut is refused, never obeyed in part.
 */
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/json.h"
#include "jpki_bridge/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

/* Whether the list has the origin itself, letter by letter. */
static bool names(const cJSON *json, const char *list, const char *origin) {
    const cJSON *item;

    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(json, list)) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, origin) == 0) {
            return true;
        }
    }
    return false;
}

static void ask(const struct jb_policy *policy, const cJSON *json, const char *origin) {
    static const enum jb_mynaportal_mode modes[] = {JB_MYNAPORTAL_AUTHENTICATE, JB_MYNAPORTAL_SIGN,
                                                    JB_MYNAPORTAL_ATTRIBUTES};
    const cJSON *allowed = cJSON_GetObjectItemCaseSensitive(json, "allowedOrigins");
    enum jb_error error = jb_policy_check_origin(policy, origin);

    if (names(json, "deniedOrigins", origin)) {
        must(error == JB_ERR_ORIGIN_DENIED);
    } else if (allowed == NULL || names(json, "allowedOrigins", origin)) {
        /* A pattern may still deny it. */
        must(error == JB_OK || cJSON_GetObjectItemCaseSensitive(json, "deniedOrigins") != NULL);
    } else {
        must(error == JB_ERR_ORIGIN_DENIED || cJSON_GetArraySize(allowed) > 0);
    }
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        bool asked = false;
        enum jb_error may = jb_policy_check_mynaportal(policy, origin, modes[i], &asked);
        must(may == JB_OK || may == JB_ERR_ORIGIN_DENIED);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const origins[] = {"https://a.example.jp", "https://example.jp",
                                          "https://a.example.jp:8443", "https://myna.go.jp"};
    struct jb_policy *policy = NULL, *none = NULL;
    struct jb_fault fault = {.kind = JB_FAULT_NONE};
    enum jb_error error = jb_policy_parse((const char *)data, size, &policy, &fault);
    cJSON *json = jb_json_parse((const char *)data, size);

    must((error == JB_OK) == (policy != NULL));
    must(error == JB_OK || error == JB_ERR_POLICY_INVALID);
    must((error == JB_OK) == (fault.kind == JB_FAULT_NONE)); /* whoever is refused is told why */
    if (policy != NULL) {
        const cJSON *individual = cJSON_GetObjectItemCaseSensitive(json, "individualNumber");
        must(cJSON_IsObject(json));
        must(jb_policy_allows_individual_number(policy) == cJSON_IsTrue(individual));
        must(jb_policy_check_origin(policy, "http://a.example.jp") == JB_ERR_ORIGIN_INVALID);
        (void)jb_policy_wants_log(policy);
        for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
            ask(policy, json, origins[i]);
        }
        /* Cut anywhere it is no policy. White space at its end is no part of it. */
        size_t whole = size;
        while (whole > 0 && strchr(" \t\r\n", data[whole - 1]) != NULL) {
            whole--;
        }
        must(jb_policy_parse((const char *)data, whole - 1, &none, NULL) == JB_ERR_POLICY_INVALID);
    }
    jb_policy_free(&policy);
    cJSON_Delete(json);
    return 0;
}
