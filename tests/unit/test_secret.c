/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/secret.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit.h"

#define NOBODY 65534
#define PIN "P1N-IN-A-TEST-42"

/* Runs check in a child, where it may change limits and who it is, and expects it to answer true.
 */
static void in_child(bool (*check)(void)) {
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        _exit(check() ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static bool no_secret_in_unlocked_memory(void) {
    const struct rlimit none = {0, 0};

    /* A process with CAP_IPC_LOCK may lock whatever its limit is. */
    if (geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) {
        return false;
    }
    return setrlimit(RLIMIT_MEMLOCK, &none) == 0 && jb_secret_new() == NULL;
}

/* First of all tests: the heap is made once in a process. */
static void memory_that_cannot_be_locked_holds_no_secret(void **state) {
    (void)state;
    in_child(no_secret_in_unlocked_memory);
}

static bool process_is_protected(void) {
    struct rlimit core = {1, 1};

    jb_secret_protect_process();
    return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_cur == 0 && core.rlim_max == 0 &&
           prctl(PR_GET_DUMPABLE) == 0;
}

static void core_dumps_are_off(void **state) {
    (void)state;
    in_child(process_is_protected);
}

/* What the kernel says of the mapping that holds the address: its flags and how much is locked. */
static bool mapping_of(const void *address, char *flags, size_t size, unsigned long *locked_kb) {
    FILE *smaps = fopen("/proc/self/smaps", "re");
    char line[512];
    bool inside = false, found = false;

    assert_non_null(smaps);
    while (!found && fgets(line, sizeof line, smaps) != NULL) {
        char *end = NULL;
        uintptr_t first = (uintptr_t)strtoull(line, &end, 16);
        if (end != line && *end == '-') {
            uintptr_t last = (uintptr_t)strtoull(end + 1, NULL, 16);
            inside = (uintptr_t)address >= first && (uintptr_t)address < last;
        } else if (inside && strncmp(line, "Locked:", 7) == 0) {
            *locked_kb = strtoul(line + 7, NULL, 10);
        } else if (inside && strncmp(line, "VmFlags:", 8) == 0) {
            (void)snprintf(flags, size, "%s", line + 8);
            found = true;
        }
    }
    (void)fclose(smaps);
    return found;
}

static void a_secret_is_locked_and_not_dumped(void **state) {
    struct jb_secret *secret = jb_secret_new();
    unsigned long locked_kb = 0;
    char flags[512] = "";

    (void)state;
    assert_non_null(secret);
    assert_int_equal(secret->len, 0);
    memcpy(secret->bytes, PIN, sizeof PIN);
    assert_true(mapping_of(secret, flags, sizeof flags, &locked_kb));
    assert_true(locked_kb > 0);
    assert_non_null(strstr(flags, " lo "));
    assert_non_null(strstr(flags, " dd "));
    jb_secret_free(&secret);
}

/* The heap itself stays mapped after a free, so what is left of a secret can be looked for. */
static bool holds(const void *memory, size_t size, const char *text) {
    for (size_t at = 0; at + strlen(text) <= size; at++) {
        if (memcmp((const char *)memory + at, text, strlen(text)) == 0) {
            return true;
        }
    }
    return false;
}

static void freeing_wipes_and_nulls(void **state) {
    struct jb_secret *secret = jb_secret_new();
    const struct jb_secret *was = secret;

    (void)state;
    assert_non_null(secret);
    memcpy(secret->bytes, PIN, sizeof PIN);
    secret->len = strlen(PIN);
    assert_true(holds(was, sizeof *was, "TEST"));
    jb_secret_free(&secret);
    assert_null(secret);
    assert_false(holds(was, sizeof *was, "TEST"));
    jb_secret_free(&secret);
}

static void a_library_buffer_that_grows_leaves_nothing_behind(void **state) {
    char *buffer = jb_secret_malloc(64);
    const char *was = buffer;

    (void)state;
    assert_non_null(buffer);
    memcpy(buffer + 24, PIN, sizeof PIN);
    buffer = jb_secret_realloc(buffer, 4096);
    assert_non_null(buffer);
    assert_ptr_not_equal(buffer, was);
    assert_string_equal(buffer + 24, PIN);
    assert_false(holds(was, 64, "TEST"));
    was = buffer;
    jb_secret_release(buffer);
    assert_false(holds(was, 4096, "TEST"));
    buffer = jb_secret_realloc(NULL, 32);
    assert_non_null(buffer);
    jb_secret_release(buffer);
    jb_secret_release(NULL);
}

static void the_heap_never_falls_back_to_common_memory(void **state) {
    void *taken[64];
    size_t count = 0;

    (void)state;
    while (count < COUNT(taken) && (taken[count] = jb_secret_malloc(4096)) != NULL) {
        count++;
    }
    assert_in_range(count, 2, COUNT(taken) - 1);
    assert_null(jb_secret_malloc(4096));
    assert_null(jb_secret_realloc(taken[0], 8192));
    while (count > 0) {
        jb_secret_release(taken[--count]);
    }
    struct jb_secret *secret = jb_secret_new();
    assert_non_null(secret);
    jb_secret_free(&secret);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_that_cannot_be_locked_holds_no_secret),
        cmocka_unit_test(core_dumps_are_off),
        cmocka_unit_test(a_secret_is_locked_and_not_dumped),
        cmocka_unit_test(freeing_wipes_and_nulls),
        cmocka_unit_test(a_library_buffer_that_grows_leaves_nothing_behind),
        cmocka_unit_test(the_heap_never_falls_back_to_common_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
