/* SPDX-License-Identifier: MIT */
/*
 * policy.json: {"allowedOrigins": [pattern…], "deniedOrigins": [pattern…]}, both optional. A
 * pattern is an https origin, whose host may begin with "*.": then it stands for every name below,
 * and not for the name itself. Without a port it stands for the default port only. What is denied
 * is denied; when there is allowedOrigins, nothing else is allowed.
 */
#include "jpki_bridge/policy.h"

#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/json.h"
#include "jpki_bridge/platform.h"

#define POLICY_MAX ((size_t)1024 * 1024)

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

static bool is_policy(const cJSON *json) {
    static const char *const names[] = {"allowedOrigins", "deniedOrigins", NULL};

    return cJSON_IsObject(json) && jb_json_only(json, names) &&
           is_pattern_list(cJSON_GetObjectItemCaseSensitive(json, "allowedOrigins")) &&
           is_pattern_list(cJSON_GetObjectItemCaseSensitive(json, "deniedOrigins"));
}

enum jb_error jb_policy_load(struct jb_policy **out) {
    return jb_policy_load_file(jb_platform_policy_file(), out);
}

enum jb_error jb_policy_load_file(const char *path, struct jb_policy **out) {
    enum jb_error error;
    struct jb_policy *policy = NULL;
    char *text = NULL;
    size_t len = 0;

    *out = NULL;
    error = jb_platform_read_admin_file(path, POLICY_MAX, &text, &len);
    if (error != JB_OK) {
        goto out;
    }
    policy = calloc(1, sizeof *policy);
    if (policy == NULL) {
        error = JB_ERR_OUT_OF_MEMORY;
        goto out;
    }
    if (text != NULL) {
        policy->json = jb_json_parse(text, len);
        if (!is_policy(policy->json)) {
            error = JB_ERR_POLICY_INVALID;
            goto out;
        }
    }
    *out = policy;
    policy = NULL;
out:
    jb_policy_free(&policy);
    free(text);
    return error;
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
