/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/command.h"

#include <stdlib.h>

#include "jpki_bridge/base64.h"
#include "jpki_bridge/config.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/policy.h"

/* What a request is for, in the words of the prompt. */
static void describe(const struct jb_request *request, struct jb_prompt_request *prompt) {
    switch (request->command) {
    case JB_COMMAND_SIGN:
        prompt->purpose = JB_PURPOSE_SIGN;
        prompt->pin = JB_PIN_SIGN;
        break;
    case JB_COMMAND_SIGN_DOCUMENTS:
        prompt->purpose = JB_PURPOSE_SIGN;
        prompt->pin = JB_PIN_SIGN;
        prompt->documents = (unsigned)request->document_count;
        break;
    case JB_COMMAND_GET_SIGNING_CERTIFICATE:
        prompt->purpose = JB_PURPOSE_READ_CERTIFICATE;
        prompt->pin = JB_PIN_SIGN;
        break;
    case JB_COMMAND_MYNAPORTAL:
        prompt->purpose = request->message.mode == JB_MYNAPORTAL_SIGN         ? JB_PURPOSE_SIGN
                          : request->message.mode == JB_MYNAPORTAL_ATTRIBUTES ? JB_PURPOSE_PROFILE
                                                                              : JB_PURPOSE_LOGIN;
        prompt->pin = request->message.mode == JB_MYNAPORTAL_SIGN         ? JB_PIN_SIGN
                      : request->message.mode == JB_MYNAPORTAL_ATTRIBUTES ? JB_PIN_PROFILE
                                                                          : JB_PIN_AUTH;
        break;
    case JB_COMMAND_READ_PROFILE:
        prompt->purpose = JB_PURPOSE_PROFILE;
        prompt->pin = JB_PIN_PROFILE;
        prompt->fields = request->fields;
        break;
    default:
        prompt->purpose = JB_PURPOSE_LOGIN;
        prompt->pin = JB_PIN_AUTH;
        break;
    }
}

/* A native yes or no, before any card is looked for. */
static enum jb_error confirm(const struct jb_context *context, enum jb_prompt_kind kind) {
    struct jb_prompt_request prompt = {
        .kind = kind,
        .lang = context->request->lang,
        .tries_left = -1,
        .origin = context->request->origin,
        .program = context->config->pinentry,
    };
    const struct jb_event event = {.kind = JB_EVENT_PIN_PROMPT, .tries_left = -1, .confirm = true};
    bool moved = false;

    describe(context->request, &prompt);
    jb_op_tell(context->op, &event);
    return jb_ask(context, &prompt, NULL, NULL, &moved);
}

/* Modes 01 and 02 of the Mynaportal protocol are for sites that are known, or that the holder
 * trusts. */
static enum jb_error check_trust(const struct jb_context *context) {
    const struct jb_request *request = context->request;
    bool ask = false;
    enum jb_error error =
        jb_policy_check_mynaportal(context->policy, request->origin, request->message.mode, &ask);

    if (error != JB_OK || !ask || jb_config_trusts(context->config, request->origin)) {
        return error;
    }
    error = confirm(context, JB_PROMPT_TRUST);
    return error == JB_OK ? jb_config_trust(request->origin) : error;
}

static enum jb_error run_with_card(const struct jb_context *context, cJSON **result,
                                   int *tries_left) {
    enum jb_command command = context->request->command;
    enum jb_error error = command == JB_COMMAND_MYNAPORTAL ? check_trust(context) : JB_OK;

    /* The yes that the session window asks for elsewhere. */
    if (error == JB_OK && context->confirm_caller) {
        error = confirm(context, JB_PROMPT_CALLER);
    }
    if (error != JB_OK) {
        return error;
    }
    switch (command) {
    case JB_COMMAND_AUTHENTICATE:
        return jb_command_authenticate(context, result, tries_left);
    case JB_COMMAND_GET_SIGNING_CERTIFICATE:
        return jb_command_get_signing_certificate(context, result, tries_left);
    case JB_COMMAND_SIGN:
        return jb_command_sign(context, result, tries_left);
    case JB_COMMAND_SIGN_DOCUMENTS:
        return jb_command_sign_documents(context, result, tries_left);
    case JB_COMMAND_MYNAPORTAL:
        return jb_command_mynaportal(context, result, tries_left);
    case JB_COMMAND_CARD_DETAILS:
        return jb_command_card_details(context, result, tries_left);
    case JB_COMMAND_CHANGE_PIN:
        return jb_command_change_pin(context, result, tries_left);
    case JB_COMMAND_READ_PROFILE:
        return jb_command_read_profile(context, result, tries_left);
    default:
        return JB_ERR_INTERNAL;
    }
}

