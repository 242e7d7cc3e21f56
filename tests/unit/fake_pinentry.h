/* SPDX-License-Identifier: MIT */
/*
 * A pinentry that behaves as the test says: the test program itself, started again through a small
 * script. The mode is "say:TEXT" (the answer to GETPIN, CONFIRM and MESSAGE, with \n for a line
 * feed) or the name of a misbehaviour. Every line that it is told goes to its log, and first what
 * it finds itself to be.
 */
#ifndef JPKI_BRIDGE_TEST_FAKE_PINENTRY_H
#define JPKI_BRIDGE_TEST_FAKE_PINENTRY_H

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A PIN that stands nowhere in the test's own memory, so that the memory can be searched for it. */
#define HIDDEN_PIN_LEN 14
#define HIDDEN_PIN_KEY 0x5A
static const unsigned char hidden_pin[HIDDEN_PIN_LEN] = {
    'Q' ^ HIDDEN_PIN_KEY, '7' ^ HIDDEN_PIN_KEY, 'Z' ^ HIDDEN_PIN_KEY, 'K' ^ HIDDEN_PIN_KEY,
    '3' ^ HIDDEN_PIN_KEY, 'W' ^ HIDDEN_PIN_KEY, '9' ^ HIDDEN_PIN_KEY, 'X' ^ HIDDEN_PIN_KEY,
    'J' ^ HIDDEN_PIN_KEY, '5' ^ HIDDEN_PIN_KEY, 'V' ^ HIDDEN_PIN_KEY, '2' ^ HIDDEN_PIN_KEY,
    'H' ^ HIDDEN_PIN_KEY, '8' ^ HIDDEN_PIN_KEY};

static void fake_put(const char *text) {
    size_t len = strlen(text);

    while (len > 0) {
        ssize_t written = write(STDOUT_FILENO, text, len);
        if (written <= 0) {
            _exit(0);
        }
        text += written;
        len -= (size_t)written;
    }
}

static void fake_hang(void) {
    for (;;) {
        (void)pause();
    }
}

static void fake_describe(FILE *log) {
    DIR *directory = opendir("/proc/self/fd");
    struct sigaction action;
    sigset_t mask;
    int death = 0;
    int blocked = 0;

    (void)sigprocmask(SIG_SETMASK, NULL, &mask);
    for (int number = 1; number < 32; number++) {
        blocked += sigismember(&mask, number) == 1;
    }
    (void)sigaction(SIGPIPE, NULL, &action);
    (void)prctl(PR_GET_PDEATHSIG, &death);
    (void)fprintf(log, "pid %d leader %d death %d blocked %d pipe-default %d\n", (int)getpid(),
                  getsid(0) == getpid(), death, blocked, action.sa_handler == SIG_DFL);
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        int fd = atoi(entry->d_name);
        if (entry->d_name[0] != '.' && fd != dirfd(directory) && fd != fileno(log)) {
            (void)fprintf(log, "fd %d\n", fd);
        }
    }
    (void)closedir(directory);
    (void)fflush(log);
}

static void fake_misbehave_at_start(const char *mode) {
    static char block[4097];

    if (strcmp(mode, "exit") == 0) {
        _exit(0);
    }
    if (strcmp(mode, "mute") == 0) {
        fake_hang();
    }
    if (strcmp(mode, "refuse") == 0) {
        fake_put("ERR 83886179 not today\n");
        fake_hang();
    }
    if (strcmp(mode, "noise") == 0) {
        fake_put("\x01\x02\xFFnoise\n\n\nmore noise\n");
        fake_hang();
    }
    if (strcmp(mode, "closed") == 0) { /* ends the conversation, and stays */
        (void)signal(SIGTERM, SIG_IGN);
        (void)close(STDOUT_FILENO);
        fake_hang();
    }
    if (strcmp(mode, "flood") == 0) {
        memset(block, 'x', sizeof(block) - 1);
        for (int i = 0; i < 25; i++) {
            fake_put(block);
        }
        fake_hang();
    }
    if (strcmp(mode, "endless") == 0) {
        for (;;) {
            fake_put("# still starting\n");
        }
    }
}

static void fake_answer(const char *mode, FILE *log) {
    static char block[5001];

    if (strncmp(mode, "say:", 4) == 0) {
        for (const char *at = mode + 4; *at != '\0'; at++) {
            bool feed = at[0] == '\\' && at[1] == 'n';
            char one[2] = {feed ? '\n' : *at, '\0'};
            fake_put(one);
            at += feed;
        }
        fake_put("\n");
    } else if (strcmp(mode, "hidden-pin") == 0) {
        char pin[HIDDEN_PIN_LEN + 1] = {0};
        for (size_t i = 0; i < HIDDEN_PIN_LEN; i++) {
            pin[i] = (char)(hidden_pin[i] ^ HIDDEN_PIN_KEY);
        }
        fake_put("D ");
        fake_put(pin);
        fake_put("\nOK\n");
    } else if (strcmp(mode, "lines") == 0) {
        memset(block, 'x', sizeof(block) - 1);
        fake_put("D ");
        fake_put(block);
        fake_put("\nOK\n");
    } else if (strcmp(mode, "data") == 0) {
        for (;;) {
            fake_put("D 1234\n");
        }
    } else if (strcmp(mode, "leave") == 0) {
        _exit(0);
    } else if (strcmp(mode, "deaf") == 0) {
        (void)signal(SIGTERM, SIG_IGN);
        fake_hang();
    } else if (strcmp(mode, "family") == 0) { /* a child of it holds the pipe too */
        if (fork() == 0) {
            (void)signal(SIGTERM, SIG_IGN);
            (void)fprintf(log, "child %d\n", (int)getpid());
            (void)fflush(log);
        }
        fake_hang();
    } else if (strcmp(mode, "stay") == 0) { /* answers, and does not go on BYE */
        fake_put("D 1234\nOK\n");
        fake_hang();
    } else {
        fake_hang();
    }
}

/* The whole life of it; returns never. */
static void fake_pinentry(const char *mode, const char *log_path) {
    FILE *log = fopen(log_path, "we");
    char line[4096];

    if (log == NULL) {
        _exit(1);
    }
    fake_describe(log);
    fake_misbehave_at_start(mode);
    fake_put("OK Pleased to meet you\n");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        (void)fputs(line, log);
        (void)fflush(log);
        if (strncmp(line, "GETPIN", 6) == 0 || strncmp(line, "CONFIRM", 7) == 0 ||
            strncmp(line, "MESSAGE", 7) == 0) {
            fake_answer(mode, log);
        } else if (strncmp(line, "BYE", 3) == 0) {
            _exit(0);
        } else {
            fake_put("OK\n");
        }
    }
    _exit(0);
}

/* Writes the script that starts program as a fake. */
static bool fake_script(const char *path, const char *program, const char *mode,
                        const char *log_path) {
    FILE *script = fopen(path, "we");

    if (script == NULL) {
        return false;
    }
    (void)fprintf(script, "#!/bin/sh\nexec '%s' fake '%s' '%s'\n", program, mode, log_path);
    return fclose(script) == 0 && chmod(path, 0700) == 0;
}

#endif
