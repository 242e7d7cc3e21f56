/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/base64.h"

#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* RFC 4648 §10. */
static const struct {
    const char *plain, *text;
} vectors[] = {
    {"f", "Zg=="},        {"fo", "Zm8="},        {"foo", "Zm9v"},
    {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"},
};

static void known_vectors(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        size_t plain_len = strlen(vectors[i].plain), len = 0;
        uint8_t *bytes = NULL;
        char *text = jb_base64_encode((const uint8_t *)vectors[i].plain, plain_len);
        assert_string_equal(text, vectors[i].text);
        assert_int_equal(jb_base64_decode(text, plain_len, &bytes, &len), JB_OK);
        assert_int_equal(len, plain_len);
        assert_memory_equal(bytes, vectors[i].plain, len);
        free(bytes);
        free(text);
    }
    char *empty = jb_base64_encode((const uint8_t *)"", 0);
    assert_string_equal(empty, "");
    free(empty);
}

static void every_byte_and_length_comes_back(void **state) {
    uint8_t all[256];

    (void)state;
    for (size_t i = 0; i < sizeof all; i++) {
        all[i] = (uint8_t)(255 - i);
    }
    for (size_t n = 1; n <= sizeof all; n++) {
        uint8_t *bytes = NULL;
        size_t len = 0;
        char *text = jb_base64_encode(all, n);
        assert_int_equal(jb_base64_decode(text, n, &bytes, &len), JB_OK);
        assert_int_equal(len, n);
        assert_memory_equal(bytes, all, n);
        free(bytes);
        free(text);
    }
}

static void anything_but_the_canonical_text_is_refused(void **state) {
    static const char *const bad[] = {
        "",       "Z",        "Zg",       "Zg=",        "Zg===", "Z===",  "====",   "=",
        "Zm8",    "Zm9v=",    "Zm9v====", "Zh==",       "Zm9=",  "Zm 8=", "Zm8=\n", " Zm8=",
        "Zm8= ",  "Zg==Zg==", "Zg=a",     "Zm9v\nZm9v", "Zm9-",  "Zm9_",  "Zm9.",   "\xE3\x81\x82=",
        "Zm\t9v", "=m9v",     "Z=9v",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        uint8_t *bytes = (uint8_t *)1;
        size_t len = 0;
        assert_int_equal(jb_base64_decode(bad[i], 100, &bytes, &len), JB_ERR_ARGUMENT_INVALID);
        assert_null(bytes);
    }
}

static void the_limit_is_exact(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(vectors); i++) {
        size_t plain_len = strlen(vectors[i].plain), len = 0;
        uint8_t *bytes = NULL;
        assert_int_equal(jb_base64_decode(vectors[i].text, plain_len - 1, &bytes, &len),
                         JB_ERR_ARGUMENT_INVALID);
        assert_null(bytes);
        assert_int_equal(jb_base64_decode(vectors[i].text, SIZE_MAX, &bytes, &len), JB_OK);
        free(bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_vectors),
        cmocka_unit_test(every_byte_and_length_comes_back),
        cmocka_unit_test(anything_but_the_canonical_text_is_refused),
        cmocka_unit_test(the_limit_is_exact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
