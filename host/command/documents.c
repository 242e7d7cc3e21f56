/* SPDX-License-Identifier: MIT */
/*
 * sign-documents: digests in, a CMS for each out (docs/protocol.md), all under one PIN entry. That
 * a digest is that of what the person saw is the extension's matter.
 */
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/batch.h"
#include "jpki_bridge/cms.h"
#include "jpki_bridge/command.h"

/* What becomes of the documents, on the way from their digests to the answer. */
struct signing {
    const struct jb_request *request;
    struct jb_certificate *ca; /* or null */
    struct jb_cms **cms;       /* one for each document */
    struct jb_batch *batch;
};

static void clear(struct signing *signing) {
    for (size_t i = 0; signing->cms != NULL && i < signing->request->document_count; i++) {
        jb_cms_free(&signing->cms[i]);
    }
    free(signing->cms);
    jb_certificate_free(&signing->ca);
    jb_batch_free(&signing->batch);
}

/* The certificate that goes along with the holder's; a card may lack it, but not have another's. */
static enum jb_error read_ca(struct signing *signing, const struct jb_unlocked *unlocked) {
    uint8_t *der = NULL;
    size_t len = 0;
    enum jb_error error = jb_jpki_read_ca_certificate(unlocked->card, JB_KEY_SIGN, &der, &len);

    if (error == JB_ERR_CERTIFICATE_ABSENT) {
        error = JB_OK;
    } else if (error == JB_OK && (error = jb_certificate_parse(der, len, &signing->ca)) == JB_OK &&
               !jb_certificate_is_issued_by(unlocked->certificate, signing->ca)) {
        error = JB_ERR_CERTIFICATE_INVALID;
    }
    free(der);
    return error;
}

/* All of each CMS but its signature, and what the card is to sign for it. */
static enum jb_error prepare(struct signing *signing, const struct jb_certificate *certificate) {
    const struct jb_request *request = signing->request;
    time_t now = time(NULL);
    enum jb_error error = JB_OK;

    for (size_t i = 0; i < request->document_count && error == JB_OK; i++) {
        const struct jb_document *document = &request->documents[i];
        struct jb_batch_item *item = &signing->batch->items[i];
        error = jb_cms_new(certificate, signing->ca, document->profile, request->hash,
                           document->digest, now, &signing->cms[i]);
        if (error == JB_OK) {
            error = jb_signature_input(certificate, request->hash, jb_cms_digest(signing->cms[i]),
                                       item->input, &item->input_len);
        }
    }
    return error;
}

static enum jb_error finish(struct signing *signing, size_t i, cJSON *list) {
    const struct jb_batch_item *item = &signing->batch->items[i];
    uint8_t *der = NULL;
    size_t len = 0;
    enum jb_error error =
        jb_cms_finish(signing->cms[i], item->signature, item->signature_len, &der, &len);

    if (error == JB_OK && !jb_append_base64(list, der, len)) {
        error = JB_ERR_OUT_OF_MEMORY;
    }
    free(der);
    return error;
}

static enum jb_error make_result(struct signing *signing, const struct jb_certificate *certificate,
                                 cJSON **result) {
    size_t len = 0;
    const uint8_t *der = jb_certificate_der(certificate, &len);
    cJSON *root = cJSON_CreateObject();
    bool added = jb_add_base64(root, "certificate", der, len);
    cJSON *list = added ? cJSON_AddArrayToObject(root, "signatures") : NULL;
    enum jb_error error = list != NULL ? JB_OK : JB_ERR_OUT_OF_MEMORY;

    for (size_t i = 0; i < signing->request->document_count && error == JB_OK; i++) {
        error = finish(signing, i, list);
    }
    if (error == JB_OK) {
        *result = root;
        root = NULL;
    }
    cJSON_Delete(root);
    return error;
}

enum jb_error jb_command_sign_documents(const struct jb_context *context, cJSON **result,
                                        int *tries_left) {
    const struct jb_request *request = context->request;
    const struct jb_purpose purpose = jb_command_purpose(request);
    struct jb_unlocked unlocked = {0};
    struct signing signing = {
        .request = request,
        .cms = calloc(request->document_count, sizeof(struct jb_cms *)),
        .batch = jb_batch_new(request->document_count),
    };
    enum jb_error error = JB_ERR_OUT_OF_MEMORY;

    if (signing.cms == NULL || signing.batch == NULL ||
        (error = jb_unlock(context, &purpose, &unlocked, tries_left)) != JB_OK ||
        (error = read_ca(&signing, &unlocked)) != JB_OK ||
        (error = prepare(&signing, unlocked.certificate)) != JB_OK ||
        (error = jb_batch_sign(context, &purpose, &unlocked, signing.batch, tries_left)) != JB_OK) {
        goto out;
    }
    /* The card is done: it is not kept verified while the signatures are checked. */
    jb_card_end(unlocked.card);
    error = make_result(&signing, unlocked.certificate, result);
out:
    clear(&signing);
    jb_unlocked_clear(&unlocked);
    return error;
}
