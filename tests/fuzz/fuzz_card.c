/* SPDX-License-Identifier: MIT */
/*
 * A card, a reader and other programs that do anything, against one log-in, signature, batch of
 * documents, reading of the four attributes or change of PIN of a person who always types one, and
 * says yes. Whatever they do: a PIN that was typed once goes out once, right after the count of
 * tries that was shown has been read again; a new PIN goes out once, right after the old one was
 * right; a card that saw one is reset; nothing stays open.
 *
 * The input: one byte of options, one for the allocation that fails (0: none), then one entry for
 * each exchange: its length in two bytes and that many bytes of response. Lengths from FB00 are no
 * response but failures of PC/SC: FFxx of an exchange, FExx of a begin, FDxx of an end, FCxx of a
 * connect, FBxx of a list; xx is the enum jb_io.
 */
#include <stdlib.h>
#include <string.h>

#include "fail_malloc.h"
#include "jpki_bridge/command.h"
#include "jpki_bridge/profile.h"

#define VERIFY_PIN_DIRECT 0x42330006U

enum option { SIGN = 1, KEYPAD = 2, PROFILE = 4, DOCUMENTS = 8, CHANGE = 16, INFO = 32 };
enum failure { OF_LIST = 0xFB, OF_CONNECT, OF_BEGIN = 0xFE, OF_END = 0xFD, OF_EXCHANGE = 0xFF };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct jb_prompt {
    enum jb_prompt_kind kind;
};

static struct jb_prompt prompt;

static struct {
    const uint8_t *at;
    size_t left;
    bool sign, keypad;
    uint32_t events;
    int connections;
    bool open, dirty;    /* in a transaction; a PIN was sent since the last reset */
    bool typed, agreed;  /* a PIN, a yes, that has not been used yet */
    bool verified;       /* the PIN, in this transaction */
    bool away;           /* another application was selected since a PIN was sent */
    uint8_t aid[16];     /* of the application that was selected last */
    bool changing, sure; /* a new PIN has gone out; the card has said that it holds */
    int shown, read;     /* tries: in the last prompt; read in this transaction, or -1 */
} s;

static void must(bool condition) {
    if (!condition) {
        abort();
    }
}

/* The failure that comes next, if it is one of this kind. */
static enum jb_io failure(enum failure kind) {
    if (s.left < 2 || s.at[0] != kind) {
        return JB_IO_OK;
    }
    enum jb_io io = (enum jb_io)(s.at[1] % (JB_IO_FAILED + 1));
    s.at += 2;
    s.left -= 2;
    s.events += io == JB_IO_REMOVED;
    return io;
}

static enum jb_io list(struct jb_transport *self, struct jb_reader readers[JB_READERS_MAX],
                       size_t *count) {
    (void)self;
    *count = 1;
    readers[0] =
        (struct jb_reader){.name = "Reader", .card_present = s.left > 0, .events = s.events};
    return failure(OF_LIST);
}

static enum jb_io wait_for(struct jb_transport *self, const struct jb_reader *readers, size_t count,
                           unsigned timeout_ms) {
    (void)self;
    (void)readers;
    (void)count;
    (void)timeout_ms;
    return JB_IO_OK;
}

static enum jb_io connect_to(struct jb_transport *self, const char *reader, void **connection) {
    enum jb_io io = s.left == 0 ? JB_IO_NO_CARD : failure(OF_CONNECT);

    (void)self;
    must(strcmp(reader, "Reader") == 0);
    *connection = io == JB_IO_OK ? &s : NULL;
    s.connections += io == JB_IO_OK;
    return io;
}

static enum jb_io begin(void *connection) {
    enum jb_io io = failure(OF_BEGIN);

    must(connection == &s && !s.open && s.connections > 0);
    s.open = io == JB_IO_OK;
    memset(s.aid, 0, sizeof s.aid);
    s.read = -1;
    s.verified = false;
    return io;
}

