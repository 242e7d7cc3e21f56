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

/* What of an object is being checked, and where that stands. */
struct check {
    const cJSON *object;
    const char *outer; /* the member that it is; "" for the policy itself */
    struct jb_fault *fault;
};

static bool is_wrong(const struct check *check, enum jb_fault_kind kind, const char *name) {
    return jb_fault_set_member(check->fault, kind, check->outer, name);
}

static bool is_pattern_list(const struct check *check, const char *name) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(check->object, name);
    const cJSON *item;

    if (list != NULL && !cJSON_IsArray(list)) {
        return is_wrong(check, JB_FAULT_NOT_ORIGINS, name);
    }
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item) || !is_pattern(item->valuestring)) {
            return is_wrong(check, JB_FAULT_NOT_ORIGINS, name);
        }
    }
    return true;
}

static bool is_mode(const cJSON *item) {
    static const enum jb_mynaportal_mode modes[] = {JB_MYNAPORTAL_AUTHENTICATE, JB_MYNAPORTAL_SIGN,
                                                    JB_MYNAPORTAL_ATTRIBUTES};

    for (size_t i = 0; i < sizeof modes / sizeof modes[0] && cJSON_IsString(item); i++) {
        if (strcmp(item->valuestring, jb_mynaportal_mode_name(modes[i])) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_mode_list(const struct check *check, const char *name) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(check->object, name);
    const cJSON *item;

    if (list != NULL && !cJSON_IsArray(list)) {
        return is_wrong(check, JB_FAULT_NOT_MODES, name);
    }
    cJSON_ArrayForEach(item, list) {
        if (!is_mode(item)) {
            return is_wrong(check, JB_FAULT_NOT_MODES, name);
        }
    }
    return true;
}

static bool is_bool(const struct check *check, const char *name) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(check->object, name);

    return member == NULL || cJSON_IsBool(member) || is_wrong(check, JB_FAULT_NOT_BOOL, name);
}

static bool is_mynaportal(const struct check *check, const char *name) {
    static const char *const names[] = {"origins", "modes", "ask", NULL};
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(check->object, name);
    const struct check inner = {json, name, check->fault};

    if (json == NULL) {
        return true;
    }
    if (!cJSON_IsObject(json)) {
        return is_wrong(check, JB_FAULT_NOT_OBJECT, name);
    }
    return jb_fault_check_names(json, name, names, check->fault) &&
           is_pattern_list(&inner, "origins") && is_mode_list(&inner, "modes") &&
           is_bool(&inner, "ask");
}

static bool is_policy(const cJSON *json, struct jb_fault *fault) {
    const struct check check = {json, "", fault};

    return is_pattern_list(&check, "allowedOrigins") && is_pattern_list(&check, "deniedOrigins") &&
           is_mynaportal(&check, "mynaportal") && is_bool(&check, "individualNumber") &&
           is_bool(&check, "logging");
}

enum jb_error jb_policy_load(struct jb_policy **out, struct jb_fault *fault) {
    struct jb_fault unused, *found = fault == NULL ? &unused : fault;
    char *text = NULL;
    size_t len = 0;

    *out = NULL;
    found->kind = JB_FAULT_NONE;
    enum jb_error error = jb_platform_read_policy(JB_POLICY_MAX, &text, &len, found);
    if (error == JB_OK) {
        error = jb_policy_parse(text, len, out, found);
    }
    free(text);
    return error;
}

enum jb_error jb_policy_parse(const char *text, size_t len, struct jb_policy **out,
                              struct jb_fault *fault) {
    static const char *const names[] = {"allowedOrigins",   "deniedOrigins", "mynaportal",
                                        "individualNumber", "logging",       NULL};
    struct jb_policy *policy = calloc(1, sizeof *policy);

    *out = NULL;
    if (policy == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    if (text != NULL) {
        policy->json = jb_fault_parse(text, len, names, fault);
        if (policy->json == NULL || !is_policy(policy->json, fault)) {
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
