/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/card.h"

#include <string.h>

#include "card_private.h"
#include "jpki_private.h"

enum {
    WAIT_MS = 200,          /* so that a cancel is noticed within a quarter second */
    REST_MS = 50,           /* between two looks, when a wait returns at once */
    BUSY_OFTEN_MS = 2000,   /* a held card is tried often for so long, */
    BUSY_LIMIT_MS = 5000,   /* and given up after so long, */
    BUSY_PATIENT_MS = 8000, /* or so long when another reader is free for a card to come */
    BUSY_QUIET_MS = 1000,   /* a card that is held for a moment is not worth telling */
    RETRY_SLOW_MS = 1000,
    SERVICE_RETRY_MS = 250, /* the service may be started by the system at the next call */
    MUTE_ATTEMPTS = 3
};

enum verdict {
    NOT_PROBED,
    FOUND,
    OTHER,   /* a card without the JPKI AP */
    MUTE,    /* a card that does not answer */
    BUSY,    /* held by another program */
    PASSING, /* came or went while we looked */
    GARBAGE, /* answered what is no answer */
    DENIED   /* this session may not use what lies on that reader */
};

/* What was seen on a reader. It stands until the reader counts another card coming or going, so
 * that no card of another program is disturbed twice. */
struct seen {
    struct jb_reader reader;
    enum verdict verdict;
    uint64_t since; /* of the verdict, in jb_clock_ms */
    uint64_t again; /* when to look again */
    unsigned attempts;
};

struct search {
    struct jb_transport *transport;
    struct jb_op *op;
    const char *first; /* the reader that is looked at before the others, or null */
    struct seen seen[JB_READERS_MAX];
    size_t count;
    bool service_lost;
};

static enum verdict verdict_of(enum jb_io io) {
    switch (io) {
    case JB_IO_BUSY:
        return BUSY;
    case JB_IO_DENIED:
        return DENIED;
    case JB_IO_NO_READER:
    case JB_IO_REMOVED:
    case JB_IO_RESET:
    case JB_IO_NO_SERVICE:
        return PASSING;
    default:
        return MUTE;
    }
}

/* Selects the JPKI AP on the card of a reader. *out is the card when it was FOUND. */
static enum jb_error probe(struct jb_transport *transport, struct jb_op *op,
                           const struct jb_reader *reader, enum verdict *verdict,
                           struct jb_card **out) {
    struct jb_card *card = NULL;
    enum jb_io io = JB_IO_OK;

    *out = NULL;
    if (reader->exclusive || reader->mute) {
        *verdict = reader->exclusive ? BUSY : MUTE;
        return JB_OK;
    }
    enum jb_error error = jb_card_open(transport, op, reader, &card, &io);
    if (error != JB_OK) {
        return error;
    }
    if (card == NULL) {
        *verdict = verdict_of(io);
        return JB_OK;
    }
    error = jb_application_select(card, JB_APPLICATION_JPKI);
    switch (error) {
    case JB_OK:
        *verdict = FOUND;
        *out = card;
        return JB_OK;
    case JB_ERR_NOT_A_MYNUMBER_CARD:
        *verdict = OTHER;
        break;
    case JB_ERR_CARD_ERROR:
        *verdict = GARBAGE;
        break;
    case JB_ERR_CARD_UNRESPONSIVE:
        *verdict = MUTE;
        break;
    case JB_ERR_PCSC_DENIED:
        *verdict = DENIED;
        break;
    case JB_ERR_CARD_BUSY:
        *verdict = BUSY;
        break;
    case JB_ERR_CARD_REMOVED:
    case JB_ERR_READER_ABSENT:
    case JB_ERR_PCSC_UNAVAILABLE:
        *verdict = PASSING;
        break;
    default:
        break;
    }
    jb_card_free(&card);
    return jb_op_check(op);
}

/* Carries what was seen over to the readers that are there now. */
static enum jb_io look(struct search *search) {
    struct jb_reader readers[JB_READERS_MAX];
    struct seen before[JB_READERS_MAX];
    size_t count = 0, before_count = search->count;

    enum jb_io io = search->transport->list(search->transport, readers, &count);
    if (io != JB_IO_OK) {
        return io;
    }
    memcpy(before, search->seen, sizeof before);
    memset(search->seen, 0, sizeof search->seen);
    search->count = count;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < before_count; j++) {
            if (strcmp(before[j].reader.name, readers[i].name) == 0 &&
                before[j].reader.events == readers[i].events &&
                before[j].reader.mute == readers[i].mute &&
                before[j].reader.card_present == readers[i].card_present) {
                search->seen[i] = before[j];
            }
        }
        search->seen[i].reader = readers[i];
    }
    return JB_IO_OK;
}