/* A PIN goes out: one was typed and not yet used, and the tries shown are still there. */
static void spend(bool allowed) {
    must(allowed && s.read >= 1 && s.read >= s.shown);
    s.typed = false;
    s.dirty = true;
    s.away = false;
}

/* A new PIN goes out: the old one was right, and none went out before. */
static void spend_new(void) {
    must(s.verified && !s.changing);
    s.changing = true;
    s.dirty = true;
    s.away = false;
}

/* What the card says to a PIN. */
static void note_pin(const uint8_t *command, const uint8_t *response, size_t got) {
    bool good = got == 2 && response[0] == 0x90 && response[1] == 0x00;

    if (command[1] == 0x20) {
        s.verified = good;
    }
    s.sure = good && s.changing;
}

static void note_select(const uint8_t *command, size_t len, const uint8_t *response, size_t got) {
    if (command[1] == 0xA4 && command[2] == 0x04 && len > 5 && len - 5 <= sizeof s.aid &&
        got >= 2 && response[got - 2] == 0x90 && response[got - 1] == 0x00) {
        s.away = s.away || (got == 2 && memcmp(s.aid, command + 5, len - 5) != 0);
        memcpy(s.aid, command + 5, len - 5);
    }
}

static void note_query(const uint8_t *command, size_t len, const uint8_t *response, size_t got) {
    if (command[1] == 0x20 && len == 4) {
        bool counted = got == 2 && response[0] == 0x63 && (response[1] & 0xF0) == 0xC0;
        s.read = counted ? response[1] & 0x0F : -1;
    }
}

static enum jb_io transmit(void *connection, const uint8_t *command, size_t len, uint8_t *response,
                           size_t *response_len) {
    must(connection == &s && s.open && len >= 4 && len <= JB_APDU_COMMAND_MAX);
    must(*response_len >= 258);
    bool secret = jb_apdu_is_secret(command, len);
    if (secret && command[1] == 0x24) {
        spend_new();
    } else if (secret) {
        spend(s.typed);
    }
    enum jb_io io = failure(OF_EXCHANGE);
    if (io != JB_IO_OK || s.left < 2) {
        *response_len = 0;
        return io != JB_IO_OK ? io : JB_IO_REMOVED;
    }
    size_t got = (size_t)s.at[0] << 8 | s.at[1];
    s.at += 2;
    s.left -= 2;
    got = got < s.left ? got : s.left;
    got = got < *response_len ? got : *response_len;
    memcpy(response, s.at, got);
    s.at += got;
    s.left -= got;
    *response_len = got;
    note_query(command, len, response, got);
    note_select(command, len, response, got);
    if (secret) {
        note_pin(command, response, got);
    }
    return JB_IO_OK;
}

static enum jb_io control(void *connection, uint32_t code, const uint8_t *in, size_t in_len,
                          uint8_t *out, size_t *out_len) {
    static const uint8_t features[] = {0x06, 4, 0x42, 0x33, 0x00, 0x06};

    must(connection == &s && *out_len >= sizeof features);
    (void)in;
    if (code != VERIFY_PIN_DIRECT) {
        memcpy(out, features, sizeof features);
        *out_len = sizeof features;
        return s.keypad ? JB_IO_OK : JB_IO_REFUSED;
    }
    must(s.open && in_len == 23);
    spend(s.keypad && prompt.kind == JB_PROMPT_KEYPAD);
    s.shown = 99; /* nothing is shown for a second one */
    size_t got = s.left < 2 ? s.left : 2;
    memcpy(out, s.at, got);
    s.at += got;
    s.left -= got;
    *out_len = got;
    return JB_IO_OK;
}

/* A card that was sent a PIN is reset once its application was left, and else loses its power. */
static bool fits(enum jb_disposition disposition) {
    return disposition == (!s.dirty ? JB_CARD_LEAVE : s.away ? JB_CARD_RESET : JB_CARD_UNPOWER);
}

