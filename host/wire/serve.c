/* SPDX-License-Identifier: MIT */
/*
 * Threads: this one reads requests, and so notices at once that the browser closed the port; a
 * second works with the card; while it asks a person, a third holds the prompt. Whoever has an
 * answer writes it, one at a time.
 */
#include "jpki_bridge/serve.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/cli.h"
#include "jpki_bridge/command.h"
#include "jpki_bridge/frame.h"
#include "jpki_bridge/json.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/reply.h"

#define WATCH_MS 100 /* how often a running job is looked after */
#define GRACE_MS 700 /* what a job is given to end by itself once the port is closed */
#define PAUSE_MS 5
#define STATUS_MS 5000
#define WAIT_FOREVER (-1)

struct server {
    int in, out;
    bool confirm_caller;
    bool closing; /* quit was answered, or nobody takes the answers */
    struct jb_transport *transport;
    pthread_mutex_t mutex; /* of out and of what follows */
    pthread_t thread;
    bool running;  /* there is a thread to join */
    bool finished; /* its job is over: answered by itself, or by the watch and now come back */
    bool answered; /* the job's request has its answer */
    struct jb_op *op;
    struct jb_request request;
};

/* An answer that cannot be given ends the port: whoever waits for it would do so for ever. */
static void sent(struct server *server, bool whole) {
    server->closing = server->closing || !whole;
}

static void answer(struct server *server, enum jb_error error, cJSON *result, int tries_left) {
    if (server->answered) {
        cJSON_Delete(result);
        return;
    }
    server->answered = true;
    jb_command_log(&server->request,
                   error); /* first, so that nothing is given that is not logged */
    if (error == JB_OK) {
        sent(server, jb_reply_result(server->out, &server->request, result));
    } else {
        const struct jb_failure more = {tries_left, jb_op_signed(server->op), NULL};
        sent(server, jb_reply_failure(server->out, &server->request, error, &more));
    }
}

