/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>

#include "fake_pinentry.h"
#include "jpki_bridge/pin.h"
#include "jpki_bridge/prompt.h"

#define CANCELED "ERR 83886179 canceled"
#define ORIGIN "https://portal.example.go.jp"

static char directory[64] = "/tmp/jpki-prompt-XXXXXX";
static char script[96];
static char log_path[96];
static char self[4096];

static struct jb_prompt_request request_of(enum jb_prompt_kind kind) {
    struct jb_prompt_request request = {
        kind, JB_PURPOSE_LOGIN, JB_PIN_AUTH, JB_NOTE_NONE, JB_LANG_EN, 3, ORIGIN, script};
    return request;
}

static struct jb_prompt *start(enum jb_prompt_kind kind, const char *mode) {
    struct jb_prompt_request request = request_of(kind);
    struct jb_prompt *prompt = NULL;

    (void)unlink(log_path);
    assert_true(fake_script(script, self, mode, log_path));
    assert_int_equal(jb_prompt_start(&request, &prompt), JB_OK);
    return prompt;
}

/* Runs a prompt to its end; frees the secret when the caller does not want it. */
static enum jb_error run(enum jb_prompt_kind kind, const char *mode, struct jb_secret **secret) {
    struct jb_prompt *prompt = start(kind, mode);
    struct jb_secret *typed;
    enum jb_error result = jb_prompt_finish(&prompt, &typed);

    assert_null(prompt);
    assert_int_equal(typed != NULL, result == JB_OK && kind == JB_PROMPT_PIN);
    if (secret != NULL) {
        *secret = typed;
    } else {
        jb_secret_free(&typed);
    }
    return result;
}

static char *read_log(void) {
    static char text[32768];
    FILE *log = fopen(log_path, "re");
    size_t len = 0;

    if (log != NULL) {
        len = fread(text, 1, sizeof(text) - 1, log);
        (void)fclose(log);
    }
    text[len] = '\0';
    return text;
}

/* Waits until the fake has been told a line that begins so. */
static void wait_for(const char *line) {
    const struct timespec moment = {0, 2000000};
    char wanted[64];

    (void)snprintf(wanted, sizeof(wanted), "\n%s", line);
    for (int i = 0; i < 5000; i++) {
        if (strstr(read_log(), wanted) != NULL) {
            return;
        }
        (void)nanosleep(&moment, NULL);
    }
    fail_msg("the pinentry was never told %s", line);
}

static long now_ms(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

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

static int open_fds(void) {
    DIR *listing = opendir("/proc/self/fd");
    int count = 0;

    while (readdir(listing) != NULL) {
        count++;
    }
    (void)closedir(listing);
    return count;
}

static int fds_at_start;

static int before_each(void **state) {
    (void)state;
    fds_at_start = open_fds();
    return 0;
}

/* Whatever a test did: no descriptor is left open, and no child is left, dead or alive. */
static int after_each(void **state) {
    (void)state;
    if (open_fds() != fds_at_start) {
        print_error("descriptors leaked: %d before, %d now\n", fds_at_start, open_fds());
        return -1;
    }
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD) {
        print_error("a child is left\n");
        return -1;
    }
    return 0;
}

/* ---- what is asked and answered ---- */

static void test_pin(void **state) {
    struct jb_secret *secret;

    (void)state;
    assert_int_equal(run(JB_PROMPT_PIN, "say:D 1234\\nOK", &secret), JB_OK);
    assert_int_equal(secret->len, 4);
    assert_memory_equal(secret->bytes, "1234", 4);
    jb_secret_free(&secret);
}

static void test_pin_is_unescaped_and_joined(void **state) {
    struct jb_secret *secret;

    (void)state;
    assert_int_equal(run(JB_PROMPT_PIN, "say:D 1%252%0A\\n# a comment\\nD 34\\nOK", &secret),
                     JB_OK);
    assert_int_equal(secret->len, 6);
    assert_memory_equal(secret->bytes, "1%2\n34", 6);
    jb_secret_free(&secret);
}

