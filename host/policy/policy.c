/* SPDX-License-Identifier: MIT */
/*
 * policy.json: {"allowedOrigins": [pattern…], "deniedOrigins": [pattern…], "mynaportal":
 * {"origins": [pattern…], "modes": ["01"…], "ask": bool}, "individualNumber": bool, "logging":
 * bool}, all optional. A pattern is an https origin, whose host may begin with "*.": then it stands
 * for every name below, and not for the name itself. Without a port it stands for the default port
 * only. What is denied is denied; when there is allowedOrigins, nothing else is allowed; likewise
 * modes. "ask": false refuses what the holder would be asked for.
 */
#include "jpki_bridge/policy.h"

#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/json.h"
#include "jpki_bridge/platform.h"

#define SCHEME_LEN (sizeof "https://" - 1)
static const char wildcard[] = "https://*.";

struct jb_policy {
    cJSON *json; /* null: no policy; checked whole when loaded */
};

static bool is_pattern(const char *text) {
    static const char below[] = "https://a.";
    char example[JB_ORIGIN_MAX + 1];
    const char *rest;

    if (strncmp(text, wildcard, sizeof wildcard - 1) != 0) {
        return jb_origin_is_valid(text);
    }
    /* Valid when a name below it is, which also refuses addresses. */
    rest = text + sizeof wildcard - 1;
    if (strlen(rest) + sizeof below > sizeof example) {
        return false;
    }
    memcpy(example, below, sizeof below - 1);
    memcpy(example + sizeof below - 1, rest, strlen(rest) + 1);
    return jb_origin_is_valid(example);
}

static bool matches(const char *pattern, const char *origin) {
    const char *below;
    size_t pattern_len;
    size_t origin_len;

    if (strncmp(pattern, wildcard, sizeof wildcard - 1) != 0) {
        return strcmp(pattern, origin) == 0;
    }
    below = pattern + sizeof wildcard - 2; /* from the dot on */
    pattern_len = strlen(below);
    origin_len = strlen(origin + SCHEME_LEN);
    return origin_len > pattern_len &&
           strcmp(origin + SCHEME_LEN + origin_len - pattern_len, below) == 0;
}

static bool is_pattern_list(const cJSON *list) {
    const cJSON *item;

    if (list == NULL) {
        return true;
    }
    if (!cJSON_IsArray(list)) {
        return false;
    }
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item) || !is_pattern(item->valuestring)) {
            return false;
        }
    }
    return true;
}

static bool is_mode_list(const cJSON *list) {
    static const enum jb_mynaportal_mode modes[] = {JB_MYNAPORTAL_AUTHENTICATE, JB_MYNAPORTAL_SIGN,
                                                    JB_MYNAPORTAL_ATTRIBUTES};
    const cJSON *item;

    if (list != NULL && !cJSON_IsArray(list)) {
        return false;
    }
    cJSON_ArrayForEach(item, list) {
        bool known = false;
        for (size_t i = 0; i < sizeof modes / sizeof modes[0] && cJSON_IsString(item); i++) {
            known = known || strcmp(item->valuestring, jb_mynaportal_mode_name(modes[i])) == 0;
        }
        if (!known) {
            return false;
        }
    }
    return true;
}

static bool is_bool(const cJSON *json, const char *name) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(json, name);

    return member == NULL || cJSON_IsBool(member);
}

static bool is_mynaportal(const cJSON *json) {
    static const char *const names[] = {"origins", "modes", "ask", NULL};

    return json == NULL ||
           (cJSON_IsObject(json) && jb_json_only(json, names) &&
            is_pattern_list(cJSON_GetObjectItemCaseSensitive(json, "origins")) &&
            is_mode_list(cJSON_GetObjectItemCaseSensitive(json, "modes")) && is_bool(json, "ask"));
}

