/* SPDX-License-Identifier: MIT */
/* sign-documents from digests to CMS, on a card with real keys. */
#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509_vfy.h>
#include <stdlib.h>
#include <string.h>

#include "../fuzz/fail_malloc.h"
#include "jpki_bridge/base64.h"
#include "scene.h"
#include "unit.h"

#define DAY 86400L
#define DOCUMENTS 3
#define CMS_MAX 8192

static const char *const texts[DOCUMENTS] = {"first", "second", "third"};
static const enum jb_cms_profile profiles[DOCUMENTS] = {JB_CMS_CADES, JB_CMS_PADES, JB_CMS_CADES};
static const struct fake_answer password[] = {{.pin = "ABC123"}};

static void begin(struct scene *scene, const struct fake_answer *answers, size_t count) {
    struct jb_request *request = &scene->request;

    scene_begin(scene, answers, count);
    request->command = JB_COMMAND_SIGN_DOCUMENTS;
    request->hash = JB_HASH_SHA256;
    request->documents = calloc(DOCUMENTS, sizeof *request->documents);
    assert_non_null(request->documents);
    request->document_count = DOCUMENTS;
    for (size_t i = 0; i < DOCUMENTS; i++) {
        request->documents[i].profile = profiles[i];
        assert_int_equal(EVP_Digest(texts[i], strlen(texts[i]), request->documents[i].digest, NULL,
                                    EVP_sha256(), NULL),
                         1);
    }
}

static enum jb_error run(struct scene *scene, cJSON **result) {
    *result = NULL;
    return jb_command_run(&scene->context, result, &scene->tries_left);
}

static CMS_ContentInfo *read_cms(const cJSON *text) {
    uint8_t *der = NULL;
    size_t len = 0;

    assert_int_equal(jb_base64_decode(cJSON_GetStringValue(text), CMS_MAX, &der, &len), JB_OK);
    const uint8_t *at = der;
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)len);
    assert_non_null(cms);
    assert_ptr_equal(at, der + len);
    free(der);
    return cms;
}

/* As whoever receives it, who trusts the CA and has the document. */
static bool verifies(CMS_ContentInfo *cms, const struct scene *scene, const char *document) {
    const uint8_t *at = scene->card.ca;
    X509 *ca = d2i_X509(NULL, &at, (long)scene->card.ca_len);
    X509_STORE *store = X509_STORE_new();
    BIO *content = BIO_new_mem_buf(document, -1);

    assert_non_null(ca);
    assert_true(store != NULL && content != NULL && X509_STORE_add_cert(store, ca) == 1);
    X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
    assert_int_equal(X509_STORE_set_purpose(store, X509_PURPOSE_ANY), 1);
    bool held = CMS_verify(cms, NULL, store, content, NULL, CMS_BINARY | CMS_CADES) == 1;
    BIO_free(content);
    X509_STORE_free(store);
    X509_free(ca);
    return held;
}

static void assert_documents(const cJSON *result, const struct scene *scene, int certificates) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(result, "signatures");
    const char *text =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(result, "certificate"));
    uint8_t *der = NULL;
    size_t len = 0;

    assert_int_equal(cJSON_GetArraySize(result), 2);
    assert_int_equal(jb_base64_decode(text, FAKE_FILE_MAX, &der, &len), JB_OK);
    assert_int_equal(len, scene->card.file_len[JB_KEY_SIGN]);
    assert_memory_equal(der, scene->card.file[JB_KEY_SIGN], len);
    free(der);
    assert_int_equal(cJSON_GetArraySize(list), DOCUMENTS);
    for (int i = 0; i < DOCUMENTS; i++) {
        CMS_ContentInfo *cms = read_cms(cJSON_GetArrayItem(list, i));
        CMS_SignerInfo *signer = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
        STACK_OF(X509) *inside = CMS_get1_certs(cms);
        assert_int_equal(sk_X509_num(inside), certificates);
        assert_int_equal(CMS_signed_get_attr_by_NID(signer, NID_pkcs9_signingTime, -1) >= 0,
                         profiles[i] == JB_CMS_CADES);
        assert_true(verifies(cms, scene, texts[i]));
        assert_false(verifies(cms, scene, texts[(i + 1) % DOCUMENTS]));
        sk_X509_pop_free(inside, X509_free);
        CMS_ContentInfo_free(cms);
    }
}

