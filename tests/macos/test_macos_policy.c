/* SPDX-License-Identifier: MIT */
/* The policy of a configuration profile, over preferences that a test forces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake/fake_cf.h"
#include "jpki_bridge/file.h"
#include "jpki_bridge/policy.h"

static const char host[] = "org.jpkibridge.host";
static const char *readable; /* what the path of a managed file that can be read ends with */

/* Any bytes do: the fake makes of them what the test told it. */
char *__wrap_jb_file_read(const char *path, size_t max, size_t *len, bool *absent);
char *__wrap_jb_file_read(const char *path, size_t max, size_t *len, bool *absent) {
    static const char managed[] = "/Library/Managed Preferences/";
    size_t tail = readable == NULL ? 0 : strlen(readable);

    assert_int_equal(strncmp(path, managed, sizeof managed - 1), 0);
    assert_true(max > 0);
    *absent = readable == NULL || strlen(path) < tail ||
              strcmp(path + strlen(path) - tail, readable) != 0;
    *len = *absent ? 0 : 1;
    return *absent ? NULL : strdup("x");
}

static void *list(const char *item) {
    void *array = fake_array();

    fake_array_add(array, fake_text(item));
    return array;
}

/* Loads the policy, and forgets what was forced. */
static enum jb_error load(struct jb_policy **policy) {
    enum jb_error error = jb_policy_load(policy, NULL);

    fake_forget_preferences();
    assert_int_equal(fake_alive(), 0);
    return error;
}

static void assert_invalid(const char *key, const void *value) {
    struct jb_policy *policy = NULL;

    fake_prefer(host, key, value, true);
    assert_int_equal(load(&policy), JB_ERR_POLICY_INVALID);
    assert_null(policy);
}

static int teardown(void **state) {
    (void)state;
    readable = NULL;
    return 0;
}

static void takes_what_a_profile_forces(void **state) {
    struct jb_policy *policy = NULL;
    void *mynaportal = fake_dictionary();

    (void)state;
    fake_dictionary_add(mynaportal, "origins", list("https://*.city.example.lg.jp"));
    fake_dictionary_add(mynaportal, "modes", list("01"));
    fake_dictionary_add(mynaportal, "ask", fake_bool(false));
    fake_prefer(host, "allowedOrigins", list("https://*.go.jp"), true);
    fake_prefer(host, "deniedOrigins", list("https://old.example.go.jp"), true);
    fake_prefer(host, "mynaportal", mynaportal, true);
    fake_prefer(host, "individualNumber", fake_bool(false), true);
    fake_prefer(host, "logging", fake_bool(false), true);
    assert_int_equal(load(&policy), JB_OK);
    assert_int_equal(jb_policy_check_origin(policy, "https://www.example.go.jp"), JB_OK);
    assert_int_equal(jb_policy_check_origin(policy, "https://old.example.go.jp"),
                     JB_ERR_ORIGIN_DENIED);
    assert_int_equal(jb_policy_check_origin(policy, "https://www.example.jp"),
                     JB_ERR_ORIGIN_DENIED);
    assert_false(jb_policy_wants_log(policy));
    jb_policy_free(&policy);
}

static void has_no_policy_where_nothing_is_forced(void **state) {
    struct jb_policy *policy = NULL;

    (void)state;
    fake_prefer(host, "deniedOrigins", list("https://www.example.jp"), false);
    fake_prefer("org.example.other", "deniedOrigins", list("https://www.example.jp"), true);
    assert_int_equal(load(&policy), JB_OK);
    assert_int_equal(jb_policy_check_origin(policy, "https://www.example.jp"), JB_OK);
    assert_false(jb_policy_wants_log(policy)); /* a computer without a policy keeps no log */
    jb_policy_free(&policy);
}

static void refuses_other_forms(void **state) {
    void *numbers;
    void *deep;
    void *dictionary;

    (void)state;
    assert_invalid("allowedOrigins", fake_text("https://*.go.jp"));
    assert_invalid("allowedOrigins", list("http://www.example.jp"));
    numbers = fake_array();
    fake_array_add(numbers, fake_number(1));
    assert_invalid("deniedOrigins", numbers);
    assert_invalid("logging", fake_number(1));
    assert_invalid("individualNumber", fake_text("true"));
    assert_invalid("mynaportal", list("01"));
    dictionary = fake_dictionary();
    fake_dictionary_add(dictionary, "other", fake_bool(true));
    assert_invalid("mynaportal", dictionary);
    deep = fake_array();
    for (int i = 0; i < 20; i++) {
        void *outer = fake_array();
        fake_array_add(outer, deep);
        deep = outer;
    }
    assert_invalid("allowedOrigins", deep);
}

/* The file of the profile names a member that there is none of. */
static enum jb_error with_stranger(const char *file, bool forced, struct jb_policy **policy) {
    void *managed = fake_dictionary();

    readable = file;
    fake_dictionary_add(managed, "allowedOrigin", list("https://*.go.jp"));
    fake_next_list(managed);
    fake_prefer(host, "allowedOrigin", list("https://*.go.jp"), forced);
    return load(policy);
}

static void allows_nothing_with_a_member_that_is_not_known(void **state) {
    struct jb_policy *policy = NULL;

    (void)state;
    assert_int_equal(
        with_stranger("/Library/Managed Preferences/org.jpkibridge.host.plist", true, &policy),
        JB_ERR_POLICY_INVALID);
    assert_int_equal(with_stranger("/org.jpkibridge.host.plist", true, &policy),
                     JB_ERR_POLICY_INVALID);
    /* A file that is left from before forces nothing. */
    assert_int_equal(with_stranger("/org.jpkibridge.host.plist", false, &policy), JB_OK);
    jb_policy_free(&policy);
}

static void looks_for_a_profile_of_the_user(void **state) {
    struct jb_policy *policy = NULL;
    const struct passwd *user = getpwuid(getuid());
    char path[256];

    (void)state;
    assert_non_null(user);
    (void)snprintf(path, sizeof path, "/%s/%s.plist", user->pw_name, host);
    assert_int_equal(with_stranger(path, true, &policy), JB_ERR_POLICY_INVALID);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(takes_what_a_profile_forces, teardown),
        cmocka_unit_test_teardown(has_no_policy_where_nothing_is_forced, teardown),
        cmocka_unit_test_teardown(refuses_other_forms, teardown),
        cmocka_unit_test_teardown(allows_nothing_with_a_member_that_is_not_known, teardown),
        cmocka_unit_test_teardown(looks_for_a_profile_of_the_user, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
