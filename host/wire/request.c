/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/request.h"

#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/base64.h"
#include "jpki_bridge/command.h"
#include "jpki_bridge/json.h"

#define CERTIFICATE_MAX 8192 /* bytes of DER in a request */
#define MESSAGE_MAX 65536    /* bytes of a page's Mynaportal message */
#define LANG_MAX 35          /* characters of a language tag: RFC 5646 §4.4.1 */

static enum jb_error fail(enum jb_error error, const char *name, const char **problem) {
    *problem = name;
    return error;
}

/* The string member name: missing, of another type, or longer than max is an error. */
static enum jb_error get_string(const cJSON *object, const char *name, size_t max, const char **out,
                                const char **problem) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    if (member == NULL) {
        return fail(JB_ERR_ARGUMENT_MISSING, name, problem);
    }
    *out = cJSON_GetStringValue(member);
    if (*out == NULL || strlen(*out) > max) {
        return fail(JB_ERR_ARGUMENT_INVALID, name, problem);
    }
    return JB_OK;
}

static enum jb_error parse_id(const cJSON *root, struct jb_request *request, const char **problem) {
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(root, "id");

    if (id == NULL) {
        return JB_OK;
    }
    if (cJSON_IsString(id) && strlen(id->valuestring) <= JB_REQUEST_ID_MAX) {
        memcpy(request->id, id->valuestring, strlen(id->valuestring) + 1);
        request->id_kind = JB_ID_STRING;
        return JB_OK;
    }
    if (cJSON_IsNumber(id) && id->valuedouble >= INT32_MIN && id->valuedouble <= INT32_MAX &&
        id->valuedouble == (double)(int32_t)id->valuedouble) {
        request->id_number = (int32_t)id->valuedouble;
        request->id_kind = JB_ID_NUMBER;
        return JB_OK;
    }
    return fail(JB_ERR_ARGUMENT_INVALID, "id", problem);
}

static enum jb_error parse_envelope(const cJSON *root, struct jb_request *request,
                                    const char **problem) {
    static const char *const names[] = {"command", "arguments", "id", "events", "timeout", NULL};
    const cJSON *events = cJSON_GetObjectItemCaseSensitive(root, "events");
    const cJSON *timeout = cJSON_GetObjectItemCaseSensitive(root, "timeout");

    if (!jb_json_only(root, names)) {
        return fail(JB_ERR_ARGUMENT_UNKNOWN, "request", problem);
    }
    if (events != NULL && !cJSON_IsBool(events)) {
        return fail(JB_ERR_ARGUMENT_INVALID, "events", problem);
    }
    request->events = cJSON_IsTrue(events);
    if (timeout != NULL) {
        if (!cJSON_IsNumber(timeout) || timeout->valuedouble < JB_TIMEOUT_MIN_MS ||
            timeout->valuedouble > JB_TIMEOUT_MAX_MS ||
            timeout->valuedouble != (double)(unsigned)timeout->valuedouble) {
            return fail(JB_ERR_ARGUMENT_INVALID, "timeout", problem);
        }
        request->timeout_ms = (unsigned)timeout->valuedouble;
    }
    return JB_OK;
}

static enum jb_error parse_lang(const cJSON *arguments, struct jb_request *request,
                                const char **problem) {
    const char *lang = NULL;

    if (cJSON_GetObjectItemCaseSensitive(arguments, "lang") == NULL) {
        return JB_OK;
    }
    enum jb_error error = get_string(arguments, "lang", LANG_MAX, &lang, problem);
    if (error == JB_OK) {
        request->lang = jb_lang_of(lang);
    }
    return error;
}

static enum jb_error parse_origin(const cJSON *arguments, struct jb_request *request,
                                  const char **problem) {
    const char *origin = NULL;
    enum jb_error error = get_string(arguments, "origin", SIZE_MAX, &origin, problem);

    if (error != JB_OK) {
        return error;
    }
    if (!jb_origin_is_valid(origin)) {
        return fail(JB_ERR_ORIGIN_INVALID, "origin", problem);
    }
    memcpy(request->origin, origin, strlen(origin) + 1);
    return JB_OK;
}

