/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fake/fake_cf.h"
#include "jpki_bridge/lang.h"

static enum jb_lang with(void *languages) {
    enum jb_lang lang;

    fake_prefer("", "AppleLanguages", languages, false);
    lang = jb_lang_system();
    fake_forget_preferences();
    assert_int_equal(fake_alive(), 0);
    return lang;
}

static void *list(const char *first, const char *second) {
    void *array = fake_array();

    fake_array_add(array, fake_text(first));
    fake_array_add(array, fake_text(second));
    return array;
}

static void speaks_the_first_of_the_languages(void **state) {
    (void)state;
    assert_int_equal(with(list("ja-JP", "en-JP")), JB_LANG_JA);
    assert_int_equal(with(list("en-JP", "ja-JP")), JB_LANG_EN);
    assert_int_equal(with(list("fr-FR", "ja-JP")), JB_LANG_EN);
}

static void speaks_japanese_where_none_is_named(void **state) {
    void *number;

    (void)state;
    assert_int_equal(jb_lang_system(), JB_LANG_JA);
    assert_int_equal(with(fake_array()), JB_LANG_JA);
    assert_int_equal(with(fake_dictionary()), JB_LANG_JA);
    assert_int_equal(with(list("", "en")), JB_LANG_JA);
    number = fake_array();
    fake_array_add(number, fake_number(1));
    assert_int_equal(with(number), JB_LANG_JA);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speaks_the_first_of_the_languages),
        cmocka_unit_test(speaks_japanese_where_none_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
