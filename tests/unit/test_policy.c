/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "jpki_bridge/platform.h"
#include "jpki_bridge/policy.h"

static char directory[32], path[64];

static void write_policy(const char *text, size_t len, mode_t mode) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static struct jb_fault fault; /* of the last one loaded */

/* As the program reads the policy of the system, from another place. */
static enum jb_error load_file(const char *from, struct jb_policy **policy) {
    char *text = NULL;
    size_t len = 0;
    enum jb_error error = JB_ERR_POLICY_INVALID;

    memset(&fault, 0, sizeof fault);
    *policy = NULL;
    text = jb_platform_read_trusted(from, JB_KEEPER_ADMIN, JB_POLICY_MAX, &len, &fault);
    if (fault.kind == JB_FAULT_NONE) {
        error = jb_policy_parse(text, len, policy, &fault);
    }
    free(text);
    /* Whoever is refused is told why. */
    assert_int_equal(error == JB_OK, fault.kind == JB_FAULT_NONE);
    return error;
}

static enum jb_error load(const char *text, struct jb_policy **policy) {
    write_policy(text, strlen(text), 0644);
    return load_file(path, policy);
}

/* Files of an administrator can be made by root only. */
static void need_root(void) {
    if (geteuid() != 0) {
        skip();
    }
}

static void expect(const char *text, const char *origin, enum jb_error expected) {
    struct jb_policy *policy = NULL;

    assert_int_equal(load(text, &policy), JB_OK);
    assert_non_null(policy);
    if (jb_policy_check_origin(policy, origin) != expected) {
        fail_msg("%s: %s gave %s", text, origin,
                 jb_error_reason(jb_policy_check_origin(policy, origin)));
    }
    jb_policy_free(&policy);
    assert_null(policy);
}

static void no_file_allows_every_origin(void **state) {
    struct jb_policy *policy = NULL;

    (void)state;
    assert_int_equal(load_file("/nonexistent/policy.json", &policy), JB_OK);
    assert_int_equal(jb_policy_check_origin(policy, "https://example.com"), JB_OK);
    assert_int_equal(jb_policy_check_origin(policy, "http://example.com"), JB_ERR_ORIGIN_INVALID);
    assert_int_equal(jb_policy_check_origin(policy, "https://example.com/"), JB_ERR_ORIGIN_INVALID);
    jb_policy_free(&policy);
}

