/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/profile.h"

#include <openssl/crypto.h>
#include <string.h>

#include "application_private.h"
#include "card_private.h"
#include "jpki_bridge/text.h"

enum {
    SW_OK = 0x9000,
    SW_SHORT = 0x6282,
    EF_ATTRIBUTES = 0x0002,
    FILE_MAX = 4096, /* bytes of the file that are read at most */
    TAG_ATTRIBUTES = 0xFF20,
    TAG_HEADER = 0xDF21,
    TAG_NAME = 0xDF22,
    TAG_ADDRESS = 0xDF23,
    TAG_BIRTH_DATE = 0xDF24,
    TAG_SEX = 0xDF25,
    NUMBER_AT = 2, /* characters before the manufacture number in its record */
    RECORD_TEXT_MIN = 15
};

/* A data object that lies in somebody else's bytes. */
struct object {
    const uint8_t *value;
    size_t len;
};

/* Takes the length of a data object: one byte, or 81 and one, or 82 and two. */
static bool take_length(const uint8_t **at, const uint8_t *end, size_t *len) {
    const uint8_t *p = *at;

    if (end - p >= 1 && p[0] < 0x80) {
        *len = p[0];
        *at = p + 1;
    } else if (end - p >= 2 && p[0] == 0x81) {
        *len = p[1];
        *at = p + 2;
    } else if (end - p >= 3 && p[0] == 0x82) {
        *len = (size_t)p[1] << 8 | p[2];
        *at = p + 3;
    } else {
        return false;
    }
    return true;
}

static bool take(const uint8_t **at, const uint8_t *end, uint16_t tag, struct object *object) {
    size_t len = 0;

    if (end - *at < 2 || ((*at)[0] << 8 | (*at)[1]) != tag) {
        return false;
    }
    *at += 2;
    if (!take_length(at, end, &len) || len > (size_t)(end - *at)) {
        return false;
    }
    object->value = *at;
    object->len = len;
    *at += len;
    return true;
}

/* Copies text of at most size - 1 bytes: UTF-8 without control characters. */
static bool copy_text(const struct object *object, char *out, size_t size) {
    if (object->len >= size || !jb_text_is_utf8((const char *)object->value, object->len)) {
        return false;
    }
    for (size_t i = 0; i < object->len; i++) {
        if (object->value[i] < 0x20 || object->value[i] == 0x7F) {
            return false;
        }
    }
    memcpy(out, object->value, object->len);
    out[object->len] = '\0';
    return true;
}

static bool copy_digits(const struct object *object, char *out, size_t count) {
    for (size_t i = 0; i < object->len; i++) {
        if (object->value[i] < '0' || object->value[i] > '9') {
            return false;
        }
    }
    return object->len == count && copy_text(object, out, count + 1);
}

bool jb_profile_parse(const uint8_t *bytes, size_t len, struct jb_profile *profile) {
    const uint8_t *at = bytes, *end = NULL;
    struct object all, header, name, address, birth_date, sex;

    memset(profile, 0, sizeof *profile);
    if (!take(&at, bytes + len, TAG_ATTRIBUTES, &all)) {
        return false;
    }
    at = all.value;
    end = all.value + all.len;
    return take(&at, end, TAG_HEADER, &header) && take(&at, end, TAG_NAME, &name) &&
           take(&at, end, TAG_ADDRESS, &address) && take(&at, end, TAG_BIRTH_DATE, &birth_date) &&
           take(&at, end, TAG_SEX, &sex) && at == end &&
           copy_text(&name, profile->name, sizeof profile->name) &&
           copy_text(&address, profile->address, sizeof profile->address) &&
           copy_digits(&birth_date, profile->birth_date, 8) && copy_digits(&sex, profile->sex, 1);
}

void jb_profile_clear(struct jb_profile *profile) {
    OPENSSL_cleanse(profile, sizeof *profile);
}

