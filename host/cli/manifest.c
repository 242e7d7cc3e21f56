/* SPDX-License-Identifier: MIT */
#include "manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jpki_bridge/json.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/text.h"

#define MANIFEST_MAX 65536
#define ID_MAX 128

static char *manifest_path(const char *directory, const struct jb_native_host *host) {
    char *path = NULL;
    return asprintf(&path, "%s/%s.json", directory, host->name) < 0 ? NULL : path;
}

static const char *const *ids_of(const struct jb_native_host *host, enum jb_browser_kind kind) {
    return kind == JB_BROWSER_CHROMIUM ? host->chromium : host->firefox;
}

static const char *allowed_name(enum jb_browser_kind kind) {
    return kind == JB_BROWSER_CHROMIUM ? "allowed_origins" : "allowed_extensions";
}

/* The id as the manifest names it. */
static void write_id(enum jb_browser_kind kind, const char *id, char out[ID_MAX]) {
    snprintf(out, ID_MAX, kind == JB_BROWSER_CHROMIUM ? "chrome-extension://%s/" : "%s", id);
}

/* ---- reading ---- */

static bool names_all_ids(const cJSON *list, const struct jb_native_host *host,
                          enum jb_browser_kind kind) {
    const char *const *ids = ids_of(host, kind);
    int count = 0;

    for (; ids[count] != NULL; count++) {
        const cJSON *item = NULL;
        bool found = false;
        char id[ID_MAX];

        write_id(kind, ids[count], id);
        cJSON_ArrayForEach(item, list) {
            found = found || (cJSON_IsString(item) && strcmp(item->valuestring, id) == 0);
        }
        if (!found) {
            return false;
        }
    }
    return cJSON_GetArraySize(list) == count;
}

static bool is_same_file(const char *a, const char *b) {
    struct stat first;
    struct stat second;

    return strcmp(a, b) == 0 || (stat(a, &first) == 0 && stat(b, &second) == 0 &&
                                 first.st_dev == second.st_dev && first.st_ino == second.st_ino);
}

static const char *file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static enum jb_manifest_state judge(const cJSON *json, const struct jb_native_host *host,
                                    const char *self, struct jb_manifest *out) {
    const char *name = jb_json_string(json, "name");
    const char *type = jb_json_string(json, "type");
    const char *description = jb_json_string(json, "description");
    const char *program = jb_json_string(json, "path");
    struct stat status;

    if (program == NULL || program[0] != '/') {
        return JB_MANIFEST_BROKEN;
    }
    out->program = strdup(program);
    out->runs =
        stat(program, &status) == 0 && S_ISREG(status.st_mode) && access(program, X_OK) == 0;
    if (!is_same_file(program, self)) {
        return strcmp(file_name(program), file_name(self)) == 0 ? JB_MANIFEST_COPY
                                                                : JB_MANIFEST_FOREIGN;
    }
    return name != NULL && strcmp(name, host->name) == 0 && type != NULL &&
                   strcmp(type, "stdio") == 0 && description != NULL
               ? JB_MANIFEST_OURS
               : JB_MANIFEST_BROKEN;
}

void jb_manifest_read(const char *directory, const struct jb_native_host *host,
                      enum jb_browser_kind kind, const char *self, struct jb_manifest *out) {
    bool absent = false;
    cJSON *json;

    memset(out, 0, sizeof *out);
    out->path = manifest_path(directory, host);
    out->state = JB_MANIFEST_BROKEN;
    if (out->path == NULL) {
        return;
    }
    json = jb_json_read_file(out->path, MANIFEST_MAX, &absent);
    if (json != NULL) {
        out->state = judge(json, host, self, out);
        out->ids =
            names_all_ids(cJSON_GetObjectItemCaseSensitive(json, allowed_name(kind)), host, kind);
    } else if (absent) {
        out->state = JB_MANIFEST_ABSENT;
    }
    cJSON_Delete(json);
}

void jb_manifest_clear(struct jb_manifest *manifest) {
    free(manifest->path);
    free(manifest->program);
    memset(manifest, 0, sizeof *manifest);
}

/* ---- writing ---- */

static char *json_text(cJSON *value) {
    char *text = value == NULL ? NULL : cJSON_PrintUnformatted(value);
    cJSON_Delete(value);
    return text;
}

