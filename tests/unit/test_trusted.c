/* SPDX-License-Identifier: MIT */
/* Files that decide whom the program trusts: whose they may be, and who may write to them. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "jpki_bridge/platform.h"
#include "unit.h"

#define STRANGER 65534

static char root[32], folder[64], file[96];
static struct jb_fault fault;

static void put(const char *path, const char *text, mode_t mode) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

/* JB_FAULT_NONE for what is read; *is_there: there is such a file. */
static enum jb_fault_kind read_it(const char *path, enum jb_keeper keeper, bool *is_there) {
    size_t len = 0;

    memset(&fault, 0, sizeof fault);
    char *text = jb_platform_read_trusted(path, keeper, 100, &len, &fault);
    *is_there = text != NULL;
    assert_true(text == NULL || (fault.kind == JB_FAULT_NONE && strlen(text) == len));
    free(text);
    return fault.kind;
}

static void expect(const char *path, enum jb_keeper keeper, enum jb_fault_kind kind,
                   const char *subject) {
    bool is_there = false;

    assert_int_equal(read_it(path, keeper, &is_there), kind);
    assert_int_equal(is_there, kind == JB_FAULT_NONE);
    assert_string_equal(fault.subject, subject);
}

static void expect_absent(const char *path) {
    bool is_there = true;

    assert_int_equal(read_it(path, JB_KEEPER_USER, &is_there), JB_FAULT_NONE);
    assert_false(is_there);
    assert_true(jb_platform_is_trusted(path, JB_KEEPER_USER, NULL));
}

/* A fresh folder with a file in it that is all right. */
static void begin(void) {
    char command[96];

    (void)snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): our own path */
    assert_int_equal(mkdir(folder, 0755), 0);
    put(file, "x", 0644);
}

static void ones_own_file_is_read(void **state) {
    (void)state;
    begin();
    expect(file, JB_KEEPER_USER, JB_FAULT_NONE, "");
    assert_true(jb_platform_is_trusted(file, JB_KEEPER_USER, NULL));
    expect(file, JB_KEEPER_ADMIN, geteuid() == 0 ? JB_FAULT_NONE : JB_FAULT_OWNER,
           geteuid() == 0 ? "" : folder);
    /* the administrator's is as good as one's own */
    expect("/etc/hostname", JB_KEEPER_USER, JB_FAULT_NONE, "");
}

static void no_file_is_no_fault(void **state) {
    char path[128];

    (void)state;
    begin();
    (void)snprintf(path, sizeof path, "%s/other", folder);
    expect_absent(path);
    (void)snprintf(path, sizeof path, "%s/no-folder/file", folder);
    expect_absent(path);
    (void)snprintf(path, sizeof path, "%s/below/a/file", file);
    expect_absent(path);
}

static void others_may_not_write(void **state) {
    static const mode_t modes[] = {0646, 0602, 0777};

    (void)state;
    begin();
    for (size_t i = 0; i < COUNT(modes); i++) {
        put(file, "x", modes[i]);
        expect(file, JB_KEEPER_USER, JB_FAULT_WRITABLE, file);
        expect(file, JB_KEEPER_ADMIN, geteuid() == 0 ? JB_FAULT_WRITABLE : JB_FAULT_OWNER,
               geteuid() == 0 ? file : folder);
        fault.kind = JB_FAULT_NONE;
        assert_false(jb_platform_is_trusted(file, JB_KEEPER_USER, &fault));
        assert_int_equal(fault.kind, JB_FAULT_WRITABLE);
    }
    put(file, "x", 0644);
    /* nor replace it, sticky or not */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(chmod(folder, i == 0 ? 0757 : 01777), 0);
        expect(file, JB_KEEPER_USER, JB_FAULT_WRITABLE, folder);
        fault.kind = JB_FAULT_NONE;
        assert_false(jb_platform_is_trusted(file, JB_KEEPER_USER, &fault));
    }
}

