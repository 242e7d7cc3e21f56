/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/reply.h"

#include <string.h>

#include "jpki_bridge/frame.h"

/* Prints, writes and frees the object; a null or unfinished one counts as memory short, and the
 * port ends. */
static bool send_object(int fd, cJSON *object, bool whole) {
    char *text = whole ? cJSON_PrintUnformatted(object) : NULL;
    bool sent = text != NULL && jb_frame_write(fd, text, strlen(text)) == JB_OK;

    cJSON_free(text);
    cJSON_Delete(object);
    return sent;
}

static bool add_id(cJSON *object, const struct jb_request *request) {
    switch (request->id_kind) {
    case JB_ID_STRING:
        return cJSON_AddStringToObject(object, "id", request->id) != NULL;
    case JB_ID_NUMBER:
        return cJSON_AddNumberToObject(object, "id", request->id_number) != NULL;
    case JB_ID_NONE:
        break;
    }
    return true;
}

bool jb_reply_hello(int fd) {
    cJSON *hello = cJSON_CreateObject();

    return send_object(fd, hello,
                       cJSON_AddStringToObject(hello, "version", JB_PROTOCOL_VERSION) != NULL &&
                           cJSON_AddStringToObject(hello, "app", "jpki-bridge") != NULL &&
                           cJSON_AddStringToObject(hello, "appVersion", JB_VERSION) != NULL);
}

bool jb_reply_result(int fd, const struct jb_request *request, cJSON *result) {
    static const struct jb_failure nothing = {-1, -1, NULL};
    char *text = add_id(result, request) ? cJSON_PrintUnformatted(result) : NULL;
    enum jb_error error = text != NULL ? jb_frame_write(fd, text, strlen(text)) : JB_ERR_INTERNAL;

    cJSON_free(text);
    cJSON_Delete(result);
    return error == JB_ERR_REPLY_TOO_LARGE ? jb_reply_failure(fd, request, error, &nothing)
                                           : error == JB_OK;
}

bool jb_reply_failure(int fd, const struct jb_request *request, enum jb_error error,
                      const struct jb_failure *more) {
    cJSON *root = cJSON_CreateObject();
    cJSON *failure = cJSON_AddObjectToObject(root, "error");
    bool whole = cJSON_AddStringToObject(failure, "code", jb_error_code(error)) != NULL &&
                 cJSON_AddStringToObject(failure, "message",
                                         jb_error_sentence(error, request->lang)) != NULL &&
                 cJSON_AddStringToObject(failure, "reason", jb_error_reason(error)) != NULL &&
                 (more->tries_left < 0 ||
                  cJSON_AddNumberToObject(failure, "triesLeft", more->tries_left) != NULL) &&
                 (more->signatures < 0 ||
                  cJSON_AddNumberToObject(failure, "signed", more->signatures) != NULL) &&
                 (more->problem == NULL ||
                  cJSON_AddStringToObject(failure, "argument", more->problem) != NULL);

    return send_object(fd, root, whole && add_id(root, request));
}

bool jb_reply_event(int fd, const struct jb_request *request, const struct jb_event *event) {
    static const char *const names[] = {
        [JB_EVENT_WAITING_FOR_READER] = "waiting-for-reader",
        [JB_EVENT_WAITING_FOR_CARD] = "waiting-for-card",
        [JB_EVENT_PIN_PROMPT] = "pin-prompt",
        [JB_EVENT_CARD_WORKING] = "card-working",
    };
    cJSON *root = cJSON_CreateObject();
    bool whole =
        cJSON_AddStringToObject(root, "event", names[event->kind]) != NULL &&
        (event->found == NULL || cJSON_AddStringToObject(root, "found", event->found) != NULL) &&
        (event->kind != JB_EVENT_PIN_PROMPT || event->tries_left < 0 ||
         cJSON_AddNumberToObject(root, "triesLeft", event->tries_left) != NULL) &&
        (!event->keypad || cJSON_AddTrueToObject(root, "keypad") != NULL) &&
        (!event->confirm || cJSON_AddTrueToObject(root, "confirm") != NULL) &&
        (!event->fresh || cJSON_AddTrueToObject(root, "new") != NULL) &&
        (!event->again || cJSON_AddTrueToObject(root, "again") != NULL) &&
        (event->count == 0 || (cJSON_AddNumberToObject(root, "signed", event->done) != NULL &&
                               cJSON_AddNumberToObject(root, "count", event->count) != NULL));

    return send_object(fd, root, whole && add_id(root, request));
}