static void on_event(void *context, const struct jb_event *event) {
    struct server *server = context;

    (void)pthread_mutex_lock(&server->mutex);
    if (server->request.events && !server->answered) {
        sent(server, jb_reply_event(server->out, &server->request, event));
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

static void *work(void *argument) {
    struct server *server = argument;
    const struct jb_context context = {
        .transport = server->transport,
        .op = server->op,
        .request = &server->request,
        .confirm_caller = server->confirm_caller,
        .doctor = jb_cli_doctor_report,
    };
    cJSON *result = NULL;
    int tries_left = -1;
    enum jb_error error = jb_command_run(&context, &result, &tries_left);

    (void)pthread_mutex_lock(&server->mutex);
    /* Before the answer is out, so that a client that answers it at once is not told that this one
     * is still running. */
    server->finished = true;
    answer(server, error, result, tries_left);
    (void)pthread_mutex_unlock(&server->mutex);
    return NULL;
}

/* Takes a job that is over down; true when none is left. */
static bool reap(struct server *server) {
    (void)pthread_mutex_lock(&server->mutex);
    bool finished = server->finished;
    (void)pthread_mutex_unlock(&server->mutex);
    if (server->running && finished) {
        (void)pthread_join(server->thread, NULL);
        server->running = false;
        jb_op_free(&server->op);
        jb_request_clear(&server->request);
    }
    return !server->running;
}

static void fail_request(struct server *server, const struct jb_request *request,
                         enum jb_error error, const char *problem) {
    const struct jb_failure more = {-1, -1, problem};

    (void)pthread_mutex_lock(&server->mutex);
    sent(server, jb_reply_failure(server->out, request, error, &more));
    (void)pthread_mutex_unlock(&server->mutex);
}

/* A whole request that is not begun. */
static void refuse(struct server *server, const struct jb_request *request, enum jb_error error) {
    jb_command_log(request, error);
    fail_request(server, request, error, NULL);
}

/* Hands the request to a card thread; takes it over. */
static void start_job(struct server *server, struct jb_request *request) {
    enum jb_error error = JB_ERR_OUT_OF_MEMORY;
    unsigned timeout = jb_command_has(request, JB_FLAG_BRIEF) ? STATUS_MS : request->timeout_ms;

    if (server->transport == NULL) {
        server->transport = jb_transport_pcsc();
    }
    server->request = *request;
    memset(request, 0, sizeof *request);
    server->finished = server->answered = false;
    server->op = jb_op_new(timeout, on_event, server);
    if (server->transport != NULL && server->op != NULL) {
        server->running = pthread_create(&server->thread, NULL, work, server) == 0;
        error = server->running ? JB_OK : JB_ERR_OUT_OF_MEMORY;
    }
    if (error != JB_OK) {
        refuse(server, &server->request, error);
        jb_op_free(&server->op);
        jb_request_clear(&server->request);
    }
}

/* A status while another request works with the card: what can be seen without touching it. */
static void glance(struct server *server, const struct jb_request *request) {
    cJSON *result = NULL;
    enum jb_error error = jb_command_glance(server->transport, &result);

    if (error != JB_OK) {
        fail_request(server, request, error, NULL);
    } else {
        (void)pthread_mutex_lock(&server->mutex);
        sent(server, jb_reply_result(server->out, request, result));
        (void)pthread_mutex_unlock(&server->mutex);
    }
}

static void quit(struct server *server, const struct jb_request *request) {
    (void)pthread_mutex_lock(&server->mutex);
    (void)jb_reply_result(server->out, request, cJSON_CreateObject());
    server->closing = true;
    (void)pthread_mutex_unlock(&server->mutex);
}

/* A running status or the like is over in a moment; requests after it wait for that rather than be
 * refused, as long as somebody is there to be answered. */
static void wait_for_brief(struct server *server) {
    uint64_t until = jb_clock_ms() + STATUS_MS + GRACE_MS;

    while (!reap(server) && jb_command_has(&server->request, JB_FLAG_BRIEF) &&
           jb_clock_ms() < until && !jb_platform_input_closed(server->in)) {
        jb_pause(PAUSE_MS);
    }
}

static void handle_message(struct server *server, const char *text, size_t len) {
    struct jb_request request;
    const char *problem = NULL;
    enum jb_error error = jb_request_parse(text, len, &request, &problem);

    if (error != JB_OK) {
        fail_request(server, &request, error, problem);
    } else if (server->confirm_caller && !jb_command_has(&request, JB_FLAG_WEB_EID)) {
        fail_request(server, &request, JB_ERR_COMMAND_UNKNOWN, "command");
    } else if (request.command == JB_COMMAND_QUIT) {
        quit(server, &request);
    } else {
        wait_for_brief(server);
        if (!server->running) {
            start_job(server, &request);
        } else if (request.command == JB_COMMAND_STATUS) {
            glance(server, &request);
        } else {
            refuse(server, &request, JB_ERR_OPERATION_PENDING);
        }
    }
    jb_request_clear(&request);
}

/* Answers for a job whose call into PC/SC does not come back, and calls it off for when it does. */
static void watch(struct server *server) {
    enum jb_error stuck = JB_OK;
    int tries_left = -1;

    if (reap(server)) {
        return;
    }
    stuck = jb_op_stuck(server->op, &tries_left);
    if (stuck != JB_OK) {
        jb_op_cancel(server->op, stuck);
        (void)pthread_mutex_lock(&server->mutex);
        answer(server, stuck, NULL, tries_left);
        (void)pthread_mutex_unlock(&server->mutex);
    }
}

/* Reads what there is; false when there will be no more. */
static bool read_input(struct server *server, struct jb_frame *frame) {
    const struct jb_request unknown = {.lang = jb_lang_system()};

    switch (jb_frame_read(frame, server->in)) {
    case JB_FRAME_PARTIAL:
        return true;
    case JB_FRAME_WHOLE:
        handle_message(server, frame->text, frame->len);
        jb_frame_clear(frame);
        return true;
    case JB_FRAME_TOO_LARGE:
        fail_request(server, &unknown, JB_ERR_REQUEST_MALFORMED, "length");
        return false;
    case JB_FRAME_END:
    case JB_FRAME_BROKEN:
        break;
    }
    return false;
}

/* The process ends before its job does. */
static void log_cut_off(struct server *server) {
    (void)pthread_mutex_lock(&server->mutex);
    if (!server->answered) {
        jb_command_log(&server->request, JB_ERR_USER_CANCELLED);
    }
    (void)pthread_mutex_unlock(&server->mutex);
}

/* The port is closed: whatever runs is called off, given a moment, and otherwise ends with the
 * process, for which PC/SC resets a card in a transaction. */
static void close_down(struct server *server) {
    uint64_t until = jb_clock_ms() + GRACE_MS;

    if (server->running && !jb_command_has(&server->request, JB_FLAG_BRIEF)) {
        jb_op_cancel(server->op, JB_ERR_USER_CANCELLED);
    }
    while (!reap(server)) {
        if (jb_clock_ms() >= until) {
            log_cut_off(server);
            jb_platform_exit_now(EXIT_SUCCESS);
        }
        jb_pause(PAUSE_MS);
    }
    if (server->transport != NULL) {
        server->transport->free(server->transport);
    }
}

int jb_serve(enum jb_caller caller) {
    struct server server = {.confirm_caller = caller == JB_CALLER_WEB_EID,
                            .mutex = PTHREAD_MUTEX_INITIALIZER};
    struct jb_frame frame = {0};

    jb_json_wipe_memory();
    if (!jb_platform_take_stdio(&server.in, &server.out) || !jb_reply_hello(server.out)) {
        return EXIT_FAILURE;
    }
    for (bool open = true; open;) {
        if (jb_platform_wait_input(server.in, server.running ? WATCH_MS : WAIT_FOREVER)) {
            open = read_input(&server, &frame);
        }
        watch(&server);
        (void)pthread_mutex_lock(&server.mutex);
        open = open && !server.closing;
        (void)pthread_mutex_unlock(&server.mutex);
    }
    jb_frame_clear(&frame);
    close_down(&server);
    return EXIT_SUCCESS;
}
