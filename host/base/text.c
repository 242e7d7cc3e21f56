/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */
#define ELLIPSIS "\xE2\x80\xA6"    /* U+2026 */

struct range {
    uint32_t first;
    uint32_t last;
};

/* What shows as nothing or changes how its neighbours show: Cc, Cf, Zl, Zp, the fillers that look
 * like nothing, and noncharacters. Variation selectors stay: names are written with them. */
static const struct range hidden[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x034F, 0x034F},
    {0x0600, 0x0605},   {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},
    {0x0890, 0x0891},   {0x08E2, 0x08E2},   {0x115F, 0x1160},   {0x17B4, 0x17B5},
    {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x206F},
    {0x3164, 0x3164},   {0xFDD0, 0xFDEF},   {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},
    {0xFFF0, 0xFFFB},   {0xFFFE, 0xFFFF},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
    {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE00FF},
};

/* The bytes of the well-formed character that text begins with, and the character; 0 when it is
 * malformed. */
static size_t decode(const unsigned char *text, size_t len, uint32_t *character) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t size;

    if (len == 0) {
        return 0;
    }
    if (text[0] < 0x80) {
        *character = text[0];
        return 1;
    }
    if ((text[0] & 0xE0) == 0xC0) {
        size = 2;
    } else if ((text[0] & 0xF0) == 0xE0) {
        size = 3;
    } else if ((text[0] & 0xF8) == 0xF0) {
        size = 4;
    } else {
        return 0;
    }
    if (size > len) {
        return 0;
    }
    *character = text[0] & (0x7FU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((text[i] & 0xC0) != 0x80) {
            return 0;
        }
        *character = *character << 6 | (text[i] & 0x3FU);
    }
    if (*character < least[size] || *character > 0x10FFFF ||
        (*character >= 0xD800 && *character <= 0xDFFF)) {
        return 0;
    }
    return size;
}

static bool is_hidden(uint32_t character) {
    if ((character & 0xFFFE) == 0xFFFE) { /* the two noncharacters at the end of each plane */
        return true;
    }
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        if (character >= hidden[i].first && character <= hidden[i].last) {
            return true;
        }
    }
    return false;
}

bool jb_text_is_utf8(const char *text, size_t len) {
    const unsigned char *bytes = (const unsigned char *)text;
    size_t at = 0;

    while (at < len) {
        uint32_t character;
        size_t size = decode(bytes + at, len - at, &character);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

void jb_text_for_display(const char *text, size_t max_chars, char *out, size_t size) {
    const unsigned char *bytes = (const unsigned char *)text;
    size_t len = strlen(text);
    size_t used = 0;
    size_t chars = 0;
    size_t cut = 0; /* where the text can end with an ellipsis in its place */

    if (size == 0) {
        return;
    }
    for (size_t at = 0; at < len;) {
        uint32_t character;
        size_t taken = decode(bytes + at, len - at, &character);
        const char *shown = taken == 0 ? REPLACEMENT : text + at;
        size_t shown_len = taken == 0 ? sizeof(REPLACEMENT) - 1 : taken;

        at += taken == 0 ? 1 : taken;
        if (taken != 0 && is_hidden(character)) {
            continue;
        }
        if (chars < max_chars && used + sizeof(ELLIPSIS) <= size) {
            cut = used;
        }
        if (chars == max_chars || used + shown_len >= size) {
            used = cut;
            if (max_chars > 0 && used + sizeof(ELLIPSIS) <= size) {
                memcpy(out + used, ELLIPSIS, sizeof(ELLIPSIS) - 1);
                used += sizeof(ELLIPSIS) - 1;
            }
            break;
        }
        memcpy(out + used, shown, shown_len);
        used += shown_len;
        chars++;
    }
    out[used] = '\0';
}

char *jb_text_copy(const char *bytes, size_t len) {
    char *copy = malloc(len + 1);

    if (copy != NULL) {
        memcpy(copy, bytes, len);
        copy[len] = '\0';
    }
    return copy;
}
