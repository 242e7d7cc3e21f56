/* SPDX-License-Identifier: MIT */
/* The Mynaportal command from message to answer, on a card with real keys. */
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/base64.h"
#include "scene.h"
#include "unit.h"

#define DAY 86400L
#define SERVICE "https://www.myna.go.jp"
#define STRANGER "https://portal.example.go.jp"
#define DIGEST "VVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVU" /* 32 bytes of 0x55 */

static const struct fake_answer digits[] = {{.pin = "1234", .yes = true}};
static const struct fake_answer password[] = {{.pin = "ABC123", .yes = true}};
static const struct fake_answer profile[] = {{.pin = "5678", .yes = true}};

static void begin(struct scene *scene, const struct fake_answer *answers, size_t count,
                  const char *origin, const char *message) {
    const char *problem = NULL;

    scene_begin(scene, answers, count);
    scene->request.command = JB_COMMAND_MYNAPORTAL;
    (void)snprintf(scene->request.origin, sizeof scene->request.origin, "%s", origin);
    assert_int_equal(jb_mynaportal_parse(message, &scene->request.message, &problem), JB_OK);
}

static enum jb_error run(struct scene *scene, cJSON **answer) {
    return jb_command_run(&scene->context, answer, &scene->tries_left);
}

static const char *text_of(const cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    assert_non_null(text);
    return text;
}

/* Whether the signature, opened with the certificate's key, shows what was given. */
static bool shows(const cJSON *answer, const char *signature, const uint8_t *input, size_t len) {
    char certificate[8192] = "";
    uint8_t *der = NULL, *bytes = NULL, recovered[512];
    size_t der_len = 0, bytes_len = 0, recovered_len = sizeof recovered;

    assert_null(strchr(text_of(answer, "certificate"), '='));
    size_t digits_len = strlen(text_of(answer, "certificate"));
    (void)snprintf(certificate, sizeof certificate, "%s%.*s", text_of(answer, "certificate"),
                   (int)(3 - (digits_len + 3) % 4), "===");
    assert_int_equal(jb_base64_decode(certificate, sizeof certificate, &der, &der_len), JB_OK);
    assert_int_equal(jb_base64_decode(signature, 1024, &bytes, &bytes_len), JB_OK);
    const uint8_t *at = der;
    X509 *x509 = d2i_X509(NULL, &at, (long)der_len);
    assert_non_null(x509);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(X509_get0_pubkey(x509), NULL);
    assert_int_equal(EVP_PKEY_verify_recover_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING), 1);
    bool shown =
        EVP_PKEY_verify_recover(context, recovered, &recovered_len, bytes, bytes_len) == 1 &&
        recovered_len == len && memcmp(recovered, input, len) == 0;
    EVP_PKEY_CTX_free(context);
    X509_free(x509);
    free(der);
    free(bytes);
    return shown;
}

/* uuid, and combination_code made from it here anew. */
static void assert_tied(const cJSON *answer, const char *mode) {
    static const char number[] = "AB12345678901";
    uint8_t input[16 + 13 + 16] = {0x2E, 0x71, 0xF6, 0x62, 0x0B, 0xC6, 0x54, 0xCE,
                                   0xD4, 0x94, 0xE5, 0xEC, 0x34, 0xFE, 0x03, 0xC8};
    uint8_t digest[32];
    char hex[65];
    const char *id = text_of(answer, "uuid");

    assert_string_equal(text_of(answer, "mode"), mode);
    assert_string_equal(text_of(answer, "result"), "0");
    assert_int_equal(strlen(id), 32);
    assert_int_equal(strspn(id, "0123456789abcdef"), 32);
    for (size_t i = 0; i < 13; i++) {
        input[16 + i] = (uint8_t)number[i];
    }
    for (size_t i = 0; i < 16; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(id + 2 * i, "%2x", &byte), 1);
        input[29 + i] = (uint8_t)byte;
    }
    assert_int_equal(EVP_Digest(input, sizeof input, digest, NULL, EVP_sha256(), NULL), 1);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    }
    assert_string_equal(text_of(answer, "combination_code"), hex);
}

