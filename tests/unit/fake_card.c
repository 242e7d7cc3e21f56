/* SPDX-License-Identifier: MIT */
#include "fake_card.h"

#include <string.h>

static const uint8_t jpki_aid[] = {0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01};
static const uint8_t profile_aid[] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x04, 0x08};
static const uint8_t common_aid[] = {0xD3, 0x92, 0x10, 0x00, 0x31, 0x00, 0x01, 0x01, 0x01, 0x00};

struct command {
    uint8_t cla, ins, p1, p2;
    const uint8_t *data;
    size_t lc, le;
    bool extended;
};

void fake_card_certificate(struct fake_card *card, int key, size_t len) {
    uint8_t *file = card->file[key];

    for (size_t i = 0; i < FAKE_FILE_MAX; i++) {
        file[i] = (uint8_t)(i * 7 + (size_t)key * 31 + (i >> 8));
    }
    file[0] = 0x30;
    if (len < 0x82) {
        file[1] = (uint8_t)(len - 2);
    } else if (len < 0x103) {
        file[1] = 0x81;
        file[2] = (uint8_t)(len - 3);
    } else {
        file[1] = 0x82;
        file[2] = (uint8_t)((len - 4) >> 8);
        file[3] = (uint8_t)(len - 4);
    }
    card->file_len[key] = len;
}

static void put(uint8_t *file, size_t *len, uint16_t tag, const char *value) {
    size_t value_len = strlen(value);

    file[(*len)++] = (uint8_t)(tag >> 8);
    file[(*len)++] = (uint8_t)tag;
    file[(*len)++] = (uint8_t)value_len;
    for (size_t i = 0; i < value_len; i++) {
        file[(*len)++] = (uint8_t)value[i];
    }
}

void fake_card_attributes(struct fake_card *card, const char *name, const char *address,
                          const char *birth_date, const char *sex) {
    uint8_t *file = card->attributes;
    size_t len = 4;

    put(file, &len, 0xDF21, "head");
    put(file, &len, 0xDF22, name);
    put(file, &len, 0xDF23, address);
    put(file, &len, 0xDF24, birth_date);
    put(file, &len, 0xDF25, sex);
    file[0] = 0xFF;
    file[1] = 0x20;
    file[2] = 0x81;
    file[3] = (uint8_t)(len - 4);
    card->attributes_len = len;
}

void fake_card_init(struct fake_card *card) {
    static const uint8_t record[] = "\xC0\x0F"
                                    "10AB12345678901";

    memset(card, 0, sizeof *card);
    memcpy(card->pin[2], "5678", 5);
    card->tries[2] = 3;
    fake_card_attributes(card, "見本　花子", "東京都千代田区一丁目", "19850504", "2");
    card->record_len = sizeof record - 1;
    memcpy(card->record, record, card->record_len);
    memcpy(card->pin[0], "1234", 5);
    memcpy(card->pin[1], "ABC123", 7);
    card->tries[0] = 3;
    card->tries[1] = 5;
    card->locked_sw = 0x6983;
    card->sfi_sw = 0x6A82;
    card->signature_len = FAKE_SIGNATURE_LEN;
    fake_card_certificate(card, 0, FAKE_CERTIFICATE_LEN);
    fake_card_certificate(card, 1, FAKE_CERTIFICATE_LEN + 300);
}

void fake_card_reset(struct fake_card *card) {
    if (card->reset_forgets) {
        memset(card->verified, 0, sizeof card->verified);
    }
    card->df = FAKE_DF_NONE;
    card->ef = 0;
    card->rest_len = 0;
}

void fake_card_unpower(struct fake_card *card) {
    memset(card->verified, 0, sizeof card->verified);
    fake_card_reset(card);
}