static void an_allowed_list_means_nothing_else(void **state) {
    static const char text[] =
        "{\"allowedOrigins\":[\"https://www.example.com\",\"https://*.city.example.jp\","
        "\"https://app.example.org:8443\",\"https://*.example.org:8443\"]}";

    (void)state;
    need_root();
    expect(text, "https://www.example.com", JB_OK);
    expect(text, "https://a.city.example.jp", JB_OK);
    expect(text, "https://a.b.city.example.jp", JB_OK);
    expect(text, "https://app.example.org:8443", JB_OK);
    expect(text, "https://x.example.org:8443", JB_OK);
    /* look-alikes */
    expect(text, "https://example.com", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://www.example.com:8443", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://www.example.com.evil.example", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://evilwww.example.com", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://a.www.example.com", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://city.example.jp", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://evilcity.example.jp", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://a.city.example.jp:444", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://a.city.example.jp.evil.example", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://app.example.org", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://example.org:8443", JB_ERR_ORIGIN_DENIED);
    expect(text, "https://www.xn--exmple-cua.com", JB_ERR_ORIGIN_DENIED);
    /* what is no origin is told so, whatever the policy says */
    expect(text, "https://WWW.example.com", JB_ERR_ORIGIN_INVALID);
    expect(text, "https://www.example.com.", JB_ERR_ORIGIN_INVALID);
    expect(text, "https://.city.example.jp", JB_ERR_ORIGIN_INVALID);
    expect(text, "https://www.example.com@evil.example", JB_ERR_ORIGIN_INVALID);
}

static void denied_wins(void **state) {
    static const char both[] = "{\"deniedOrigins\":[\"https://*.example.com\"],"
                               "\"allowedOrigins\":[\"https://www.example.com\","
                               "\"https://example.com\"]}";

    (void)state;
    need_root();
    expect(both, "https://www.example.com", JB_ERR_ORIGIN_DENIED);
    expect(both, "https://example.com", JB_OK);
    expect("{\"deniedOrigins\":[\"https://[::1]:8443\"]}", "https://[::1]:8443",
           JB_ERR_ORIGIN_DENIED);
    expect("{\"deniedOrigins\":[\"https://[::1]:8443\"]}", "https://[::1]", JB_OK);
    expect("{\"deniedOrigins\":[]}", "https://example.com", JB_OK);
    expect("{\"allowedOrigins\":[]}", "https://example.com", JB_ERR_ORIGIN_DENIED);
    expect("{}", "https://example.com", JB_OK);
}

static void a_policy_that_is_not_understood_allows_nothing(void **state) {
    static const char *const texts[] = {
        "",
        "{",
        "[]",
        "null",
        "{\"allowedOrigins\":[]} x",
        "{\"allowedOrigin\":[]}",
        "{\"AllowedOrigins\":[]}",
        "{\"allowedOrigins\":\"https://example.com\"}",
        "{\"allowedOrigins\":null}",
        "{\"allowedOrigins\":{}}",
        "{\"allowedOrigins\":[1]}",
        "{\"allowedOrigins\":[[\"https://example.com\"]]}",
        "{\"allowedOrigins\":[\"example.com\"]}",
        "{\"allowedOrigins\":[\"http://example.com\"]}",
        "{\"allowedOrigins\":[\"https://example.com/\"]}",
        "{\"allowedOrigins\":[\"https://Example.com\"]}",
        "{\"allowedOrigins\":[\"https://*\"]}",
        "{\"allowedOrigins\":[\"https://*.\"]}",
        "{\"allowedOrigins\":[\"https://*.*.example.com\"]}",
        "{\"allowedOrigins\":[\"https://www.*.com\"]}",
        "{\"allowedOrigins\":[\"https://*example.com\"]}",
        "{\"allowedOrigins\":[\"https://*.1.2.3.4\"]}",
        "{\"allowedOrigins\":[\"https://*.[::1]\"]}",
        "{\"allowedOrigins\":[\"https://*.example.com:443\"]}",
        "{\"allowedOrigins\":[\"https://example.com:*\"]}",
        "{\"allowedOrigins\":[\"https://\\u65e5\\u672c.jp\"]}",
        "{\"deniedOrigins\":[\"evil.example\"]}",
        "{\"deniedOrigins\":[],\"deniedOrigins\":[]}",
        "{\"mynaportal\":[]}",
        "{\"mynaportal\":true}",
        "{\"mynaportal\":{\"origin\":[]}}",
        "{\"mynaportal\":{\"origins\":\"https://example.com\"}}",
        "{\"mynaportal\":{\"origins\":[\"http://example.com\"]}}",
        "{\"mynaportal\":{\"modes\":\"01\"}}",
        "{\"mynaportal\":{\"modes\":[1]}}",
        "{\"mynaportal\":{\"modes\":[\"1\"]}}",
        "{\"mynaportal\":{\"modes\":[\"03\"]}}",
        "{\"mynaportal\":{\"modes\":[\"05\"]}}",
        "{\"mynaportal\":{\"modes\":[\"01\",null]}}",
        "{\"mynaportal\":{\"ask\":\"no\"}}",
        "{\"mynaportal\":{\"ask\":0}}",
        "{\"individualNumber\":1}",
        "{\"logging\":1}",
        "{\"individualNumber\":\"true\"}",
        "{\"individualNumber\":null}",
    };

    (void)state;
    need_root();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct jb_policy *policy = NULL;
        if (load(texts[i], &policy) != JB_ERR_POLICY_INVALID || policy != NULL) {
            fail_msg("taken: %s", texts[i]);
        }
    }
}

