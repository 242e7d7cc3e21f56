/* SPDX-License-Identifier: MIT */
/* Directories and files on Linux (XDG base directory specification 0.8). */
#include "jpki_bridge/platform.h"

#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "posix.h"

char *jb_platform_expand(const char *path) {
    static const char home[] = "$HOME/";
    static const char config[] = "$XDG_CONFIG_HOME/";
    const char *directory = jb_posix_absolute_env("XDG_CONFIG_HOME");
    char *below_home;
    char *expanded;

    if (strncmp(path, home, sizeof home - 1) == 0) {
        return jb_posix_in_home(path + sizeof home - 1);
    }
    if (strncmp(path, config, sizeof config - 1) != 0) {
        return strdup(path);
    }
    if (directory != NULL) {
        return jb_platform_join(directory, path + sizeof config - 1);
    }
    below_home = jb_platform_join(".config", path + sizeof config - 1);
    expanded = below_home == NULL ? NULL : jb_posix_in_home(below_home);
    free(below_home);
    return expanded;
}

char *jb_platform_config_dir(void) {
    return jb_platform_expand("$XDG_CONFIG_HOME/jpki-bridge");
}

char *jb_platform_local_dir(void) {
    return jb_platform_config_dir();
}

const char *jb_platform_policy_place(void) {
    return "/etc/jpki-bridge/policy.json";
}

enum jb_error jb_platform_read_policy(size_t max, char **text, size_t *len,
                                      struct jb_fault *fault) {
    *text = jb_platform_read_trusted(jb_platform_policy_place(), JB_KEEPER_ADMIN, max, len, fault);
    return *text != NULL || fault->kind == JB_FAULT_NONE ? JB_OK : JB_ERR_POLICY_INVALID;
}

bool jb_posix_has_access_list(const char *path) {
    return getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

char *jb_platform_program_path(void) {
    static const char deleted[] = " (deleted)";
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - 1);
    size_t tail = sizeof deleted - 1;

    if (len <= 0 || path[0] != '/') {
        return NULL;
    }
    path[len] = '\0';
    /* After an update this process runs a file that is gone; the one in its place is meant. */
    if (access(path, F_OK) != 0 && (size_t)len > tail && strcmp(path + len - tail, deleted) == 0) {
        path[(size_t)len - tail] = '\0';
    }
    return access(path, F_OK) == 0 ? strdup(path) : NULL;
}

bool jb_platform_input_closed(int fd) {
    struct pollfd input = {.fd = fd, .events = POLLRDHUP};

    return poll(&input, 1, 0) > 0;
}
