/* SPDX-License-Identifier: MIT */
#include "prompt_rig.h"

#define CANCELED "ERR 83886179 canceled"

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
    static const char *const modes[] = {"say:ERR 83886340 no terminal",
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

static void test_a_time_limit_of_the_pinentry(void **state) {
    (void)state;
    for (int kind = JB_PROMPT_PIN; kind <= JB_PROMPT_KEYPAD; kind++) {
        assert_int_equal(run((enum jb_prompt_kind)kind, "say:ERR 83886142 timeout", NULL),
                         JB_ERR_TIMEOUT);
    }
}

static void test_what_is_no_pinentry(void **state) {
    static const char *const modes[] = {"exit", "refuse", "noise", "flood", "closed"};

    (void)state;
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        long begun = now_ms();
        assert_int_equal(run(JB_PROMPT_PIN, modes[i], NULL), JB_ERR_PROMPT_UNAVAILABLE);
        assert_true(unit_fair_ms((double)(now_ms() - begun)) < 3000);
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
    struct jb_prompt_dialog *dialog = jb_prompt_dialog_new(ignore_shown, NULL);
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

/* ---- the PIN in memory ---- */

static void test_failed_prompt_keeps_nothing(void **state) {
    struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
    struct jb_prompt_dialog *dialog = jb_prompt_dialog_new(ignore_shown, NULL);
    struct jb_secret *secret = jb_secret_new();

    (void)state;
    assert_true(fake_script(script, self, "say:D 1234\\nERR 83886179 canceled", log_path));
    assert_int_equal(jb_prompt_dialog_run(dialog, &request, secret), JB_ERR_USER_CANCELLED);
    assert_int_equal(secret->len, 0);
    assert_null(memchr(secret->bytes, '1', sizeof(secret->bytes)));
    jb_secret_free(&secret);
    jb_prompt_dialog_free(&dialog);
}

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

/* libassuan's buffers, through which the PIN goes, are in locked memory too. */
static void test_conversation_is_in_locked_memory(void **state) {
    struct jb_prompt *prompt = start(JB_PROMPT_PIN, "wait");
    struct jb_secret *secret;

    (void)state;
    wait_for("GETPIN");
    assert_true(CRYPTO_secure_used() > 2048);
    jb_prompt_dismiss(prompt);
    assert_int_equal(jb_prompt_finish(&prompt, &secret), JB_ERR_USER_CANCELLED);
}

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
        TEST(test_a_time_limit_of_the_pinentry),
        TEST(test_what_is_no_pinentry),
        TEST(test_no_program),
        TEST(test_configured_program),
        TEST(test_what_is_told),
        TEST(test_what_is_inherited),
        TEST(test_signals_of_the_caller_stay),
        TEST(test_failed_prompt_keeps_nothing),
        TEST(test_pin_is_wiped),
        TEST(test_conversation_is_in_locked_memory),
    };

    if (argc == 4 && strcmp(argv[1], "fake") == 0) {
        fake_pinentry(argv[2], argv[3]);
    }
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
