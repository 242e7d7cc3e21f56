/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/config.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/json.h"
#include "jpki_bridge/origin.h"
#include "jpki_bridge/platform.h"

#define CONFIG_MAX 65536
#define PATH_LENGTH_MAX 4095

static const char trusted_name[] = "mynaportalOrigins";

/* The path of a file in a directory, which it takes over; freed with free(); null when there is
 * none. */
static char *path_in(char *directory, const char *name) {
    char *path = directory == NULL ? NULL : jb_platform_join(directory, name);

    free(directory);
    return path;
}

static char *config_path(void) {
    return path_in(jb_platform_config_dir(), "config.json");
}

/* Of this computer: a profile that roams would make all of them one installation. */
static char *installation_path(void) {
    return path_in(jb_platform_local_dir(), "installation.json");
}

static const char *read_trusted(struct jb_config *config, const cJSON *json) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, trusted_name);
    const cJSON *item;
    int count = cJSON_GetArraySize(list);

    if (list == NULL) {
        return NULL;
    }
    if (!cJSON_IsArray(list) || count > JB_TRUSTED_ORIGINS_MAX) {
        return "\"mynaportalOrigins\" is not a list of at most 100 origins";
    }
    config->trusted = calloc((size_t)count + 1, sizeof *config->trusted);
    if (config->trusted == NULL) {
        return "memory is short";
    }
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item) || !jb_origin_is_valid(item->valuestring)) {
            return "\"mynaportalOrigins\" has something that is not an https origin";
        }
        char *origin = strdup(item->valuestring);
        if (origin == NULL) {
            return "memory is short";
        }
        config->trusted[config->trusted_count++] = origin;
    }
    return NULL;
}

static const char *read_config(struct jb_config *config, const cJSON *json) {
    static const char *const names[] = {"pinentry", trusted_name, NULL};
    const char *pinentry;

    if (!cJSON_IsObject(json)) {
        return "it is not a JSON object";
    }
    if (!jb_json_only(json, names)) {
        return "it has a name other than \"pinentry\" and \"mynaportalOrigins\"";
    }
    if (cJSON_GetObjectItemCaseSensitive(json, "pinentry") != NULL) {
        pinentry = jb_json_string(json, "pinentry");
        /* A bare name would be looked for in PATH, which is not ours to trust. */
        if (pinentry == NULL || !jb_platform_is_absolute(pinentry) ||
            strlen(pinentry) > PATH_LENGTH_MAX) {
            return "\"pinentry\" is not an absolute path";
        }
        config->pinentry = strdup(pinentry);
        if (config->pinentry == NULL) {
            return "memory is short";
        }
    }
    return read_trusted(config, json);
}

/* The file as JSON (an empty object when there is none), checked; null with *wrong otherwise. */
static cJSON *load(struct jb_config *config, const char **wrong) {
    char *path = config_path();
    bool absent = false;
    cJSON *json = NULL;

    memset(config, 0, sizeof *config);
    if (path == NULL) {
        *wrong = NULL; /* nobody's configuration is an empty one */
        return cJSON_CreateObject();
    }
    json = jb_json_read_file(path, CONFIG_MAX, &absent);
    free(path);
    if (json == NULL) {
        *wrong = absent ? NULL : "it cannot be read or is not valid JSON";
        return absent ? cJSON_CreateObject() : NULL;
    }
    *wrong = read_config(config, json);
    if (*wrong != NULL) {
        cJSON_Delete(json);
        json = NULL;
    }
    return json;
}

enum jb_error jb_config_load(struct jb_config *config, const char **problem) {
    const char *wrong = NULL;
    cJSON *json = load(config, &wrong);
    enum jb_error error = json != NULL ? JB_OK : JB_ERR_CONFIG_INVALID;

    if (problem != NULL) {
        *problem = wrong;
    }
    if (error != JB_OK) {
        jb_config_clear(config);
    }
    cJSON_Delete(json);
    return error;
}

void jb_config_clear(struct jb_config *config) {
    for (size_t i = 0; i < config->trusted_count; i++) {
        free(config->trusted[i]);
    }
    free(config->trusted);
    free(config->pinentry);
    memset(config, 0, sizeof *config);
}

