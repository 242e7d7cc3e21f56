/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/reply.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "jpki_bridge/frame.h"
#include "jpki_bridge/json.h"
#include "unit.h"

static const struct jb_request plain = {.lang = JB_LANG_EN};

/* The one frame in the file, as text; freed with free(). */
static char *said(int fd) {
    struct jb_frame frame = {0};
    char rest = 0;
    enum jb_frame_state state = JB_FRAME_PARTIAL;

    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    while (state == JB_FRAME_PARTIAL) {
        state = jb_frame_read(&frame, fd);
    }
    assert_int_equal(state, JB_FRAME_WHOLE);
    assert_int_equal(read(fd, &rest, 1), 0);
    cJSON *tree = jb_json_parse(frame.text, frame.len);
    assert_non_null(tree);
    cJSON_Delete(tree);
    frame.text[frame.len] = '\0'; /* a frame's buffer has a byte more than its text */
    (void)close(fd);
    return frame.text;
}

static int out(void) {
    int fd = memfd_create("reply", MFD_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

#define assert_said(fd, expected)                                                                  \
    do {                                                                                           \
        char *text_ = said(fd);                                                                    \
        assert_string_equal(text_, expected);                                                      \
        free(text_);                                                                               \
    } while (0)

static void hello(void **state) {
    int fd = out();

    (void)state;
    assert_true(jb_reply_hello(fd));
    assert_said(fd, "{\"version\":\"2.9.0\",\"app\":\"jpki-bridge\",\"appVersion\":\"" JB_VERSION
                    "\"}");
}

static void a_result_is_itself_and_carries_the_id(void **state) {
    struct jb_request request = {.id_kind = JB_ID_STRING, .id = "a\"b"};
    int fd = out();

    (void)state;
    assert_true(jb_reply_result(fd, &plain, cJSON_CreateObject()));
    assert_said(fd, "{}");
    fd = out();
    assert_true(jb_reply_result(fd, &request, cJSON_CreateObject()));
    assert_said(fd, "{\"id\":\"a\\\"b\"}");
    request.id_kind = JB_ID_NUMBER;
    request.id_number = INT32_MIN;
    fd = out();
    assert_true(jb_reply_result(fd, &request, cJSON_CreateObject()));
    assert_said(fd, "{\"id\":-2147483648}");
}

static void a_failure_says_code_sentence_reason_and_tries(void **state) {
    struct jb_request request = {.id_kind = JB_ID_NUMBER, .id_number = 5, .lang = JB_LANG_JA};
    int fd = out();

    (void)state;
    assert_true(jb_reply_failure(fd, &plain, JB_ERR_PIN_LOCKED, &(struct jb_failure){0, -1, NULL}));
    assert_said(fd,
                "{\"error\":{\"code\":\"ERR_WEBEID_NATIVE_FATAL\",\"message\":\"The PIN is locked. "
                "It can be reset at your municipal office with this card.\",\"reason\":"
                "\"pin-locked\",\"triesLeft\":0}}");
    fd = out();
    assert_true(
        jb_reply_failure(fd, &request, JB_ERR_USER_CANCELLED, &(struct jb_failure){-1, -1, NULL}));
    assert_said(fd, "{\"error\":{\"code\":\"ERR_WEBEID_USER_CANCELLED\",\"message\":"
                    "\"操作を取り消しました。\",\"reason\":\"user-cancelled\"},\"id\":5}");
    fd = out();
    assert_true(jb_reply_failure(fd, &plain, JB_ERR_ARGUMENT_MISSING,
                                 &(struct jb_failure){-1, -1, "origin"}));
    char *text = said(fd);
    assert_non_null(strstr(text, "\"argument\":\"origin\""));
    free(text);
}

static void events(void **state) {
    static const struct {
        struct jb_event event;
        const char *text;
    } cases[] = {
        {{.kind = JB_EVENT_WAITING_FOR_READER, .tries_left = -1},
         "{\"event\":\"waiting-for-reader\",\"id\":\"x\"}"},
        {{.kind = JB_EVENT_WAITING_FOR_CARD, .tries_left = -1},
         "{\"event\":\"waiting-for-card\",\"id\":\"x\"}"},
        {{.kind = JB_EVENT_WAITING_FOR_CARD, .found = "other-card", .tries_left = -1},
         "{\"event\":\"waiting-for-card\",\"found\":\"other-card\",\"id\":\"x\"}"},
        {{.kind = JB_EVENT_PIN_PROMPT, .tries_left = 3},
         "{\"event\":\"pin-prompt\",\"triesLeft\":3,\"id\":\"x\"}"},
        {{.kind = JB_EVENT_PIN_PROMPT, .tries_left = 1, .confirm = true},
         "{\"event\":\"pin-prompt\",\"triesLeft\":1,\"confirm\":true,\"id\":\"x\"}"},
        {{.kind = JB_EVENT_PIN_PROMPT, .tries_left = 2, .keypad = true},
         "{\"event\":\"pin-prompt\",\"triesLeft\":2,\"keypad\":true,\"id\":\"x\"}"},
        {{.kind = JB_EVENT_PIN_PROMPT, .tries_left = -1, .confirm = true},
         "{\"event\":\"pin-prompt\",\"confirm\":true,\"id\":\"x\"}"},
        {{.kind = JB_EVENT_PIN_PROMPT, .tries_left = -1, .fresh = true},
         "{\"event\":\"pin-prompt\",\"new\":true,\"id\":\"x\"}"},
        {{.kind = JB_EVENT_PIN_PROMPT, .tries_left = -1, .again = true},
         "{\"event\":\"pin-prompt\",\"again\":true,\"id\":\"x\"}"},
        {{.kind = JB_EVENT_CARD_WORKING}, "{\"event\":\"card-working\",\"id\":\"x\"}"},
    };
    const struct jb_request request = {.id_kind = JB_ID_STRING, .id = "x"};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int fd = out();
        assert_true(jb_reply_event(fd, &request, &cases[i].event));
        assert_said(fd, cases[i].text);
    }
}

static void a_browser_that_left_is_noticed(void **state) {
    int ends[2];

    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[0]);
    assert_false(jb_reply_hello(ends[1]));
    assert_false(jb_reply_result(ends[1], &plain, cJSON_CreateObject()));
    (void)close(ends[1]);
}

static int allocations;

static void *fail_soon(size_t size) {
    return allocations-- > 0 ? malloc(size) : NULL;
}

/* When memory runs out anywhere, nothing half-made is sent and nothing leaks. */
static void without_memory_nothing_is_sent(void **state) {
    cJSON_Hooks hooks = {fail_soon, free};
    bool sent = false;

    (void)state;
    for (int n = 0; !sent; n++) {
        int fd = out();
        assert_in_range(n, 0, 100);
        allocations = n;
        cJSON_InitHooks(&hooks);
        sent = jb_reply_failure(fd, &plain, JB_ERR_PIN_WRONG, &(struct jb_failure){2, -1, "x"});
        cJSON_InitHooks(NULL);
        assert_true(sent == (lseek(fd, 0, SEEK_CUR) > 0));
        (void)close(fd);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hello),
        cmocka_unit_test(a_result_is_itself_and_carries_the_id),
        cmocka_unit_test(a_failure_says_code_sentence_reason_and_tries),
        cmocka_unit_test(events),
        cmocka_unit_test(a_browser_that_left_is_noticed),
        cmocka_unit_test(without_memory_nothing_is_sent),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
