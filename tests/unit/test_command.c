/* SPDX-License-Identifier: MIT */
/* The commands from request to reply, on a card with real keys. */
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/base64.h"
#include "scene.h"
#include "unit.h"

#define DAY 86400L
#define SHA256_LEN 32

static const struct fake_answer digits[] = {{.pin = "1234", .yes = true}};
static const struct fake_answer password[] = {{.pin = "ABC123", .yes = true}};
static const struct fake_answer no[] = {{.pin = NULL}};

static void begin(struct scene *scene, const struct fake_answer answers[1],
                  enum jb_command command) {
    scene_begin(scene, answers, 1);
    scene->request.command = command;
    scene->request.hash = JB_HASH_SHA256;
    memset(scene->request.digest, 0x5A, SHA256_LEN);
}

static enum jb_error run(struct scene *scene, cJSON **result) {
    return jb_command_run(&scene->context, result, &scene->tries_left);
}

static const char *text_of(const cJSON *object, const char *name) {
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));

    assert_non_null(text);
    return text;
}

/* Verifies as a server would: SHA-256 and RSASSA-PKCS1-v1_5 with the key in the certificate. */
static bool verifies(const char *certificate, const char *signature, const uint8_t *digest) {
    uint8_t *der = NULL, *bytes = NULL;
    size_t der_len = 0, len = 0;

    assert_int_equal(jb_base64_decode(certificate, FAKE_FILE_MAX, &der, &der_len), JB_OK);
    assert_int_equal(jb_base64_decode(signature, 1024, &bytes, &len), JB_OK);
    const uint8_t *at = der;
    X509 *x509 = d2i_X509(NULL, &at, (long)der_len);
    assert_non_null(x509);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(X509_get0_pubkey(x509), NULL);
    assert_non_null(context);
    assert_int_equal(EVP_PKEY_verify_init(context), 1);
    assert_int_equal(EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()), 1);
    bool holds = EVP_PKEY_verify(context, bytes, len, digest, SHA256_LEN) == 1;
    EVP_PKEY_CTX_free(context);
    X509_free(x509);
    free(der);
    free(bytes);
    return holds;
}

static void sha256(const void *bytes, size_t len, uint8_t *out) {
    assert_int_equal(EVP_Digest(bytes, len, out, NULL, EVP_sha256(), NULL), 1);
}

static void a_token_binds_origin_and_nonce(void **state) {
    uint8_t both[2 * SHA256_LEN], digest[SHA256_LEN];
    struct scene scene;
    cJSON *token = NULL;

    (void)state;
    begin(&scene, digits, JB_COMMAND_AUTHENTICATE);
    assert_int_equal(run(&scene, &token), JB_OK);
    assert_int_equal(cJSON_GetArraySize(token), 5);
    assert_string_equal(text_of(token, "algorithm"), "RS256");
    assert_string_equal(text_of(token, "format"), "web-eid:1.0");
    assert_memory_equal(text_of(token, "appVersion"), "https://", 8);
    assert_non_null(strstr(text_of(token, "appVersion"), JB_VERSION));
    sha256(SCENE_ORIGIN, strlen(SCENE_ORIGIN), both);
    sha256(SCENE_NONCE, strlen(SCENE_NONCE), both + SHA256_LEN);
    sha256(both, sizeof both, digest);
    assert_true(
        verifies(text_of(token, "unverifiedCertificate"), text_of(token, "signature"), digest));
    digest[0] ^= 1;
    assert_false(
        verifies(text_of(token, "unverifiedCertificate"), text_of(token, "signature"), digest));
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_LOGIN);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    cJSON_Delete(token);
    scene_end(&scene);
}

static void a_signature_comes_with_the_certificate_when_none_was_given(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, password, JB_COMMAND_SIGN);
    assert_int_equal(run(&scene, &result), JB_OK);
    assert_int_equal(cJSON_GetArraySize(result), 3);
    assert_true(verifies(text_of(result, "certificate"), text_of(result, "signature"),
                         scene.request.digest));
    const cJSON *algorithm = cJSON_GetObjectItemCaseSensitive(result, "signatureAlgorithm");
    assert_string_equal(text_of(algorithm, "cryptoAlgorithm"), "RSA");
    assert_string_equal(text_of(algorithm, "hashFunction"), "SHA-256");
    assert_string_equal(text_of(algorithm, "paddingScheme"), "PKCS1.5");
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_SIGN);
    cJSON_Delete(result);
    scene_end(&scene);
}

