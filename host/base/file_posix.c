/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jpki_bridge/file.h"

char *jb_file_read(const char *path, size_t max, size_t *len, bool *absent) {
    struct stat status;
    char *text = NULL;
    size_t have = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *len = 0;
    *absent = fd < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (fd < 0) {
        return NULL;
    }
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || (uint64_t)status.st_size > max) {
        goto out;
    }
    text = malloc(max + 1);
    if (text == NULL) {
        goto out;
    }
    for (ssize_t got = 1; got != 0 && have <= max;) {
        got = read(fd, text + have, max + 1 - have);
        if (got < 0 && errno != EINTR) {
            have = max + 1;
            break;
        }
        have += got > 0 ? (size_t)got : 0;
    }
    if (have > max) {
        free(text);
        text = NULL;
        goto out;
    }
    text[have] = '\0';
    *len = have;
out:
    (void)close(fd);
    return text;
}
