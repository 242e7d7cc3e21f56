/* SPDX-License-Identifier: MIT */
#include "manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/json.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/text.h"
#include "place.h"

#define MANIFEST_MAX 65536
#define ID_MAX 128
#define CHROMIUM_SCHEME "chrome-extension://"

static const char *const *ids_of(const struct jb_native_host *host, enum jb_browser_kind kind) {
    return kind == JB_BROWSER_CHROMIUM ? host->chromium : host->firefox;
}

static const char *allowed_name(enum jb_browser_kind kind) {
    return kind == JB_BROWSER_CHROMIUM ? "allowed_origins" : "allowed_extensions";
}

/* The id as the manifest names it. */
static void write_id(enum jb_browser_kind kind, const char *id, char out[ID_MAX]) {
    snprintf(out, ID_MAX, kind == JB_BROWSER_CHROMIUM ? CHROMIUM_SCHEME "%s/" : "%s", id);
}

/* ---- reading ---- */

static bool is_listed(const char *const *ids, const char *id) {
    for (; *ids != NULL; ids++) {
        if (strcmp(*ids, id) == 0) {
            return true;
        }
    }
    return false;
}

/* The id in an item of the list, into id; false when it names none. */
static bool read_id(const cJSON *item, enum jb_browser_kind kind, char id[ID_MAX]) {
    char written[ID_MAX];
    const char *text = cJSON_IsString(item) ? item->valuestring : "";
    size_t before = kind == JB_BROWSER_CHROMIUM ? strlen(CHROMIUM_SCHEME) : 0;
    size_t after = kind == JB_BROWSER_CHROMIUM ? 1 : 0;
    size_t len = strlen(text);

    if (len <= before + after || len - before - after >= ID_MAX) {
        return false;
    }
    memcpy(id, text + before, len - before - after);
    id[len - before - after] = '\0';
    write_id(kind, id, written);
    return jb_extension_id_is_valid(kind, id) && strcmp(written, text) == 0;
}

/* Whether the list has all of the host's extensions, and nothing that is none; the others are taken
 * along. */
static bool read_ids(const cJSON *list, const struct jb_native_host *host,
                     enum jb_browser_kind kind, struct jb_extension_ids *others) {
    const char *const *ours = ids_of(host, kind);
    struct jb_extension_ids found = {0};
    const cJSON *item = NULL;
    bool good = cJSON_IsArray(list);

    cJSON_ArrayForEach(item, list) {
        char id[ID_MAX];
        if (!read_id(item, kind, id) || !jb_extension_ids_add(&found, kind, id)) {
            good = false;
        } else if (!is_listed(ours, id)) {
            good = jb_extension_ids_add(others, kind, id) && good;
        }
    }
    for (; *ours != NULL; ours++) {
        good = good && jb_extension_ids_have(&found, *ours);
    }
    return good;
}

static enum jb_manifest_state judge(const cJSON *json, const struct jb_native_host *host,
                                    const char *self, struct jb_manifest *out) {
    const char *name = jb_json_string(json, "name");
    const char *type = jb_json_string(json, "type");
    const char *description = jb_json_string(json, "description");
    const char *named = jb_json_string(json, "path");

    out->program = named == NULL ? NULL : jb_place_program(out->path, named);
    if (out->program == NULL) {
        return JB_MANIFEST_BROKEN;
    }
    out->runs = jb_platform_is_program(out->program);
    if (!jb_platform_is_same_file(out->program, self)) {
        bool namesake =
            strcmp(jb_platform_file_name(out->program), jb_platform_file_name(self)) == 0;
        return namesake ? JB_MANIFEST_COPY : JB_MANIFEST_FOREIGN;
    }
    return name != NULL && strcmp(name, host->name) == 0 && type != NULL &&
                   strcmp(type, "stdio") == 0 && description != NULL
               ? JB_MANIFEST_OURS
               : JB_MANIFEST_BROKEN;
}

void jb_manifest_read(const char *place, const struct jb_native_host *host,
                      enum jb_browser_kind kind, const char *self, struct jb_manifest *out) {
    bool registered = false;
    bool absent = false;
    cJSON *json;

    memset(out, 0, sizeof *out);
    out->path = jb_place_manifest(place, host, kind, &registered);
    out->state = JB_MANIFEST_BROKEN;
    if (out->path == NULL) {
        return;
    }
    if (!registered) {
        out->state = JB_MANIFEST_ABSENT;
        return;
    }
    out->entry = jb_place_entry(place, host);
    json = jb_json_read_file(out->path, MANIFEST_MAX, &absent);
    if (json != NULL) {
        out->state = judge(json, host, self, out);
        out->ids = read_ids(cJSON_GetObjectItemCaseSensitive(json, allowed_name(kind)), host, kind,
                            &out->others);
    }
    cJSON_Delete(json);
}