static void test_empty_pin(void **state) {
    struct jb_secret *secret;

    (void)state;
    assert_int_equal(run(JB_PROMPT_PIN, "say:OK", &secret), JB_OK);
    assert_int_equal(secret->len, 0);
    assert_false(jb_pin_normalise(JB_PIN_AUTH, secret));
    jb_secret_free(&secret);
}

static void test_pin_too_long_is_never_cut_to_a_valid_one(void **state) {
    static const char *const modes[] = {
        "say:D 1234567890123456789012345678901234567890123456789012345678901234X\\nOK",
        "say:D 123456789012345678901234567890123456789012345678901234567890\\nD 12345\\nD "
        "1234\\nOK"};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct jb_secret *secret;
        assert_int_equal(run(JB_PROMPT_PIN, modes[i], &secret), JB_OK);
        assert_int_equal(secret->len, JB_SECRET_MAX);
        for (int pin = JB_PIN_AUTH; pin <= JB_PIN_PROFILE; pin++) {
            assert_false(jb_pin_normalise((enum jb_pin)pin, secret));
        }
        assert_null(memchr(secret->bytes, '1', sizeof(secret->bytes)));
        jb_secret_free(&secret);
    }
}

static void test_longest_pin_that_fits(void **state) {
    struct jb_secret *secret;

    (void)state;
    assert_int_equal(
        run(JB_PROMPT_PIN,
            "say:D 1234567890123456789012345678901234567890123456789012345678901234\\nOK", &secret),
        JB_OK);
    assert_int_equal(secret->len, 64);
    assert_memory_equal(secret->bytes + 60, "1234", 4);
    jb_secret_free(&secret);
}

static void test_the_persons_no(void **state) {
    static const char *const modes[] = {"say:" CANCELED, "say:ERR 83886194 not confirmed",
                                        "say:ERR 83886278 fully canceled",
                                        "say:S BUTTON_INFO close\\n" CANCELED};

    (void)state;
    for (int kind = JB_PROMPT_PIN; kind <= JB_PROMPT_KEYPAD; kind++) {
        for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
            assert_int_equal(run((enum jb_prompt_kind)kind, modes[i], NULL), JB_ERR_USER_CANCELLED);
        }
    }
}

static void test_yes(void **state) {
    (void)state;
    assert_int_equal(run(JB_PROMPT_LAST_TRY, "say:OK", NULL), JB_OK);
    assert_int_equal(run(JB_PROMPT_CALLER, "say:OK", NULL), JB_OK);
    /* The one button of the keypad's message says no. */
    assert_int_equal(run(JB_PROMPT_KEYPAD, "say:OK", NULL), JB_ERR_USER_CANCELLED);
}

static void test_what_is_no_answer(void **state) {
    static const char *const modes[] = {"say:ERR 83886142 timeout",
                                        "say:ERR 83886340 no terminal",
                                        "say:ERR",
                                        "say:ERR 0 success",
                                        "say:ERR nonsense",
                                        "say:nonsense",
                                        "say:INQUIRE QUALITY 1234\\nOK",
                                        "say:END",
                                        "say:S PASSWORD_FROM_CACHE\\nD 1234\\nOK",
                                        "leave",
                                        "lines",
                                        "data"};

    (void)state;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(run(JB_PROMPT_PIN, modes[i], NULL), JB_ERR_PROMPT_UNAVAILABLE);
        assert_int_equal(run(JB_PROMPT_CALLER, modes[i], NULL), JB_ERR_PROMPT_UNAVAILABLE);
    }
    /* A yes with data is no yes. */
    assert_int_equal(run(JB_PROMPT_CALLER, "say:D 1\\nOK", NULL), JB_ERR_PROMPT_UNAVAILABLE);
}

static void test_what_is_no_pinentry(void **state) {
    static const char *const modes[] = {"exit", "refuse", "noise", "flood", "closed"};

    (void)state;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        long begun = now_ms();
        assert_int_equal(run(JB_PROMPT_PIN, modes[i], NULL), JB_ERR_PROMPT_UNAVAILABLE);
        assert_true(now_ms() - begun < 3000);
    }
}

