/* SPDX-License-Identifier: MIT */
/*
 * The dialog on Linux: the desktop's pinentry, spoken to through libassuan. The thread that runs
 * the dialog is the only one that knows the child's id, so nobody can signal a stranger; closing is
 * one write to an eventfd, which every wait of that thread watches. libassuan's own waitpid is
 * switched off: it has no time limit.
 */
#include <assuan.h>
#include <errno.h>
#include <gpg-error.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "words.h"

#define LINE_MAX_BYTES 900   /* libassuan cuts at 1,000 without a word */
#define REPLY_MAX_BYTES 8192 /* of one command; a pinentry that says more is none */
#define GRACE_MS 400         /* for a pinentry to go by itself after BYE */
#define TERMINATE_MS 200     /* to go after SIGTERM; then SIGKILL */

struct jb_prompt_dialog {
    int closed;  /* an eventfd, readable once the dialog was closed */
    pid_t child; /* not yet reaped, or 0; only the running thread looks at it */
    void (*on_shown)(void *);
    void *context;
};

struct jb_prompt_dialog *jb_prompt_dialog_new(void (*on_shown)(void *), void *context) {
    struct jb_prompt_dialog *dialog = calloc(1, sizeof(*dialog));

    if (dialog == NULL) {
        return NULL;
    }
    dialog->on_shown = on_shown;
    dialog->context = context;
    dialog->closed = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (dialog->closed < 0) {
        free(dialog);
        return NULL;
    }
    return dialog;
}

void jb_prompt_dialog_close(struct jb_prompt_dialog *dialog) {
    (void)eventfd_write(dialog->closed, 1); /* never read again, so it stays readable */
}

void jb_prompt_dialog_free(struct jb_prompt_dialog **dialog) {
    if (*dialog != NULL) {
        (void)close((*dialog)->closed);
        free(*dialog);
        *dialog = NULL;
    }
}

/* Waits until fd has events; false when the dialog was closed first. */
static bool ready(struct jb_prompt_dialog *dialog, int fd, short events) {
    struct pollfd watched[] = {{dialog->closed, POLLIN, 0}, {fd, events, 0}};

    while (poll(watched, 2, -1) < 0) {
        if (errno != EINTR && errno != EAGAIN) {
            return false;
        }
    }
    return watched[0].revents == 0;
}

static bool is_closed(struct jb_prompt_dialog *dialog) {
    struct pollfd watched = {dialog->closed, POLLIN, 0};

    return poll(&watched, 1, 0) > 0;
}

/* ---- what libassuan asks of the system ---- */

static ssize_t hook_read(assuan_context_t context, assuan_fd_t fd, void *buffer, size_t size) {
    if (!ready(assuan_get_pointer(context), fd, POLLIN)) {
        errno = ECANCELED;
        return -1;
    }
    return read(fd, buffer, size);
}

static ssize_t hook_write(assuan_context_t context, assuan_fd_t fd, const void *buffer,
                          size_t size) {
    if (!ready(assuan_get_pointer(context), fd, POLLOUT)) {
        errno = ECANCELED;
        return -1;
    }
    return write(fd, buffer, size);
}

static int hook_spawn(assuan_context_t context, pid_t *child, const char *name,
                      const char **arguments, assuan_fd_t in, assuan_fd_t out,
                      assuan_fd_t *inherited, void (*at_fork)(void *opaque, int reserved),
                      void *at_fork_value, unsigned int flags) {
    struct jb_prompt_dialog *dialog = assuan_get_pointer(context);
    int result = __assuan_spawn(context, child, name, arguments, in, out, inherited, at_fork,
                                at_fork_value, flags);

    if (result >= 0) {
        dialog->child = *child;
    }
    return result;
}

static pid_t hook_waitpid(assuan_context_t context, pid_t child, int action, int *status,
                          int options) {
    (void)context;
    (void)child;
    (void)action;
    (void)status;
    (void)options;
    return 0;
}

static int hook_log(assuan_context_t context, void *hook, unsigned int category,
                    const char *message) {
    (void)context;
    (void)hook;
    (void)category;
    (void)message;
    return 0;
}

static assuan_context_t new_context(struct jb_prompt_dialog *dialog) {
    /* The PIN passes through buffers inside the context. */
    struct assuan_malloc_hooks memory = {jb_secret_malloc, jb_secret_realloc, jb_secret_release};
    struct assuan_system_hooks system = {
        ASSUAN_SYSTEM_HOOKS_VERSION,
        __assuan_usleep,
        __assuan_pipe,
        __assuan_close,
        hook_read,
        hook_write,
        __assuan_recvmsg,
        __assuan_sendmsg,
        hook_spawn,
        hook_waitpid,
        __assuan_socketpair,
        __assuan_socket,
        __assuan_connect,
    };
    assuan_context_t context;

    if (assuan_new_ext(&context, GPG_ERR_SOURCE_DEFAULT, &memory, hook_log, NULL) != 0) {
        return NULL;
    }
    assuan_ctx_set_system_hooks(context, &system);
    assuan_set_pointer(context, dialog);
    assuan_set_flag(context, ASSUAN_NO_FIXSIGNALS, 1);
    assuan_set_flag(context, ASSUAN_NO_LOGGING, 1);
    assuan_set_flag(context, ASSUAN_CONFIDENTIAL, 1);
    return context;
}

