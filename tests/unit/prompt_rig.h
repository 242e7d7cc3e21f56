/* SPDX-License-Identifier: MIT */
/* What the tests of the prompt share: a prompt over a fake pinentry, and a look at what it leaves
 * behind. */
#ifndef JPKI_BRIDGE_TEST_PROMPT_RIG_H
#define JPKI_BRIDGE_TEST_PROMPT_RIG_H

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>

#include "fake_pinentry.h"
#include "jpki_bridge/pin.h"
#include "jpki_bridge/prompt.h"
#include "unit.h"

#define ORIGIN "https://portal.example.go.jp"

static char directory[64] = "/tmp/jpki-prompt-XXXXXX";
static char script[96];
static char log_path[96];
static char self[4096];

static void ignore_shown(void *context) {
    (void)context;
}

static struct jb_prompt_request request_of(enum jb_prompt_kind kind) {
    struct jb_prompt_request request = {.kind = kind,
                                        .purpose = JB_PURPOSE_LOGIN,
                                        .pin = JB_PIN_AUTH,
                                        .note = JB_NOTE_NONE,
                                        .lang = JB_LANG_EN,
                                        .tries_left = 3,
                                        .origin = ORIGIN,
                                        .program = script};
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
    if (CRYPTO_secure_used() != 0) {
        print_error("%zu bytes of secrets are left\n", CRYPTO_secure_used());
        return -1;
    }
    if (waitpid(-1, NULL, WNOHANG) != -1 || errno != ECHILD) {
        print_error("a child is left\n");
        return -1;
    }
    return 0;
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

#endif