static void it_is_told_which_member_is_wrong_and_why(void **state) {
    static const struct {
        const char *text;
        enum jb_fault_kind kind;
        const char *subject;
    } cases[] = {
        {"", JB_FAULT_JSON, ""},
        {"[]", JB_FAULT_JSON, ""},
        {"{\"logging\":true,\"logging\":true}", JB_FAULT_JSON, ""},
        {"\xEF\xBB\xBF{}", JB_FAULT_BYTE_ORDER_MARK, ""},
        {"\xFF\xFE{", JB_FAULT_BYTE_ORDER_MARK, ""},
        {"\xFE\xFF", JB_FAULT_BYTE_ORDER_MARK, ""},
        {"{\"logging\":true,\"Logging\":true}", JB_FAULT_UNKNOWN_MEMBER, "Logging"},
        {"{\"mynaportal\":{\"mode\":[]}}", JB_FAULT_UNKNOWN_MEMBER, "mynaportal.mode"},
        {"{\"allowedOrigins\":\"https://a.example\"}", JB_FAULT_NOT_ORIGINS, "allowedOrigins"},
        {"{\"deniedOrigins\":[\"https://a.example/\"]}", JB_FAULT_NOT_ORIGINS, "deniedOrigins"},
        {"{\"mynaportal\":{\"origins\":[1]}}", JB_FAULT_NOT_ORIGINS, "mynaportal.origins"},
        {"{\"mynaportal\":{\"modes\":[\"05\"]}}", JB_FAULT_NOT_MODES, "mynaportal.modes"},
        {"{\"mynaportal\":{\"ask\":0}}", JB_FAULT_NOT_BOOL, "mynaportal.ask"},
        {"{\"mynaportal\":[]}", JB_FAULT_NOT_OBJECT, "mynaportal"},
        {"{\"individualNumber\":1}", JB_FAULT_NOT_BOOL, "individualNumber"},
        {"{\"logging\":\"yes\"}", JB_FAULT_NOT_BOOL, "logging"},
    };
    struct jb_policy *policy = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memset(&fault, 0, sizeof fault);
        assert_int_equal(jb_policy_parse(cases[i].text, strlen(cases[i].text), &policy, &fault),
                         JB_ERR_POLICY_INVALID);
        if (fault.kind != cases[i].kind || strcmp(fault.subject, cases[i].subject) != 0) {
            fail_msg("%s: %d, \"%s\"", cases[i].text, (int)fault.kind, fault.subject);
        }
    }
}

static void only_the_administrators_file_counts(void **state) {
    struct jb_policy *policy = NULL;

    (void)state;
    write_policy("{}", 2, 0644);
    if (geteuid() != 0) {
        assert_int_equal(load_file(path, &policy), JB_ERR_POLICY_INVALID);
        return;
    }
    assert_int_equal(chmod(path, 0664), 0);
    assert_int_equal(load_file(path, &policy), JB_ERR_POLICY_INVALID);
    assert_int_equal(chmod(path, 0646), 0);
    assert_int_equal(load_file(path, &policy), JB_ERR_POLICY_INVALID);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chown(path, 65534, 0), 0);
    assert_int_equal(load_file(path, &policy), JB_ERR_POLICY_INVALID);
    assert_int_equal(chown(path, 0, 0), 0);
    assert_int_equal(load_file(path, &policy), JB_OK);
    jb_policy_free(&policy);
}

static void odd_files_are_no_policy(void **state) {
    struct jb_policy *policy = NULL;
    char *big = malloc((1 << 20) + 2);

    (void)state;
    assert_non_null(big);
    assert_int_equal(load_file("/", &policy), JB_ERR_POLICY_INVALID);
    /* valid JSON, one byte too long */
    memset(big, ' ', (1 << 20) + 1);
    big[0] = '{';
    big[1] = '}';
    write_policy(big, (1 << 20) + 1, 0644);
    assert_int_equal(load_file(path, &policy), JB_ERR_POLICY_INVALID);
    free(big);
    /* a FIFO must not make anybody wait */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0644), 0);
    assert_int_equal(load_file(path, &policy), JB_ERR_POLICY_INVALID);
    assert_int_equal(unlink(path), 0);
}

enum verdict { ALLOWED, ASKED, DENIED };

