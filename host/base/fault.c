/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/fault.h"

#include <stdio.h>
#include <string.h>

#include "jpki_bridge/json.h"

bool jb_fault_set(struct jb_fault *fault, enum jb_fault_kind kind, const char *subject) {
    if (fault != NULL && fault->kind == JB_FAULT_NONE) {
        fault->kind = kind;
        (void)snprintf(fault->subject, sizeof fault->subject, "%s", subject);
    }
    return false;
}

bool jb_fault_set_member(struct jb_fault *fault, enum jb_fault_kind kind, const char *outer,
                         const char *name) {
    char subject[JB_FAULT_SUBJECT_MAX];

    (void)snprintf(subject, sizeof subject, "%s%s%s", outer, outer[0] == '\0' ? "" : ".", name);
    return jb_fault_set(fault, kind, subject);
}

bool jb_fault_check_names(const cJSON *object, const char *outer, const char *const *names,
                          struct jb_fault *fault) {
    const cJSON *member = NULL;

    cJSON_ArrayForEach(member, object) {
        bool known = false;
        for (const char *const *name = names; *name != NULL && !known; name++) {
            known = strcmp(*name, member->string) == 0;
        }
        if (!known) {
            return jb_fault_set_member(fault, JB_FAULT_UNKNOWN_MEMBER, outer, member->string);
        }
    }
    return true;
}

/* UTF-8's, and UTF-16's as editors write it that call it "Unicode". */
static bool has_mark(const char *text, size_t len) {
    return (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) ||
           (len >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0));
}

cJSON *jb_fault_parse(const char *text, size_t len, const char *const *names,
                      struct jb_fault *fault) {
    cJSON *json = NULL;

    if (has_mark(text, len)) {
        (void)jb_fault_set(fault, JB_FAULT_BYTE_ORDER_MARK, "");
        return NULL;
    }
    json = jb_json_parse(text, len);
    if (!cJSON_IsObject(json)) {
        (void)jb_fault_set(fault, JB_FAULT_JSON, "");
    } else if (jb_fault_check_names(json, "", names, fault)) {
        return json;
    }
    cJSON_Delete(json);
    return NULL;
}