static bool decode(const uint8_t *bytes, size_t len, struct command *out) {
    size_t body = len - 5;

    memset(out, 0, sizeof *out);
    out->cla = bytes[0];
    out->ins = bytes[1];
    out->p1 = bytes[2];
    out->p2 = bytes[3];
    if (len == 4) {
        return true;
    }
    if (len == 5) {
        out->le = bytes[4] != 0 ? bytes[4] : 256;
        return true;
    }
    if (bytes[4] != 0) {
        out->data = bytes + 5;
        out->lc = bytes[4];
        if (body == out->lc + 1) {
            out->le = bytes[len - 1] != 0 ? bytes[len - 1] : 256;
        }
        return body == out->lc || body == out->lc + 1;
    }
    out->extended = true;
    if (len == 7) {
        out->le = (size_t)bytes[5] << 8 | bytes[6];
        out->le = out->le != 0 ? out->le : 65536;
        return true;
    }
    out->lc = (size_t)bytes[5] << 8 | bytes[6];
    out->data = bytes + 7;
    if (len == 7 + out->lc + 2) {
        out->le = (size_t)bytes[len - 2] << 8 | bytes[len - 1];
        out->le = out->le != 0 ? out->le : 65536;
        return true;
    }
    return len == 7 + out->lc;
}

static size_t answer(uint8_t *out, const uint8_t *data, size_t len, uint16_t sw) {
    if (len > 0) {
        memcpy(out, data, len);
    }
    out[len] = (uint8_t)(sw >> 8);
    out[len + 1] = (uint8_t)sw;
    return len + 2;
}

static bool exists(const struct fake_card *card, uint16_t ef) {
    if (card->df != FAKE_DF_JPKI) {
        return card->df == FAKE_DF_PROFILE && (ef == 0x0011 || ef == 0x0001 || ef == 0x0002);
    }
    switch (ef) {
    case 0x0006:
        return true;
    case 0x000A:
    case 0x0017:
    case 0x0018:
        return !card->no_auth_key;
    case 0x0002:
        return card->ca_len > 0;
    case 0x0001:
    case 0x001A:
    case 0x001B:
        return !card->no_sign_key;
    default:
        return false;
    }
}

static enum fake_df df_of(const struct fake_card *card, const struct command *c) {
    if (card->other || c->lc != sizeof jpki_aid) {
        return FAKE_DF_NONE;
    }
    if (memcmp(c->data, jpki_aid, c->lc) == 0) {
        return FAKE_DF_JPKI;
    }
    if (memcmp(c->data, profile_aid, c->lc) == 0) {
        return card->no_profile ? FAKE_DF_NONE : FAKE_DF_PROFILE;
    }
    return memcmp(c->data, common_aid, c->lc) == 0 ? FAKE_DF_COMMON : FAKE_DF_NONE;
}

static size_t select_file(struct fake_card *card, const struct command *c, uint8_t *out) {
    if (c->p1 == 0x04) {
        enum fake_df df = df_of(card, c);

        if (df == FAKE_DF_NONE) {
            return answer(out, NULL, 0, 0x6A82);
        }
        if (df != card->last_df) {
            memset(card->verified, 0, sizeof card->verified);
        }
        fake_card_reset(card);
        card->df = card->last_df = df;
        return answer(out, NULL, 0, 0x9000);
    }
    uint16_t ef = 0;

    if (c->lc == 2) {
        ef = (uint16_t)(c->data[0] << 8 | c->data[1]);
    }

    if (!exists(card, ef)) {
        card->ef = 0;
        return answer(out, NULL, 0, 0x6A82);
    }
    card->ef = ef;
    return answer(out, NULL, 0, 0x9000);
}