static void judge(struct seen *seen, enum verdict verdict) {
    uint64_t now = jb_clock_ms();

    if (seen->verdict != verdict) {
        seen->since = now;
        seen->attempts = 0;
    }
    seen->verdict = verdict;
    seen->attempts++;
    switch (verdict) {
    case BUSY:
        seen->again = now + (now - seen->since < BUSY_OFTEN_MS ? WAIT_MS : RETRY_SLOW_MS);
        break;
    case MUTE:
        seen->again = seen->attempts < MUTE_ATTEMPTS ? now + RETRY_SLOW_MS : UINT64_MAX;
        break;
    case PASSING:
        seen->again = now + WAIT_MS;
        break;
    default:
        seen->again = UINT64_MAX;
        break;
    }
}

/* In which turn a reader is looked at: the one asked for, then those whose card nobody uses, since
 * a connect to a used one may have to wait. */
static int turn_of(const struct search *search, const struct jb_reader *reader) {
    if (search->first != NULL && strcmp(reader->name, search->first) == 0) {
        return 0;
    }
    return reader->in_use ? 2 : 1;
}

/* Probes what is due, in turn. */
static enum jb_error probe_all(struct search *search, struct jb_card **out) {
    enum jb_error error = JB_OK;

    for (int turn = 0; turn <= 2; turn++) {
        for (size_t i = 0; i < search->count; i++) {
            struct seen *seen = &search->seen[i];
            enum verdict verdict = PASSING;

            if (!seen->reader.card_present || turn_of(search, &seen->reader) != turn ||
                (seen->verdict != NOT_PROBED && jb_clock_ms() < seen->again)) {
                continue;
            }
            error = probe(search->transport, search->op, &seen->reader, &verdict, out);
            if (error != JB_OK || *out != NULL) {
                return error;
            }
            judge(seen, verdict);
        }
    }
    return JB_OK;
}

static bool any(const struct search *search, enum verdict verdict) {
    for (size_t i = 0; i < search->count; i++) {
        if (search->seen[i].reader.card_present && search->seen[i].verdict == verdict) {
            return true;
        }
    }
    return false;
}

/* For how long a card has been held by another program, or 0. */
static uint64_t busy_for(const struct search *search) {
    uint64_t now = jb_clock_ms(), longest = 0;

    for (size_t i = 0; i < search->count; i++) {
        if (search->seen[i].verdict == BUSY && now - search->seen[i].since > longest) {
            longest = now - search->seen[i].since;
        }
    }
    return longest;
}

static bool any_free(const struct search *search) {
    for (size_t i = 0; i < search->count; i++) {
        if (!search->seen[i].reader.card_present) {
            return true;
        }
    }
    return false;
}

/* Whether another card may yet come: a reader is free, or what lies there may still answer. */
static bool hopeful(const struct search *search) {
    return any_free(search) || any(search, BUSY) || any(search, PASSING);
}

/* Tells what is waited for; a card that is held or moved at this moment may yet be the right one.
 */
static void tell(const struct search *search) {
    struct jb_event event = {.kind = JB_EVENT_WAITING_FOR_CARD, .tries_left = -1};

    if (search->count == 0) {
        event.kind = JB_EVENT_WAITING_FOR_READER;
    } else if (any(search, OTHER)) {
        event.found = "other-card";
    } else if (any(search, MUTE) || any(search, GARBAGE) || busy_for(search) >= BUSY_QUIET_MS) {
        event.found = "unknown";
    } else if (any(search, BUSY) || any(search, PASSING)) {
        return;
    }
    jb_op_tell(search->op, &event);
}

/* What a search that ran out of time was waiting for. */
static enum jb_error missing(const struct search *search, enum jb_error why) {
    if (why != JB_ERR_TIMEOUT) {
        return why;
    }
    if (search->service_lost) {
        return JB_ERR_PCSC_UNAVAILABLE;
    }
    if (search->count == 0) {
        return JB_ERR_READER_ABSENT;
    }
    if (any(search, DENIED)) {
        return JB_ERR_PCSC_DENIED;
    }
    if (any(search, BUSY)) {
        return JB_ERR_CARD_BUSY;
    }
    if (any(search, OTHER)) {
        return JB_ERR_NOT_A_MYNUMBER_CARD;
    }
    if (any(search, GARBAGE)) {
        return JB_ERR_CARD_ERROR;
    }
    return any(search, MUTE) ? JB_ERR_CARD_UNRESPONSIVE : JB_ERR_CARD_ABSENT;
}

/* Waits for a reader or a card to come or go, never long and never not at all. */
static enum jb_error wait_for_change(struct search *search) {
    struct jb_reader readers[JB_READERS_MAX];
    uint64_t start = jb_clock_ms();

    if (search->count == 0) {
        return jb_op_sleep(search->op, WAIT_MS);
    }
    for (size_t i = 0; i < search->count; i++) {
        readers[i] = search->seen[i].reader;
    }
    (void)search->transport->wait(search->transport, readers, search->count, WAIT_MS);
    return jb_clock_ms() - start < REST_MS ? jb_op_sleep(search->op, REST_MS)
                                           : jb_op_check(search->op);
}