/* Bytes of the whole file by its header; 0 when the header is none. */
static size_t file_length(const uint8_t *bytes, size_t len) {
    const uint8_t *at = bytes + 2;
    size_t value = 0;

    if (len < 2 || (bytes[0] << 8 | bytes[1]) != TAG_ATTRIBUTES ||
        !take_length(&at, bytes + len, &value)) {
        return 0;
    }
    return (size_t)(at - bytes) + value;
}

/* One READ BINARY of what follows after *len bytes. */
static enum jb_error read_more(struct jb_card *card, uint8_t *bytes, size_t *len, size_t want) {
    struct jb_apdu read = {.ins = 0xB0,
                           .p1 = (uint8_t)(*len >> 8),
                           .p2 = (uint8_t)*len,
                           .le = want < 256 ? want : 256};
    struct jb_response response;
    enum jb_error error = jb_card_transmit(card, &read, &response);

    if (error == JB_OK && ((response.sw != SW_OK && response.sw != SW_SHORT) || response.len == 0 ||
                           response.len > FILE_MAX - *len)) {
        error = JB_ERR_CARD_ERROR;
    }
    if (error == JB_OK) {
        memcpy(bytes + *len, response.data, response.len);
        *len += response.len;
    }
    return error;
}

static enum jb_error read_file(struct jb_card *card, uint8_t bytes[FILE_MAX], size_t *len) {
    size_t whole = 0;
    enum jb_error error = jb_card_need_ef(card, EF_ATTRIBUTES);

    *len = 0;
    if (error == JB_OK) {
        error = read_more(card, bytes, len, 256);
    }
    if (error == JB_OK && ((whole = file_length(bytes, *len)) == 0 || whole > FILE_MAX)) {
        error = JB_ERR_CARD_ERROR;
    }
    while (error == JB_OK && *len < whole) {
        error = read_more(card, bytes, len, whole - *len);
    }
    return error == JB_ERR_CERTIFICATE_ABSENT ? JB_ERR_CARD_ERROR : error;
}

enum jb_error jb_profile_read(struct jb_card *card, struct jb_profile *profile) {
    uint8_t bytes[FILE_MAX];
    size_t len = 0;
    enum jb_error error = read_file(card, bytes, &len);

    if (error == JB_OK && !jb_profile_parse(bytes, len, profile)) {
        error = JB_ERR_CARD_ERROR;
    }
    OPENSSL_cleanse(bytes, sizeof bytes);
    return error;
}

/* The record is one data object, whose tag has one byte or two. */
static bool parse_record(const uint8_t *bytes, size_t len, char *number) {
    const uint8_t *at = bytes, *end = bytes + len;
    size_t value = 0;

    if (len < 2) {
        return false;
    }
    at += (bytes[0] & 0x1F) == 0x1F ? 2 : 1;
    if (!take_length(&at, end, &value) || value > (size_t)(end - at) || value < RECORD_TEXT_MIN) {
        return false;
    }
    for (size_t i = 0; i < JB_MANUFACTURE_NUMBER_LEN; i++) {
        if (at[NUMBER_AT + i] <= 0x20 || at[NUMBER_AT + i] >= 0x7F) {
            return false;
        }
    }
    memcpy(number, at + NUMBER_AT, JB_MANUFACTURE_NUMBER_LEN);
    number[JB_MANUFACTURE_NUMBER_LEN] = '\0';
    return true;
}

enum jb_error jb_common_manufacture_number(struct jb_card *card,
                                           char number[JB_MANUFACTURE_NUMBER_LEN + 1]) {
    /* READ RECORD, record 1 of short EF identifier 1 */
    struct jb_apdu read = {.ins = 0xB2, .p1 = 0x01, .p2 = 0x0C, .le = 256};
    struct jb_response response;
    enum jb_error error = jb_application_select(card, JB_APPLICATION_COMMON);

    if (error == JB_OK) {
        error = jb_card_transmit(card, &read, &response);
    }
    if (error != JB_OK) {
        return error == JB_ERR_NOT_A_MYNUMBER_CARD ? JB_ERR_CARD_ERROR : error;
    }
    return response.sw == SW_OK && parse_record(response.data, response.len, number)
               ? JB_OK
               : JB_ERR_CARD_ERROR;
}
