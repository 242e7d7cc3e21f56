/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/lang.h"

#include <stdlib.h>

#include "unit.h"

static void session(const char *all, const char *messages, const char *lang) {
    const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *const values[] = {all, messages, lang};

    for (size_t i = 0; i < COUNT(names); i++) {
        (void)(values[i] != NULL ? setenv(names[i], values[i], 1) : unsetenv(names[i]));
    }
}

static void tags(void **state) {
    static const struct {
        const char *tag;
        enum jb_lang lang;
    } cases[] = {
        {"ja", JB_LANG_JA},  {"ja-JP", JB_LANG_JA},  {"JA", JB_LANG_JA}, {"ja-Latn", JB_LANG_JA},
        {"en", JB_LANG_EN},  {"en-GB", JB_LANG_EN},  {"et", JB_LANG_EN}, {"j", JB_LANG_EN},
        {"jav", JB_LANG_EN}, {"jam-JA", JB_LANG_EN}, {"xx", JB_LANG_EN}, {"-ja", JB_LANG_EN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(jb_lang_of(cases[i].tag), cases[i].lang);
    }
}

static void without_a_tag_the_session_decides(void **state) {
    (void)state;
    session(NULL, NULL, "en_US.UTF-8");
    assert_int_equal(jb_lang_of(NULL), JB_LANG_EN);
    assert_int_equal(jb_lang_of(""), JB_LANG_EN);
    session(NULL, NULL, "ja_JP.UTF-8");
    assert_int_equal(jb_lang_of(NULL), JB_LANG_JA);
    assert_int_equal(jb_lang_of("de"), JB_LANG_EN);
}

static void session_variables_in_posix_order(void **state) {
    static const struct {
        const char *all, *messages, *lang;
        enum jb_lang expected;
    } cases[] = {
        {NULL, NULL, NULL, JB_LANG_JA},
        {"", "", "", JB_LANG_JA},
        {NULL, NULL, "C", JB_LANG_JA},
        {NULL, NULL, "C.UTF-8", JB_LANG_JA},
        {NULL, NULL, "POSIX", JB_LANG_JA},
        {NULL, NULL, "ja", JB_LANG_JA},
        {NULL, NULL, "ja_JP.eucJP", JB_LANG_JA},
        {NULL, NULL, "en_GB.UTF-8", JB_LANG_EN},
        {NULL, NULL, "Cxx", JB_LANG_EN},
        {NULL, "ja_JP.UTF-8", "en_US.UTF-8", JB_LANG_JA},
        {NULL, "", "en_US.UTF-8", JB_LANG_EN},
        {"en_US.UTF-8", "ja_JP.UTF-8", "ja_JP.UTF-8", JB_LANG_EN},
        {"C", "en_US.UTF-8", "en_US.UTF-8", JB_LANG_JA},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        session(cases[i].all, cases[i].messages, cases[i].lang);
        assert_int_equal(jb_lang_system(), cases[i].expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tags),
        cmocka_unit_test(without_a_tag_the_session_decides),
        cmocka_unit_test(session_variables_in_posix_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
