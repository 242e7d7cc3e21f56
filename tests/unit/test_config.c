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

#include "jpki_bridge/config.h"

static char home[64];
static char directory[96];
static char path[128];

static void write_config(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void expect_pinentry(const char *text, const char *pinentry) {
    struct jb_config config;
    const char *problem = "unset";

    write_config(text);
    assert_int_equal(jb_config_load(&config, &problem), JB_OK);
    assert_null(problem);
    if (pinentry == NULL) {
        assert_null(config.pinentry);
    } else {
        assert_string_equal(config.pinentry, pinentry);
    }
    jb_config_clear(&config);
    assert_null(config.pinentry);
}

static void expect_invalid(const char *text) {
    struct jb_config config;
    const char *problem = NULL;

    write_config(text);
    if (jb_config_load(&config, &problem) != JB_ERR_CONFIG_INVALID || problem == NULL) {
        fail_msg("taken: %s", text);
    }
    assert_null(config.pinentry);
    assert_int_equal(jb_config_load(&config, NULL), JB_ERR_CONFIG_INVALID);
}

static void no_file_is_an_empty_configuration(void **state) {
    struct jb_config config;

    (void)state;
    (void)unlink(path);
    assert_int_equal(jb_config_load(&config, NULL), JB_OK);
    assert_null(config.pinentry);
}

static void the_prompt_program_is_an_absolute_path(void **state) {
    (void)state;
    expect_pinentry("{}", NULL);
    expect_pinentry("{\"pinentry\": \"/usr/bin/pinentry-qt\"}\n", "/usr/bin/pinentry-qt");
    expect_pinentry("{\"pinentry\": \"/opt/\\u65e5 \\\"x\\\"\"}", "/opt/\xE6\x97\xA5 \"x\"");
    expect_invalid("{\"pinentry\": \"pinentry\"}");
    expect_invalid("{\"pinentry\": \"./pinentry\"}");
    expect_invalid("{\"pinentry\": \"\"}");
    expect_invalid("{\"pinentry\": null}");
    expect_invalid("{\"pinentry\": [\"/usr/bin/pinentry\"]}");
    expect_invalid("{\"pinentry\": \"/usr/bin/pinentry\\u0000x\"}");
}

static void what_is_not_known_is_refused(void **state) {
    (void)state;
    expect_invalid("");
    expect_invalid("[]");
    expect_invalid("{\"pinentry\": \"/a\"");
    expect_invalid("{\"pinentry\": \"/a\"} {}");
    expect_invalid("{\"pinentry\": \"/a\", \"other\": 1}");
    expect_invalid("{\"Pinentry\": \"/a\"}");
    expect_invalid("{\"pinentry\": \"/a\", \"pinentry\": \"/b\"}");
}

static void a_directory_or_a_huge_file_is_refused(void **state) {
    struct jb_config config;
    FILE *file;

    (void)state;
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "{\"pinentry\": \"/a\"}%70000s", "");
    assert_int_equal(fclose(file), 0);
    assert_int_equal(jb_config_load(&config, NULL), JB_ERR_CONFIG_INVALID);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(jb_config_load(&config, NULL), JB_ERR_CONFIG_INVALID);
    assert_int_equal(rmdir(path), 0);
}

static int set_up(void **state) {
    (void)state;
    strcpy(home, "/tmp/jb-config-XXXXXX");
    if (mkdtemp(home) == NULL) {
        return -1;
    }
    snprintf(directory, sizeof directory, "%s/jpki-bridge", home);
    snprintf(path, sizeof path, "%s/config.json", directory);
    return setenv("XDG_CONFIG_HOME", home, 1) == 0 && mkdir(directory, 0700) == 0 ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    (void)unlink(path);
    return rmdir(directory) == 0 && rmdir(home) == 0 ? 0 : -1;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_is_an_empty_configuration),
        cmocka_unit_test(the_prompt_program_is_an_absolute_path),
        cmocka_unit_test(what_is_not_known_is_refused),
        cmocka_unit_test(a_directory_or_a_huge_file_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
