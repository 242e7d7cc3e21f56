/* SPDX-License-Identifier: MIT */
/* Prompts that are dismissed, and pinentries that do not go. */
#include "prompt_rig.h"

static bool is_running(long pid) {
    char path[64];
    char text[256];
    FILE *file;
    size_t len;

    (void)snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
    file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    len = fread(text, 1, sizeof(text) - 1, file);
    text[len] = '\0';
    (void)fclose(file);
    return strrchr(text, ')') != NULL && strncmp(strrchr(text, ')'), ") Z", 3) != 0;
}

static void assert_ends(long pid) {
    const struct timespec moment = {0, 10000000};

    for (int i = 0; i < 300 && is_running(pid); i++) {
        (void)nanosleep(&moment, NULL);
    }
    assert_false(is_running(pid));
}

static void assert_dismissed_quickly(struct jb_prompt *prompt) {
    struct jb_secret *secret;
    long begun = now_ms();

    jb_prompt_dismiss(prompt);
    assert_int_equal(jb_prompt_finish(&prompt, &secret), JB_ERR_USER_CANCELLED);
    assert_null(secret);
    assert_true(unit_fair_ms((double)(now_ms() - begun)) < 2500);
}

static void test_dismiss_at_any_stage(void **state) {
    static const char *const waiting[] = {"wait", "deaf", "family"};
    static const char *const starting[] = {"mute", "endless"};

    (void)state;
    for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++) {
        struct jb_prompt *prompt = start(JB_PROMPT_PIN, waiting[i]);
        wait_for("GETPIN");
        assert_false(jb_prompt_wait(prompt, 20));
        assert_dismissed_quickly(prompt);
    }
    for (size_t i = 0; i < sizeof(starting) / sizeof(starting[0]); i++) {
        struct jb_prompt *prompt = start(JB_PROMPT_PIN, starting[i]);
        wait_for("fd 0");
        assert_false(jb_prompt_wait(prompt, 20));
        assert_dismissed_quickly(prompt);
    }
    assert_dismissed_quickly(start(JB_PROMPT_KEYPAD, "wait"));
    assert_dismissed_quickly(start(JB_PROMPT_PIN, "exit"));
}

static void test_what_the_pinentry_started_ends_too(void **state) {
    struct jb_prompt *prompt = start(JB_PROMPT_PIN, "family");
    long child;

    (void)state;
    wait_for("child");
    child = strtol(strstr(read_log(), "child ") + strlen("child "), NULL, 10);
    assert_true(is_running(child));
    assert_dismissed_quickly(prompt);
    assert_ends(child);
}

static void test_dismiss_after_the_answer(void **state) {
    struct jb_prompt *prompt = start(JB_PROMPT_PIN, "say:D 1234\\nOK");
    struct jb_secret *secret;

    (void)state;
    assert_true(jb_prompt_wait(prompt, 5000));
    jb_prompt_dismiss(prompt);
    assert_true(jb_prompt_wait(prompt, 0));
    assert_int_equal(jb_prompt_finish(&prompt, &secret), JB_OK);
    assert_int_equal(secret->len, 4);
    jb_secret_free(&secret);
}

static void test_dialog_closed_before_it_runs(void **state) {
    struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
    struct jb_prompt_dialog *dialog = jb_prompt_dialog_new(ignore_shown, NULL);
    struct jb_secret *secret = jb_secret_new();

    (void)state;
    (void)unlink(log_path);
    assert_true(fake_script(script, self, "say:D 1234\\nOK", log_path));
    jb_prompt_dialog_close(dialog);
    jb_prompt_dialog_close(dialog);
    assert_int_equal(jb_prompt_dialog_run(dialog, &request, secret), JB_ERR_USER_CANCELLED);
    assert_int_equal(secret->len, 0);
    assert_string_equal(read_log(), ""); /* nothing was started */
    jb_secret_free(&secret);
    jb_prompt_dialog_free(&dialog);
}

static void *dismiss_soon(void *context) {
    struct jb_prompt *prompt = context;
    struct timespec pause_for = {0, (long)(now_ms() * 7919 % 12) * 1000000};

    (void)nanosleep(&pause_for, NULL);
    jb_prompt_dismiss(prompt);
    jb_prompt_dismiss(prompt);
    return NULL;
}

static void test_dismiss_races(void **state) {
    int answered = 0;

    (void)state;
    for (int round = 0; round < 60; round++) {
        struct jb_prompt *prompt = start(JB_PROMPT_PIN, "say:D 1234\\nOK");
        struct jb_secret *secret;
        pthread_t threads[4];
        enum jb_error result;

        for (int i = 0; i < 4; i++) {
            assert_int_equal(pthread_create(&threads[i], NULL, dismiss_soon, prompt), 0);
        }
        (void)jb_prompt_wait(prompt, 3);
        for (int i = 0; i < 4; i++) {
            (void)pthread_join(threads[i], NULL);
        }
        result = jb_prompt_finish(&prompt, &secret);
        assert_true(result == JB_ERR_USER_CANCELLED || result == JB_OK);
        assert_int_equal(secret != NULL, result == JB_OK);
        assert_true(secret == NULL || secret->len == 4);
        answered += result == JB_OK;
        jb_secret_free(&secret);
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    }
    print_message("%d of 60 were answered before they were dismissed\n", answered);
}

static void test_pinentry_that_stays(void **state) {
    struct jb_secret *secret;

    (void)state;
    assert_int_equal(run(JB_PROMPT_PIN, "stay", &secret), JB_OK);
    assert_int_equal(secret->len, 4);
    jb_secret_free(&secret);
}

static void test_pinentry_dies_with_the_host(void **state) {
    pid_t host;
    long pinentry;

    (void)state;
    (void)unlink(log_path);
    host = fork();
    if (host == 0) {
        (void)start(JB_PROMPT_PIN, "deaf");
        fake_hang();
    }
    wait_for("GETPIN");
    pinentry = strtol(read_log() + strlen("pid "), NULL, 10);
    assert_true(is_running(pinentry));
    (void)kill(host, SIGKILL);
    (void)waitpid(host, NULL, 0);
    assert_ends(pinentry);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        TEST(test_dismiss_at_any_stage),
        TEST(test_what_the_pinentry_started_ends_too),
        TEST(test_dismiss_after_the_answer),
        TEST(test_dialog_closed_before_it_runs),
        TEST(test_dismiss_races),
        TEST(test_pinentry_that_stays),
        TEST(test_pinentry_dies_with_the_host),
    };

    if (argc == 4 && strcmp(argv[1], "fake") == 0) {
        fake_pinentry(argv[2], argv[3]);
    }
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