static enum jb_error parse_nonce(const cJSON *arguments, struct jb_request *request,
                                 const char **problem) {
    const char *nonce = NULL;
    enum jb_error error = get_string(arguments, "challengeNonce", JB_NONCE_MAX, &nonce, problem);

    if (error != JB_OK) {
        return error;
    }
    if (strlen(nonce) < JB_NONCE_MIN) {
        return fail(JB_ERR_ARGUMENT_INVALID, "challengeNonce", problem);
    }
    memcpy(request->nonce, nonce, strlen(nonce) + 1);
    return JB_OK;
}

static enum jb_error parse_certificate(const cJSON *arguments, struct jb_request *request,
                                       const char **problem) {
    const char *text = NULL;

    if (cJSON_GetObjectItemCaseSensitive(arguments, "certificate") == NULL) {
        return JB_OK;
    }
    enum jb_error error = get_string(arguments, "certificate", SIZE_MAX, &text, problem);
    if (error == JB_OK) {
        error = jb_base64_decode(text, CERTIFICATE_MAX, &request->certificate,
                                 &request->certificate_len);
    }
    return error == JB_OK ? JB_OK : fail(error, "certificate", problem);
}

static enum jb_error parse_hash_function(const cJSON *arguments, struct jb_request *request,
                                         const char **problem) {
    const char *function = NULL;
    enum jb_error error = get_string(arguments, "hashFunction", 16, &function, problem);

    if (error == JB_OK && !jb_hash_of(function, &request->hash)) {
        error = fail(JB_ERR_ALGORITHM_UNSUPPORTED, "hashFunction", problem);
    }
    return error;
}

/* A digest of the request's hash function, from base64. */
static enum jb_error take_digest(const struct jb_request *request, const char *text,
                                 uint8_t digest[JB_HASH_MAX]) {
    uint8_t *bytes = NULL;
    size_t len = 0;
    enum jb_error error = jb_base64_decode(text, JB_HASH_MAX, &bytes, &len);

    if (error == JB_OK && len != jb_hash_size(request->hash)) {
        error = JB_ERR_ARGUMENT_INVALID;
    }
    if (error == JB_OK) {
        memcpy(digest, bytes, len);
    }
    free(bytes);
    return error;
}

static enum jb_error parse_hash(const cJSON *arguments, struct jb_request *request,
                                const char **problem) {
    const char *text = NULL;
    enum jb_error error = parse_hash_function(arguments, request, problem);

    if (error != JB_OK ||
        (error = get_string(arguments, "hash", SIZE_MAX, &text, problem)) != JB_OK) {
        return error;
    }
    error = take_digest(request, text, request->digest);
    return error == JB_OK ? JB_OK : fail(error, "hash", problem);
}

static enum jb_error parse_document(const cJSON *item, const struct jb_request *request,
                                    struct jb_document *document) {
    static const char *const names[] = {"format", "digest", NULL};
    const char *format = NULL, *digest = NULL, *unused = NULL;
    enum jb_error error = JB_OK;

    if (!cJSON_IsObject(item)) {
        return JB_ERR_ARGUMENT_INVALID;
    }
    if (!jb_json_only(item, names)) {
        return JB_ERR_ARGUMENT_UNKNOWN;
    }
    if ((error = get_string(item, "format", 16, &format, &unused)) != JB_OK ||
        (error = get_string(item, "digest", SIZE_MAX, &digest, &unused)) != JB_OK) {
        return error;
    }
    return jb_cms_profile_of(format, &document->profile)
               ? take_digest(request, digest, document->digest)
               : JB_ERR_ARGUMENT_INVALID;
}