/* The holder's own commands name no site, so there is none to check. */
static enum jb_error check_origin(const struct jb_context *context,
                                  const struct jb_policy *policy) {
    return jb_command_is_own(context->request->command)
               ? JB_OK
               : jb_policy_check_origin(policy, context->request->origin);
}

/* The commands that go without a card, or without asking it for anything. */
static bool run_at_once(const struct jb_context *context, cJSON **result, enum jb_error *error) {
    switch (context->request->command) {
    case JB_COMMAND_STATUS:
        *error = jb_command_status(context, result);
        return true;
    case JB_COMMAND_CARD_INFO:
        *error = jb_command_card_info(context, result);
        return true;
    case JB_COMMAND_TRUSTED_ORIGINS:
        *error = jb_command_trusted_origins(context, result);
        return true;
    case JB_COMMAND_DISTRUST_ORIGIN:
        *error = jb_command_distrust_origin(context, result);
        return true;
    case JB_COMMAND_MYNAPORTAL:
        if (context->request->message.mode == JB_MYNAPORTAL_CLOSE) {
            *result = cJSON_CreateObject();
            *error = *result != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;
            return true;
        }
        return false;
    default:
        return false;
    }
}

enum jb_error jb_command_run(const struct jb_context *given, cJSON **result, int *tries_left) {
    struct jb_context context = *given;
    struct jb_user_lock *lock = NULL;
    struct jb_policy *policy = NULL;
    struct jb_config config = {0};
    enum jb_error error = JB_OK;

    *result = NULL;
    *tries_left = -1;
    if (run_at_once(&context, result, &error)) {
        return error;
    }
    if ((error = jb_policy_load(&policy)) != JB_OK ||
        (error = check_origin(&context, policy)) != JB_OK ||
        (error = jb_user_lock_take(context.op, &lock)) != JB_OK ||
        (error = jb_config_load(&config, NULL)) != JB_OK) {
        goto out;
    }
    context.policy = policy;
    context.config = &config;
    error = run_with_card(&context, result, tries_left);
out:
    jb_user_lock_free(&lock);
    jb_config_clear(&config);
    jb_policy_free(&policy);
    return error;
}

bool jb_command_is_brief(enum jb_command command) {
    return command == JB_COMMAND_STATUS || command == JB_COMMAND_CARD_INFO ||
           command == JB_COMMAND_DOCTOR;
}

bool jb_command_is_web_eids(enum jb_command command) {
    return command == JB_COMMAND_STATUS || command == JB_COMMAND_AUTHENTICATE ||
           command == JB_COMMAND_GET_SIGNING_CERTIFICATE || command == JB_COMMAND_SIGN ||
           command == JB_COMMAND_QUIT;
}

bool jb_command_is_own(enum jb_command command) {
    return command == JB_COMMAND_CARD_INFO || command == JB_COMMAND_CARD_DETAILS ||
           command == JB_COMMAND_CHANGE_PIN || command == JB_COMMAND_DOCTOR;
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

bool jb_append_base64(cJSON *list, const uint8_t *bytes, size_t len) {
    char *text = jb_base64_encode(bytes, len);
    cJSON *item = text != NULL ? cJSON_CreateString(text) : NULL;
    bool added = cJSON_AddItemToArray(list, item);

    if (!added) {
        cJSON_Delete(item);
    }
    free(text);
    return added;
}