/* Gives the request the certificate of the card, or one that differs in a byte. */
static void give_certificate(struct scene *scene, uint8_t change) {
    size_t len = scene->card.file_len[JB_KEY_SIGN];

    scene->request.certificate = malloc(len);
    assert_non_null(scene->request.certificate);
    memcpy(scene->request.certificate, scene->card.file[JB_KEY_SIGN], len);
    scene->request.certificate[len - 1] ^= change;
    scene->request.certificate_len = len;
}

static void the_certificate_given_must_be_the_cards(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, password, JB_COMMAND_SIGN);
    give_certificate(&scene, 0);
    assert_int_equal(run(&scene, &result), JB_OK);
    assert_int_equal(cJSON_GetArraySize(result), 2);
    cJSON_Delete(result);
    scene_end(&scene);

    begin(&scene, password, JB_COMMAND_SIGN);
    give_certificate(&scene, 1);
    assert_int_equal(run(&scene, &result), JB_ERR_CERTIFICATE_MISMATCH);
    assert_null(result);
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), 0);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    scene_end(&scene);
}

static void certificates_out_of_time(void **state) {
    static const struct {
        long from, to;
        enum jb_error error;
    } cases[] = {{-2 * DAY, -DAY, JB_ERR_CERTIFICATE_EXPIRED},
                 {DAY, 2 * DAY, JB_ERR_CERTIFICATE_NOT_YET_VALID}};
    cJSON *result = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct scene scene;
        /* to log in: found before anybody is asked */
        begin(&scene, digits, JB_COMMAND_AUTHENTICATE);
        scene_certify(&scene, JB_KEY_AUTH, cases[i].from, cases[i].to);
        assert_int_equal(run(&scene, &result), cases[i].error);
        assert_int_equal(fake_prompts.shown, 0);
        assert_int_equal(scene.tries_left, -1);
        scene_end(&scene);
        /* to sign: it shows itself only to the PIN; nothing is signed, and the count is full again
         */
        begin(&scene, password, JB_COMMAND_SIGN);
        scene.card.tries[JB_KEY_SIGN] = 3;
        scene_certify(&scene, JB_KEY_SIGN, cases[i].from, cases[i].to);
        assert_int_equal(run(&scene, &result), cases[i].error);
        assert_int_equal(fake_prompts.shown, 1);
        assert_int_equal(fake_sent(&scene.fake, "80 2A"), 0);
        assert_int_equal(scene.tries_left, -1);
        assert_int_equal(scene.fake.reader[0].resets, 1);
        scene_end(&scene);
    }
}

static void a_card_without_signing_certificate(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, password, JB_COMMAND_SIGN);
    scene.card.no_sign_key = true;
    assert_int_equal(run(&scene, &result), JB_ERR_CERTIFICATE_ABSENT);
    assert_int_equal(fake_prompts.shown, 0);
    scene_end(&scene);
}

static void a_signature_that_does_not_hold_is_not_returned(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, digits, JB_COMMAND_AUTHENTICATE);
    scene.bad_signature = true;
    assert_int_equal(run(&scene, &result), JB_ERR_SIGNATURE_INVALID);
    assert_null(result);
    scene_end(&scene);
}

static void weak_hashes_are_not_signed_for_sites(void **state) {
    static const enum jb_hash weak[] = {JB_HASH_SHA1, JB_HASH_SHA224};
    cJSON *result = NULL;

    (void)state;
    for (size_t i = 0; i < COUNT(weak); i++) {
        struct scene scene;
        begin(&scene, password, JB_COMMAND_SIGN);
        scene.request.hash = weak[i];
        assert_int_equal(run(&scene, &result), JB_ERR_ALGORITHM_UNSUPPORTED);
        assert_int_equal(scene.fake.commands, 0);
        scene_end(&scene);
    }
}

