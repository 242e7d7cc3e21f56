/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "jpki_bridge/config.h"
#include "jpki_bridge/platform.h"

static char home[64];
static char directory[96];
static char path[128];
static char id_path[128];

static void write_config(const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void expect_pinentry(const char *text, const char *pinentry) {
    struct jb_config config;
    struct jb_fault fault = {.kind = JB_FAULT_JSON};

    write_config(text);
    assert_int_equal(jb_config_load(&config, &fault), JB_OK);
    assert_int_equal(fault.kind, JB_FAULT_NONE);
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
    struct jb_fault fault = {.kind = JB_FAULT_NONE};

    write_config(text);
    if (jb_config_load(&config, &fault) != JB_ERR_CONFIG_INVALID || fault.kind == JB_FAULT_NONE) {
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

static bool is_trusted(const char *origin) {
    struct jb_config config;

    assert_int_equal(jb_config_load(&config, NULL), JB_OK);
    bool trusted = jb_config_trusts(&config, origin);
    jb_config_clear(&config);
    return trusted;
}

static char *read_file(const char *name) {
    static char text[8192];
    FILE *file = fopen(name, "r");

    assert_non_null(file);
    size_t len = fread(text, 1, sizeof text - 1, file);
    text[len] = '\0';
    assert_int_equal(fclose(file), 0);
    return text;
}

static unsigned mode_of(const char *name) {
    struct stat status;

    assert_int_equal(stat(name, &status), 0);
    return status.st_mode & 07777;
}

static void trust_is_kept_and_taken_back(void **state) {
    (void)state;
    (void)unlink(path);
    assert_false(is_trusted("https://a.example"));
    assert_int_equal(jb_config_distrust(NULL, "https://a.example"), JB_OK);
    assert_int_equal(access(path, F_OK), -1); /* nothing to take back, nothing to write */
    assert_int_equal(jb_config_trust(NULL, "https://a.example"), JB_OK);
    assert_int_equal(jb_config_trust(NULL, "https://b.example:8443"), JB_OK);
    assert_int_equal(mode_of(path), 0600);
    assert_true(is_trusted("https://a.example"));
    assert_true(is_trusted("https://b.example:8443"));
    assert_false(is_trusted("https://b.example"));
    assert_false(is_trusted("https://x.a.example"));
    assert_false(is_trusted("https://a.example.evil.example"));
    assert_false(is_trusted("https://A.example"));
    assert_int_equal(jb_config_distrust(NULL, "https://a.example"), JB_OK);
    assert_false(is_trusted("https://a.example"));
    assert_true(is_trusted("https://b.example:8443"));
    assert_int_equal(jb_config_distrust(NULL, "https://b.example:8443"), JB_OK);
    assert_false(is_trusted("https://b.example:8443"));
}

static void what_else_is_configured_stays(void **state) {
    struct jb_config config;

    (void)state;
    write_config("{\"pinentry\": \"/opt/x \\\"y\\\"\"}");
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(jb_config_trust(NULL, "https://a.example"), JB_OK);
    assert_int_equal(jb_config_load(&config, NULL), JB_OK);
    assert_string_equal(config.pinentry, "/opt/x \"y\"");
    assert_int_equal(config.trusted_count, 1);
    jb_config_clear(&config);
    assert_null(config.trusted);
    assert_int_equal(mode_of(path), 0600);
    /* written twice by hand: taken back altogether */
    write_config("{\"mynaportalOrigins\": [\"https://a.example\", \"https://a.example\"]}");
    assert_int_equal(jb_config_distrust(NULL, "https://a.example"), JB_OK);
    assert_false(is_trusted("https://a.example"));
}

static void a_broken_file_is_left_alone(void **state) {
    static const char *const texts[] = {"{", "{\"x\": 1}", "[]", "{\"mynaportalOrigins\": [1]}"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        write_config(texts[i]);
        assert_int_equal(jb_config_trust(NULL, "https://a.example"), JB_ERR_CONFIG_INVALID);
        assert_int_equal(jb_config_distrust(NULL, "https://a.example"), JB_ERR_CONFIG_INVALID);
        assert_string_equal(read_file(path), texts[i]);
    }
}

/* That a file is somebody else's is found by its reader (test_trusted.c); here, that it counts. */
static void what_another_user_could_have_written_is_refused(void **state) {
    struct jb_config config;
    struct jb_fault fault;
    char program[160], text[256];

    (void)state;
    write_config("{}");
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(jb_config_load(&config, &fault), JB_ERR_CONFIG_INVALID);
    assert_int_equal(fault.kind, JB_FAULT_WRITABLE);
    assert_string_equal(fault.subject, path);
    assert_int_equal(jb_config_trust(NULL, "https://a.example"), JB_ERR_CONFIG_INVALID);
    assert_int_equal(chmod(path, 0600), 0);
    assert_int_equal(chmod(directory, 0777), 0);
    assert_int_equal(jb_config_load(&config, &fault), JB_ERR_CONFIG_INVALID);
    assert_string_equal(fault.subject, directory);
    assert_int_equal(chmod(directory, 0700), 0);
    assert_int_equal(jb_config_load(&config, &fault), JB_OK);

    (void)snprintf(program, sizeof program, "%s/pinentry", home);
    (void)snprintf(text, sizeof text, "{\"pinentry\": \"%s\"}", program);
    write_config(text);
    assert_int_equal(jb_config_load(&config, &fault), JB_OK); /* there is none, so it is nobody's */
    jb_config_clear(&config);
    assert_true(jb_platform_write_file(program, "x", 1, true));
    assert_int_equal(jb_config_load(&config, &fault), JB_OK);
    jb_config_clear(&config);
    assert_int_equal(chmod(program, 0777), 0);
    assert_int_equal(jb_config_load(&config, &fault), JB_ERR_CONFIG_INVALID);
    assert_int_equal(fault.kind, JB_FAULT_WRITABLE);
    assert_string_equal(fault.subject, program);
    assert_int_equal(unlink(program), 0);
    (void)unlink(path);
}

static void an_identifier_of_another_user_is_refused(void **state) {
    struct jb_fault fault = {.kind = JB_FAULT_NONE};
    char id[JB_INSTALLATION_ID_LEN + 1];

    (void)state;
    assert_int_equal(jb_config_installation_id(NULL, id), JB_OK);
    assert_int_equal(chmod(id_path, 0666), 0);
    assert_int_equal(jb_config_installation_id(NULL, id), JB_ERR_CONFIG_INVALID);
    assert_false(jb_config_installation_is_sound(&fault));
    assert_int_equal(fault.kind, JB_FAULT_WRITABLE);
    assert_int_equal(unlink(id_path), 0);
}

static void trusted_origins_are_origins(void **state) {
    (void)state;
    expect_invalid("{\"mynaportalOrigins\": \"https://a.example\"}");
    expect_invalid("{\"mynaportalOrigins\": {}}");
    expect_invalid("{\"mynaportalOrigins\": null}");
    expect_invalid("{\"mynaportalOrigins\": [\"http://a.example\"]}");
    expect_invalid("{\"mynaportalOrigins\": [\"https://*.a.example\"]}");
    expect_invalid("{\"mynaportalOrigins\": [\"https://a.example/\"]}");
    expect_invalid("{\"mynaportalOrigins\": [\"https://a.example\", null]}");
    expect_invalid("{\"mynaportalOrigins\": [\"https://a.example\", \"HTTPS://b.example\"]}");
}

static void there_is_room_for_so_many(void **state) {
    char origin[64];

    (void)state;
    (void)unlink(path);
    for (int i = 0; i < JB_TRUSTED_ORIGINS_MAX; i++) {
        (void)snprintf(origin, sizeof origin, "https://site-%d.example", i);
        assert_int_equal(jb_config_trust(NULL, origin), JB_OK);
    }
    assert_int_equal(jb_config_trust(NULL, "https://one-more.example"), JB_ERR_CONFIG_INVALID);
    assert_int_equal(jb_config_trust(NULL, origin), JB_OK); /* is there already */
    assert_int_equal(jb_config_distrust(NULL, origin), JB_OK);
    assert_int_equal(jb_config_trust(NULL, "https://one-more.example"), JB_OK);
    assert_true(is_trusted("https://one-more.example"));
}

/* Several processes at once: none undoes what another one wrote. */
static void changes_at_the_same_time_all_hold(void **state) {
    enum { PROCESSES = 8 };
    char origin[64];
    int left = PROCESSES;

    (void)state;
    (void)unlink(path);
    (void)unlink(id_path);
    for (int i = 0; i < PROCESSES; i++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            char id[JB_INSTALLATION_ID_LEN + 1];
            (void)snprintf(origin, sizeof origin, "https://site-%d.example", i);
            bool done = jb_config_trust(NULL, "https://passing.example") == JB_OK &&
                        jb_config_trust(NULL, origin) == JB_OK &&
                        jb_config_installation_id(NULL, id) == JB_OK;
            char *kept = read_file(id_path);
            _exit(done && strncmp(kept + 1, id, JB_INSTALLATION_ID_LEN) == 0 ? 0 : 1);
        }
    }
    while (left > 0) {
        int status = 1;
        assert_true(wait(&status) > 0);
        assert_int_equal(status, 0);
        left--;
    }
    for (int i = 0; i < PROCESSES; i++) {
        (void)snprintf(origin, sizeof origin, "https://site-%d.example", i);
        assert_true(is_trusted(origin));
    }
    (void)unlink(id_path);
}

static void the_identifier_is_made_once(void **state) {
    char first[JB_INSTALLATION_ID_LEN + 1], second[JB_INSTALLATION_ID_LEN + 1];
    struct jb_fault fault = {.kind = JB_FAULT_NONE};

    (void)state;
    assert_true(jb_config_installation_is_sound(&fault));
    assert_int_equal(access(id_path, F_OK), -1);
    assert_int_equal(jb_config_installation_id(NULL, first), JB_OK);
    assert_int_equal(strlen(first), 32);
    assert_int_equal(strspn(first, "0123456789abcdef"), 32);
    assert_int_equal(mode_of(id_path), 0600);
    assert_int_equal(jb_config_installation_id(NULL, second), JB_OK);
    assert_string_equal(first, second);
    assert_true(jb_config_installation_is_sound(&fault));
    assert_int_equal(unlink(id_path), 0);
    assert_int_equal(jb_config_installation_id(NULL, second), JB_OK);
    assert_string_not_equal(first, second); /* it comes from nothing but chance */
    assert_int_equal(unlink(id_path), 0);
}

static void a_file_that_holds_no_identifier_is_left_alone(void **state) {
    static const char *const texts[] = {"",
                                        "x",
                                        "\"\"",
                                        "{}",
                                        "\"0123456789abcdef0123456789abcde\"",
                                        "\"0123456789abcdef0123456789abcdef0\"",
                                        "\"0123456789ABCDEF0123456789abcdef\"",
                                        "\"0123456789abcdef0123456789abcdef\"  "};
    struct jb_fault fault = {.kind = JB_FAULT_NONE};
    char id[JB_INSTALLATION_ID_LEN + 1];

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_true(jb_platform_write_file(id_path, texts[i], strlen(texts[i]), false));
        assert_int_equal(jb_config_installation_id(NULL, id), JB_ERR_CONFIG_INVALID);
        assert_false(jb_config_installation_is_sound(&fault));
        assert_string_equal(read_file(id_path), texts[i]);
    }
    assert_int_equal(unlink(id_path), 0);
}

static void directories_are_made_and_private(void **state) {
    char deep[128], name[192], id[JB_INSTALLATION_ID_LEN + 1];

    (void)state;
    (void)snprintf(deep, sizeof deep, "%s/a/b", home);
    assert_int_equal(setenv("XDG_CONFIG_HOME", deep, 1), 0);
    assert_int_equal(jb_config_trust(NULL, "https://a.example"), JB_OK);
    assert_int_equal(jb_config_installation_id(NULL, id), JB_OK);
    assert_true(is_trusted("https://a.example"));
    (void)snprintf(name, sizeof name, "%s/jpki-bridge", deep);
    assert_int_equal(mode_of(name), 0700);
    for (int i = 0; i < 4; i++) {
        static const char *const files[] = {"config.json", "installation.json", "config.json.lock",
                                            "installation.json.lock"};
        (void)snprintf(name, sizeof name, "%s/jpki-bridge/%s", deep, files[i]);
        assert_int_equal(mode_of(name), 0600);
        assert_int_equal(unlink(name), 0);
    }
    for (int i = 0; i < 3; i++) {
        static const char *const directories[] = {"a/b/jpki-bridge", "a/b", "a"};
        (void)snprintf(name, sizeof name, "%s/%s", home, directories[i]);
        assert_int_equal(rmdir(name), 0);
    }
    assert_int_equal(setenv("XDG_CONFIG_HOME", home, 1), 0);
}

static void what_cannot_be_written_is_told(void **state) {
    char id[JB_INSTALLATION_ID_LEN + 1];

    (void)state;
    assert_int_equal(setenv("XDG_CONFIG_HOME", "/proc/nowhere", 1), 0);
    assert_int_equal(jb_config_trust(NULL, "https://a.example"), JB_ERR_LOCK_UNAVAILABLE);
    assert_int_equal(jb_config_installation_id(NULL, id), JB_ERR_LOCK_UNAVAILABLE);
    assert_int_equal(setenv("XDG_CONFIG_HOME", home, 1), 0);
}

static int set_up(void **state) {
    (void)state;
    strcpy(home, "/tmp/jb-config-XXXXXX");
    if (mkdtemp(home) == NULL) {
        return -1;
    }
    snprintf(directory, sizeof directory, "%s/jpki-bridge", home);
    snprintf(path, sizeof path, "%s/config.json", directory);
    snprintf(id_path, sizeof id_path, "%s/installation.json", directory);
    return setenv("XDG_CONFIG_HOME", home, 1) == 0 && mkdir(directory, 0700) == 0 ? 0 : -1;
}

static int tear_down(void **state) {
    char command[80];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", home);
    return system(command); /* NOLINT(cert-env33-c): our own path */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_file_is_an_empty_configuration),
        cmocka_unit_test(the_prompt_program_is_an_absolute_path),
        cmocka_unit_test(what_is_not_known_is_refused),
        cmocka_unit_test(a_directory_or_a_huge_file_is_refused),
        cmocka_unit_test(trust_is_kept_and_taken_back),
        cmocka_unit_test(what_else_is_configured_stays),
        cmocka_unit_test(a_broken_file_is_left_alone),
        cmocka_unit_test(what_another_user_could_have_written_is_refused),
        cmocka_unit_test(an_identifier_of_another_user_is_refused),
        cmocka_unit_test(trusted_origins_are_origins),
        cmocka_unit_test(there_is_room_for_so_many),
        cmocka_unit_test(changes_at_the_same_time_all_hold),
        cmocka_unit_test(the_identifier_is_made_once),
        cmocka_unit_test(a_file_that_holds_no_identifier_is_left_alone),
        cmocka_unit_test(directories_are_made_and_private),
        cmocka_unit_test(what_cannot_be_written_is_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