static void all_are_signed_under_one_pin(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, password, 1);
    assert_int_equal(run(&scene, &result), JB_OK);
    assert_documents(result, &scene, 2);
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_SIGN);
    assert_int_equal(fake_prompts.request[0].documents, DOCUMENTS);
    assert_string_equal(scene.events, "pwwww"); /* at work, and after each */
    assert_int_equal(jb_op_signed(scene.op), DOCUMENTS);
    assert_int_equal(scene_verifies(&scene), 1);
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), DOCUMENTS);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    cJSON_Delete(result);
    scene_end(&scene);
}

static void a_card_without_the_ca_signs_too(void **state) {
    static const uint8_t fillers[] = {0x00, 0xFF};
    struct scene scene;
    uint8_t ca[FAKE_FILE_MAX];
    cJSON *result = NULL;

    (void)state;
    for (size_t i = 0; i <= COUNT(fillers); i++) { /* no file; one that was never written */
        begin(&scene, password, 1);
        size_t len = scene.card.ca_len;
        memcpy(ca, scene.card.ca, len);
        if (i == COUNT(fillers)) {
            scene.card.ca_len = 0;
        } else {
            memset(scene.card.ca, fillers[i], len);
        }
        assert_int_equal(run(&scene, &result), JB_OK);
        memcpy(scene.card.ca, ca, len);
        scene.card.ca_len = len;
        assert_documents(result, &scene, 1);
        cJSON_Delete(result);
        scene_end(&scene);
    }
}

/* What the card gives for its CA is looked at before anything is signed. */
static void another_ca_is_refused(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    for (int i = 0; i < 2; i++) {
        begin(&scene, password, 1);
        if (i == 0) { /* it has not signed the holder's certificate */
            memcpy(scene.card.ca, scene.card.file[JB_KEY_SIGN], FAKE_FILE_MAX);
            scene.card.ca_len = scene.card.file_len[JB_KEY_SIGN];
        } else { /* it is none */
            scene.card.ca[8] ^= 0xFF;
        }
        assert_int_equal(run(&scene, &result), JB_ERR_CERTIFICATE_INVALID);
        assert_null(result);
        assert_int_equal(fake_sent(&scene.fake, "80 2A"), 0);
        assert_int_equal(jb_op_signed(scene.op), -1);
        assert_int_equal(scene.fake.reader[0].resets, 1);
        scene_end(&scene);
    }
}

static void a_certificate_out_of_time_signs_nothing(void **state) {
    static const struct {
        long from, to;
        enum jb_error error;
    } cases[] = {{-2 * DAY, -DAY, JB_ERR_CERTIFICATE_EXPIRED},
                 {DAY, 2 * DAY, JB_ERR_CERTIFICATE_NOT_YET_VALID}};
    cJSON *result = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scene scene;
        begin(&scene, password, 1);
        scene.card.tries[JB_PIN_SIGN] = 3;
        scene_certify(&scene, JB_KEY_SIGN, cases[i].from, cases[i].to);
        assert_int_equal(run(&scene, &result), cases[i].error);
        assert_null(result);
        assert_int_equal(scene_verifies(&scene), 1);
        assert_int_equal(fake_sent(&scene.fake, "80 2A"), 0);
        assert_int_equal(scene.tries_left, -1);
        assert_int_equal(scene.fake.reader[0].resets, 1);
        scene_end(&scene);
    }
}

static void a_card_that_wants_the_pin_each_time_is_asked_for_it(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, password, 1);
    scene.card.pin_per_use = true;
    assert_int_equal(run(&scene, &result), JB_OK);
    assert_documents(result, &scene, 2);
    assert_int_equal(fake_prompts.shown, DOCUMENTS);
    assert_int_equal(scene_verifies(&scene), DOCUMENTS);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        assert_int_equal(fake_prompts.request[i].documents, DOCUMENTS - i);
        assert_int_equal(fake_prompts.request[i].note, i == 0 ? JB_NOTE_NONE : JB_NOTE_PIN_AGAIN);
    }
    /* The refused ones are sent again under another PIN, and no other. */
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), 2 * DOCUMENTS - 1);
    cJSON_Delete(result);
    scene_end(&scene);
}