static const char login[] = "{\"mode\":\"01\",\"service_id\":\"01\",\"digest\":\"" DIGEST "\"}";
static const char one[] = "{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":\"" DIGEST "\"}";
static const char three[] =
    "{\"mode\":\"02\",\"service_id\":\"01\",\"digest\":[\"" DIGEST "\","
    "\"QUFBQUFBQUFBQUFBQUFBQUFBQUE=\",\"MCEwCQYFKw4DAhoFAAQUQkJCQkJCQkJCQkJCQkJCQkJCQkI=\"]}";
static const char attributes[] = "{\"mode\":\"04\",\"service_id\":\"01\"}";

static uint8_t fives[32];
static const uint8_t letters[] = "AAAAAAAAAAAAAAAAAAAA";
static const uint8_t info[] = {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03,
                               0x02, 0x1A, 0x05, 0x00, 0x04, 0x14, 'B',  'B',  'B',
                               'B',  'B',  'B',  'B',  'B',  'B',  'B',  'B',  'B',
                               'B',  'B',  'B',  'B',  'B',  'B',  'B',  'B'};

static void a_login_answers_one_signature(void **state) {
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, digits, 1, SERVICE, login);
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_int_equal(cJSON_GetArraySize(answer), 6);
    assert_tied(answer, "01");
    assert_true(shows(answer, text_of(answer, "signature"), fives, sizeof fives));
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_LOGIN);
    assert_int_equal(fake_prompts.request[0].pin, JB_PIN_AUTH);
    assert_int_equal(fake_prompts.request[0].documents, 0);
    assert_string_equal(fake_prompts.request[0].origin, SERVICE);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    assert_true(scene.fake.commands <= 11);
    cJSON_Delete(answer);
    scene_end(&scene);
}

static void one_digest_is_answered_by_a_list_of_one(void **state) {
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, password, 1, SERVICE, one);
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_tied(answer, "02");
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(answer, "signature");
    assert_true(cJSON_IsArray(list));
    assert_int_equal(cJSON_GetArraySize(list), 1);
    assert_true(shows(answer, cJSON_GetStringValue(list->child), fives, sizeof fives));
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_SIGN);
    assert_int_equal(fake_prompts.request[0].documents, 1);
    cJSON_Delete(answer);
    scene_end(&scene);
}

static void assert_three(const cJSON *answer) {
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(answer, "signature");

    assert_tied(answer, "02");
    assert_int_equal(cJSON_GetArraySize(list), 3);
    assert_true(shows(answer, cJSON_GetStringValue(list->child), fives, sizeof fives));
    assert_true(shows(answer, cJSON_GetStringValue(list->child->next), letters, 20));
    assert_true(shows(answer, cJSON_GetStringValue(list->child->next->next), info, sizeof info));
}

static void many_digests_go_under_one_pin(void **state) {
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, password, 1, SERVICE, three);
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_three(answer);
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(fake_prompts.request[0].documents, 3);
    assert_int_equal(scene_verifies(&scene), 1);
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), 3);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    cJSON_Delete(answer);
    scene_end(&scene);
}

static void a_card_that_wants_the_pin_each_time_is_asked_for_it(void **state) {
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, password, 1, SERVICE, three);
    scene.card.pin_per_use = true;
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_three(answer);
    assert_int_equal(fake_prompts.shown, 3);
    assert_int_equal(scene_verifies(&scene), 3);
    for (unsigned i = 0; i < 3; i++) { /* what is signed already is counted no more */
        assert_int_equal(fake_prompts.request[i].documents, 3 - i);
        assert_int_equal(fake_prompts.request[i].note, i == 0 ? JB_NOTE_NONE : JB_NOTE_PIN_AGAIN);
    }
    /* Each digest once, and once more where the card had refused it. */
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), 5);
    assert_int_equal(fake_sent(&scene.fake, "80 2A 00 9A 20 55"), 1);
    assert_int_equal(fake_sent(&scene.fake, "80 2A 00 9A 14 41"), 2);
    cJSON_Delete(answer);
    scene_end(&scene);
}

