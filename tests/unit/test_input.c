/* SPDX-License-Identifier: MIT */
/* How the host notices that a browser sent something, or left. */
#include <sys/socket.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"
#include "unit.h"

/* Browsers give a pipe; some give a socket. */
static void ends_of(bool socket, int ends[2]) {
    assert_int_equal(socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends) : pipe(ends), 0);
}

static void input_and_its_end_are_told_apart(void **state) {
    (void)state;
    for (int socket = 0; socket <= 1; socket++) {
        int ends[2];
        ends_of(socket == 1, ends);
        assert_false(jb_platform_wait_input(ends[0], 10));
        assert_false(jb_platform_input_closed(ends[0]));
        assert_int_equal(write(ends[1], "x", 1), 1);
        assert_true(jb_platform_wait_input(ends[0], 0));
        assert_false(jb_platform_input_closed(ends[0]));
        (void)close(ends[1]); /* with a byte unread */
        assert_true(jb_platform_wait_input(ends[0], 0));
        assert_true(jb_platform_input_closed(ends[0]));
        (void)close(ends[0]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(input_and_its_end_are_told_apart)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