static enum jb_io end(void *connection, enum jb_disposition disposition) {
    enum jb_io io = failure(OF_END);

    must(connection == &s && s.open && fits(disposition));
    s.open = io != JB_IO_OK;
    s.dirty = s.dirty && io != JB_IO_OK;
    return io;
}

static enum jb_io reconnect(void *connection) {
    must(connection == &s && !s.open);
    return failure(OF_CONNECT);
}

static void disconnect(void *connection, enum jb_disposition disposition) {
    must(connection == &s && s.connections > 0 &&
         disposition == (s.dirty ? JB_CARD_UNPOWER : JB_CARD_LEAVE));
    s.connections--;
    s.open = s.dirty = false;
}

static void settle(struct jb_transport *self) {
    (void)self;
}

enum jb_error jb_prompt_start(const struct jb_prompt_request *request, struct jb_prompt **out) {
    must(!s.open || request->kind == JB_PROMPT_KEYPAD);
    prompt.kind = request->kind;
    *out = &prompt;
    if (request->kind == JB_PROMPT_NEW_PIN || request->kind == JB_PROMPT_NEW_PIN_AGAIN) {
        return JB_OK;
    }
    must(request->tries_left >= 1 && request->tries_left <= 15);
    must(request->kind != JB_PROMPT_TRY_NEW_PIN || s.changing);
    s.typed = s.typed && request->kind != JB_PROMPT_TRY_NEW_PIN; /* each yes is for one VERIFY */
    must(request->kind == JB_PROMPT_LAST_TRY || request->kind == JB_PROMPT_TRY_NEW_PIN ||
         request->tries_left > 1 || s.agreed);
    s.shown = request->tries_left;
    s.agreed = request->kind == JB_PROMPT_LAST_TRY;
    return JB_OK;
}

bool jb_prompt_wait(struct jb_prompt *unused, unsigned ms) {
    (void)unused;
    (void)ms;
    return prompt.kind != JB_PROMPT_KEYPAD; /* the notice stays */
}

bool jb_prompt_wait_shown(struct jb_prompt *unused, unsigned ms) {
    (void)unused;
    (void)ms;
    return true;
}

void jb_prompt_dismiss(struct jb_prompt *unused) {
    (void)unused;
}

enum jb_error jb_prompt_finish(struct jb_prompt **out, struct jb_secret **secret) {
    static const char *const passwords[] = {"ABC123", "N7E3K9"}, *const digits[] = {"1234", "7391"};
    bool fresh = prompt.kind != JB_PROMPT_PIN;
    const char *pin = s.sign ? passwords[fresh] : digits[fresh];

    *out = NULL;
    *secret = NULL;
    s.typed = s.typed || prompt.kind == JB_PROMPT_PIN || prompt.kind == JB_PROMPT_TRY_NEW_PIN;
    if (jb_prompt_asks_pin(prompt.kind)) {
        *secret = jb_secret_new();
        must(*secret != NULL);
        (*secret)->len = strlen(pin);
        memcpy((*secret)->bytes, pin, (*secret)->len);
    }
    return JB_OK;
}

char *jb_prompt_program(const char *configured) {
    (void)configured;
    return NULL;
}

/* What is done with the unlocked card. */
static void use(struct jb_unlocked *unlocked, const struct jb_purpose *purpose) {
    static const uint8_t digest[JB_HASH_MAX];
    char number[JB_MANUFACTURE_NUMBER_LEN + 1];
    struct jb_profile profile;
    char *signature = NULL;

    must(s.open && s.dirty && (unlocked->certificate != NULL) == (purpose->pin != JB_PIN_PROFILE));
    if (purpose->pin != JB_PIN_PROFILE) {
        enum jb_key key = purpose->pin == JB_PIN_SIGN ? JB_KEY_SIGN : JB_KEY_AUTH;
        (void)jb_unlocked_sign(unlocked, key, JB_HASH_SHA256, digest, &signature);
        free(signature);
    } else if (jb_profile_read(unlocked->card, &profile) == JB_OK) {
        must(strlen(profile.birth_date) == 8 && strlen(profile.sex) == 1);
        jb_profile_clear(&profile);
        if (jb_common_manufacture_number(unlocked->card, number) == JB_OK) {
            must(strlen(number) == JB_MANUFACTURE_NUMBER_LEN);
        }
    }
}