static void a_no_in_mid_batch_gives_nothing_out(void **state) {
    static const struct fake_answer once[] = {{.pin = "ABC123"}, {.pin = NULL}};
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, once, 2, SERVICE, three);
    scene.card.pin_per_use = true;
    assert_int_equal(run(&scene, &answer), JB_ERR_USER_CANCELLED);
    assert_null(answer);
    assert_int_equal(scene_verifies(&scene), 1);
    scene_end(&scene);
}

/* 6982 to the first signature after a PIN: another PIN would mend nothing. */
static void a_card_that_never_signs_is_an_error(void **state) {
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, password, 1, SERVICE, one);
    scene.card.never_signs = true;
    assert_int_equal(run(&scene, &answer), JB_ERR_CARD_ERROR);
    assert_int_equal(fake_prompts.shown, 1);
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
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, answers, 1, SERVICE, three);
    scene.card.pin_per_use = true;
    assert_int_equal(run(&scene, &answer), JB_ERR_CERTIFICATE_MISMATCH);
    assert_null(answer);
    assert_int_equal(fake_prompts.shown, 2);
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), 2);
    scene_end(&scene);
}

static void a_signature_that_does_not_hold_is_not_given_out(void **state) {
    static const char *const messages[] = {login, three};
    static const struct fake_answer *const answers[] = {digits, password};

    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct scene scene;
        cJSON *answer = NULL;
        begin(&scene, answers[i], 1, SERVICE, messages[i]);
        scene.bad_signature = true;
        assert_int_equal(run(&scene, &answer), JB_ERR_SIGNATURE_INVALID);
        assert_null(answer);
        scene_end(&scene);
    }
}

static void four_attributes(void **state) {
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, profile, 1, STRANGER, attributes);
    fake_card_attributes(&scene.card, "見本", "a\xC3\xA9", "19850504", "2");
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_int_equal(cJSON_GetArraySize(answer), 8);
    assert_tied(answer, "04");
    assert_string_equal(text_of(answer, "name"), "e8a68be69cac");
    assert_string_equal(text_of(answer, "address"), "61c3a9");
    assert_string_equal(text_of(answer, "birthday"), "3139383530353034");
    assert_string_equal(text_of(answer, "sex"), "32");
    assert_int_equal(fake_prompts.shown, 1); /* no other question: nothing is signed */
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_PROFILE);
    assert_int_equal(fake_prompts.request[0].pin, JB_PIN_PROFILE);
    assert_int_equal(fake_prompts.request[0].tries_left, 3);
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), 0);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    cJSON_Delete(answer);
    scene_end(&scene);
}

static void the_profile_pin_counts_for_itself(void **state) {
    static const struct fake_answer wrong[] = {{.pin = "0000"}, {.pin = "5678"}};
    struct scene scene;
    cJSON *answer = NULL;

    (void)state;
    begin(&scene, wrong, 2, SERVICE, attributes);
    scene.card.tries[JB_PIN_AUTH] = 1;
    assert_int_equal(run(&scene, &answer), JB_OK);
    assert_int_equal(fake_prompts.request[1].tries_left, 2);
    assert_int_equal(scene.card.tries[JB_PIN_AUTH], 1);
    cJSON_Delete(answer);
    scene_end(&scene);

    begin(&scene, profile, 1, SERVICE, attributes);
    scene.card.tries[JB_PIN_PROFILE] = 0;
    assert_int_equal(run(&scene, &answer), JB_ERR_PIN_LOCKED);
    assert_int_equal(scene.tries_left, 0);
    assert_int_equal(fake_prompts.shown, 0);
    scene_end(&scene);

    begin(&scene, profile, 1, SERVICE, attributes); /* the other ones are no matter */
    scene.card.tries[JB_PIN_AUTH] = scene.card.tries[JB_PIN_SIGN] = 0;
    assert_int_equal(run(&scene, &answer), JB_OK);
    cJSON_Delete(answer);
    scene_end(&scene);
}