static size_t read_binary(struct fake_card *card, const struct command *c, uint8_t *out,
                          size_t room) {
    static const uint8_t token[2][32] = {"JPKIAPICCTOKEN2                ",
                                         "JPKIAPGPSETOKEN                "};
    uint8_t filled[FAKE_FILE_MAX], other[sizeof token[0]];
    const uint8_t *file = token[card->phone];
    size_t len = sizeof token[0], offset = c->p2;
    uint16_t sw = 0x9000;

    if (card->token != NULL) {
        memset(other, ' ', sizeof other);
        memcpy(other, card->token, strlen(card->token));
        file = other;
    }
    if ((c->p1 & 0x80) != 0) {
        uint16_t ef = c->p1 & 0x1F;

        if (card->no_sfi_read || !exists(card, ef)) {
            return answer(out, NULL, 0, card->no_sfi_read ? card->sfi_sw : 0x6A82);
        }
        card->ef = ef;
    } else {
        offset |= (size_t)c->p1 << 8;
    }
    bool profile = card->df == FAKE_DF_PROFILE;

    if ((card->ef == 0x0001 && !card->verified[1]) || (profile && !card->verified[2])) {
        return answer(out, NULL, 0, 0x6982);
    }
    if (profile && card->ef == 0x0002) {
        file = card->attributes;
        len = card->attributes_len + card->padding;
    } else if (card->ef == 0x0002) {
        file = card->ca;
        len = card->ca_len + card->padding;
    } else if (card->ef == 0x0001 || card->ef == 0x000A) {
        int key = card->ef == 0x0001;

        file = card->file[key];
        len = card->file_len[key] + card->padding;
        if (card->filled) {
            memset(filled, card->filler, sizeof filled);
            file = filled;
        }
    } else if (card->ef != 0x0006) {
        return answer(out, NULL, 0, card->ef == 0 ? 0x6986 : 0x6981);
    }
    if (offset >= len) {
        return answer(out, NULL, 0, card->end == FAKE_END_6282 ? 0x6282 : 0x6B00);
    }
    size_t want = c->le, left = len - offset;

    if (want > left) {
        if (card->end == FAKE_END_6C && left < 256) {
            return answer(out, NULL, 0, (uint16_t)(0x6C00 | left));
        }
        sw = card->end == FAKE_END_6282 ? 0x6282 : 0x9000;
        want = left;
    }
    want = card->longest != 0 && want > card->longest ? card->longest : want;
    if (want + 2 > room) {
        want = room - 2;
    }
    return answer(out, file + offset, want, sw);
}

static size_t verify(struct fake_card *card, const struct command *c, uint8_t *out) {
    uint16_t ef = c->p2 == 0x80 ? card->ef : (uint16_t)(c->p2 & 0x1F);
    int key = ef == 0x0011 ? 2 : ef == 0x001B;

    if (c->p2 != 0x80 && card->no_sfi_verify) {
        return answer(out, NULL, 0, card->sfi_sw);
    }
    if (!exists(card, ef) || (ef != 0x0018 && ef != 0x001B && ef != 0x0011)) {
        return answer(out, NULL, 0, 0x6A82);
    }
    if (c->lc > 0) {
        card->verifies++;
    }
    if (card->tries[key] == 0) {
        return answer(out, NULL, 0, card->locked_sw);
    }
    uint16_t counter = (uint16_t)(0x63C0 | card->tries[key]);

    if (c->lc == 0) {
        bool open = card->always_verified || (card->query_verified && card->verified[key]);

        return answer(out, NULL, 0, open ? 0x9000 : counter);
    }
    if (c->lc == strlen(card->pin[key]) && memcmp(c->data, card->pin[key], c->lc) == 0) {
        card->verified[key] = true;
        card->tries[key] = key == 1 ? 5 : 3;
        return answer(out, NULL, 0, 0x9000);
    }
    card->spent++;
    card->verified[key] = false;
    if (--card->tries[key] == 0) {
        return answer(out, NULL, 0, card->locked_sw);
    }
    return answer(out, NULL, 0, (uint16_t)(counter - 1));
}

