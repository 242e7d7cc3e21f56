/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"
#include "unit.h"

static char root[64];

/* ---- directories ---- */

static void expect_expanded(const char *path, const char *expected) {
    char *expanded = jb_platform_expand(path);
    assert_non_null(expanded);
    assert_string_equal(expanded, expected);
    free(expanded);
}

static void directories_follow_the_environment(void **state) {
    char *path;

    (void)state;
    assert_int_equal(setenv("HOME", "/home/x", 1), 0);
    assert_int_equal(setenv("XDG_CONFIG_HOME", "/conf", 1), 0);
    expect_expanded("$HOME/.mozilla/a", "/home/x/.mozilla/a");
    expect_expanded("$XDG_CONFIG_HOME/chromium", "/conf/chromium");
    expect_expanded("/etc/$HOME/x", "/etc/$HOME/x");
    assert_int_equal(setenv("XDG_CONFIG_HOME", "relative", 1), 0);
    expect_expanded("$XDG_CONFIG_HOME/chromium", "/home/x/.config/chromium");
    assert_int_equal(unsetenv("XDG_CONFIG_HOME"), 0);
    path = jb_platform_config_dir();
    assert_string_equal(path, "/home/x/.config/jpki-bridge");
    free(path);
    /* without HOME, the password file's */
    assert_int_equal(unsetenv("HOME"), 0);
    path = jb_platform_config_dir();
    assert_non_null(path);
    assert_int_equal(path[0], '/');
    free(path);
}

static void the_program_knows_its_path(void **state) {
    char *path = jb_platform_program_path();
    const char *name;

    (void)state;
    assert_non_null(path);
    assert_int_equal(path[0], '/');
    name = strrchr(path, '/');
    assert_string_equal(name, "/test_platform");
    assert_int_equal(access(path, X_OK), 0);
    free(path);
}

/* ---- standard streams ---- */

static bool moves_the_real_streams(void) {
    int to[2], from[2], in = -1, out = -1, wrong[2];
    char text[8] = "";

    if (pipe(to) != 0 || pipe(from) != 0 || pipe(wrong) != 0 || dup2(to[0], 0) != 0 ||
        dup2(from[1], 1) != 1 || dup2(wrong[1], 2) != 2 || write(to[1], "ask", 3) != 3) {
        return false;
    }
    if (!jb_platform_take_stdio(&in, &out) || in <= 2 || out <= 2 ||
        (fcntl(in, F_GETFD) & FD_CLOEXEC) == 0 || (fcntl(out, F_GETFD) & FD_CLOEXEC) == 0) {
        return false;
    }
    /* 0 reads nothing, and what anybody prints goes to stderr */
    if (read(0, text, 1) != 0 || write(1, "noise", 5) != 5 || read(wrong[0], text, 5) != 5 ||
        memcmp(text, "noise", 5) != 0) {
        return false;
    }
    return read(in, text, 3) == 3 && memcmp(text, "ask", 3) == 0 && write(out, "say", 3) == 3 &&
           read(from[0], text, 3) == 3 && memcmp(text, "say", 3) == 0;
}

/* With one stream closed nothing may become a standard stream by chance. */
static bool refuses_without(int fd) {
    int in = 0, out = 0, next;

    close(fd);
    if (jb_platform_take_stdio(&in, &out) || in != -1 || out != -1) {
        return false;
    }
    next = open("/dev/null", O_RDONLY);
    return next > 2;
}

static bool refuses_without_stdin(void) {
    return refuses_without(0);
}

static bool refuses_without_stdout(void) {
    return refuses_without(1);
}

static bool lives_without_stderr(void) {
    int in = -1, out = -1, ends[2];

    if (pipe(ends) != 0 || dup2(ends[0], 0) != 0 || dup2(ends[1], 1) != 1) {
        return false;
    }
    close(2);
    return jb_platform_take_stdio(&in, &out) && in > 2 && out > 2 && write(1, "x", 1) == 1 &&
           fcntl(2, F_GETFD) != -1;
}