/* A card that wants the PIN for each of them is given it; what it signs cannot hold. */
static void sign_documents(const struct jb_context *context) {
    cJSON *result = NULL;
    int tries_left = -1;

    must(jb_command_sign_documents(context, &result, &tries_left) != JB_OK && result == NULL);
}

/* The old PIN is asked for, then the new one, twice. */
static void change(const struct jb_context *context, int *tries_left) {
    cJSON *result = NULL;
    enum jb_error error = jb_command_change_pin(context, &result, tries_left);

    must(error != JB_OK || (s.sure && result != NULL));
    must(!s.sure || error == JB_OK || error == JB_ERR_OUT_OF_MEMORY);
    must(error != JB_ERR_PIN_UNCHANGED || !s.sure);
    cJSON_Delete(result);
}

/* No PIN, no reset, and never the older card without its token info. */
static void look(const struct jb_context *context) {
    struct jb_card_info info;

    if (jb_card_info_read(context->transport, context->op, &info) == JB_OK) {
        must(info.kind == JB_CARD_MYNUMBER || info.kind == JB_CARD_PHONE ||
             info.kind == JB_CARD_JUKI);
        must(info.kind != JB_CARD_JUKI || info.certificate == NULL);
    }
    jb_card_info_clear(&info);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct jb_document documents[] = {
        {.profile = JB_CMS_CADES}, {.profile = JB_CMS_PADES}, {.profile = JB_CMS_CADES}};
    static const struct jb_config no_config;
    struct jb_transport transport = {list, wait_for,  connect_to, begin, transmit, control,
                                     end,  reconnect, disconnect, NULL,  list,     settle};
    struct jb_request request = {.origin = "https://example.jp",
                                 .hash = JB_HASH_SHA256,
                                 .documents = documents,
                                 .document_count = sizeof documents / sizeof documents[0]};
    struct jb_op *op = jb_op_new(120000, NULL, NULL);
    const struct jb_context context = {
        .transport = &transport, .op = op, .request = &request, .config = &no_config};
    struct jb_unlocked unlocked = {0};
    int tries_left = -1;

    if (size >= 2 && op != NULL) {
        enum jb_pin pin = data[0] & (SIGN | DOCUMENTS) ? JB_PIN_SIGN : JB_PIN_AUTH;
        const struct jb_purpose purpose = {
            .pin = (data[0] & (PROFILE | DOCUMENTS)) == PROFILE ? JB_PIN_PROFILE : pin};
        memset(&s, 0, sizeof s);
        s.at = data + 2;
        s.left = size - 2;
        s.sign = purpose.pin == JB_PIN_SIGN;
        s.keypad = (data[0] & KEYPAD) != 0;
        s.read = -1;
        fail_malloc_after = data[1] - 1;
        request.pin = purpose.pin;
        request.command =
            (data[0] & CHANGE) != 0 ? JB_COMMAND_CHANGE_PIN : JB_COMMAND_SIGN_DOCUMENTS;
        if ((data[0] & INFO) != 0) {
            look(&context);
        } else if ((data[0] & CHANGE) != 0) {
            change(&context, &tries_left);
        } else if ((data[0] & DOCUMENTS) != 0) {
            sign_documents(&context);
        } else if (jb_unlock(&context, &purpose, &unlocked, &tries_left) == JB_OK) {
            use(&unlocked, &purpose);
        }
        jb_unlocked_clear(&unlocked);
        must(s.connections == 0 && !s.open && !s.dirty);
        fail_malloc_after = -1;
    }
    jb_op_free(&op);
    return 0;
}