static void expect_mynaportal(const char *text, const char *origin, enum jb_mynaportal_mode mode,
                              enum verdict expected) {
    struct jb_policy *policy = NULL;
    bool ask = false;

    if (text == NULL) {
        assert_int_equal(load_file("/nonexistent/policy.json", &policy), JB_OK);
    } else {
        assert_int_equal(load(text, &policy), JB_OK);
    }
    enum jb_error error = jb_policy_check_mynaportal(policy, origin, mode, &ask);
    enum verdict verdict = ask ? ASKED : ALLOWED;
    if (error != JB_OK) {
        assert_int_equal(error, JB_ERR_ORIGIN_DENIED);
        verdict = DENIED;
    }
    if (verdict != expected) {
        fail_msg("%s: %s, mode %d: %d", text == NULL ? "none" : text, origin, (int)mode,
                 (int)verdict);
    }
    jb_policy_free(&policy);
}

/* The shipped table, and what only looks as if it stood there. (What is no origin at all has been
 * refused before: test_origin.c.) */
static void service_hosts_are_known_and_look_alikes_are_not(void **state) {
    static const char *const known[] = {
        "https://myna.go.jp",          "https://www.myna.go.jp",       "https://a.b.myna.go.jp",
        "https://www.e-tax.nta.go.jp", "https://www.keisan.nta.go.jp",
    };
    static const char *const strange[] = {
        "https://go.jp.example.com",
        "https://xgo.jp",
        "https://xmyna.go.jp",
        "https://myna.go.jp.evil.example",
        "https://www.myna.go.jp.evil.example",
        "https://myna-go.jp",
        "https://myna.go.jp:8443",
        "https://www.myna.go.jp:444",
        "https://www.e-tax.nta.go.jp.example.com",
        "https://xe-tax.nta.go.jp",
        "https://e-tax.nta.go.jp",
        "https://keisan.nta.go.jp",
        "https://nta.go.jp",
        "https://www.go.jp",
        "https://xn--myna-y63b.go.jp",
        "https://www.xn--myn-7na.go.jp",
        "https://city.example.lg.jp",
    };

    (void)state;
    for (int mode = JB_MYNAPORTAL_AUTHENTICATE; mode <= JB_MYNAPORTAL_SIGN; mode++) {
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            expect_mynaportal(NULL, known[i], (enum jb_mynaportal_mode)mode, ALLOWED);
        }
        for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
            expect_mynaportal(NULL, strange[i], (enum jb_mynaportal_mode)mode, ASKED);
        }
    }
    expect_mynaportal(NULL, "https://xgo.jp", JB_MYNAPORTAL_ATTRIBUTES, ALLOWED);
}

static void what_is_no_origin_never_gets_so_far(void **state) {
    static const char *const texts[] = {
        "http://www.myna.go.jp",         "https://WWW.myna.go.jp",  "https://www.myna.go.jp.",
        "https://www.myna.go.jp:443",    "https://www.myna.go.jp/", "https://x@www.myna.go.jp",
        "https://www.m\xC3\xBDna.go.jp", "HTTPS://www.myna.go.jp",  "https://www.myna.go.jp%2e",
        "https://www..myna.go.jp",       "www.myna.go.jp",          "null",
    };
    struct jb_policy *policy = NULL;

    (void)state;
    assert_int_equal(load_file("/nonexistent/policy.json", &policy), JB_OK);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_int_equal(jb_policy_check_origin(policy, texts[i]), JB_ERR_ORIGIN_INVALID);
    }
    jb_policy_free(&policy);
}

static void an_administrator_adds_hosts_and_forbids_questions(void **state) {
    static const char added[] = "{\"mynaportal\":{\"origins\":[\"https://*.city.example.jp\","
                                "\"https://portal.example.com:8443\"]}}";
    static const char silent[] =
        "{\"mynaportal\":{\"origins\":[\"https://a.example\"],\"ask\":false}}";
    static const char asking[] = "{\"mynaportal\":{\"ask\":true}}";

    (void)state;
    need_root();
    expect_mynaportal(added, "https://a.city.example.jp", JB_MYNAPORTAL_AUTHENTICATE, ALLOWED);
    expect_mynaportal(added, "https://portal.example.com:8443", JB_MYNAPORTAL_SIGN, ALLOWED);
    expect_mynaportal(added, "https://portal.example.com", JB_MYNAPORTAL_SIGN, ASKED);
    expect_mynaportal(added, "https://city.example.jp", JB_MYNAPORTAL_SIGN, ASKED);
    expect_mynaportal(added, "https://www.myna.go.jp", JB_MYNAPORTAL_SIGN, ALLOWED);
    expect_mynaportal(silent, "https://a.example", JB_MYNAPORTAL_SIGN, ALLOWED);
    expect_mynaportal(silent, "https://b.example", JB_MYNAPORTAL_SIGN, DENIED);
    expect_mynaportal(silent, "https://b.example", JB_MYNAPORTAL_AUTHENTICATE, DENIED);
    expect_mynaportal(silent, "https://b.example", JB_MYNAPORTAL_ATTRIBUTES, ALLOWED);
    expect_mynaportal(silent, "https://www.myna.go.jp", JB_MYNAPORTAL_AUTHENTICATE, ALLOWED);
    expect_mynaportal(asking, "https://b.example", JB_MYNAPORTAL_SIGN, ASKED);
}

