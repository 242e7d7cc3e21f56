/* SPDX-License-Identifier: MIT */
/* trusted-origins and distrust-origin: the sites that the holder lets use the Mynaportal protocol's
 * signatures. */
#include "jpki_bridge/command.h"

enum jb_error jb_command_trusted_origins(const struct jb_context *context, cJSON **result,
                                         int *tries_left) {
    struct jb_config config;
    enum jb_error error = jb_config_load(&config, NULL);
    cJSON *root = NULL;
    cJSON *list = NULL;

    (void)context;
    (void)tries_left;
    if (error != JB_OK) {
        return error;
    }
    root = cJSON_CreateObject();
    list = cJSON_AddArrayToObject(root, "origins");
    error = list != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;
    for (size_t i = 0; i < config.trusted_count && error == JB_OK; i++) {
        cJSON *origin = cJSON_CreateString(config.trusted[i]);
        if (!cJSON_AddItemToArray(list, origin)) {
            cJSON_Delete(origin);
            error = JB_ERR_OUT_OF_MEMORY;
        }
    }
    if (error == JB_OK) {
        *result = root;
        root = NULL;
    }
    cJSON_Delete(root);
    jb_config_clear(&config);
    return error;
}

enum jb_error jb_command_distrust_origin(const struct jb_context *context, cJSON **result,
                                         int *tries_left) {
    enum jb_error error = jb_config_distrust(context->op, context->request->origin);

    (void)tries_left;
    if (error == JB_OK && (*result = cJSON_CreateObject()) == NULL) {
        error = JB_ERR_OUT_OF_MEMORY;
    }
    return error;
}