bool jb_config_trusts(const struct jb_config *config, const char *origin) {
    for (size_t i = 0; i < config->trusted_count; i++) {
        if (strcmp(config->trusted[i], origin) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds the origin to the list in the tree. */
static bool add_origin(cJSON *json, const char *origin) {
    cJSON *list = cJSON_GetObjectItemCaseSensitive(json, trusted_name);
    cJSON *item = cJSON_CreateString(origin);

    if (list == NULL) {
        list = cJSON_AddArrayToObject(json, trusted_name);
    }
    if (!cJSON_AddItemToArray(list, item)) {
        cJSON_Delete(item);
        return false;
    }
    return true;
}

/* Takes it out of the list, as often as it stands there. */
static void remove_origin(cJSON *json, const char *origin) {
    cJSON *list = cJSON_GetObjectItemCaseSensitive(json, trusted_name);

    for (int i = cJSON_GetArraySize(list) - 1; i >= 0; i--) {
        if (strcmp(cJSON_GetArrayItem(list, i)->valuestring, origin) == 0) {
            cJSON_DeleteItemFromArray(list, i);
        }
    }
}

static bool save(const char *path, const cJSON *json) {
    char *text = cJSON_Print(json);
    bool saved = text != NULL && jb_platform_write_file(path, text, strlen(text), false);

    cJSON_free(text);
    return saved;
}

/* Makes the origin a trusted one, or no longer, in the file as it is now. */
static enum jb_error change_trust(const char *origin, bool trust) {
    char *path = config_path();
    const char *wrong = NULL;
    struct jb_config config = {0};
    cJSON *json = NULL;
    enum jb_error error = JB_ERR_CONFIG_INVALID;
    int lock = -1;

    if (path == NULL || (lock = jb_platform_lock_beside(path)) < 0 ||
        (json = load(&config, &wrong)) == NULL) {
        goto out;
    }
    if (jb_config_trusts(&config, origin) == trust) {
        error = JB_OK;
        goto out;
    }
    if (!trust) {
        remove_origin(json, origin);
    } else if (config.trusted_count == JB_TRUSTED_ORIGINS_MAX || !add_origin(json, origin)) {
        goto out;
    }
    error = save(path, json) ? JB_OK : JB_ERR_CONFIG_INVALID;
out:
    if (lock >= 0) {
        jb_platform_unlock_beside(lock);
    }
    cJSON_Delete(json);
    jb_config_clear(&config);
    free(path);
    return error;
}

enum jb_error jb_config_trust(const char *origin) {
    return change_trust(origin, true);
}

enum jb_error jb_config_distrust(const char *origin) {
    return change_trust(origin, false);
}

static bool is_id(const char *text) {
    return strspn(text, "0123456789abcdef") == JB_INSTALLATION_ID_LEN &&
           text[JB_INSTALLATION_ID_LEN] == '\0';
}

static bool make_id(char id[JB_INSTALLATION_ID_LEN + 1]) {
    uint8_t bytes[JB_INSTALLATION_ID_LEN / 2];

    if (RAND_bytes(bytes, sizeof bytes) != 1) {
        return false;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        (void)snprintf(id + 2 * i, 3, "%02x", bytes[i]);
    }
    return true;
}

/* Reads the identifier that was kept; JB_OK with *absent when there is none yet. */
static enum jb_error read_id(const char *path, char id[JB_INSTALLATION_ID_LEN + 1], bool *absent) {
    cJSON *json = jb_json_read_file(path, JB_INSTALLATION_ID_LEN + 3, absent);
    const char *kept = cJSON_GetStringValue(json);
    enum jb_error error = *absent ? JB_OK : JB_ERR_CONFIG_INVALID;

    if (kept != NULL && is_id(kept)) {
        memcpy(id, kept, JB_INSTALLATION_ID_LEN + 1);
        error = JB_OK;
    }
    cJSON_Delete(json);
    return error;
}

enum jb_error jb_config_installation_id(char id[JB_INSTALLATION_ID_LEN + 1]) {
    char *path = installation_path();
    char text[JB_INSTALLATION_ID_LEN + 3];
    bool absent = false;
    enum jb_error error = JB_ERR_CONFIG_INVALID;
    int lock = -1;

    /* Locked, so that two first uses at once do not make two. */
    if (path == NULL || (lock = jb_platform_lock_beside(path)) < 0) {
        goto out;
    }
    /* A file that is there and no identifier is left to its owner: another one would be another
     * installation. */
    error = read_id(path, id, &absent);
    if (absent) {
        error = make_id(id) ? JB_OK : JB_ERR_INTERNAL;
    }
    if (absent && error == JB_OK) {
        (void)snprintf(text, sizeof text, "\"%s\"", id);
        error =
            jb_platform_write_file(path, text, strlen(text), false) ? JB_OK : JB_ERR_CONFIG_INVALID;
    }
    jb_platform_unlock_beside(lock);
out:
    free(path);
    return error;
}

bool jb_config_installation_is_sound(void) {
    char *path = installation_path();
    char id[JB_INSTALLATION_ID_LEN + 1];
    bool absent = false;
    bool sound = path == NULL || read_id(path, id, &absent) == JB_OK;

    free(path);
    return sound;
}