enum jb_error jb_card_find(struct jb_transport *transport, struct jb_op *op, struct jb_card **out) {
    return jb_card_find_on(transport, op, NULL, out);
}

enum jb_error jb_card_find_on(struct jb_transport *transport, struct jb_op *op, const char *reader,
                              struct jb_card **out) {
    struct search search = {.transport = transport, .op = op, .first = reader};
    enum jb_error error = jb_op_check(op);

    *out = NULL;
    while (error == JB_OK) {
        enum jb_io io = look(&search);
        if (io != JB_IO_OK) {
            if (search.service_lost || io == JB_IO_DENIED) {
                error = io == JB_IO_DENIED ? JB_ERR_PCSC_DENIED : JB_ERR_PCSC_UNAVAILABLE;
                break;
            }
            search.service_lost = true;
            error = jb_op_sleep(op, SERVICE_RETRY_MS);
            continue;
        }
        search.service_lost = false;
        error = probe_all(&search, out);
        if (error != JB_OK) {
            break;
        }
        if (*out != NULL) {
            jb_keypad_look(*out);
            break;
        }
        if ((any(&search, GARBAGE) || any(&search, DENIED)) && !hopeful(&search)) {
            error = any(&search, DENIED) ? JB_ERR_PCSC_DENIED : JB_ERR_CARD_ERROR;
            break;
        }
        if (busy_for(&search) >= (any_free(&search) ? BUSY_PATIENT_MS : BUSY_LIMIT_MS)) {
            error = JB_ERR_CARD_BUSY;
            break;
        }
        tell(&search);
        error = wait_for_change(&search);
    }
    transport->settle(transport);
    return *out != NULL ? JB_OK : missing(&search, error);
}

enum jb_error jb_card_probe(struct jb_transport *transport, struct jb_op *op,
                            const struct jb_reader *reader, enum jb_error *why,
                            struct jb_card **out) {
    static const enum jb_error errors[] = {
        [FOUND] = JB_OK,
        [OTHER] = JB_ERR_NOT_A_MYNUMBER_CARD,
        [MUTE] = JB_ERR_CARD_UNRESPONSIVE,
        [BUSY] = JB_ERR_CARD_BUSY,
        [PASSING] = JB_ERR_CARD_REMOVED,
        [GARBAGE] = JB_ERR_CARD_ERROR,
        [DENIED] = JB_ERR_PCSC_DENIED,
    };
    enum verdict verdict = PASSING;
    enum jb_error error = probe(transport, op, reader, &verdict, out);

    *why = errors[verdict];
    return error;
}

const char *jb_card_kind_name(enum jb_card_kind kind) {
    switch (kind) {
    case JB_CARD_NONE:
        return "none";
    case JB_CARD_MYNUMBER:
        return "mynumber-card";
    case JB_CARD_OTHER:
        return "other-card";
    case JB_CARD_PHONE:
        return "phone-certificate";
    case JB_CARD_JUKI:
        return "juki-card";
    case JB_CARD_UNKNOWN:
        break;
    }
    return "unknown";
}

static enum jb_error survey_one(struct jb_transport *transport, struct jb_op *op,
                                const struct jb_reader *reader, enum jb_card_kind *kind) {
    struct jb_card *card = NULL;
    enum verdict verdict = PASSING;

    *kind = JB_CARD_NONE;
    if (!reader->card_present) {
        return JB_OK;
    }
    enum jb_error error = probe(transport, op, reader, &verdict, &card);
    *kind = verdict == OTHER ? JB_CARD_OTHER : JB_CARD_UNKNOWN;
    if (error == JB_OK && card != NULL) {
        *kind = jb_jpki_kind(card);
    }
    jb_card_free(&card);
    if (error == JB_OK && verdict == DENIED) {
        return JB_ERR_PCSC_DENIED;
    }
    return error != JB_OK ? error : jb_op_check(op);
}

enum jb_error jb_card_survey(struct jb_transport *transport, struct jb_op *op,
                             struct jb_card_status status[JB_READERS_MAX], size_t *count) {
    struct jb_reader readers[JB_READERS_MAX];
    enum jb_error error = jb_op_check(op);

    *count = 0;
    if (error != JB_OK) {
        return error;
    }
    enum jb_io io = transport->list(transport, readers, count);
    if (io != JB_IO_OK && io != JB_IO_DENIED &&
        (error = jb_op_sleep(op, SERVICE_RETRY_MS)) == JB_OK) {
        io = transport->list(transport, readers, count);
    }
    if (error != JB_OK || io != JB_IO_OK) {
        *count = 0;
        return error != JB_OK       ? error
               : io == JB_IO_DENIED ? JB_ERR_PCSC_DENIED
                                    : JB_ERR_PCSC_UNAVAILABLE;
    }
    for (size_t i = 0; i < *count && error == JB_OK; i++) {
        memcpy(status[i].reader, readers[i].name, sizeof status[i].reader);
        error = survey_one(transport, op, &readers[i], &status[i].kind);
    }
    transport->settle(transport);
    return error;
}