static void test_no_program(void **state) {
    static const char *const programs[] = {"/nonexistent/pinentry", "/tmp", "/etc/passwd",
                                           "pinentry", ""};

    (void)state;
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
        struct jb_prompt *prompt = NULL;
        struct jb_secret *secret = NULL;

        request.program = programs[i];
        assert_null(jb_prompt_program(programs[i]));
        assert_int_equal(jb_prompt_start(&request, &prompt), JB_OK);
        assert_int_equal(jb_prompt_finish(&prompt, &secret), JB_ERR_PROMPT_UNAVAILABLE);
        assert_null(secret);
    }
}

static void test_configured_program(void **state) {
    char *program;

    (void)state;
    assert_true(fake_script(script, self, "exit", log_path));
    program = jb_prompt_program(script);
    assert_string_equal(program, script);
    free(program);
}

/* ---- what the pinentry is told, and what it is given ---- */

static void test_what_is_told(void **state) {
    char *log;

    (void)state;
    (void)run(JB_PROMPT_PIN, "say:OK", NULL);
    log = read_log();
    assert_non_null(strstr(log, "\nSETDESC Site: " ORIGIN "%0A3 tries left"));
    assert_non_null(strstr(log, "\nOPTION lc-ctype=C.UTF-8\n"));
    assert_null(strstr(log, "cache"));
    assert_null(strstr(log, "ttyname"));
    assert_null(strstr(log, "grab"));
    assert_null(strstr(log, "SETERROR"));
    assert_non_null(strstr(log, "\nGETPIN\n"));
    (void)run(JB_PROMPT_CALLER, "say:OK", NULL);
    assert_non_null(strstr(read_log(), "\nCONFIRM\n"));
    assert_null(strstr(read_log(), "GETPIN"));
    (void)run(JB_PROMPT_KEYPAD, "say:OK", NULL);
    assert_non_null(strstr(read_log(), "\nSETOK _Cancel\n"));
    assert_non_null(strstr(read_log(), "\nMESSAGE\n"));
}

static void test_what_is_inherited(void **state) {
    int ours = open("/dev/null", O_RDWR); /* NOLINT(android-cloexec-open): inheritable on purpose */
    char *log;

    (void)state;
    assert_true(ours > 2);
    (void)run(JB_PROMPT_PIN, "say:OK", NULL);
    (void)close(ours);
    log = read_log();
    assert_non_null(strstr(log, "leader 1 death 9 blocked 0 pipe-default 1\n"));
    assert_non_null(strstr(log, "\nfd 0\n"));
    assert_non_null(strstr(log, "\nfd 2\n"));
    for (int fd = 3; fd <= ours + 20; fd++) {
        char line[32];
        (void)snprintf(line, sizeof(line), "\nfd %d\n", fd);
        assert_null(strstr(log, line));
    }
}

static void test_signals_of_the_caller_stay(void **state) {
    sigset_t before;
    sigset_t after;
    sigset_t pending;
    struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
    struct jb_prompt_dialog *dialog = jb_prompt_dialog_new();
    struct jb_secret *secret = jb_secret_new();

    (void)state;
    assert_true(fake_script(script, self, "exit", log_path));
    (void)pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(jb_prompt_dialog_run(dialog, &request, secret), JB_ERR_PROMPT_UNAVAILABLE);
    (void)pthread_sigmask(SIG_SETMASK, NULL, &after);
    (void)sigpending(&pending);
    for (int number = 1; number < 32; number++) {
        assert_int_equal(sigismember(&before, number), sigismember(&after, number));
    }
    assert_int_equal(sigismember(&pending, SIGPIPE), 0);
    jb_secret_free(&secret);
    jb_prompt_dialog_free(&dialog);
}

/* ---- dismissing ---- */

