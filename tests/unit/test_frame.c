/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/frame.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

/* A file that reads from its beginning what was written into it: any length, no other end needed.
 */
static int file_with(const void *bytes, size_t len) {
    int fd = memfd_create("frame", MFD_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), len);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

static int frame_of(uint32_t claimed, const char *text) {
    char bytes[256];

    memcpy(bytes, &claimed, 4);
    memcpy(bytes + 4, text, strlen(text) + 1);
    return file_with(bytes, 4 + strlen(text));
}

/* Reads until something else than "more to come" is said. */
static enum jb_frame_state read_frame(struct jb_frame *frame, int fd) {
    enum jb_frame_state state = JB_FRAME_PARTIAL;

    while (state == JB_FRAME_PARTIAL) {
        state = jb_frame_read(frame, fd);
    }
    return state;
}

static void frames_follow_each_other(void **state) {
    static const char bytes[] = "\2\0\0\0{}"
                                "\0\0\0\0"
                                "\7\0\0\0{\"a\":1}";
    struct jb_frame frame = {0};
    int fd = file_with(bytes, sizeof bytes - 1);

    (void)state;
    assert_int_equal(read_frame(&frame, fd), JB_FRAME_WHOLE);
    assert_int_equal(frame.len, 2);
    assert_memory_equal(frame.text, "{}", 2);
    jb_frame_clear(&frame);
    assert_int_equal(read_frame(&frame, fd), JB_FRAME_WHOLE);
    assert_int_equal(frame.len, 0);
    jb_frame_clear(&frame);
    assert_int_equal(read_frame(&frame, fd), JB_FRAME_WHOLE);
    assert_int_equal(frame.len, 7);
    assert_memory_equal(frame.text, "{\"a\":1}", 7);
    jb_frame_clear(&frame);
    assert_int_equal(read_frame(&frame, fd), JB_FRAME_END);
    jb_frame_clear(&frame);
    (void)close(fd);
}

/* However the bytes come in, and without waiting for those that have not come. */
static void a_frame_can_come_byte_by_byte(void **state) {
    static const char bytes[] = "\3\0\0\0[1]";
    struct jb_frame frame = {0};
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    for (size_t i = 0; i < sizeof bytes - 1; i++) {
        assert_int_equal(jb_frame_read(&frame, ends[0]), JB_FRAME_PARTIAL);
        assert_int_equal(write(ends[1], bytes + i, 1), 1);
        assert_int_equal(jb_frame_read(&frame, ends[0]),
                         i == sizeof bytes - 2 ? JB_FRAME_WHOLE : JB_FRAME_PARTIAL);
    }
    assert_memory_equal(frame.text, "[1]", 3);
    jb_frame_clear(&frame);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void input_that_ends_inside_a_frame_is_broken(void **state) {
    (void)state;
    for (size_t n = 0; n < 6; n++) {
        struct jb_frame frame = {0};
        int fd = file_with("\2\0\0\0{}", n);
        assert_int_equal(read_frame(&frame, fd), n == 0 ? JB_FRAME_END : JB_FRAME_BROKEN);
        jb_frame_clear(&frame);
        (void)close(fd);
    }
    struct jb_frame frame = {0};
    assert_int_equal(read_frame(&frame, -1), JB_FRAME_BROKEN);
}

static void a_length_is_capped_before_it_is_believed(void **state) {
    static const uint32_t lengths[] = {JB_FRAME_IN_MAX + 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};

    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct jb_frame frame = {0};
        int fd = frame_of(lengths[i], "{}");
        assert_int_equal(read_frame(&frame, fd), JB_FRAME_TOO_LARGE);
        assert_null(frame.text);
        jb_frame_clear(&frame);
        (void)close(fd);
    }
}

static void the_longest_frame_goes_out_and_comes_in(void **state) {
    size_t len = JB_FRAME_OUT_MAX;
    char *text = malloc(len + 1);
    struct jb_frame frame = {0};
    int fd = memfd_create("frame", MFD_CLOEXEC);

    (void)state;
    assert_non_null(text);
    memset(text, 'x', len + 1);
    assert_int_equal(jb_frame_write(fd, text, len + 1), JB_ERR_REPLY_TOO_LARGE);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 0);
    assert_int_equal(jb_frame_write(fd, text, len), JB_OK);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    assert_int_equal(read_frame(&frame, fd), JB_FRAME_WHOLE);
    assert_int_equal(frame.len, len);
    assert_memory_equal(frame.text, text, len);
    jb_frame_clear(&frame);
    free(text);
    (void)close(fd);
}

static void writing_to_nobody_is_an_error(void **state) {
    int ends[2];

    (void)state;
    (void)signal(SIGPIPE, SIG_IGN);
    assert_int_equal(pipe(ends), 0);
    (void)close(ends[0]);
    assert_int_equal(jb_frame_write(ends[1], "{}", 2), JB_ERR_INTERNAL);
    (void)close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_follow_each_other),
        cmocka_unit_test(a_frame_can_come_byte_by_byte),
        cmocka_unit_test(input_that_ends_inside_a_frame_is_broken),
        cmocka_unit_test(a_length_is_capped_before_it_is_believed),
        cmocka_unit_test(the_longest_frame_goes_out_and_comes_in),
        cmocka_unit_test(writing_to_nobody_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
