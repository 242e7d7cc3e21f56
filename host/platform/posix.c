/* SPDX-License-Identifier: MIT */
/* Paths and programs on POSIX systems. */
#include "posix.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"

#define PASSWD_BUFFER 16384

const char *jb_posix_absolute_env(const char *name) {
    const char *value = getenv(name);
    return value != NULL && value[0] == '/' ? value : NULL;
}

char *jb_posix_in_home(const char *rest) {
    const char *home = jb_posix_absolute_env("HOME");
    char buffer[PASSWD_BUFFER];
    struct passwd entry;
    struct passwd *found = NULL;

    if (home != NULL) {
        return jb_platform_join(home, rest);
    }
    if (getpwuid_r(getuid(), &entry, buffer, sizeof buffer, &found) != 0 || found == NULL ||
        found->pw_dir == NULL || found->pw_dir[0] != '/') {
        return NULL;
    }
    return jb_platform_join(found->pw_dir, rest);
}

enum jb_home jb_platform_home(void) {
    char *home = jb_posix_in_home(".");
    struct stat status;
    enum jb_home found = JB_HOME_ABSENT;

    if (home != NULL && stat(home, &status) == 0) {
        found = jb_posix_is_anothers(&status) ? JB_HOME_ANOTHERS : JB_HOME_GOOD;
    }
    free(home);
    return found;
}

bool jb_posix_is_anothers(const struct stat *folder) {
    return geteuid() == 0 && folder->st_uid != 0;
}

void jb_platform_take_arguments(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
}

char *jb_platform_join(const char *directory, const char *name) {
    char *path = NULL;
    return asprintf(&path, "%s/%s", directory, name) < 0 ? NULL : path;
}

bool jb_platform_is_absolute(const char *path) {
    return path[0] == '/';
}

const char *jb_platform_file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

bool jb_platform_is_program(const char *path) {
    struct stat status;

    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

bool jb_platform_is_same_file(const char *a, const char *b) {
    struct stat first;
    struct stat second;

    return strcmp(a, b) == 0 || (stat(a, &first) == 0 && stat(b, &second) == 0 &&
                                 first.st_dev == second.st_dev && first.st_ino == second.st_ino);
}