/* After VERIFY of the old one, on the selected PIN file. */
static size_t change(struct fake_card *card, const struct command *c, uint8_t *out) {
    int key = card->ef == 0x0011 ? 2 : card->ef == 0x001B;
    size_t longest = key == 1 ? 16 : 4;

    card->changes++;
    if (c->p1 != 0x01 || c->p2 != 0x80 ||
        (card->ef != 0x0018 && card->ef != 0x001B && card->ef != 0x0011)) {
        return answer(out, NULL, 0, 0x6A86);
    }
    if (card->change_sw != 0 || !card->verified[key] || c->lc == 0 || c->lc > longest) {
        return answer(out, NULL, 0, card->change_sw != 0 ? card->change_sw : 0x6982);
    }
    memcpy(card->pin[key], c->data, c->lc);
    card->pin[key][c->lc] = '\0';
    return answer(out, NULL, 0, 0x9000);
}

static size_t sign(struct fake_card *card, const struct command *c, uint8_t *out) {
    uint8_t signature[1024];

    if (c->p2 != 0x80) {
        if (card->no_sfi_sign) {
            return answer(out, NULL, 0, card->sfi_sw);
        }
        card->ef = exists(card, c->p2 & 0x1F) ? c->p2 & 0x1F : 0;
    }
    int key = card->ef == 0x001A;

    if (c->cla != 0x80 || (c->p2 & 0xE0) != 0x80 || c->lc == 0 || card->df != FAKE_DF_JPKI ||
        (card->ef != 0x0017 && card->ef != 0x001A)) {
        return answer(out, NULL, 0, 0x6981);
    }
    if (!card->verified[key] || card->never_signs) {
        return answer(out, NULL, 0, 0x6982);
    }
    if (c->le < card->signature_len) {
        return answer(out, NULL, 0, 0x6700);
    }
    for (size_t i = 0; i < card->signature_len; i++) {
        signature[i] = (uint8_t)(c->data[i % c->lc] ^ i ^ (size_t)key);
    }
    if (card->pin_per_use) {
        card->verified[key] = false;
    }
    return answer(out, signature, card->signature_len, 0x9000);
}

static size_t read_record(struct fake_card *card, const struct command *c, uint8_t *out) {
    if (card->df != FAKE_DF_COMMON || c->p1 != 1 || c->p2 != 0x0C || c->le != 256) {
        return answer(out, NULL, 0, 0x6A82);
    }
    return answer(out, card->record, card->record_len, 0x9000);
}

static size_t dispatch(struct fake_card *card, const struct command *c, uint8_t *out, size_t room) {
    if (c->extended && card->no_extended) {
        return answer(out, NULL, 0, 0x6700);
    }
    switch (c->ins) {
    case 0xA4:
        return select_file(card, c, out);
    case 0xB0:
        return read_binary(card, c, out, room);
    case 0xB2:
        return read_record(card, c, out);
    case 0x20:
        return verify(card, c, out);
    case 0x24:
        return change(card, c, out);
    case 0x2A:
        return sign(card, c, out);
    default:
        return answer(out, NULL, 0, 0x6D00);
    }
}

/* Hands out what is held ready, and says how much is left. */
static size_t hand_out(struct fake_card *card, size_t le, uint8_t *out) {
    size_t part = card->rest_len < le ? card->rest_len : le;
    size_t left = card->rest_len - part;

    memcpy(out, card->rest, part);
    memmove(card->rest, card->rest + part, left);
    card->rest_len = left;
    out[part] = left > 0 ? 0x61 : 0x90;
    out[part + 1] = (uint8_t)(left >= 256 ? 0 : left);
    return part + 2;
}

size_t fake_card_answer(struct fake_card *card, const uint8_t *command, size_t len, uint8_t *out,
                        size_t room) {
    struct command c;

    if (len < 4 || !decode(command, len, &c)) {
        return answer(out, NULL, 0, 0x6700);
    }
    if (c.ins == 0xC0) {
        return hand_out(card, c.le < 0x80 ? c.le : 0x80, out);
    }
    size_t answered = dispatch(card, &c, out, room);

    if (card->has_more && answered > 0x80) {
        memcpy(card->rest, out, answered - 2);
        card->rest_len = answered - 2;
        return hand_out(card, 0, out);
    }
    return answered;
}