/* Whatever goes wrong at whichever command: an error, no try lost, the card clean, nothing given.
 */
/* The SELECT that leaves the application when all is done. */
static bool is_last(const struct scene *scene, unsigned at) {
    return at >= scene->fake.commands - 1 &&
           strncmp(scene->fake.log[at - 1], "00 A4 04 0C 0A D3 92 10 00 31 00 01 01 01 00", 44) ==
               0;
}

static void faults_at_every_command(void **state) {
    static const enum fake_fault kinds[] = {FAKE_REMOVED,   FAKE_REMOVED_LATE, FAKE_LOST,
                                            FAKE_GARBAGE,   FAKE_DATA,         FAKE_RESET,
                                            FAKE_NO_SERVICE};
    static const char *const messages[] = {login, three, attributes};
    static const struct fake_answer *const answers[] = {digits, password, profile};

    (void)state;
    for (size_t i = 0; i < COUNT(messages); i++) {
        struct scene scene;
        cJSON *answer = NULL;
        begin(&scene, answers[i], 1, SERVICE, messages[i]);
        assert_int_equal(run(&scene, &answer), JB_OK);
        cJSON_Delete(answer);
        unsigned commands = scene.fake.commands;
        scene_end(&scene);
        for (unsigned at = 1; at <= commands; at++) {
            enum fake_fault fault = kinds[(at + i) % COUNT(kinds)];
            begin(&scene, answers[i], 1, SERVICE, messages[i]);
            scene.fake.on_wait = scene_take_time_away;
            scene.fake.fault_at = at;
            scene.fake.fault = fault;
            answer = NULL;
            enum jb_error error = run(&scene, &answer);
            if ((error == JB_OK) != (answer != NULL)) {
                fail_msg("message %zu, fault %d at %u: %s", i, (int)fault, at,
                         jb_error_reason(error));
            }
            if (error == JB_OK) { /* mended: read in short pieces, or the PIN asked for again */
                assert_true(is_last(&scene, at) || fault == FAKE_LOST || fault == FAKE_GARBAGE ||
                            fault == FAKE_DATA || fault == FAKE_RESET);
                assert_tied(answer, (const char *const[]){"01", "02", "04"}[i]);
            }
            assert_int_equal(scene.card.spent, 0);
            assert_true(scene_verifies(&scene) <= fake_prompts.shown);
            cJSON_Delete(answer);
            scene.fake.no_service = false;
            jb_unlocked_clear(&scene.unlocked);
            fake_card_unpower(&scene.card); /* as a card does that was taken away */
            scene_end(&scene);
        }
    }
}

int main(void) {
    memset(fives, 0x55, sizeof fives);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_login_answers_one_signature),
        cmocka_unit_test(one_digest_is_answered_by_a_list_of_one),
        cmocka_unit_test(many_digests_go_under_one_pin),
        cmocka_unit_test(a_card_that_wants_the_pin_each_time_is_asked_for_it),
        cmocka_unit_test(a_no_in_mid_batch_gives_nothing_out),
        cmocka_unit_test(a_card_that_never_signs_is_an_error),
        cmocka_unit_test(another_card_in_mid_batch_is_refused),
        cmocka_unit_test(a_signature_that_does_not_hold_is_not_given_out),
        cmocka_unit_test(four_attributes),
        cmocka_unit_test(the_profile_pin_counts_for_itself),
        cmocka_unit_test(faults_at_every_command),
    };

    return cmocka_run_group_tests(tests, scene_set_up_home, scene_tear_down_home);
}