/* ---- the conversation ---- */

/* Keeps what was typed. What is too long becomes zeros only, filling the secret for good: no PIN
 * has that form, and nothing is cut to one. */
static void keep(struct jb_secret *secret, const char *bytes, size_t len) {
    if (len > sizeof(secret->bytes) - secret->len) {
        OPENSSL_cleanse(secret, sizeof(*secret));
        secret->len = sizeof(secret->bytes);
        return;
    }
    memcpy(secret->bytes + secret->len, bytes, len);
    secret->len += len;
}

/* Reads the answer to a command. Data is kept in secret, or refused where that is null. */
static enum jb_error answer(assuan_context_t context, struct jb_secret *secret) {
    size_t total = 0;

    for (;;) {
        assuan_response_t response;
        char *line;
        int len;
        int offset;

        if (assuan_client_read_response(context, &line, &len) != 0 ||
            assuan_client_parse_response(context, line, len, &response, &offset) != 0) {
            return JB_ERR_PROMPT_UNAVAILABLE;
        }
        total += (size_t)len + 1;
        if (total > REPLY_MAX_BYTES) {
            return JB_ERR_PROMPT_UNAVAILABLE;
        }
        switch (response) {
        case ASSUAN_RESPONSE_OK:
            return JB_OK;
        case ASSUAN_RESPONSE_ERROR:
            switch (gpg_err_code((gpg_error_t)strtoul(line + offset, NULL, 10))) {
            case GPG_ERR_CANCELED:
            case GPG_ERR_FULLY_CANCELED:
            case GPG_ERR_NOT_CONFIRMED:
                return JB_ERR_USER_CANCELLED;
            case GPG_ERR_TIMEOUT: /* its own limit, where a person set one */
                return JB_ERR_TIMEOUT;
            default:
                return JB_ERR_PROMPT_UNAVAILABLE;
            }
        case ASSUAN_RESPONSE_DATA:
            if (secret == NULL) {
                return JB_ERR_PROMPT_UNAVAILABLE;
            }
            keep(secret, line + offset, (size_t)(len - offset));
            break;
        case ASSUAN_RESPONSE_STATUS:
            /* We never allow the cache; a PIN that nobody typed must not spend a try. */
            if (strncmp(line + offset, "PASSWORD_FROM_CACHE", 19) == 0) {
                return JB_ERR_PROMPT_UNAVAILABLE;
            }
            break;
        case ASSUAN_RESPONSE_COMMENT:
            break;
        default:
            return JB_ERR_PROMPT_UNAVAILABLE;
        }
    }
}

/* Sends verb and text, escaped; never more than LINE_MAX_BYTES. */
static enum jb_error tell(assuan_context_t context, const char *verb, const char *text) {
    char line[LINE_MAX_BYTES];
    size_t used = strlen(verb);

    memcpy(line, verb, used);
    for (const char *at = text; *at != '\0'; at++) {
        if (used + 4 > sizeof(line)) {
            return JB_ERR_PROMPT_UNAVAILABLE;
        }
        if ((unsigned char)*at < 0x20 || *at == 0x7F || *at == '%') {
            used += (size_t)snprintf(line + used, sizeof(line) - used, "%%%02X",
                                     (unsigned)(unsigned char)*at);
        } else {
            line[used++] = *at;
        }
    }
    line[used] = '\0';
    if (assuan_write_line(context, line) != 0) {
        return JB_ERR_PROMPT_UNAVAILABLE;
    }
    return answer(context, NULL);
}

static void say_shown(assuan_context_t context) {
    struct jb_prompt_dialog *dialog = assuan_get_pointer(context);

    dialog->on_shown(dialog->context);
}

