/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/command.h"

#include <stdlib.h>

#include "jpki_bridge/base64.h"
#include "jpki_bridge/config.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/policy.h"

static enum jb_error check_policy(const char *origin) {
    struct jb_policy *policy = NULL;
    enum jb_error error = jb_policy_load(&policy);

    if (error == JB_OK) {
        error = jb_policy_check_origin(policy, origin);
    }
    jb_policy_free(&policy);
    return error;
}

/* The yes that the session window asks for elsewhere. */
static enum jb_error confirm_caller(const struct jb_context *context, const char *program) {
    const struct jb_request *request = context->request;
    const struct jb_prompt_request prompt = {
        .kind = JB_PROMPT_CALLER,
        .purpose = request->command == JB_COMMAND_AUTHENTICATE ? JB_PURPOSE_LOGIN
                   : request->command == JB_COMMAND_SIGN       ? JB_PURPOSE_SIGN
                                                               : JB_PURPOSE_READ_CERTIFICATE,
        .pin = request->command == JB_COMMAND_AUTHENTICATE ? JB_PIN_AUTH : JB_PIN_SIGN,
        .lang = request->lang,
        .tries_left = -1,
        .origin = request->origin,
        .program = program,
    };
    const struct jb_event event = {.kind = JB_EVENT_PIN_PROMPT, .tries_left = -1, .confirm = true};
    bool moved = false;

    if (!context->confirm_caller) {
        return JB_OK;
    }
    jb_op_tell(context->op, &event);
    return jb_ask(context, &prompt, NULL, NULL, &moved);
}

static enum jb_error run_with_card(const struct jb_context *context, const char *program,
                                   cJSON **result, int *tries_left) {
    enum jb_error error = confirm_caller(context, program);

    if (error != JB_OK) {
        return error;
    }
    switch (context->request->command) {
    case JB_COMMAND_AUTHENTICATE:
        return jb_command_authenticate(context, program, result, tries_left);
    case JB_COMMAND_GET_SIGNING_CERTIFICATE:
        return jb_command_get_signing_certificate(context, program, result, tries_left);
    case JB_COMMAND_SIGN:
        return jb_command_sign(context, program, result, tries_left);
    case JB_COMMAND_STATUS:
    case JB_COMMAND_QUIT:
        break;
    }
    return JB_ERR_INTERNAL;
}

enum jb_error jb_command_run(const struct jb_context *context, cJSON **result, int *tries_left) {
    struct jb_user_lock *lock = NULL;
    struct jb_config config = {0};
    enum jb_error error = JB_OK;

    *result = NULL;
    *tries_left = -1;
    if (context->request->command == JB_COMMAND_STATUS) {
        return jb_command_status(context, result);
    }
    if ((error = check_policy(context->request->origin)) != JB_OK ||
        (error = jb_config_load(&config, NULL)) != JB_OK ||
        (error = jb_user_lock_take(context->op, &lock)) != JB_OK) {
        goto out;
    }
    error = run_with_card(context, config.pinentry, result, tries_left);
out:
    jb_user_lock_free(&lock);
    jb_config_clear(&config);
    return error;
}

cJSON *jb_signature_algorithm(const struct jb_certificate *certificate, enum jb_hash hash) {
    cJSON *object = cJSON_CreateObject();

    if (cJSON_AddStringToObject(object, "cryptoAlgorithm",
                                jb_signature_crypto_algorithm(certificate)) == NULL ||
        cJSON_AddStringToObject(object, "hashFunction", jb_hash_name(hash)) == NULL ||
        cJSON_AddStringToObject(object, "paddingScheme",
                                jb_signature_padding_scheme(certificate)) == NULL) {
        cJSON_Delete(object);
        object = NULL;
    }
    return object;
}

bool jb_add_base64(cJSON *object, const char *name, const uint8_t *bytes, size_t len) {
    char *text = jb_base64_encode(bytes, len);
    bool added = text != NULL && cJSON_AddStringToObject(object, name, text) != NULL;

    free(text);
    return added;
}