static void an_administrator_chooses_the_modes(void **state) {
    static const enum jb_mynaportal_mode modes[] = {JB_MYNAPORTAL_AUTHENTICATE, JB_MYNAPORTAL_SIGN,
                                                    JB_MYNAPORTAL_ATTRIBUTES};
    char text[64];

    (void)state;
    need_root();
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(text, sizeof text, "{\"mynaportal\":{\"modes\":[\"%s\"]}}",
                       jb_mynaportal_mode_name(modes[i]));
        for (size_t j = 0; j < 3; j++) {
            expect_mynaportal(text, "https://www.myna.go.jp", modes[j], i == j ? ALLOWED : DENIED);
            expect_mynaportal("{\"mynaportal\":{\"modes\":[]}}", "https://www.myna.go.jp", modes[j],
                              DENIED);
        }
    }
}

static void the_log_is_wanted_where_there_is_a_policy(void **state) {
    static const struct {
        const char *text;
        bool wanted;
    } cases[] = {{NULL, false},
                 {"{}", true},
                 {"{\"deniedOrigins\":[]}", true},
                 {"{\"logging\":true}", true},
                 {"{\"logging\":false}", false}};
    struct jb_policy *policy = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = cases[i].text;
        assert_int_equal(jb_policy_parse(text, text == NULL ? 0 : strlen(text), &policy, NULL),
                         JB_OK);
        assert_int_equal(jb_policy_wants_log(policy), cases[i].wanted);
        jb_policy_free(&policy);
    }
}

static void the_individual_number_is_off_unless_it_is_switched_on(void **state) {
    static const struct {
        const char *text;
        bool on;
    } cases[] = {{"{}", false},
                 {"{\"individualNumber\":false}", false},
                 {"{\"mynaportal\":{}}", false},
                 {"{\"individualNumber\":true}", true}};
    struct jb_policy *policy = NULL;

    (void)state;
    assert_int_equal(load_file("/nonexistent/policy.json", &policy), JB_OK);
    assert_false(jb_policy_allows_individual_number(policy));
    jb_policy_free(&policy);
    need_root();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(load(cases[i].text, &policy), JB_OK);
        assert_int_equal(jb_policy_allows_individual_number(policy), cases[i].on);
        jb_policy_free(&policy);
    }
}

static int set_up(void **state) {
    (void)state;
    strcpy(directory, "/tmp/jb-policy-XXXXXX");
    if (mkdtemp(directory) == NULL) {
        return -1;
    }
    (void)snprintf(path, sizeof path, "%s/policy.json", directory);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    (void)unlink(path);
    return rmdir(directory);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_allows_every_origin),
        cmocka_unit_test(an_allowed_list_means_nothing_else),
        cmocka_unit_test(denied_wins),
        cmocka_unit_test(a_policy_that_is_not_understood_allows_nothing),
        cmocka_unit_test(it_is_told_which_member_is_wrong_and_why),
        cmocka_unit_test(only_the_administrators_file_counts),
        cmocka_unit_test(odd_files_are_no_policy),
        cmocka_unit_test(service_hosts_are_known_and_look_alikes_are_not),
        cmocka_unit_test(what_is_no_origin_never_gets_so_far),
        cmocka_unit_test(an_administrator_adds_hosts_and_forbids_questions),
        cmocka_unit_test(an_administrator_chooses_the_modes),
        cmocka_unit_test(the_log_is_wanted_where_there_is_a_policy),
        cmocka_unit_test(the_individual_number_is_off_unless_it_is_switched_on),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
