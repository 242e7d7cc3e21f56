/* SPDX-License-Identifier: MIT */
/* Directories and the program's own place on macOS. */
#include <limits.h>
#include <mach-o/dyld.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/platform.h"
#include "posix.h"

char *jb_platform_expand(const char *path) {
    static const char home[] = "$HOME/";

    return strncmp(path, home, sizeof home - 1) == 0 ? jb_posix_in_home(path + sizeof home - 1)
                                                     : strdup(path);
}

char *jb_platform_config_dir(void) {
    return jb_posix_in_home("Library/Application Support/JPKI Bridge");
}

char *jb_platform_local_dir(void) {
    return jb_platform_config_dir();
}

bool jb_posix_has_access_list(const char *path) {
    (void)path;
    return true; /* not looked at */
}

char *jb_platform_program_path(void) {
    char path[PATH_MAX];
    uint32_t size = sizeof path;

    return _NSGetExecutablePath(path, &size) == 0 ? realpath(path, NULL) : NULL;
}

bool jb_platform_input_closed(int fd) {
    /* Without an event that is read for, XNU's poll looks at nothing. */
    struct pollfd input = {.fd = fd, .events = POLLHUP};

    return poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}