static void a_no_in_mid_batch_gives_nothing_out(void **state) {
    static const struct fake_answer once[] = {{.pin = "ABC123"}, {.pin = NULL}};
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, once, 2);
    scene.card.pin_per_use = true;
    assert_int_equal(run(&scene, &result), JB_ERR_USER_CANCELLED);
    assert_null(result);
    assert_int_equal(jb_op_signed(scene.op), 1);
    assert_int_equal(scene_verifies(&scene), 1);
    scene_end(&scene);
}

/* 6982 right after a PIN was taken: another one would mend nothing. */
static void a_card_that_never_signs_is_not_asked_for_ever(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, password, 1);
    scene.card.never_signs = true;
    assert_int_equal(run(&scene, &result), JB_ERR_CARD_ERROR);
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(jb_op_signed(scene.op), 0);
    assert_int_equal(scene.card.spent, 0);
    scene_end(&scene);
}

/* Another person's card is laid down when the PIN is asked for the second time. */
static void exchange(void *context) {
    struct scene *scene = context;

    if (fake_prompts.shown == 2) {
        scene_certify(scene, JB_KEY_SIGN, -2 * DAY, 2 * DAY);
    }
}

static void another_card_in_mid_batch_is_refused(void **state) {
    static const struct fake_answer answers[] = {{.pin = "ABC123", .meanwhile = exchange}};
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, answers, 1);
    scene.card.pin_per_use = true;
    assert_int_equal(run(&scene, &result), JB_ERR_CERTIFICATE_MISMATCH);
    assert_null(result);
    assert_int_equal(fake_prompts.shown, 2);
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), 2); /* the second was refused: none since */
    assert_int_equal(jb_op_signed(scene.op), 1);
    scene_end(&scene);
}

static struct fake_card stranger;

static void lay_the_stranger_first(void *context) {
    struct scene *scene = context;

    fake_put(&scene->fake, 0, &stranger);
}

/* A card on another reader, which a search would find first, does not get what is typed for ours.
 */
static void a_card_beside_it_is_not_asked_in_mid_batch(void **state) {
    static const struct fake_answer answers[] = {
        {.pin = "ABC123", .meanwhile = lay_the_stranger_first}};
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, answers, 1);
    fake_card_init(&stranger);
    fake_put(&scene.fake, 0, NULL);
    fake_add_reader(&scene.fake, &scene.card);
    scene.card.pin_per_use = true;
    assert_int_equal(run(&scene, &result), JB_OK);
    assert_documents(result, &scene, 2);
    assert_int_equal(scene_verifies(&scene), DOCUMENTS);
    assert_int_equal(stranger.verifies, 0);
    assert_int_equal(scene.card.verifies, DOCUMENTS);
    cJSON_Delete(result);
    scene_end(&scene);
}

/* Once our card has told its number. */
static void exchange_when_searched(struct fake *fake, unsigned number) {
    (void)number;
    if (fake_sent(fake, "00 B2") == 1 && fake->reader[0].card != &stranger) {
        fake_put(fake, 0, &stranger);
    }
}

/* Exchanged between two prompts: told before the second one, and nothing is typed for it. */
static void a_card_laid_in_its_place_is_not_asked_in_mid_batch(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, password, 1);
    fake_card_init(&stranger);
    memcpy(stranger.record + 2, "99ZZ99999999999", 15);
    scene.card.pin_per_use = true;
    scene.fake.on_command = exchange_when_searched;
    assert_int_equal(run(&scene, &result), JB_ERR_CERTIFICATE_MISMATCH);
    assert_null(result);
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(stranger.verifies, 0);
    assert_int_equal(jb_op_signed(scene.op), 1);
    scene_end(&scene);
}

static void signatures_that_do_not_hold_are_not_given_out(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, password, 1);
    scene.bad_signature = true;
    assert_int_equal(run(&scene, &result), JB_ERR_SIGNATURE_INVALID);
    assert_null(result);
    assert_int_equal(jb_op_signed(scene.op), DOCUMENTS);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    scene_end(&scene);
}

