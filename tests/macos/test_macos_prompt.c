/* SPDX-License-Identifier: MIT */
/* The prompt of macOS, with a user notification that answers by script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include <CoreFoundation/CoreFoundation.h>

#include "fake/fake_cf.h"
#include "jpki_bridge/prompt.h"

#define ENTER kCFUserNotificationDefaultResponse
#define ALTERNATE kCFUserNotificationAlternateResponse
#define OTHER kCFUserNotificationOtherResponse
#define ESCAPE kCFUserNotificationCancelResponse
#define A_SECOND 12 /* looks, of a tenth of a second each, and some */

static const char origin[] = "https://login.example.go.jp";

static struct jb_prompt_request request_of(enum jb_prompt_kind kind) {
    return (struct jb_prompt_request){.kind = kind,
                                      .purpose = JB_PURPOSE_LOGIN,
                                      .pin = JB_PIN_AUTH,
                                      .lang = JB_LANG_EN,
                                      .tries_left = 2,
                                      .origin = origin};
}

static void script(const struct fake_answer *answers, size_t count) {
    memset(&fake_notification, 0, sizeof fake_notification);
    fake_notification.answers = answers;
    fake_notification.count = count;
}

/* Runs the prompt to its end; *secret as jb_prompt_finish gives it. */
static enum jb_error ask(const struct jb_prompt_request *request, struct jb_secret **secret) {
    struct jb_prompt *prompt = NULL;

    assert_int_equal(jb_prompt_start(request, &prompt), JB_OK);
    return jb_prompt_finish(&prompt, secret);
}

static void let_go(void) {
    if (fake_notification.typed != NULL) {
        CFRelease(fake_notification.typed);
    }
    assert_int_equal(fake_alive(), 0);
}

static void asks_for_a_pin_and_wipes_what_was_typed(void **state) {
    const struct fake_answer answers[] = {{2, ENTER, "1234", 0}};
    struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
    struct jb_secret *secret = NULL;
    static const char wiped[4] = {0};

    (void)state;
    request.note = JB_NOTE_PIN_WRONG;
    script(answers, 1);
    assert_int_equal(ask(&request, &secret), JB_OK);
    assert_int_equal(secret->len, 4);
    assert_memory_equal(secret->bytes, "1234", 4);
    assert_memory_equal(fake_bytes(fake_notification.typed), wiped, sizeof wiped);
    jb_secret_free(&secret);
    assert_true(fake_notification.flags & CFUserNotificationSecureTextField(0));
    assert_true(fake_notification.top_most);
    assert_string_equal(fake_notification.title, "Log in with your MyNumber card");
    assert_non_null(strstr(fake_notification.message, origin));
    assert_non_null(strstr(fake_notification.message, "2"));
    assert_non_null(strstr(fake_notification.message, "That PIN is wrong."));
    assert_string_equal(fake_notification.field, "PIN:");
    assert_string_equal(fake_notification.enter, "Log in");
    assert_string_equal(fake_notification.alternate, "Cancel");
    assert_string_equal(fake_notification.other, "");
    let_go();
}

static void says_it_in_japanese(void **state) {
    const struct fake_answer answers[] = {{0, ALTERNATE, "1234", 0}};
    struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
    struct jb_secret *secret = NULL;

    (void)state;
    request.lang = JB_LANG_JA;
    script(answers, 1);
    assert_int_equal(ask(&request, &secret), JB_ERR_USER_CANCELLED);
    assert_null(secret);
    assert_string_equal(fake_notification.title, "マイナンバーカードでログイン");
    assert_string_equal(fake_notification.enter, "ログインする");
    assert_string_equal(fake_notification.alternate, "やめる");
    let_go();
}

static void takes_what_has_not_the_room_of_a_pin_for_none(void **state) {
    char long_one[JB_SECRET_MAX + 2];
    const struct fake_answer answers[] = {{0, ENTER, long_one, 0}};
    const struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
    static const uint8_t zeros[JB_SECRET_MAX] = {0};
    struct jb_secret *secret = NULL;

    (void)state;
    memset(long_one, '7', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = '\0';
    script(answers, 1);
    assert_int_equal(ask(&request, &secret), JB_OK);
    assert_int_equal(secret->len, JB_SECRET_MAX);
    assert_memory_equal(secret->bytes, zeros, sizeof zeros);
    jb_secret_free(&secret);
    let_go();
}

static void takes_an_empty_field_for_an_empty_pin(void **state) {
    const struct fake_answer answers[] = {{0, ENTER, NULL, 0}};
    const struct fake_answer empty[] = {{0, ENTER, "", 0}};
    const struct jb_prompt_request request = request_of(JB_PROMPT_NEW_PIN);
    struct jb_secret *secret = NULL;

    (void)state;
    script(answers, 1);
    assert_int_equal(ask(&request, &secret), JB_OK);
    assert_int_equal(secret->len, 0);
    jb_secret_free(&secret);
    script(empty, 1);
    assert_int_equal(ask(&request, &secret), JB_OK);
    assert_int_equal(secret->len, 0);
    jb_secret_free(&secret);
    let_go();
}

static void takes_a_yes_from_its_own_button_only(void **state) {
    static const enum jb_prompt_kind kinds[] = {JB_PROMPT_LAST_TRY, JB_PROMPT_CALLER,
                                                JB_PROMPT_TRUST, JB_PROMPT_WEAK_PIN,
                                                JB_PROMPT_TRY_NEW_PIN};
    static const unsigned long buttons[] = {ENTER, ALTERNATE, ESCAPE};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct jb_prompt_request request = request_of(kinds[i]);
        struct jb_secret *secret = NULL;
        for (size_t k = 0; k < sizeof buttons / sizeof buttons[0]; k++) {
            const struct fake_answer no[] = {{0, buttons[k], NULL, 0}};
            script(no, 1);
            assert_int_equal(ask(&request, &secret), JB_ERR_USER_CANCELLED);
            assert_false(fake_notification.flags & CFUserNotificationSecureTextField(0));
            assert_string_equal(fake_notification.field, "");
        }
        assert_string_not_equal(fake_notification.enter, fake_notification.other);
    }
    let_go();
}