static void in_child(bool (*test)(void)) {
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        _exit(test() ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void standard_streams_are_taken(void **state) {
    (void)state;
    in_child(moves_the_real_streams);
    in_child(refuses_without_stdin);
    in_child(refuses_without_stdout);
    in_child(lives_without_stderr);
}

/* ---- the lock ---- */

static void use_runtime(const char *name, mode_t mode) {
    char path[128];

    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
    assert_int_equal(chmod(path, mode), 0);
    assert_int_equal(setenv("XDG_RUNTIME_DIR", path, 1), 0);
    snprintf(path, sizeof path, "%s/config", root);
    assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
    assert_int_equal(setenv("XDG_CONFIG_HOME", path, 1), 0);
}

static enum jb_error take_within(uint64_t ms, struct jb_user_lock **lock) {
    struct jb_op *op = jb_op_new(ms, NULL, NULL);
    enum jb_error error;

    assert_non_null(op);
    error = jb_user_lock_take(op, lock);
    jb_op_free(&op);
    return error;
}

static void two_processes_take_turns(void **state) {
    struct jb_user_lock *lock = NULL;
    struct jb_user_lock *second = NULL;
    int ready[2];
    int go[2];
    char byte;
    pid_t child;

    (void)state;
    use_runtime("run", 0700);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(go), 0);
    child = fork();
    if (child == 0) {
        if (take_within(5000, &lock) != JB_OK || write(ready[1], "r", 1) != 1) {
            _exit(1);
        }
        /* killed or ended, the system releases it */
        _exit(read(go[0], &byte, 1) == 1 ? 0 : 1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(take_within(200, &second), JB_ERR_OPERATION_PENDING);
    assert_null(second);
    assert_int_equal(write(go[1], "g", 1), 1);
    assert_int_equal(take_within(5000, &second), JB_OK);
    assert_int_equal(waitpid(child, NULL, 0), child);
    jb_user_lock_free(&second);
    assert_null(second);
    jb_user_lock_free(&second);
}

static void *cancel_soon(void *op) {
    (void)usleep(100000);
    jb_op_cancel(op, JB_ERR_USER_CANCELLED);
    return NULL;
}

static void a_wait_can_be_called_off(void **state) {
    struct jb_user_lock *held = NULL;
    struct jb_user_lock *lock = NULL;
    struct jb_op *op = jb_op_new(20000, NULL, NULL);
    uint64_t start = jb_clock_ms();
    pthread_t thread;

    (void)state;
    use_runtime("run", 0700);
    assert_int_equal(take_within(1000, &held), JB_OK);
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, op), 0);
    assert_int_equal(jb_user_lock_take(op, &lock), JB_ERR_USER_CANCELLED);
    assert_true(unit_fair_ms((double)(jb_clock_ms() - start)) < 2000);
    assert_int_equal(pthread_join(thread, NULL), 0);
    jb_op_free(&op);
    jb_user_lock_free(&held);
}

static char *in_root(const char *name) {
    static char path[160];

    snprintf(path, sizeof path, "%s/%s", root, name);
    return path;
}

static unsigned mode_of(const char *name) {
    struct stat status;

    return lstat(in_root(name), &status) == 0 ? status.st_mode & 07777 : 0;
}

/* Two browsers may have been started with different directories of either kind. */
static void one_directory_in_common_is_enough(void **state) {
    static const char *const runtime[] = {"run", "run-2"}, *const config[] = {"config", "config-2"};
    struct jb_user_lock *held = NULL;

    (void)state;
    use_runtime("run-2", 0700);
    assert_true(mkdir(in_root("config-2"), 0700) == 0);
    use_runtime("run", 0700);
    assert_int_equal(take_within(1000, &held), JB_OK);
    for (int i = 1; i < 4; i++) {
        struct jb_user_lock *second = NULL;
        assert_int_equal(setenv("XDG_RUNTIME_DIR", in_root(runtime[i & 1]), 1), 0);
        assert_int_equal(setenv("XDG_CONFIG_HOME", in_root(config[i >> 1]), 1), 0);
        assert_int_equal(take_within(200, &second), i < 3 ? JB_ERR_OPERATION_PENDING : JB_OK);
        jb_user_lock_free(&second);
    }
    jb_user_lock_free(&held);
    /* and where they are one and the same, nobody waits for himself */
    assert_int_equal(setenv("XDG_RUNTIME_DIR", in_root("config-2/jpki-bridge"), 1), 0);
    assert_int_equal(setenv("XDG_CONFIG_HOME", in_root("config-2"), 1), 0);
    assert_int_equal(take_within(1000, &held), JB_OK);
    jb_user_lock_free(&held);
}

/* Whoever may read a file may lock it, for ever. */
static void nobody_else_can_open_the_lock(void **state) {
    struct jb_user_lock *lock = NULL;
    int other, beside = -1;

    (void)state;
    use_runtime("run", 0700);
    assert_int_equal(take_within(1000, &lock), JB_OK);
    jb_user_lock_free(&lock);
    assert_int_equal(mode_of("run/jpki-bridge.lock"), 0600);
    assert_int_equal(mode_of("config/jpki-bridge/jpki-bridge.lock"), 0600);
    /* one that others could open was held by somebody since: it is not waited for */
    assert_int_equal(chmod(in_root("config/jpki-bridge/jpki-bridge.lock"), 0644), 0);
    other = open(in_root("config/jpki-bridge/jpki-bridge.lock"), O_RDONLY);
    assert_int_equal(flock(other, LOCK_EX), 0);
    assert_int_equal(take_within(1000, &lock), JB_OK);
    assert_int_equal(mode_of("config/jpki-bridge/jpki-bridge.lock"), 0600);
    jb_user_lock_free(&lock);
    (void)close(other);
    /* neither is who has locked the directory, which may be readable */
    other = open(in_root("config/jpki-bridge"), O_RDONLY);
    assert_int_equal(flock(other, LOCK_EX), 0);
    assert_int_equal(
        jb_platform_lock_beside(in_root("config/jpki-bridge/config.json"), NULL, &beside), JB_OK);
    assert_int_equal(mode_of("config/jpki-bridge/config.json.lock"), 0600);
    jb_platform_unlock_beside(beside);
    (void)close(other);
}

static void a_wait_beside_a_file_can_be_called_off(void **state) {
    struct jb_op *op = jb_op_new(20000, NULL, NULL);
    uint64_t start = jb_clock_ms();
    int held = -1, lock = -1;
    pthread_t thread;

    (void)state;
    assert_int_equal(jb_platform_lock_beside(in_root("config/x.json"), NULL, &held), JB_OK);
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, op), 0);
    assert_int_equal(jb_platform_lock_beside(in_root("config/x.json"), op, &lock),
                     JB_ERR_USER_CANCELLED);
    assert_int_equal(lock, -1);
    assert_true(unit_fair_ms((double)(jb_clock_ms() - start)) < 2000);
    assert_int_equal(pthread_join(thread, NULL), 0);
    jb_op_free(&op);
    jb_platform_unlock_beside(held);
    assert_int_equal(jb_platform_lock_beside(in_root("config/x.json"), NULL, &lock), JB_OK);
    jb_platform_unlock_beside(lock);
}

