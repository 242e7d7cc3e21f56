/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/json.h"
#include "jpki_bridge/platform.h"

#define CONFIG_MAX 65536
#define PATH_LENGTH_MAX 4095

static const char *read_config(struct jb_config *config, const cJSON *json) {
    static const char *const names[] = {"pinentry", NULL};
    const char *pinentry;

    if (!cJSON_IsObject(json)) {
        return "it is not a JSON object";
    }
    if (!jb_json_only(json, names)) {
        return "it has a name other than \"pinentry\"";
    }
    if (cJSON_GetObjectItemCaseSensitive(json, "pinentry") == NULL) {
        return NULL;
    }
    pinentry = jb_json_string(json, "pinentry");
    /* A bare name would be looked for in PATH, which is not ours to trust. */
    if (pinentry == NULL || pinentry[0] != '/' || strlen(pinentry) > PATH_LENGTH_MAX) {
        return "\"pinentry\" is not an absolute path";
    }
    config->pinentry = strdup(pinentry);
    return config->pinentry == NULL ? "memory is short" : NULL;
}

enum jb_error jb_config_load(struct jb_config *config, const char **problem) {
    const char *wrong = NULL;
    char *directory = jb_platform_config_dir();
    char path[PATH_LENGTH_MAX + 1];
    bool absent = false;
    cJSON *json = NULL;
    int len;

    config->pinentry = NULL;
    if (directory == NULL) {
        goto out; /* nobody's configuration is an empty one */
    }
    len = snprintf(path, sizeof path, "%s/config.json", directory);
    if (len < 0 || (size_t)len >= sizeof path) {
        wrong = "its path is too long";
        goto out;
    }
    json = jb_json_read_file(path, CONFIG_MAX, &absent);
    if (json == NULL) {
        wrong = absent ? NULL : "it cannot be read or is not valid JSON";
        goto out;
    }
    wrong = read_config(config, json);
out:
    cJSON_Delete(json);
    free(directory);
    if (problem != NULL) {
        *problem = wrong;
    }
    return wrong == NULL ? JB_OK : JB_ERR_CONFIG_INVALID;
}

void jb_config_clear(struct jb_config *config) {
    free(config->pinentry);
    config->pinentry = NULL;
}