static void assert_dismissed_quickly(struct jb_prompt *prompt) {
    struct jb_secret *secret;
    long begun = now_ms();

    jb_prompt_dismiss(prompt);
    assert_int_equal(jb_prompt_finish(&prompt, &secret), JB_ERR_USER_CANCELLED);
    assert_null(secret);
    assert_true(now_ms() - begun < 900); /* the host has to be gone within a second */
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
    struct jb_prompt_dialog *dialog = jb_prompt_dialog_new();
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

/* ---- the PIN in memory ---- */

static bool is_hidden_pin(const unsigned char *at) {
    for (size_t i = 0; i < HIDDEN_PIN_LEN; i++) {
        if ((at[i] ^ hidden_pin[i]) != HIDDEN_PIN_KEY) {
            return false;
        }
    }
    return true;
}

/* Whether the PIN stands anywhere in this process: heap, stacks (of ended threads too), locked
 * memory. */
static bool memory_holds_pin(void) {
    FILE *maps = fopen("/proc/self/maps", "re");
    int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    static unsigned char buffer[65536];
    unsigned long first;
    unsigned long last;
    char rights[8];
    bool found = false;

    assert_true(maps != NULL && memory >= 0);
    while (!found && fscanf(maps, "%lx-%lx %7s%*[^\n]", &first, &last, rights) == 3) {
        if (rights[0] != 'r' || rights[1] != 'w' || last - first > 256UL * 1024 * 1024) {
            continue;
        }
        for (unsigned long at = first; !found && at < last; at += sizeof(buffer) - HIDDEN_PIN_LEN) {
            size_t size = last - at < sizeof(buffer) ? last - at : sizeof(buffer);
            ssize_t got = pread(memory, buffer, size, (off_t)at);
            for (ssize_t i = 0; !found && i + HIDDEN_PIN_LEN <= got; i++) {
                found = is_hidden_pin(buffer + i);
            }
        }
    }
    memset(buffer, 0, sizeof(buffer));
    (void)close(memory);
    (void)fclose(maps);
    return found;
}

static void test_pin_is_wiped(void **state) {
    struct jb_secret *secret;

    (void)state;
    assert_int_equal(run(JB_PROMPT_PIN, "hidden-pin", &secret), JB_OK);
    assert_int_equal(secret->len, HIDDEN_PIN_LEN);
    assert_true(memory_holds_pin()); /* the search can find it */
    jb_secret_free(&secret);
    assert_false(memory_holds_pin());
}

static int make_directory(void **state) {
    ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

    (void)state;
    if (len <= 0 || mkdtemp(directory) == NULL) {
        return -1;
    }
    self[len] = '\0';
    (void)snprintf(script, sizeof(script), "%s/pinentry", directory);
    (void)snprintf(log_path, sizeof(log_path), "%s/log", directory);
    return 0;
}

static int remove_directory(void **state) {
    (void)state;
    (void)unlink(script);
    (void)unlink(log_path);
    return rmdir(directory);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, before_each, after_each)

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        TEST(test_pin),
        TEST(test_pin_is_unescaped_and_joined),
        TEST(test_empty_pin),
        TEST(test_pin_too_long_is_never_cut_to_a_valid_one),
        TEST(test_longest_pin_that_fits),
        TEST(test_the_persons_no),
        TEST(test_yes),
        TEST(test_what_is_no_answer),
        TEST(test_what_is_no_pinentry),
        TEST(test_no_program),
        TEST(test_configured_program),
        TEST(test_what_is_told),
        TEST(test_what_is_inherited),
        TEST(test_signals_of_the_caller_stay),
        TEST(test_dismiss_at_any_stage),
        TEST(test_what_the_pinentry_started_ends_too),
        TEST(test_dismiss_after_the_answer),
        TEST(test_dialog_closed_before_it_runs),
        TEST(test_dismiss_races),
        TEST(test_pinentry_that_stays),
        TEST(test_pinentry_dies_with_the_host),
        TEST(test_pin_is_wiped),
    };

    if (argc == 4 && strcmp(argv[1], "fake") == 0) {
        fake_pinentry(argv[2], argv[3]);
    }
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