/* A directory that others can write to, or a link laid out by somebody, is passed over. */
static void strange_directories_are_passed_over(void **state) {
    struct jb_user_lock *lock = NULL;
    char victim[160];

    (void)state;
    use_runtime("shared", 0777);
    assert_int_equal(take_within(1000, &lock), JB_OK);
    jb_user_lock_free(&lock);
    assert_int_equal(mode_of("shared/jpki-bridge.lock"), 0);

    use_runtime("linked", 0700);
    snprintf(victim, sizeof victim, "%s", in_root("victim"));
    assert_int_equal(symlink(victim, in_root("linked/jpki-bridge.lock")), 0);
    assert_int_equal(take_within(1000, &lock), JB_OK);
    jb_user_lock_free(&lock);
    assert_int_equal(mode_of("victim"), 0);

    assert_int_equal(setenv("XDG_RUNTIME_DIR", "relative", 1), 0);
    assert_int_equal(take_within(1000, &lock), JB_OK);
    jb_user_lock_free(&lock);

    /* and when none is left, nothing is done: never in /tmp, where others can lay something out */
    use_runtime("shared", 0777);
    assert_int_equal(chmod(in_root("config/jpki-bridge"), 0777), 0);
    assert_int_equal(take_within(1000, &lock), JB_ERR_CONFIG_INVALID);
    assert_int_equal(chmod(in_root("config/jpki-bridge"), 0700), 0);
}

static void without_any_home_there_is_no_lock(void **state) {
    struct jb_user_lock *lock = NULL;
    char path[64];
    struct stat status;

    (void)state;
    snprintf(path, sizeof path, "/tmp/jpki-bridge-%lu", (unsigned long)geteuid());
    int before = lstat(path, &status);
    assert_int_equal(unsetenv("XDG_RUNTIME_DIR"), 0);
    assert_int_equal(setenv("XDG_CONFIG_HOME", "/proc/nonexistent", 1), 0);
    assert_int_equal(take_within(1000, &lock), JB_ERR_LOCK_UNAVAILABLE);
    assert_null(lock);
    assert_int_equal(lstat(path, &status), before); /* an earlier version made one there */
}

static int set_up(void **state) {
    (void)state;
    strcpy(root, "/tmp/jb-platform-XXXXXX");
    return mkdtemp(root) == NULL ? -1 : 0;
}

static int tear_down(void **state) {
    char command[96];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command); /* NOLINT(cert-env33-c): our own path */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(directories_follow_the_environment),
        cmocka_unit_test(the_program_knows_its_path),
        cmocka_unit_test(standard_streams_are_taken),
        cmocka_unit_test(two_processes_take_turns),
        cmocka_unit_test(a_wait_can_be_called_off),
        cmocka_unit_test(strange_directories_are_passed_over),
        cmocka_unit_test(one_directory_in_common_is_enough),
        cmocka_unit_test(nobody_else_can_open_the_lock),
        cmocka_unit_test(a_wait_beside_a_file_can_be_called_off),
        cmocka_unit_test(without_any_home_there_is_no_lock),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