static enum jb_error parse_documents(const cJSON *arguments, struct jb_request *request,
                                     const char **problem) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(arguments, "documents");
    int count = cJSON_GetArraySize(list);
    enum jb_error error = JB_OK;

    if (list == NULL) {
        return fail(JB_ERR_ARGUMENT_MISSING, "documents", problem);
    }
    if (!cJSON_IsArray(list) || count < 1 || count > JB_DOCUMENTS_MAX) {
        return fail(JB_ERR_ARGUMENT_INVALID, "documents", problem);
    }
    if ((error = parse_hash_function(arguments, request, problem)) != JB_OK) {
        return error;
    }
    if (request->hash < JB_HASH_SHA256) {
        return fail(JB_ERR_ALGORITHM_UNSUPPORTED, "hashFunction", problem);
    }
    request->documents = calloc((size_t)count, sizeof *request->documents);
    if (request->documents == NULL) {
        return fail(JB_ERR_OUT_OF_MEMORY, "documents", problem);
    }
    for (const cJSON *item = list->child; item != NULL && error == JB_OK; item = item->next) {
        error = parse_document(item, request, &request->documents[request->document_count++]);
    }
    return error == JB_OK ? JB_OK : fail(error, "documents", problem);
}

/* The page's text; a caller may have parsed it already. */
static enum jb_error parse_message(const cJSON *arguments, struct jb_request *request,
                                   const char **problem) {
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(arguments, "message");
    char *printed = cJSON_IsObject(member) ? cJSON_PrintUnformatted(member) : NULL;
    const char *text = printed != NULL ? printed : cJSON_GetStringValue(member);
    enum jb_error error = JB_OK;

    if (member == NULL) {
        error = fail(JB_ERR_ARGUMENT_MISSING, "message", problem);
    } else if (text == NULL || strlen(text) > MESSAGE_MAX) {
        error = fail(JB_ERR_ARGUMENT_INVALID, "message", problem);
    } else {
        error = jb_mynaportal_parse(text, &request->message, problem);
    }
    cJSON_free(printed);
    return error;
}

/* The place of the text in the list, or its length. */
static size_t place_of(const char *text, const char *const *names, size_t count) {
    size_t i = 0;

    while (i < count && strcmp(text, names[i]) != 0) {
        i++;
    }
    return i;
}

static enum jb_error parse_pin(const cJSON *arguments, struct jb_request *request,
                               const char **problem) {
    static const char *const names[] = {
        [JB_PIN_AUTH] = "authentication", [JB_PIN_SIGN] = "signing", [JB_PIN_PROFILE] = "profile"};
    const char *name = NULL;
    enum jb_error error = get_string(arguments, "pin", 16, &name, problem);

    if (error != JB_OK) {
        return error;
    }
    size_t place = place_of(name, names, sizeof names / sizeof names[0]);
    if (place == sizeof names / sizeof names[0]) {
        return fail(JB_ERR_ARGUMENT_INVALID, "pin", problem);
    }
    request->pin = (enum jb_pin)place;
    return JB_OK;
}

/* One field or more, none of them twice. */
static enum jb_error parse_fields(const cJSON *arguments, struct jb_request *request,
                                  const char **problem) {
    static const char *const names[] = {"name", "address", "birthDate", "sex"};
    enum { COUNT = sizeof names / sizeof names[0] };
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(arguments, "fields");

    if (list == NULL) {
        return fail(JB_ERR_ARGUMENT_MISSING, "fields", problem);
    }
    if (!cJSON_IsArray(list) || list->child == NULL) {
        return fail(JB_ERR_ARGUMENT_INVALID, "fields", problem);
    }
    for (const cJSON *item = list->child; item != NULL; item = item->next) {
        const char *name = cJSON_GetStringValue(item);
        size_t place = name == NULL ? COUNT : place_of(name, names, COUNT);
        unsigned field = 1U << place; /* in the order of enum jb_field */

        if (place == COUNT || (request->fields & field) != 0) {
            return fail(JB_ERR_ARGUMENT_INVALID, "fields", problem);
        }
        request->fields |= field;
    }
    return JB_OK;
}