static enum jb_error converse(assuan_context_t context, const struct jb_prompt_request *request,
                              const struct jb_prompt_words *words, struct jb_secret *secret) {
    enum jb_error error;

    /* Not every pinentry knows every option, and the words show without them. */
    (void)tell(context, "OPTION lc-ctype=", "C.UTF-8");
    (void)tell(context,
               "OPTION lc-messages=", request->lang == JB_LANG_JA ? "ja_JP.UTF-8" : "en_US.UTF-8");
    if (tell(context, "SETTITLE ", words->title) != JB_OK ||
        tell(context, "SETDESC ", words->description) != JB_OK ||
        tell(context, "SETOK ", words->ok) != JB_OK ||
        tell(context, "SETCANCEL ", words->cancel) != JB_OK ||
        (words->error != NULL && tell(context, "SETERROR ", words->error) != JB_OK)) {
        return JB_ERR_PROMPT_UNAVAILABLE;
    }
    switch (request->kind) {
    case JB_PROMPT_PIN:
    case JB_PROMPT_NEW_PIN:
    case JB_PROMPT_NEW_PIN_AGAIN:
        if (tell(context, "SETPROMPT ", words->label) != JB_OK ||
            assuan_write_line(context, "GETPIN") != 0) {
            return JB_ERR_PROMPT_UNAVAILABLE;
        }
        say_shown(context);
        return answer(context, secret);
    case JB_PROMPT_KEYPAD:
        say_shown(context);
        error = tell(context, "MESSAGE", "");
        return error == JB_OK ? JB_ERR_USER_CANCELLED : error; /* its one button means no */
    default:
        say_shown(context);
        return tell(context, "CONFIRM", "");
    }
}

/* ---- the child ---- */

/* In the child, between fork and exec. */
static void prepare_child(void *opaque, int reserved) {
    const pid_t *parent = opaque;
    sigset_t none;

    (void)reserved;
    (void)setsid(); /* a group of its own, to be ended as one, and no terminal to write on */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != *parent) {
        _exit(1); /* the parent died before that took hold */
    }
    for (int number = 1; number < NSIG; number++) {
        (void)signal(number, SIG_DFL);
    }
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Waits at most ms for the child to end, and does not reap it. */
static bool has_ended(pid_t child, unsigned ms) {
    const struct timespec a_moment = {0, 2L * 1000 * 1000};

    for (unsigned waited = 0;; waited += 2) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) < 0 ||
            info.si_pid == child) {
            return true;
        }
        if (waited >= ms) {
            return false;
        }
        (void)nanosleep(&a_moment, NULL);
    }
}

/* Sees the child off: by itself, else by SIGTERM, else by SIGKILL, with whatever it started. */
static void end_child(struct jb_prompt_dialog *dialog) {
    pid_t child = dialog->child;

    if (child == 0) {
        return;
    }
    if (is_closed(dialog) || !has_ended(child, GRACE_MS)) {
        (void)kill(child, SIGTERM);
        (void)kill(-child, SIGTERM);
        if (!has_ended(child, TERMINATE_MS)) {
            (void)kill(child, SIGKILL);
        }
    }
    (void)kill(-child, SIGKILL); /* not reaped yet, so the number is still ours */
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
    }
    dialog->child = 0;
}

static enum jb_error run(struct jb_prompt_dialog *dialog, const struct jb_prompt_request *request,
                         struct jb_secret *secret) {
    struct jb_prompt_words words;
    char *program = jb_prompt_program(request->program);
    const char *arguments[] = {"pinentry", NULL};
    assuan_context_t context = NULL;
    pid_t parent = getpid();
    enum jb_error result = JB_ERR_PROMPT_UNAVAILABLE;

    if (program == NULL) {
        goto out;
    }
    if (!jb_prompt_words_make(request, &words)) {
        result = JB_ERR_INTERNAL;
        goto out;
    }
    context = new_context(dialog);
    if (context == NULL) {
        result = JB_ERR_OUT_OF_MEMORY;
        goto out;
    }
    if (is_closed(dialog) ||
        assuan_pipe_connect(context, program, arguments, NULL, prepare_child, &parent, 0) != 0) {
        goto out;
    }
    result = converse(context, request, &words, secret);

out:
    if (context != NULL) {
        assuan_release(context);
    }
    end_child(dialog);
    free(program);
    return is_closed(dialog) ? JB_ERR_USER_CANCELLED : result;
}

enum jb_error jb_prompt_dialog_run(struct jb_prompt_dialog *dialog,
                                   const struct jb_prompt_request *request,
                                   struct jb_secret *secret) {
    const struct timespec now = {0, 0};
    sigset_t all;
    sigset_t before;
    sigset_t pipe;
    enum jb_error result;

    /* A pinentry that is gone must cost a write, not the process; other signals belong to other
     * threads. */
    (void)sigfillset(&all);
    (void)sigemptyset(&pipe);
    (void)sigaddset(&pipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    result = run(dialog, request, secret);
    while (sigismember(&before, SIGPIPE) == 0 && sigtimedwait(&pipe, NULL, &now) > 0) {
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (result != JB_OK) {
        OPENSSL_cleanse(secret, sizeof(*secret));
    }
    return result;
}