static bool is_policy(const cJSON *json) {
    static const char *const names[] = {"allowedOrigins",   "deniedOrigins", "mynaportal",
                                        "individualNumber", "logging",       NULL};

    return cJSON_IsObject(json) && jb_json_only(json, names) &&
           is_pattern_list(cJSON_GetObjectItemCaseSensitive(json, "allowedOrigins")) &&
           is_pattern_list(cJSON_GetObjectItemCaseSensitive(json, "deniedOrigins")) &&
           is_mynaportal(cJSON_GetObjectItemCaseSensitive(json, "mynaportal")) &&
           is_bool(json, "individualNumber") && is_bool(json, "logging");
}

enum jb_error jb_policy_load(struct jb_policy **out) {
    char *text = NULL;
    size_t len = 0;
    enum jb_error error = jb_platform_read_policy(JB_POLICY_MAX, &text, &len);

    *out = NULL;
    if (error == JB_OK) {
        error = jb_policy_parse(text, len, out);
    }
    free(text);
    return error;
}

enum jb_error jb_policy_parse(const char *text, size_t len, struct jb_policy **out) {
    struct jb_policy *policy = calloc(1, sizeof *policy);

    *out = NULL;
    if (policy == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    if (text != NULL) {
        policy->json = jb_json_parse(text, len);
        if (!is_policy(policy->json)) {
            jb_policy_free(&policy);
            return JB_ERR_POLICY_INVALID;
        }
    }
    *out = policy;
    return JB_OK;
}

void jb_policy_free(struct jb_policy **policy) {
    if (*policy == NULL) {
        return;
    }
    cJSON_Delete((*policy)->json);
    free(*policy);
    *policy = NULL;
}

static bool listed(const cJSON *list, const char *origin) {
    const cJSON *item;

    cJSON_ArrayForEach(item, list) {
        if (matches(item->valuestring, origin)) {
            return true;
        }
    }
    return false;
}

enum jb_error jb_policy_check_origin(const struct jb_policy *policy, const char *origin) {
    const cJSON *allowed;

    if (!jb_origin_is_valid(origin)) {
        return JB_ERR_ORIGIN_INVALID;
    }
    allowed = cJSON_GetObjectItemCaseSensitive(policy->json, "allowedOrigins");
    if (listed(cJSON_GetObjectItemCaseSensitive(policy->json, "deniedOrigins"), origin) ||
        (allowed != NULL && !listed(allowed, origin))) {
        return JB_ERR_ORIGIN_DENIED;
    }
    return JB_OK;
}

static bool lists_mode(const cJSON *modes, enum jb_mynaportal_mode mode) {
    const cJSON *item;

    cJSON_ArrayForEach(item, modes) {
        if (strcmp(item->valuestring, jb_mynaportal_mode_name(mode)) == 0) {
            return true;
        }
    }
    return false;
}

enum jb_error jb_policy_check_mynaportal(const struct jb_policy *policy, const char *origin,
                                         enum jb_mynaportal_mode mode, bool *ask) {
    const cJSON *rules = cJSON_GetObjectItemCaseSensitive(policy->json, "mynaportal");
    const cJSON *modes = cJSON_GetObjectItemCaseSensitive(rules, "modes");

    *ask = false;
    if (modes != NULL && !lists_mode(modes, mode)) {
        return JB_ERR_ORIGIN_DENIED;
    }
    if (mode != JB_MYNAPORTAL_AUTHENTICATE && mode != JB_MYNAPORTAL_SIGN) {
        return JB_OK;
    }
    for (const char *const *host = jb_mynaportal_service_hosts(); *host != NULL; host++) {
        if (matches(*host, origin)) {
            return JB_OK;
        }
    }
    if (listed(cJSON_GetObjectItemCaseSensitive(rules, "origins"), origin)) {
        return JB_OK;
    }
    if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(rules, "ask"))) {
        return JB_ERR_ORIGIN_DENIED;
    }
    *ask = true;
    return JB_OK;
}

bool jb_policy_allows_individual_number(const struct jb_policy *policy) {
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(policy->json, "individualNumber"));
}

bool jb_policy_wants_log(const struct jb_policy *policy) {
    return policy->json != NULL &&
           !cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(policy->json, "logging"));
}
