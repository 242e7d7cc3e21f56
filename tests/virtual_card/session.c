/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "control.h"
#include "log.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define RETRY_US 20000
#define CONNECT_TIMEOUT_US 300000

int64_t vc_now(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static struct vc_card *current(struct vc_session *session) {
    return session->seen[session->current].card;
}

/* How many times the daemon has noticed a card coming or going since ours set out for the reader.
 */
static uint16_t noticed(const struct vc_session *session) {
    return (uint16_t)(session->view.counter - session->before.counter);
}

/* The daemon has powered the card and counted it: nothing more is to come of its insertion. */
bool vc_session_settled(const struct vc_session *session) {
    if (session->options.unwatched) {
        return session->vpcd.open && session->powered;
    }
    return session->vpcd.open && session->taken && session->view.known && session->view.present &&
           session->view.service == session->before.service && noticed(session) == 1;
}

/* For the daemon's own thread no card is there: it has counted as many going as coming. "Absent"
   and "present" may be the word of a client's reset only, and then that thread knows nothing of it.
   A card that it took is counted twice before that. */
static bool is_free(const struct vc_session *session) {
    if (session->options.unwatched) {
        return true;
    }
    return session->view.known && session->view.counter % 2 == 0 &&
           (!session->owed || session->view.service != session->before.service ||
            noticed(session) >= 2);
}

/* No reader, no power: nothing verified, nothing under way. */
static void disconnect(struct vc_session *session) {
    if (session->vpcd.open) {
        session->owed = session->taken;
        vc_log_event(session->log, "# out of the reader");
    }
    vc_vpcd_close(&session->vpcd);
    session->answering = false;
    session->taken = false;
    session->powered = false;
    session->leaving = false;
    session->connect_at = vc_now() + RETRY_US;
    vc_card_power_off(current(session));
}

/* A card that the daemon is about to take stays until it has: what is gone within one look of the
   daemon's may be taken for there, and the card after it for the same. */
void vc_session_remove(struct vc_session *session) {
    session->inserted = false;
    session->insert_at = INT64_MAX;
    if (session->vpcd.open && !session->taken && !session->options.unwatched) {
        session->leaving = true;
    } else {
        disconnect(session);
    }
}

void vc_session_insert(struct vc_session *session) {
    session->insert_at = INT64_MAX;
    if (!session->inserted) {
        session->inserted = true;
        session->connect_at = vc_now();
    }
}

bool vc_session_choose(struct vc_session *session, const char *data, enum vc_kind kind) {
    struct vc_traits traits = session->options.traits;
    struct vc_seen *seen = &session->seen[session->seen_count];
    const int all_tries[VC_PIN_COUNT] = {-1, -1, -1};
    bool first = session->seen_count == 0;
    struct vc_pins *pins;
    char real[PATH_MAX];

    if (realpath(data, real) == NULL) {
        perror(data);
        return false;
    }
    if (!first) {
        vc_card_power_off(current(session));
    }
    for (size_t i = 0; i < session->seen_count; i++) {
        if (session->seen[i].kind == kind && strcmp(session->seen[i].data, real) == 0) {
            session->current = i;
            return true;
        }
    }
    if (session->seen_count == VC_CARDS_MAX) {
        return false;
    }
    pins = vc_pins_new(session->options.pins, first ? session->options.tries : all_tries,
                       first ? session->options.state : NULL);
    if (pins == NULL) {
        return false;
    }
    traits.kind = kind;
    *seen = (struct vc_seen){strdup(real), kind, vc_card_new(real, &traits, pins)};
    if (seen->data == NULL || seen->card == NULL) {
        free(seen->data);
        if (seen->card == NULL) {
            vc_pins_free(pins);
        }
        vc_card_free(seen->card);
        return false;
    }
    session->current = session->seen_count++;
    return true;
}

/* --- messages from the reader ---------------------------------------------------------------- */

static void send_atr(struct vc_session *session) {
    /* FeliCa's, as a transit card shows it. */
    static const uint8_t other[] = {0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00,
                                    0x03, 0x06, 0x11, 0x00, 0x3B, 0x00, 0x00, 0x00, 0x00, 0x42};
    bool fine = session->seen[session->current].kind == VC_KIND_OTHER
                    ? vc_vpcd_send(&session->vpcd, other, sizeof other)
                    : vc_vpcd_send(&session->vpcd, session->options.atr, session->options.atr_size);

    if (!fine) {
        disconnect(session);
    }
}

/* Power from a client with a connection to the card before, which the daemon's own thread has not
   yet seen gone or come: it would count this card only later, in the middle of what is done with
   it, or never. A reset is a client's; power is so where one has made the reader's card present. */
static bool comes_too_early(const struct vc_session *session, uint8_t control) {
    return !session->taken && !session->options.unwatched &&
           (control == VC_VPCD_RESET || (control == VC_VPCD_ON && session->before.present));
}

static void on_control(struct vc_session *session, uint8_t control) {
    if (comes_too_early(session, control)) {
        vc_log_event(session->log, "# too early");
        disconnect(session);
        return;
    }
    switch (control) {
    case VC_VPCD_ATR:
        send_atr(session);
        return;
    case VC_VPCD_OFF:
        session->powered = false;
        vc_log_event(session->log, "power-off");
        vc_card_power_off(current(session));
        break;
    case VC_VPCD_ON:
        session->powered = true;
        vc_log_event(session->log, "power-on");
        break;
    case VC_VPCD_RESET:
        session->powered = true;
        vc_log_event(session->log, "reset");
        break;
    default:
        return;
    }
    session->taken = session->taken || session->powered;
    vc_card_reset(current(session));
}

static void on_fault_removal(struct vc_session *session) {
    vc_session_remove(session);
    if (session->options.reinsert_after_ms >= 0) {
        session->insert_at = vc_now() + session->options.reinsert_after_ms * 1000;
    }
}

static void on_command(struct vc_session *session, const uint8_t *bytes, size_t size) {
    const struct vc_options *options = &session->options;
    enum vc_fault fault;
    char event[64];

    if (!session->powered) {
        /* No card answers without power. */
        vc_log_event(session->log, "# not powered");
        disconnect(session);
        return;
    }
    fault = vc_faults_next(&session->options.faults);
    vc_log_command(session->log, bytes, size);
    if (fault != VC_FAULT_NONE) {
        (void)snprintf(event, sizeof event, "# %s %lu", vc_fault_name(fault),
                       options->faults.count);
        vc_log_event(session->log, event);
    }
    session->answering = true;
    session->answer_at = INT64_MAX;
    switch (fault) {
    case VC_FAULT_REMOVE:
        on_fault_removal(session);
        return;
    case VC_FAULT_REMOVE_AFTER:
        vc_card_answer(current(session), bytes, size, &session->answer);
        on_fault_removal(session);
        return;
    case VC_FAULT_SILENT:
        return;
    case VC_FAULT_GARBAGE:
        vc_faults_garbage(&session->options.faults, &session->answer);
        break;
    default:
        vc_card_answer(current(session), bytes, size, &session->answer);
    }
    session->answer_at = vc_now() + options->delay_apdu_ms * 1000 +
                         options->delay_byte_us * (int64_t)(size + session->answer.size);
}

static void give_answer(struct vc_session *session) {
    session->answering = false;
    vc_log_answer(session->log, session->answer.bytes, session->answer.size);
    /* vpcd waits for ever on an empty message, and makes an empty answer of a lost connection. */
    if (session->answer.size == 0 ||
        !vc_vpcd_send(&session->vpcd, session->answer.bytes, session->answer.size)) {
        disconnect(session);
    }
}

static void take_messages(struct vc_session *session) {
    static uint8_t message[VC_MESSAGE_MAX];
    size_t size;

    while (session->vpcd.open && !session->answering &&
           vc_vpcd_next(&session->vpcd, message, &size)) {
        if (size == 1) {
            on_control(session, message[0]);
        } else if (size > 1) {
            on_command(session, message, size);
        }
        if (session->answering && session->answer_at <= vc_now()) {
            give_answer(session);
        }
    }
}

/* --- the loop -------------------------------------------------------------------------------- */

static void on_reader(struct vc_session *session, short events) {
    if (events == 0 || session->vpcd.fd < 0) {
        return;
    }
    if (!session->vpcd.open) {
        if (vc_vpcd_connected(&session->vpcd)) {
            vc_log_event(session->log, "# in the reader");
        } else {
            disconnect(session);
        }
        return;
    }
    if (!vc_vpcd_receive(&session->vpcd)) {
        disconnect(session);
    }
}

/* What PC/SC says of the reader now: one change at a time, after what the reader itself said. */
static void on_view(struct vc_session *session, short events) {
    struct vc_view view;

    if (events != 0 && read(session->watch, &view, sizeof view) == (ssize_t)sizeof view) {
        session->view = view;
    }
    if (session->leaving && vc_session_settled(session)) {
        disconnect(session);
    }
}

static bool may_connect(const struct vc_session *session) {
    return session->inserted && !session->vpcd.open && is_free(session);
}

/* What is due by the clock; returns when to look again. */
static int64_t on_time(struct vc_session *session) {
    int64_t now = vc_now();
    int64_t next = INT64_MAX;

    if (session->insert_at <= now) {
        vc_session_insert(session);
    }
    if (may_connect(session) && session->connect_at <= now) {
        session->before = session->view;
        session->owed = false;
        /* One that hangs is begun again: the reader's queue may hold a card that is gone. */
        session->connect_at =
            now + (vc_vpcd_connect(&session->vpcd) ? CONNECT_TIMEOUT_US : RETRY_US);
    }
    if (session->answering && session->answer_at <= now) {
        give_answer(session);
    }
    take_messages(session);
    if (session->insert_at < next) {
        next = session->insert_at;
    }
    if (may_connect(session) && session->connect_at < next) {
        next = session->connect_at;
    }
    if (session->answering && session->answer_at < next) {
        next = session->answer_at;
    }
    return next;
}

static int wait_for_events(struct vc_session *session, struct pollfd *fds, size_t count,
                           int64_t next, const sigset_t *while_waiting) {
    struct timespec timeout = {0, 0};
    int64_t left = next == INT64_MAX ? 0 : next - vc_now();

    if (left > 0) {
        timeout = (struct timespec){left / 1000000, left % 1000000 * 1000};
    }
    fds[count].fd = session->vpcd.fd;
    fds[count].events = session->vpcd.open ? POLLIN : POLLOUT;
    fds[count].revents = 0;
    fds[count + 1] = (struct pollfd){.fd = session->watch, .events = POLLIN};
    return ppoll(fds, count + 2, next == INT64_MAX ? NULL : &timeout, while_waiting);
}

static int loop(struct vc_session *session, const volatile sig_atomic_t *stop) {
    struct pollfd fds[VC_CONTROL_FDS_MAX + 2];
    sigset_t blocked;
    sigset_t before;
    size_t count;
    int64_t next;

    /* Signals come in while waiting only, so none is missed between looking and waiting. */
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGTERM);
    (void)sigaddset(&blocked, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &blocked, &before);
    while (!*stop && !session->quit) {
        next = on_time(session);
        count = vc_control_wait(session->control, fds);
        if (wait_for_events(session, fds, count, next, &before) < 0) {
            if (errno != EINTR) {
                perror("poll");
                return 1;
            }
            continue;
        }
        on_reader(session, fds[count].revents);
        on_view(session, fds[count + 1].revents);
        vc_control_serve(session->control, fds, count, vc_session_command, session);
    }
    return 0;
}

int vc_session_run(const struct vc_options *options, const volatile sig_atomic_t *stop) {
    struct vc_session *session = calloc(1, sizeof *session);
    int status = 1;

    if (session == NULL) {
        return 1;
    }
    session->options = *options;
    session->insert_at = INT64_MAX;
    session->inserted = !options->removed;
    vc_vpcd_init(&session->vpcd, options->port);
    if (!vc_session_choose(session, options->data, options->traits.kind)) {
        goto out;
    }
    if (options->log != NULL && (session->log = fopen(options->log, "ae")) == NULL) {
        perror(options->log);
        goto out;
    }
    if (options->control != NULL &&
        (session->control = vc_control_open(options->control)) == NULL) {
        goto out;
    }
    session->watch = -1;
    if (!options->unwatched && (session->watch = vc_watch_start(options->port)) < 0) {
        perror("watch");
        goto out;
    }
    status = loop(session, stop);
out:
    vc_vpcd_close(&session->vpcd);
    vc_control_close(session->control);
    if (session->log != NULL) {
        (void)fclose(session->log);
    }
    for (size_t i = 0; i < session->seen_count; i++) {
        free(session->seen[i].data);
        vc_card_free(session->seen[i].card);
    }
    free(session);
    return status;
}
