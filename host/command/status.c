/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/command.h"

#include <string.h>

#include "jpki_bridge/text.h"

#define PAUSE_MS 10
#define FIRST_LOOKS 20 /* of PAUSE_MS, that the job beside is given to look at the readers */

static const char *name_of(enum jb_card_kind kind) {
    /* The older card is told apart only by card-info: who asks for a status knows no such kind. */
    return jb_card_kind_name(kind == JB_CARD_JUKI ? JB_CARD_OTHER : kind);
}

/* {"readers": [{"name", "card"}]} */
static enum jb_error make_result(const struct jb_card_status *found, size_t count, cJSON **result) {
    cJSON *root = cJSON_CreateObject();
    cJSON *readers = cJSON_AddArrayToObject(root, "readers");
    enum jb_error error = readers != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;

    for (size_t i = 0; i < count && error == JB_OK; i++) {
        cJSON *reader = cJSON_CreateObject();
        char name[JB_READER_NAME_MAX * 3];
        /* It comes from a plug, and need not be text. */
        jb_text_for_display(found[i].reader, JB_READER_NAME_MAX, name, sizeof name);
        if (cJSON_AddStringToObject(reader, "name", name) == NULL ||
            cJSON_AddStringToObject(reader, "card", name_of(found[i].kind)) == NULL ||
            !cJSON_AddItemToArray(readers, reader)) {
            cJSON_Delete(reader);
            error = JB_ERR_OUT_OF_MEMORY;
        }
    }
    if (error == JB_OK) {
        *result = root;
        root = NULL;
    }
    cJSON_Delete(root);
    return error;
}

enum jb_error jb_command_status(const struct jb_context *context, cJSON **result, int *tries_left) {
    struct jb_card_status found[JB_READERS_MAX];
    size_t count = 0;
    enum jb_error error = jb_card_survey(context->transport, context->op, found, &count);

    (void)tries_left;
    return error == JB_OK ? make_result(found, count, result) : error;
}

enum jb_error jb_command_glance(struct jb_transport *transport, cJSON **result) {
    struct jb_reader readers[JB_READERS_MAX];
    struct jb_card_status found[JB_READERS_MAX];
    size_t count = 0;

    enum jb_io io = transport->latest(transport, readers, &count);
    for (int i = 0; i < FIRST_LOOKS && io == JB_IO_BUSY; i++) {
        jb_pause(PAUSE_MS);
        io = transport->latest(transport, readers, &count);
    }
    if (io != JB_IO_OK) {
        return io == JB_IO_DENIED ? JB_ERR_PCSC_DENIED : JB_ERR_PCSC_UNAVAILABLE;
    }
    for (size_t i = 0; i < count; i++) {
        memcpy(found[i].reader, readers[i].name, sizeof found[i].reader);
        found[i].kind = readers[i].card_present ? JB_CARD_UNKNOWN : JB_CARD_NONE;
    }
    return make_result(found, count, result);
}