static bool only_arguments(const cJSON *arguments, unsigned allowed) {
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{JB_ARGUMENT_ORIGIN, "origin"},
                 {JB_ARGUMENT_LANG, "lang"},
                 {JB_ARGUMENT_NONCE, "challengeNonce"},
                 {JB_ARGUMENT_CERTIFICATE, "certificate"},
                 {JB_ARGUMENT_HASH, "hash"},
                 {JB_ARGUMENT_HASH | JB_ARGUMENT_DOCUMENTS, "hashFunction"},
                 {JB_ARGUMENT_MESSAGE, "message"},
                 {JB_ARGUMENT_DOCUMENTS, "documents"},
                 {JB_ARGUMENT_PIN, "pin"},
                 {JB_ARGUMENT_FIELDS, "fields"}};
    const char *list[sizeof names / sizeof names[0] + 1] = {NULL};
    size_t count = 0;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (allowed & names[i].bit) {
            list[count++] = names[i].name;
        }
    }
    return jb_json_only(arguments, list);
}

static enum jb_error parse_arguments(const cJSON *root, unsigned required, unsigned optional,
                                     struct jb_request *request, const char **problem) {
    static const struct {
        unsigned bit;
        enum jb_error (*parse)(const cJSON *, struct jb_request *, const char **);
    } parsers[] = {
        {JB_ARGUMENT_LANG, parse_lang},           {JB_ARGUMENT_ORIGIN, parse_origin},
        {JB_ARGUMENT_NONCE, parse_nonce},         {JB_ARGUMENT_CERTIFICATE, parse_certificate},
        {JB_ARGUMENT_HASH, parse_hash},           {JB_ARGUMENT_MESSAGE, parse_message},
        {JB_ARGUMENT_DOCUMENTS, parse_documents}, {JB_ARGUMENT_PIN, parse_pin},
        {JB_ARGUMENT_FIELDS, parse_fields}};
    const cJSON *arguments = cJSON_GetObjectItemCaseSensitive(root, "arguments");

    if (arguments == NULL) {
        return fail(JB_ERR_ARGUMENT_MISSING, "arguments", problem);
    }
    if (!cJSON_IsObject(arguments)) {
        return fail(JB_ERR_ARGUMENT_INVALID, "arguments", problem);
    }
    if (!only_arguments(arguments, required | optional)) {
        return fail(JB_ERR_ARGUMENT_UNKNOWN, "arguments", problem);
    }
    for (size_t i = 0; i < sizeof parsers / sizeof parsers[0]; i++) {
        enum jb_error error = (required | optional) & parsers[i].bit
                                  ? parsers[i].parse(arguments, request, problem)
                                  : JB_OK;
        if (error != JB_OK) {
            return error;
        }
    }
    return JB_OK;
}

static enum jb_error parse_command(const cJSON *root, struct jb_request *request,
                                   const char **problem) {
    const char *name = NULL;
    enum jb_error error = get_string(root, "command", SIZE_MAX, &name, problem);

    if (error != JB_OK) {
        return error;
    }
    const struct jb_command_row *row = jb_command_named(name);
    if (row == NULL) {
        return fail(JB_ERR_COMMAND_UNKNOWN, "command", problem);
    }
    request->command = row->command;
    return parse_arguments(root, row->required, row->optional, request, problem);
}

enum jb_error jb_request_parse(const char *text, size_t len, struct jb_request *request,
                               const char **problem) {
    enum jb_error error = JB_OK;
    cJSON *root = NULL;

    memset(request, 0, sizeof *request);
    request->lang = jb_lang_system();
    request->timeout_ms = JB_TIMEOUT_DEFAULT_MS;
    *problem = NULL;
    root = jb_json_parse(text, len);
    if (root == NULL || !cJSON_IsObject(root)) {
        error = fail(JB_ERR_REQUEST_MALFORMED, "request", problem);
        goto out;
    }
    if ((error = parse_id(root, request, problem)) != JB_OK ||
        (error = parse_envelope(root, request, problem)) != JB_OK) {
        goto out;
    }
    error = parse_command(root, request, problem);
out:
    cJSON_Delete(root);
    return error;
}

void jb_request_clear(struct jb_request *request) {
    free(request->certificate);
    request->certificate = NULL;
    free(request->documents);
    request->documents = NULL;
    request->document_count = 0;
    jb_mynaportal_clear(&request->message);
}