void jb_manifest_clear(struct jb_manifest *manifest) {
    free(manifest->path);
    free(manifest->entry);
    free(manifest->program);
    memset(manifest, 0, sizeof *manifest);
}

/* ---- writing ---- */

static char *json_text(cJSON *value) {
    char *text = value == NULL ? NULL : cJSON_PrintUnformatted(value);
    cJSON_Delete(value);
    return text;
}

static bool add_id(cJSON *list, enum jb_browser_kind kind, const char *id) {
    char written[ID_MAX];
    cJSON *item;

    write_id(kind, id, written);
    item = cJSON_CreateString(written);
    if (!cJSON_AddItemToArray(list, item)) {
        cJSON_Delete(item);
        return false;
    }
    return true;
}

static char *allowed_list(const struct jb_native_host *host, enum jb_browser_kind kind,
                          const struct jb_extension_ids *others) {
    cJSON *list = cJSON_CreateArray();
    bool added = list != NULL;

    for (const char *const *id = ids_of(host, kind); *id != NULL && added; id++) {
        added = add_id(list, kind, *id);
    }
    for (size_t i = 0; i < others->count && added; i++) {
        added = is_listed(ids_of(host, kind), others->id[i]) || add_id(list, kind, others->id[i]);
    }
    if (!added) {
        cJSON_Delete(list);
        list = NULL;
    }
    return json_text(list);
}

/* The template with each @NAME@ replaced, once and from left to right, so that a value is never
 * read as a name. Measures when out is null; the length without the ending NUL. */
static size_t fill_template(char *out, const char *const names[], char *const values[],
                            size_t count) {
    const char *at = jb_manifest_template;
    size_t len = 0;

    while (*at != '\0') {
        size_t i = 0;
        while (i < count && strncmp(at, names[i], strlen(names[i])) != 0) {
            i++;
        }
        const char *piece = i < count ? values[i] : at;
        size_t piece_len = i < count ? strlen(piece) : 1;
        for (size_t k = 0; out != NULL && k < piece_len; k++) {
            out[len + k] = piece[k];
        }
        len += piece_len;
        at += i < count ? strlen(names[i]) : 1;
    }
    return len;
}

char *jb_manifest_text(const struct jb_native_host *host, enum jb_browser_kind kind,
                       const char *self, const struct jb_extension_ids *others) {
    static const char *const names[] = {"@JB_HOST_NAME@", "@JB_HOST_PATH@", "@JB_ALLOWED_NAME@",
                                        "@JB_ALLOWED_LIST@"};
    enum { COUNT = sizeof names / sizeof names[0] };
    char *values[COUNT] = {NULL};
    char *text = NULL;

    if (!jb_text_is_utf8(self, strlen(self))) {
        errno = EILSEQ;
        return NULL;
    }
    values[0] = json_text(cJSON_CreateString(host->name));
    values[1] = json_text(cJSON_CreateString(self));
    values[2] = json_text(cJSON_CreateString(allowed_name(kind)));
    values[3] = allowed_list(host, kind, others);
    errno = ENOMEM;
    for (size_t i = 0; i < COUNT; i++) {
        if (values[i] == NULL) {
            goto out;
        }
    }
    text = malloc(fill_template(NULL, names, values, COUNT) + 1);
    if (text != NULL) {
        text[fill_template(text, names, values, COUNT)] = '\0';
    }
out:
    for (size_t i = 0; i < COUNT; i++) {
        free(values[i]);
    }
    return text;
}

enum jb_manifest_write jb_manifest_write(const char *place, const struct jb_native_host *host,
                                         enum jb_browser_kind kind, const char *self,
                                         const struct jb_extension_ids *others) {
    enum jb_manifest_write result = JB_MANIFEST_FAILED;
    char *text = jb_manifest_text(host, kind, self, others);
    bool changed = false;
    int reason;

    if (text != NULL && jb_place_register(place, host, kind, text, &changed)) {
        result = changed ? JB_MANIFEST_WRITTEN : JB_MANIFEST_UNCHANGED;
    }
    reason = errno;
    free(text);
    errno = reason;
    return result;
}