/* Whether this user has a group of the same name, alone. */
static bool has_own_group(void) {
    const struct passwd *user = getpwuid(geteuid());
    const struct group *group = user == NULL ? NULL : getgrgid(user->pw_gid);

    return group != NULL && strcmp(group->gr_name, user->pw_name) == 0 && group->gr_mem[0] == NULL;
}

static void ones_own_group_is_nobody_else(void **state) {
    /* A list that lets STRANGER write, by Linux' own encoding (acl_ea.h). */
    static const struct {
        uint32_t version;
        struct {
            uint16_t tag, perm;
            uint32_t id;
        } entry[5];
    } list = {2,
              {{0x01, 6, UINT32_MAX},
               {0x02, 6, STRANGER},
               {0x04, 4, UINT32_MAX},
               {0x10, 6, UINT32_MAX},
               {0x20, 4, UINT32_MAX}}};

    (void)state;
    begin();
    put(file, "x", 0664);
    if (!has_own_group()) {
        expect(file, JB_KEEPER_USER, JB_FAULT_WRITABLE, file);
        return;
    }
    expect(file, JB_KEEPER_USER, JB_FAULT_NONE, "");
    if (geteuid() == 0) { /* an administrator's is nobody else's at all */
        expect(file, JB_KEEPER_ADMIN, JB_FAULT_WRITABLE, file);
    }
    if (setxattr(file, "system.posix_acl_access", &list, sizeof list, 0) == 0) {
        expect(file, JB_KEEPER_USER, JB_FAULT_WRITABLE, file);
    } else {
        assert_int_equal(errno, ENOTSUP);
    }
    if (geteuid() == 0) {
        begin();
        put(file, "x", 0664);
        assert_int_equal(chown(file, 0, STRANGER), 0);
        expect(file, JB_KEEPER_USER, JB_FAULT_WRITABLE, file);
    }
}

static void another_users_file_is_refused(void **state) {
    (void)state;
    if (geteuid() != 0) {
        skip();
    }
    begin();
    assert_int_equal(chown(file, STRANGER, 0), 0);
    expect(file, JB_KEEPER_USER, JB_FAULT_OWNER, file);
    expect(file, JB_KEEPER_ADMIN, JB_FAULT_OWNER, file);
    fault.kind = JB_FAULT_NONE;
    assert_false(jb_platform_is_trusted(file, JB_KEEPER_USER, &fault));
    begin();
    assert_int_equal(chown(folder, STRANGER, 0), 0);
    expect(file, JB_KEEPER_USER, JB_FAULT_OWNER, folder);
    assert_true(unlink(file) == 0);
    expect(file, JB_KEEPER_USER, JB_FAULT_OWNER, folder); /* may put one there */
}

/* Links are followed as people lay them, and each folder on the way counts. */
static void links_are_followed_where_nobody_else_could_lay_them(void **state) {
    char link[128], far[128], far_file[160];

    (void)state;
    begin();
    (void)snprintf(link, sizeof link, "%s/link", folder);
    (void)snprintf(far, sizeof far, "%s/far", folder);
    (void)snprintf(far_file, sizeof far_file, "%s/file", far);
    assert_int_equal(mkdir(far, 0755), 0);
    put(far_file, "y", 0644);
    assert_int_equal(symlink("far/file", link), 0);
    expect(link, JB_KEEPER_USER, JB_FAULT_NONE, "");
    assert_int_equal(chmod(far, 0777), 0);
    expect(link, JB_KEEPER_USER, JB_FAULT_WRITABLE, far);
    assert_int_equal(chmod(far, 0755), 0);
    put(far_file, "y", 0666);
    expect(link, JB_KEEPER_USER, JB_FAULT_WRITABLE, far_file);
    /* by way of another link, in a folder of its own */
    put(far_file, "y", 0644);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(symlink("far/second", link), 0);
    (void)snprintf(far_file, sizeof far_file, "%s/second", far);
    assert_int_equal(symlink(file, far_file), 0);
    expect(link, JB_KEEPER_USER, JB_FAULT_NONE, "");
    assert_int_equal(chmod(far, 0777), 0);
    expect(link, JB_KEEPER_USER, JB_FAULT_WRITABLE, far);
}