static void the_signing_certificate_is_given_with_what_it_can_sign(void **state) {
    static const char *const names[] = {"SHA-256", "SHA-384", "SHA-512"};
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, password, JB_COMMAND_GET_SIGNING_CERTIFICATE);
    assert_int_equal(run(&scene, &result), JB_OK);
    uint8_t *der = NULL;
    size_t len = 0;
    assert_int_equal(jb_base64_decode(text_of(result, "certificate"), FAKE_FILE_MAX, &der, &len),
                     JB_OK);
    assert_int_equal(len, scene.card.file_len[JB_KEY_SIGN]);
    assert_memory_equal(der, scene.card.file[JB_KEY_SIGN], len);
    free(der);
    const cJSON *list = cJSON_GetObjectItemCaseSensitive(result, "supportedSignatureAlgorithms");
    assert_int_equal(cJSON_GetArraySize(list), COUNT(names));
    for (size_t i = 0; i < COUNT(names); i++) {
        assert_string_equal(text_of(cJSON_GetArrayItem(list, (int)i), "hashFunction"), names[i]);
    }
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_READ_CERTIFICATE);
    assert_int_equal(fake_sent(&scene.fake, "80 2A"), 0);
    assert_int_equal(scene.fake.reader[0].resets, 1);
    cJSON_Delete(result);
    scene_end(&scene);
}

static void a_caller_without_a_window_is_confirmed_first(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, no, JB_COMMAND_SIGN);
    scene.context.confirm_caller = true;
    assert_int_equal(run(&scene, &result), JB_ERR_USER_CANCELLED);
    assert_int_equal(fake_prompts.shown, 1);
    assert_int_equal(fake_prompts.request[0].kind, JB_PROMPT_CALLER);
    assert_int_equal(fake_prompts.request[0].purpose, JB_PURPOSE_SIGN);
    assert_string_equal(fake_prompts.request[0].origin, SCENE_ORIGIN);
    assert_int_equal(scene.fake.commands, 0);
    scene_end(&scene);

    begin(&scene, password, JB_COMMAND_SIGN);
    scene.context.confirm_caller = true;
    assert_int_equal(run(&scene, &result), JB_OK);
    assert_int_equal(fake_prompts.shown, 2);
    assert_string_equal(scene.events, "ypw");
    cJSON_Delete(result);
    scene_end(&scene);
}

static void assert_readers(const cJSON *result, const char *first, const char *second) {
    const cJSON *readers = cJSON_GetObjectItemCaseSensitive(result, "readers");

    assert_int_equal(cJSON_GetArraySize(result), 1);
    assert_int_equal(cJSON_GetArraySize(readers), 2);
    assert_string_equal(text_of(cJSON_GetArrayItem(readers, 0), "name"), "Fake Reader 0");
    assert_string_equal(text_of(cJSON_GetArrayItem(readers, 0), "card"), first);
    assert_string_equal(text_of(cJSON_GetArrayItem(readers, 1), "name"), "Fake Reader 1");
    assert_string_equal(text_of(cJSON_GetArrayItem(readers, 1), "card"), second);
}

static void status_says_what_lies_on_each_reader(void **state) {
    struct scene scene;
    cJSON *result = NULL;

    (void)state;
    begin(&scene, no, JB_COMMAND_STATUS);
    fake_add_reader(&scene.fake, NULL);
    assert_int_equal(run(&scene, &result), JB_OK);
    assert_readers(result, "mynumber-card", "none");
    cJSON_Delete(result);
    assert_int_equal(fake_prompts.shown, 0);
    assert_int_equal(scene.fake.reader[0].resets, 0);

    unsigned commands = scene.fake.commands;
    assert_int_equal(jb_command_glance(&scene.fake.base, &result), JB_OK);
    assert_readers(result, "unknown", "none");
    cJSON_Delete(result);
    assert_int_equal(scene.fake.commands, commands);

    scene.fake.no_service = true;
    assert_int_equal(run(&scene, &result), JB_ERR_PCSC_UNAVAILABLE);
    assert_int_equal(jb_command_glance(&scene.fake.base, &result), JB_ERR_PCSC_UNAVAILABLE);
    scene_end(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_binds_origin_and_nonce),
        cmocka_unit_test(a_signature_comes_with_the_certificate_when_none_was_given),
        cmocka_unit_test(the_certificate_given_must_be_the_cards),
        cmocka_unit_test(certificates_out_of_time),
        cmocka_unit_test(a_card_without_signing_certificate),
        cmocka_unit_test(a_signature_that_does_not_hold_is_not_returned),
        cmocka_unit_test(weak_hashes_are_not_signed_for_sites),
        cmocka_unit_test(the_signing_certificate_is_given_with_what_it_can_sign),
        cmocka_unit_test(a_caller_without_a_window_is_confirmed_first),
        cmocka_unit_test(status_says_what_lies_on_each_reader),
    };

    return cmocka_run_group_tests(tests, scene_set_up_home, scene_tear_down_home);
}
