/* SPDX-License-Identifier: MIT */
/*
 * Starts a program as a browser would, a number of times, and prints for each a line of four
 * numbers: microseconds from its start to the whole hello, to the answer to the request, to its
 * end; and its peak memory (VmHWM) in KiB. Without a request ("") the answer is the hello.
 *   measure RUNS REQUEST PROGRAM [ARGUMENT...]
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FRAME_MAX (1024 * 1024)

static long long now_us(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static bool read_all(int fd, void *bytes, size_t len) {
    for (size_t at = 0; at < len;) {
        ssize_t got = read(fd, (char *)bytes + at, len - at);
        if (got <= 0) {
            return false;
        }
        at += (size_t)got;
    }
    return true;
}

/* Reads a frame; false when there is none, or it tells a failure. */
static bool read_frame(int fd) {
    static char text[FRAME_MAX + 1];
    uint32_t len = 0;

    if (!read_all(fd, &len, sizeof len) || len > FRAME_MAX || !read_all(fd, text, len)) {
        return false;
    }
    text[len] = '\0';
    if (strncmp(text, "{\"error\"", 8) == 0) {
        (void)fprintf(stderr, "measure: %s\n", text);
        return false;
    }
    return true;
}

static long peak_kib(pid_t pid) {
    char path[64], line[256];
    long peak = -1;

    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    while (file != NULL && peak < 0 && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "VmHWM:", 6) == 0) {
            peak = strtol(line + 6, NULL, 10);
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return peak;
}

static pid_t start(char **command, int *in, int *out) {
    int to[2], from[2];

    if (pipe(to) != 0 || pipe(from) != 0) {
        return -1;
    }
    pid_t pid = fork();
    if (pid == 0) {
        (void)dup2(to[0], STDIN_FILENO);
        (void)dup2(from[1], STDOUT_FILENO);
        (void)close(to[0]);
        (void)close(to[1]);
        (void)close(from[0]);
        (void)close(from[1]);
        (void)execv(command[0], command);
        _exit(127);
    }
    (void)close(to[0]);
    (void)close(from[1]);
    *in = to[1];
    *out = from[0];
    return pid;
}

static bool run(const char *request, char **command) {
    int in = -1, out = -1, status = 0;
    const uint32_t len = (uint32_t)strlen(request);
    long long begin = now_us();
    pid_t pid = start(command, &in, &out);
    bool fine = pid > 0 && read_frame(out);
    long long hello = now_us();

    if (fine && len > 0) {
        fine = write(in, &len, sizeof len) == (ssize_t)sizeof len &&
               write(in, request, len) == (ssize_t)len && read_frame(out);
    }
    long long answer = now_us();
    long peak = peak_kib(pid);
    (void)close(in);
    fine = waitpid(pid, &status, 0) == pid && fine && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    long long end = now_us();
    (void)close(out);
    (void)printf("%lld %lld %lld %ld\n", hello - begin, answer - begin, end - begin, peak);
    return fine;
}

int main(int argc, char **argv) {
    long runs = argc > 3 ? strtol(argv[1], NULL, 10) : 0;

    if (runs <= 0) {
        (void)fprintf(stderr, "usage: measure RUNS REQUEST PROGRAM [ARGUMENT...]\n");
        return 64;
    }
    for (long i = 0; i < runs; i++) {
        if (!run(argv[2], argv + 3)) {
            return 1;
        }
    }
    return 0;
}