/* In real time, as a person gives it: a look of the fake takes as long as one of the system. */
static void pause_like_a_look(void *context) {
    const struct timespec pause = {0, 100L * 1000 * 1000};

    (void)context;
    (void)nanosleep(&pause, NULL);
}

static void asks_again_for_a_yes_that_came_too_soon(void **state) {
    const struct fake_answer answers[] = {{0, OTHER, NULL, 0}, {A_SECOND, OTHER, NULL, 0}};
    const struct jb_prompt_request request = request_of(JB_PROMPT_LAST_TRY);
    struct jb_secret *secret = NULL;

    (void)state;
    script(answers, 2);
    fake_notification.on_look = pause_like_a_look;
    assert_int_equal(ask(&request, &secret), JB_OK);
    assert_null(secret);
    assert_int_equal(fake_notification.opened, 2);
    let_go();
}

static void tells_of_a_keypad_with_a_no_alone(void **state) {
    const struct jb_prompt_request request = request_of(JB_PROMPT_KEYPAD);
    static const unsigned long buttons[] = {ENTER, OTHER, ESCAPE};
    struct jb_secret *secret = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof buttons / sizeof buttons[0]; i++) {
        const struct fake_answer answers[] = {{0, buttons[i], NULL, 0}};
        script(answers, 1);
        assert_int_equal(ask(&request, &secret), JB_ERR_USER_CANCELLED);
        assert_string_equal(fake_notification.enter, "Cancel");
        assert_string_equal(fake_notification.alternate, "");
        assert_string_equal(fake_notification.other, "");
    }
    let_go();
}

static void dismiss(void *context) {
    struct jb_prompt **prompt = context;

    if (*prompt != NULL) {
        jb_prompt_dismiss(*prompt);
    }
    pause_like_a_look(NULL);
}

static void is_cancelled_when_it_is_dismissed(void **state) {
    const struct fake_answer answers[] = {{50, ENTER, "1234", 0}};
    const struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
    struct jb_prompt *prompt = NULL;
    struct jb_secret *secret = NULL;

    (void)state;
    script(answers, 1);
    fake_notification.on_look = pause_like_a_look;
    assert_int_equal(jb_prompt_start(&request, &prompt), JB_OK);
    assert_true(jb_prompt_wait_shown(prompt, 5000));
    assert_false(jb_prompt_wait(prompt, 50));
    dismiss(&prompt);
    assert_true(jb_prompt_wait(prompt, 2000));
    assert_int_equal(jb_prompt_finish(&prompt, &secret), JB_ERR_USER_CANCELLED);
    assert_null(secret);
    assert_int_equal(fake_notification.cancelled, 1);
    let_go();
}

static struct jb_prompt_dialog *dialog_to_close;
static void close_it(void *context) {
    (void)context;
    jb_prompt_dialog_close(dialog_to_close);
}
static void nothing(void *context) {
    (void)context;
}

static void gives_no_pin_that_came_while_it_was_closed(void **state) {
    const struct fake_answer answers[] = {{1, ENTER, "1234", 0}};
    const struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
    struct jb_secret *secret = jb_secret_new();

    (void)state;
    script(answers, 1);
    dialog_to_close = jb_prompt_dialog_new(nothing, NULL);
    fake_notification.on_look = close_it;
    assert_int_equal(jb_prompt_dialog_run(dialog_to_close, &request, secret),
                     JB_ERR_USER_CANCELLED);
    assert_int_equal(secret->len, 0);
    assert_int_equal(fake_notification.cancelled, 1);
    /* And one that is closed before it opens opens nothing. */
    assert_int_equal(jb_prompt_dialog_run(dialog_to_close, &request, secret),
                     JB_ERR_USER_CANCELLED);
    assert_int_equal(fake_notification.opened, 1);
    jb_prompt_dialog_free(&dialog_to_close);
    jb_secret_free(&secret);
    let_go();
}

static void is_unavailable_without_a_screen_or_when_it_breaks(void **state) {
    const struct fake_answer answers[] = {{1, ENTER, "1234", 0x10004009}};
    const struct jb_prompt_request request = request_of(JB_PROMPT_PIN);
    struct jb_secret *secret = NULL;

    (void)state;
    script(answers, 1);
    assert_int_equal(ask(&request, &secret), JB_ERR_PROMPT_UNAVAILABLE);
    assert_null(secret);
    let_go();
    script(answers, 1);
    fake_notification.refuses = true;
    assert_int_equal(ask(&request, &secret), JB_ERR_PROMPT_UNAVAILABLE);
    assert_null(secret);
    let_go();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_for_a_pin_and_wipes_what_was_typed),
        cmocka_unit_test(says_it_in_japanese),
        cmocka_unit_test(takes_what_has_not_the_room_of_a_pin_for_none),
        cmocka_unit_test(takes_an_empty_field_for_an_empty_pin),
        cmocka_unit_test(takes_a_yes_from_its_own_button_only),
        cmocka_unit_test(asks_again_for_a_yes_that_came_too_soon),
        cmocka_unit_test(tells_of_a_keypad_with_a_no_alone),
        cmocka_unit_test(is_cancelled_when_it_is_dismissed),
        cmocka_unit_test(gives_no_pin_that_came_while_it_was_closed),
        cmocka_unit_test(is_unavailable_without_a_screen_or_when_it_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