/* Whatever goes wrong at whichever command: an error, no try lost, the card clean, nothing given,
 * and the signatures counted that the card has answered with. */
static void faults_at_every_command(void **state) {
    static const enum fake_fault kinds[] = {
        FAKE_REMOVED, FAKE_REMOVED_LATE, FAKE_LOST,  FAKE_GARBAGE, FAKE_ONE_BYTE,
        FAKE_EMPTY,   FAKE_DATA,         FAKE_RESET, FAKE_STATUS,  FAKE_NO_SERVICE};
    unsigned commands = 1;

    (void)state;
    for (unsigned n = 0; n < COUNT(kinds) * commands; n++) {
        struct scene scene;
        cJSON *result = NULL;
        unsigned at = n / COUNT(kinds);
        enum fake_fault fault = kinds[n % COUNT(kinds)];
        begin(&scene, password, 1);
        scene.fake.on_wait = scene_take_time_away;
        scene.fake.fault_at = at; /* none at 0 */
        scene.fake.fault = fault;
        scene.fake.fault_sw = 0x6F00;
        enum jb_error error = run(&scene, &result);
        if (at == 0) {
            assert_int_equal(error, JB_OK);
            commands = scene.fake.commands + 1;
        }
        if (error == JB_OK) {
            assert_documents(result, &scene, 2);
        } else {
            bool signing = strncmp(scene.fake.log[at - 1], "80 2A", 5) == 0;
            unsigned sent = fake_sent(&scene.fake, "80 2A");
            assert_null(result);
            if (fault != FAKE_DATA && sent > 0) {
                assert_int_equal(jb_op_signed(scene.op), sent - (signing ? 1 : 0));
            }
        }
        assert_int_equal(scene.card.spent, 0);
        assert_true(scene_verifies(&scene) <= fake_prompts.shown);
        cJSON_Delete(result);
        scene.fake.no_service = false;
        jb_unlocked_clear(&scene.unlocked);
        fake_card_unpower(&scene.card); /* as a card does that was taken away */
        scene_end(&scene);
    }
}

/* Each allocation of the host in turn: an error, nothing half-made, nothing left behind. A search
 * goes on from a card that could not be connected to. */
static void memory_that_runs_short(void **state) {
    bool failed = true;
    int failures = 0;

    (void)state;
    for (int after = 0; failed; after++) {
        struct scene scene;
        cJSON *result = NULL;
        begin(&scene, password, 1);
        fail_malloc_after = after;
        enum jb_error error = run(&scene, &result);
        failed = fail_malloc_after < 0;
        fail_malloc_after = -1;
        assert_int_equal(error == JB_OK, result != NULL);
        assert_true(error == JB_OK || failed);
        assert_int_equal(scene.card.spent, 0);
        if (error == JB_OK) {
            assert_documents(result, &scene, 2);
        }
        failures += error != JB_OK ? 1 : 0;
        cJSON_Delete(result);
        jb_unlocked_clear(&scene.unlocked);
        scene_end(&scene);
    }
    assert_true(failures > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_signed_under_one_pin),
        cmocka_unit_test(a_card_without_the_ca_signs_too),
        cmocka_unit_test(another_ca_is_refused),
        cmocka_unit_test(a_certificate_out_of_time_signs_nothing),
        cmocka_unit_test(a_card_that_wants_the_pin_each_time_is_asked_for_it),
        cmocka_unit_test(a_no_in_mid_batch_gives_nothing_out),
        cmocka_unit_test(a_card_that_never_signs_is_not_asked_for_ever),
        cmocka_unit_test(another_card_in_mid_batch_is_refused),
        cmocka_unit_test(a_card_beside_it_is_not_asked_in_mid_batch),
        cmocka_unit_test(a_card_laid_in_its_place_is_not_asked_in_mid_batch),
        cmocka_unit_test(signatures_that_do_not_hold_are_not_given_out),
        cmocka_unit_test(faults_at_every_command),
        cmocka_unit_test(memory_that_runs_short),
    };

    return cmocka_run_group_tests(tests, scene_set_up_home, scene_tear_down_home);
}