static void a_link_to_nothing_is_not_nothing(void **state) {
    char link[128], below[160];

    (void)state;
    begin();
    (void)snprintf(link, sizeof link, "%s/link", folder);
    assert_int_equal(symlink("nowhere", link), 0);
    expect(link, JB_KEEPER_USER, JB_FAULT_DANGLING, link);
    (void)snprintf(below, sizeof below, "%s/file", link); /* likewise for the folder */
    expect(below, JB_KEEPER_USER, JB_FAULT_DANGLING, link);
    assert_int_equal(unlink(link), 0);
    assert_int_equal(symlink("link", link), 0);
    expect(link, JB_KEEPER_USER, JB_FAULT_DANGLING, link);
    expect(below, JB_KEEPER_USER, JB_FAULT_DANGLING, link);
}

static void what_is_no_file_is_told_apart(void **state) {
    char path[160], big[102];

    (void)state;
    begin();
    (void)snprintf(path, sizeof path, "%s/inner", folder);
    assert_int_equal(mkdir(path, 0755), 0);
    expect(path, JB_KEEPER_USER, JB_FAULT_NOT_FILE, path);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0644), 0); /* and nobody is made to wait */
    expect(path, JB_KEEPER_USER, JB_FAULT_NOT_FILE, path);
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof path, "%s/below", file);
    expect(path, JB_KEEPER_USER, JB_FAULT_NOT_FOLDER, file);
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    put(file, big, 0644);
    expect(file, JB_KEEPER_USER, JB_FAULT_TOO_LARGE, file);
    big[sizeof big - 2] = '\0';
    put(file, big, 0644);
    expect(file, JB_KEEPER_USER, JB_FAULT_NONE, "");
}

/* In a process of another user, who may not read everything. */
static void what_may_not_be_read_is_not_nothing(void **state) {
    int status = 0;

    (void)state;
    if (geteuid() != 0) {
        skip();
    }
    begin();
    assert_int_equal(chmod(root, 0711), 0);
    for (int i = 0; i < 2; i++) {
        bool is_there = true;
        assert_int_equal(chmod(i == 0 ? file : folder, i == 0 ? 0600 : 0700), 0);
        pid_t child = fork();
        if (child == 0) {
            bool told = setgroups(0, NULL) == 0 && setresuid(STRANGER, STRANGER, STRANGER) == 0 &&
                        read_it(file, JB_KEEPER_ADMIN, &is_there) == JB_FAULT_UNREADABLE &&
                        !is_there && strcmp(fault.subject, i == 0 ? file : folder) == 0;
            _exit(told ? 0 : 1);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

static int set_up(void **state) {
    (void)state;
    strcpy(root, "/tmp/jb-trusted-XXXXXX");
    if (mkdtemp(root) == NULL) {
        return -1;
    }
    (void)snprintf(folder, sizeof folder, "%s/folder", root);
    (void)snprintf(file, sizeof file, "%s/file", folder);
    return 0;
}

static int tear_down(void **state) {
    char command[64];

    (void)state;
    (void)snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command); /* NOLINT(cert-env33-c): our own path */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ones_own_file_is_read),
        cmocka_unit_test(no_file_is_no_fault),
        cmocka_unit_test(others_may_not_write),
        cmocka_unit_test(ones_own_group_is_nobody_else),
        cmocka_unit_test(another_users_file_is_refused),
        cmocka_unit_test(links_are_followed_where_nobody_else_could_lay_them),
        cmocka_unit_test(a_link_to_nothing_is_not_nothing),
        cmocka_unit_test(what_is_no_file_is_told_apart),
        cmocka_unit_test(what_may_not_be_read_is_not_nothing),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
