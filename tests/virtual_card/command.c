/* SPDX-License-Identifier: MIT */
/* What the control socket can be told. */
#include "session.h"

#include "control.h"
#include "options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MAX 4

static void say(char *answer, const char *text) {
    (void)snprintf(answer, VC_CONTROL_LINE_MAX, "%s", text);
}

/* Inside the data directory (so that `swap other` finds the other card), or else as it is. */
static bool swap(struct vc_session *session, const char *data, const char *kind_name) {
    enum vc_kind kind = VC_KIND_MYNUMBER;
    char path[4096];
    bool inserted = session->inserted;
    size_t before = session->current;

    if (kind_name != NULL && !vc_kind_by_name(kind_name, &kind)) {
        return false;
    }
    if (*data != '/' &&
        snprintf(path, sizeof path, "%s/%s", session->options.data, data) < (int)sizeof path &&
        access(path, F_OK) == 0) {
        data = path;
    }
    if (!vc_session_choose(session, data, kind)) {
        return false;
    }
    if (session->current != before) {
        vc_session_remove(session);
        if (inserted) {
            vc_session_insert(session);
        }
    }
    return true;
}

static void tries(struct vc_session *session, const char *name, const char *value, char *answer) {
    struct vc_pins *pins = vc_card_pins(session->seen[session->current].card);
    enum vc_pin pin = name == NULL ? VC_PIN_NONE : vc_pin_by_name(name);
    long number;

    if (name == NULL) {
        (void)snprintf(answer, VC_CONTROL_LINE_MAX, "auth %d sign %d profile %d",
                       vc_pins_tries(pins, VC_PIN_AUTH), vc_pins_tries(pins, VC_PIN_SIGN),
                       vc_pins_tries(pins, VC_PIN_PROFILE));
    } else if (pin == VC_PIN_NONE) {
        say(answer, "error: auth, sign or profile");
    } else if (value == NULL) {
        (void)snprintf(answer, VC_CONTROL_LINE_MAX, "%d", vc_pins_tries(pins, pin));
    } else {
        say(answer, vc_number(value, 0, 5, &number) && vc_pins_set_tries(pins, pin, (int)number)
                        ? "ok"
                        : "error: that PIN has not so many tries");
    }
}

/* As at the municipal counter. */
static void set_pin(struct vc_session *session, const char *name, const char *value, char *answer) {
    struct vc_pins *pins = vc_card_pins(session->seen[session->current].card);
    enum vc_pin pin = name == NULL ? VC_PIN_NONE : vc_pin_by_name(name);

    say(answer, pin != VC_PIN_NONE && value != NULL &&
                        vc_pins_change(pins, pin, (const uint8_t *)value, strlen(value))
                    ? "ok"
                    : "error: no such PIN, or not of its form");
}

/* Settings with a number: faults and delays. */
static bool set_number(struct vc_session *session, const char *name, const char *value) {
    enum vc_fault fault = vc_fault_by_name(name);
    long number;

    if (value == NULL || !vc_number(value, 0, 1000000000, &number)) {
        return false;
    }
    if (fault != VC_FAULT_NONE) {
        session->options.faults.at[fault] = (unsigned long)number;
    } else if (strcmp(name, "delay-apdu") == 0) {
        session->options.delay_apdu_ms = number;
    } else if (strcmp(name, "delay-byte") == 0) {
        session->options.delay_byte_us = number;
    } else if (strcmp(name, "reinsert-after") == 0) {
        session->options.reinsert_after_ms = number;
    } else {
        return false;
    }
    return true;
}

static void run(struct vc_session *session, char *const words[WORDS_MAX], char *answer) {
    const char *name = words[0];

    say(answer, "ok");
    if (strcmp(name, "remove") == 0) {
        vc_session_remove(session);
    } else if (strcmp(name, "insert") == 0) {
        vc_session_insert(session);
    } else if (strcmp(name, "swap") == 0) {
        if (words[1] == NULL || !swap(session, words[1], words[2])) {
            say(answer, "error: no such card");
        }
    } else if (strcmp(name, "tries") == 0) {
        tries(session, words[1], words[2], answer);
    } else if (strcmp(name, "set-pin") == 0) {
        set_pin(session, words[1], words[2], answer);
    } else if (strcmp(name, "count") == 0) {
        (void)snprintf(answer, VC_CONTROL_LINE_MAX, "%lu", session->options.faults.count);
    } else if (strcmp(name, "reset-count") == 0) {
        session->options.faults.count = 0;
    } else if (strcmp(name, "garbage-kind") == 0) {
        if (words[1] == NULL || !vc_garbage_by_name(words[1], &session->options.faults.garbage)) {
            say(answer, "error: no such kind of garbage");
        }
    } else if (strcmp(name, "state") == 0) {
        say(answer, vc_session_settled(session) ? "in" : session->inserted ? "waiting" : "out");
    } else if (strcmp(name, "quit") == 0) {
        session->quit = true;
    } else if (!set_number(session, name, words[1])) {
        say(answer, "error: no such command");
    }
}

void vc_session_command(void *context, char *line, char *answer) {
    char *words[WORDS_MAX] = {NULL};
    char *rest = NULL;
    size_t count = 0;

    for (char *word = strtok_r(line, " \t\r", &rest); word != NULL;
         word = strtok_r(NULL, " \t\r", &rest)) {
        if (count == WORDS_MAX) {
            say(answer, "error: too many words");
            return;
        }
        words[count++] = word;
    }
    if (count == 0) {
        say(answer, "error: no command");
        return;
    }
    run(context, words, answer);
}
