/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/command.h"

#include <stdlib.h>

#include "jpki_bridge/base64.h"
#include "jpki_bridge/config.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/policy.h"

/* A native yes or no, before any card is looked for. */
static enum jb_error confirm(const struct jb_context *context, enum jb_prompt_kind kind) {
    const struct jb_purpose purpose = jb_command_purpose(context->request);
    const struct jb_prompt_request prompt = {
        .kind = kind,
        .purpose = purpose.prompt,
        .pin = purpose.pin,
        .documents = purpose.documents,
        .fields = purpose.fields,
        .lang = context->request->lang,
        .tries_left = -1,
        .origin = context->request->origin,
        .program = context->config->pinentry,
    };
    const struct jb_event event = {.kind = JB_EVENT_PIN_PROMPT, .tries_left = -1, .confirm = true};
    bool moved = false;

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
    return error == JB_OK ? jb_config_trust(context->op, request->origin) : error;
}

/* The yes that the session window asks for elsewhere. */
static enum jb_error get_consent(const struct jb_context *context) {
    enum jb_error error =
        context->request->command == JB_COMMAND_MYNAPORTAL ? check_trust(context) : JB_OK;

    return error == JB_OK && context->confirm_caller ? confirm(context, JB_PROMPT_CALLER) : error;
}

/* The holder's own commands name no site, so there is none to check. */
static enum jb_error check_origin(const struct jb_context *context,
                                  const struct jb_policy *policy) {
    return jb_command_has(context->request, JB_FLAG_OWN)
               ? JB_OK
               : jb_policy_check_origin(policy, context->request->origin);
}

static enum jb_error run_with_card(const struct jb_context *given, const struct jb_command_row *row,
                                   cJSON **result, int *tries_left) {
    struct jb_context context = *given;
    struct jb_user_lock *lock = NULL;
    struct jb_policy *policy = NULL;
    struct jb_config config = {0};
    enum jb_error error = JB_OK;

    if ((error = jb_policy_load(&policy, NULL)) != JB_OK ||
        (error = check_origin(&context, policy)) != JB_OK ||
        (error = jb_user_lock_take(context.op, &lock)) != JB_OK ||
        (error = jb_config_load(&config, NULL)) != JB_OK) {
        goto out;
    }
    context.policy = policy;
    context.config = &config;
    if ((row->flags & JB_FLAG_CONSENT) != 0) {
        error = get_consent(&context);
    }
    if (error == JB_OK) {
        error = row->run(&context, result, tries_left);
    }
out:
    jb_user_lock_free(&lock);
    jb_config_clear(&config);
    jb_policy_free(&policy);
    return error;
}

enum jb_error jb_command_run(const struct jb_context *context, cJSON **result, int *tries_left) {
    const struct jb_command_row *row = jb_command_of(context->request);

    *result = NULL;
    *tries_left = -1;
    if (row->run == NULL) {
        return JB_ERR_INTERNAL;
    }
    return (row->flags & JB_FLAG_CARD) != 0 ? run_with_card(context, row, result, tries_left)
                                            : row->run(context, result, tries_left);
}

enum jb_error jb_command_doctor(const struct jb_context *context, cJSON **result, int *tries_left) {
    (void)tries_left;
    return context->doctor(context->transport, context->op, context->request->lang, result);
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
