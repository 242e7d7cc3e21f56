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

static const char pinentry_name[] = "pinentry";
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

static enum jb_error read_trusted(struct jb_config *config, const cJSON *json,
                                  struct jb_fault *fault) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(json, trusted_name);
    const cJSON *item;
    int count = cJSON_GetArraySize(list);

    if (list == NULL) {
        return JB_OK;
    }
    if (!cJSON_IsArray(list) || count > JB_TRUSTED_ORIGINS_MAX) {
        (void)jb_fault_set(fault, cJSON_IsArray(list) ? JB_FAULT_TOO_MANY : JB_FAULT_NOT_ORIGINS,
                           trusted_name);
        return JB_ERR_CONFIG_INVALID;
    }
    config->trusted = calloc((size_t)count + 1, sizeof *config->trusted);
    if (config->trusted == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    cJSON_ArrayForEach(item, list) {
        if (!cJSON_IsString(item) || !jb_origin_is_valid(item->valuestring)) {
            (void)jb_fault_set(fault, JB_FAULT_NOT_ORIGINS, trusted_name);
            return JB_ERR_CONFIG_INVALID;
        }
        char *origin = strdup(item->valuestring);
        if (origin == NULL) {
            return JB_ERR_OUT_OF_MEMORY;
        }
        config->trusted[config->trusted_count++] = origin;
    }
    return JB_OK;
}

/* A bare name would be looked for in PATH, which is not ours to trust; and what another user could
 * have put there must not be told a PIN. */
static enum jb_error read_pinentry(struct jb_config *config, const cJSON *json,
                                   struct jb_fault *fault) {
    const char *pinentry = jb_json_string(json, pinentry_name);

    if (cJSON_GetObjectItemCaseSensitive(json, pinentry_name) == NULL) {
        return JB_OK;
    }
    if (pinentry == NULL || !jb_platform_is_absolute(pinentry) ||
        strlen(pinentry) > PATH_LENGTH_MAX) {
        (void)jb_fault_set(fault, JB_FAULT_NOT_PATH, pinentry_name);
        return JB_ERR_CONFIG_INVALID;
    }
    if (!jb_platform_is_trusted(pinentry, JB_KEEPER_USER, fault)) {
        return JB_ERR_CONFIG_INVALID;
    }
    config->pinentry = strdup(pinentry);
    return config->pinentry == NULL ? JB_ERR_OUT_OF_MEMORY : JB_OK;
}

/* The file as JSON (an empty object when there is none), checked; freed with cJSON_Delete. */
static enum jb_error load(struct jb_config *config, cJSON **out, struct jb_fault *fault) {
    static const char *const names[] = {pinentry_name, trusted_name, NULL};
    struct jb_fault unused, *found = fault == NULL ? &unused : fault;
    char *path = config_path();
    char *text = NULL;
    size_t len = 0;
    enum jb_error error = JB_OK;

    memset(config, 0, sizeof *config);
    found->kind = JB_FAULT_NONE;
    if (path != NULL) {
        text = jb_platform_read_trusted(path, JB_KEEPER_USER, CONFIG_MAX, &len, found);
    }
    if (text == NULL && found->kind == JB_FAULT_NONE) {
        *out = cJSON_CreateObject(); /* nobody's configuration is an empty one */
        error = *out == NULL ? JB_ERR_OUT_OF_MEMORY : JB_OK;
    } else {
        *out = text == NULL ? NULL : jb_fault_parse(text, len, names, found);
        error = *out == NULL ? JB_ERR_CONFIG_INVALID : JB_OK;
    }
    if (error == JB_OK && (error = read_pinentry(config, *out, found)) == JB_OK) {
        error = read_trusted(config, *out, found);
    }
    if (error != JB_OK) {
        jb_config_clear(config);
        cJSON_Delete(*out);
        *out = NULL;
    }
    free(text);
    free(path);
    return error;
}

enum jb_error jb_config_load(struct jb_config *config, struct jb_fault *fault) {
    cJSON *json = NULL;
    enum jb_error error = load(config, &json, fault);

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
static enum jb_error change_trust(struct jb_op *op, const char *origin, bool trust) {
    char *path = config_path();
    struct jb_config config = {0};
    cJSON *json = NULL;
    enum jb_error error = JB_ERR_HOME_ABSENT; /* nowhere to keep it */
    int lock = -1;

    if (path == NULL || (error = jb_platform_lock_beside(path, op, &lock)) != JB_OK ||
        (error = load(&config, &json, NULL)) != JB_OK) {
        goto out;
    }
    if (jb_config_trusts(&config, origin) == trust) {
        error = JB_OK;
        goto out;
    }
    if (!trust) {
        remove_origin(json, origin);
    } else if (config.trusted_count == JB_TRUSTED_ORIGINS_MAX || !add_origin(json, origin)) {
        error = JB_ERR_CONFIG_INVALID;
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

enum jb_error jb_config_trust(struct jb_op *op, const char *origin) {
    return change_trust(op, origin, true);
}

enum jb_error jb_config_distrust(struct jb_op *op, const char *origin) {
    return change_trust(op, origin, false);
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
static enum jb_error read_id(const char *path, char id[JB_INSTALLATION_ID_LEN + 1], bool *absent,
                             struct jb_fault *fault) {
    size_t len = 0;
    char *text = NULL;
    cJSON *json = NULL;
    const char *kept = NULL;
    enum jb_error error = JB_ERR_CONFIG_INVALID;

    fault->kind = JB_FAULT_NONE;
    text = jb_platform_read_trusted(path, JB_KEEPER_USER, JB_INSTALLATION_ID_LEN + 3, &len, fault);
    *absent = text == NULL && fault->kind == JB_FAULT_NONE;
    json = text == NULL ? NULL : jb_json_parse(text, len);
    kept = cJSON_GetStringValue(json);
    if (kept != NULL && is_id(kept)) {
        memcpy(id, kept, JB_INSTALLATION_ID_LEN + 1);
        error = JB_OK;
    } else if (*absent) {
        error = JB_OK;
    } else {
        (void)jb_fault_set(fault, JB_FAULT_FORM, path);
    }
    cJSON_Delete(json);
    free(text);
    return error;
}

enum jb_error jb_config_installation_id(struct jb_op *op, char id[JB_INSTALLATION_ID_LEN + 1]) {
    char *path = installation_path();
    char text[JB_INSTALLATION_ID_LEN + 3];
    struct jb_fault fault;
    bool absent = false;
    enum jb_error error = JB_ERR_HOME_ABSENT; /* nowhere to keep it */
    int lock = -1;

    /* Locked, so that two first uses at once do not make two. */
    if (path == NULL || (error = jb_platform_lock_beside(path, op, &lock)) != JB_OK) {
        goto out;
    }
    /* A file that is there and no identifier is left to its owner: another one would be another
     * installation. */
    error = read_id(path, id, &absent, &fault);
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

bool jb_config_installation_is_sound(struct jb_fault *fault) {
    char *path = installation_path();
    char id[JB_INSTALLATION_ID_LEN + 1];
    bool absent = false;
    bool sound = path == NULL || read_id(path, id, &absent, fault) == JB_OK;

    free(path);
    return sound;
}
