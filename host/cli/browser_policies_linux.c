/* SPDX-License-Identifier: MIT */
/*
 * Chromium's family reads every file of a directory, and of two that set the same policy the last
 * one by name counts. Firefox reads the first of its files that is there.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "browser_policies.h"
#include "jpki_bridge/json.h"

enum { FILES_MAX = 500, FILE_SIZE_MAX = 1 << 20 };

struct names {
    char *name[FILES_MAX];
    size_t count;
};

static int later_first(const void *a, const void *b) {
    return strcmp(*(char *const *)b, *(char *const *)a);
}

static char *path_in(const char *directory, const char *name) {
    char *path = NULL;
    return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

static bool is_file(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

/* The paths of a directory's files, the last by name first. False when there are more than so many.
 */
static bool list_files(const char *directory, struct names *files) {
    DIR *opened = opendir(directory);
    const struct dirent *entry;
    bool whole = true;

    files->count = 0;
    while (opened != NULL && whole && (entry = readdir(opened)) != NULL) {
        char *path = path_in(directory, entry->d_name);
        if (path != NULL && is_file(path) && files->count == FILES_MAX) {
            whole = false;
            free(path);
        } else if (path != NULL && is_file(path)) {
            files->name[files->count++] = path;
        } else {
            free(path);
        }
    }
    if (opened != NULL) {
        (void)closedir(opened);
    }
    qsort(files->name, files->count, sizeof files->name[0], later_first);
    return whole;
}

/* Moves the members that are not set yet. */
static void merge(cJSON *set, cJSON *from) {
    for (cJSON *item = from->child; item != NULL; item = from->child) {
        (void)cJSON_DetachItemViaPointer(from, item);
        if (item->string == NULL || cJSON_HasObjectItem(set, item->string) ||
            !cJSON_AddItemToObject(set, item->string, item)) {
            cJSON_Delete(item);
        }
    }
}

static void take_file(const char *path, bool in_policies, struct jb_browser_policies *out,
                      bool *there) {
    bool absent = false;
    cJSON *json = jb_json_read_file(path, FILE_SIZE_MAX, &absent);
    cJSON *members = in_policies ? cJSON_GetObjectItemCaseSensitive(json, "policies") : json;

    *there = !absent;
    if (cJSON_IsObject(members)) {
        merge(out->set, members);
    } else if (!absent && out->broken == NULL) {
        out->broken = strdup(path);
    }
    cJSON_Delete(json);
}

void jb_browser_policies_read(const struct jb_browser *browser, struct jb_browser_policies *out) {
    struct names files = {.count = 0};
    bool there = false;

    memset(out, 0, sizeof *out);
    out->set = cJSON_CreateObject();
    for (const char *const *place = browser->policies; out->set != NULL && *place != NULL;
         place++) {
        if (browser->kind == JB_BROWSER_FIREFOX) {
            if (!there) {
                take_file(*place, true, out, &there);
            }
            continue;
        }
        if (!list_files(*place, &files) && out->broken == NULL) {
            out->broken = strdup(*place);
        }
        for (size_t i = 0; i < files.count; i++) {
            take_file(files.name[i], false, out, &there);
            free(files.name[i]);
        }
    }
}

void jb_browser_policies_clear(struct jb_browser_policies *policies) {
    cJSON_Delete(policies->set);
    free(policies->broken);
    memset(policies, 0, sizeof *policies);
}