static char *allowed_list(const struct jb_native_host *host, enum jb_browser_kind kind) {
    cJSON *list = cJSON_CreateArray();

    for (const char *const *id = ids_of(host, kind); *id != NULL && list != NULL; id++) {
        char written[ID_MAX];
        write_id(kind, *id, written);
        if (!cJSON_AddItemToArray(list, cJSON_CreateString(written))) {
            cJSON_Delete(list);
            list = NULL;
        }
    }
    return json_text(list);
}

/* The template with each @NAME@ replaced, once and from left to right, so that a value is never
 * read as a name. */
static bool fill_template(FILE *out, const char *const names[], char *const values[],
                          size_t count) {
    const char *at = jb_manifest_template;

    while (*at != '\0') {
        size_t i = 0;
        while (i < count && strncmp(at, names[i], strlen(names[i])) != 0) {
            i++;
        }
        if (i < count) {
            fputs(values[i], out);
            at += strlen(names[i]);
        } else {
            fputc(*at++, out);
        }
    }
    return ferror(out) == 0;
}

char *jb_manifest_text(const struct jb_native_host *host, enum jb_browser_kind kind,
                       const char *self) {
    static const char *const names[] = {"@JB_HOST_NAME@", "@JB_HOST_PATH@", "@JB_ALLOWED_NAME@",
                                        "@JB_ALLOWED_LIST@"};
    enum { COUNT = sizeof names / sizeof names[0] };
    char *values[COUNT] = {NULL};
    char *text = NULL;
    size_t len = 0;
    bool filled = false;
    FILE *stream = NULL;

    if (!jb_text_is_utf8(self, strlen(self))) {
        errno = EILSEQ;
        return NULL;
    }
    values[0] = json_text(cJSON_CreateString(host->name));
    values[1] = json_text(cJSON_CreateString(self));
    values[2] = json_text(cJSON_CreateString(allowed_name(kind)));
    values[3] = allowed_list(host, kind);
    errno = ENOMEM;
    for (size_t i = 0; i < COUNT; i++) {
        if (values[i] == NULL) {
            goto out;
        }
    }
    stream = open_memstream(&text, &len);
    if (stream == NULL) {
        goto out;
    }
    filled = fill_template(stream, names, values, COUNT);
    filled = fclose(stream) == 0 && filled;
out:
    for (size_t i = 0; i < COUNT; i++) {
        free(values[i]);
    }
    if (!filled) {
        free(text);
        text = NULL;
    }
    return text;
}

static bool has_text(const char *path, const char *text) {
    size_t len = strlen(text);
    char *have = malloc(len + 1);
    FILE *file = fopen(path, "re");
    bool same = have != NULL && file != NULL && fread(have, 1, len + 1, file) == len &&
                memcmp(have, text, len) == 0;

    if (file != NULL) {
        fclose(file);
    }
    free(have);
    return same;
}

enum jb_manifest_write jb_manifest_write(const char *directory, const struct jb_native_host *host,
                                         enum jb_browser_kind kind, const char *self) {
    enum jb_manifest_write result = JB_MANIFEST_FAILED;
    char *text = jb_manifest_text(host, kind, self);
    char *path = manifest_path(directory, host);
    int reason;

    if (text == NULL || path == NULL) {
        goto out;
    }
    if (has_text(path, text)) {
        result = JB_MANIFEST_UNCHANGED;
    } else if (jb_platform_write_file(path, text, strlen(text), true)) {
        result = JB_MANIFEST_WRITTEN;
    }
out:
    reason = errno;
    free(path);
    free(text);
    errno = reason;
    return result;
}

bool jb_manifest_remove(const char *directory, const struct jb_native_host *host, int levels) {
    char *path = manifest_path(directory, host);
    bool removed = path != NULL && unlink(path) == 0;

    if (removed) {
        /* Directories that hold something stay: rmdir refuses them. */
        for (char *slash = strrchr(path, '/'); levels > 0 && slash != NULL && slash != path;
             slash = strrchr(path, '/'), levels--) {
            *slash = '\0';
            if (rmdir(path) != 0) {
                break;
            }
        }
    }
    free(path);
    return removed;
}
