/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/json.h"

#include <openssl/crypto.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/file.h"
#include "jpki_bridge/text.h"

#define DEPTH_MAX 16
#define SIZE_ROOM sizeof(max_align_t) /* before each piece of memory, for its size */
#define MEMBERS_MAX 256               /* per object: looking for duplicate names is quadratic */

/* A reader that only says whether the text is JSON (RFC 8259); cJSON builds the tree afterwards. */
struct scan {
    const char *at, *end;
    int depth;
};

static bool scan_value(struct scan *s);

static void skip_space(struct scan *s) {
    while (s->at < s->end &&
           (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r')) {
        s->at++;
    }
}

static bool take(struct scan *s, char c) {
    if (s->at < s->end && *s->at == c) {
        s->at++;
        return true;
    }
    return false;
}

static bool scan_word(struct scan *s, const char *word) {
    size_t len = strlen(word);

    if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len) != 0) {
        return false;
    }
    s->at += len;
    return true;
}

static bool scan_unit(struct scan *s, unsigned *unit) {
    *unit = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = s->at < s->end && *s->at != '\0' ? strchr(digits, *s->at) : NULL;
        if (digit == NULL) {
            return false;
        }
        *unit = *unit * 16 + (unsigned)((digit - digits) % 16);
    }
    return true;
}

/* After "\u": a code unit that is neither NUL nor half of a surrogate pair without its other half.
 */
static bool scan_unicode_escape(struct scan *s) {
    unsigned high = 0, low = 0;

    if (!scan_unit(s, &high) || high == 0 || (high >= 0xDC00 && high <= 0xDFFF)) {
        return false;
    }
    if (high < 0xD800 || high > 0xDBFF) {
        return true;
    }
    return take(s, '\\') && take(s, 'u') && scan_unit(s, &low) && low >= 0xDC00 && low <= 0xDFFF;
}

static bool scan_string(struct scan *s) {
    if (!take(s, '"')) {
        return false;
    }
    while (s->at < s->end && *s->at != '"') {
        if ((unsigned char)*s->at < 0x20) {
            return false;
        }
        if (*s->at++ != '\\') {
            continue;
        }
        if (s->at == s->end || *s->at == '\0' || strchr("\"\\/bfnrtu", *s->at) == NULL) {
            return false;
        }
        if (*s->at++ == 'u' && !scan_unicode_escape(s)) {
            return false;
        }
    }
    return take(s, '"');
}

static size_t scan_digits(struct scan *s) {
    size_t count = 0;

    while (s->at < s->end && *s->at >= '0' && *s->at <= '9') {
        s->at++;
        count++;
    }
    return count;
}

static bool scan_number(struct scan *s) {
    (void)take(s, '-');
    const char *start = s->at;
    size_t digits = scan_digits(s);

    if (digits == 0 || (digits > 1 && *start == '0')) {
        return false;
    }
    /* Beyond fifteen digits a double no longer holds, and cJSON no longer prints, what was written.
     */
    if (digits > 15) {
        return false;
    }
    if (take(s, '.') && scan_digits(s) == 0) {
        return false;
    }
    if (take(s, 'e') || take(s, 'E')) {
        if (!take(s, '-')) {
            (void)take(s, '+');
        }
        const char *exponent = s->at;
        if (scan_digits(s) == 0 || s->at - exponent > 2) {
            return false;
        }
    }
    return true;
}

static bool scan_members(struct scan *s, char close, bool named) {
    s->at++;
    skip_space(s);
    if (take(s, close)) {
        return true;
    }
    do {
        skip_space(s);
        if (named) {
            if (!scan_string(s)) {
                return false;
            }
            skip_space(s);
            if (!take(s, ':')) {
                return false;
            }
        }
        if (!scan_value(s)) {
            return false;
        }
        skip_space(s);
    } while (take(s, ','));
    return take(s, close);
}

static bool scan_value(struct scan *s) {
    bool ok = false;

    skip_space(s);
    if (s->at == s->end || ++s->depth > DEPTH_MAX) {
        return false;
    }
    switch (*s->at) {
    case '{':
        ok = scan_members(s, '}', true);
        break;
    case '[':
        ok = scan_members(s, ']', false);
        break;
    case '"':
        ok = scan_string(s);
        break;
    case 't':
        ok = scan_word(s, "true");
        break;
    case 'f':
        ok = scan_word(s, "false");
        break;
    case 'n':
        ok = scan_word(s, "null");
        break;
    default:
        ok = scan_number(s);
        break;
    }
    s->depth--;
    return ok;
}

static bool names_are_unique(const cJSON *value) {
    const cJSON *child = NULL;
    int members = 0;

    cJSON_ArrayForEach(child, value) {
        if (cJSON_IsObject(value)) {
            if (++members > MEMBERS_MAX) {
                return false;
            }
            for (const cJSON *other = child->next; other != NULL; other = other->next) {
                if (strcmp(child->string, other->string) == 0) {
                    return false;
                }
            }
        }
        if (!names_are_unique(child)) {
            return false;
        }
    }
    return true;
}

static void *allocate(size_t size) {
    uint8_t *memory = size <= SIZE_MAX - SIZE_ROOM ? malloc(SIZE_ROOM + size) : NULL;

    if (memory == NULL) {
        return NULL;
    }
    memcpy(memory, &size, sizeof size);
    return memory + SIZE_ROOM;
}

static void wipe_and_free(void *memory) {
    size_t size = 0;

    if (memory != NULL) {
        uint8_t *start = (uint8_t *)memory - SIZE_ROOM;
        memcpy(&size, start, sizeof size);
        OPENSSL_cleanse(start, SIZE_ROOM + size);
        free(start);
    }
}

void jb_json_wipe_memory(void) {
    cJSON_Hooks hooks = {allocate, wipe_and_free};

    cJSON_InitHooks(&hooks);
}

cJSON *jb_json_parse(const char *text, size_t len) {
    struct scan s = {text, text + len, 0};
    cJSON *tree = NULL;

    if (len == 0 || !jb_text_is_utf8(text, len) || !scan_value(&s)) {
        return NULL;
    }
    skip_space(&s);
    if (s.at != s.end) {
        return NULL;
    }
    tree = cJSON_ParseWithLength(text, len);
    if (tree != NULL && !names_are_unique(tree)) {
        cJSON_Delete(tree);
        tree = NULL;
    }
    return tree;
}

const char *jb_json_string(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

bool jb_json_only(const cJSON *object, const char *const *names) {
    const cJSON *member = NULL;

    cJSON_ArrayForEach(member, object) {
        const char *const *name = names;
        while (*name != NULL && strcmp(*name, member->string) != 0) {
            name++;
        }
        if (*name == NULL) {
            return false;
        }
    }
    return true;
}

cJSON *jb_json_read_file(const char *path, size_t max, bool *absent) {
    size_t len = 0;
    char *text = jb_file_read(path, max, &len, absent);
    cJSON *tree = text == NULL ? NULL : jb_json_parse(text, len);

    free(text);
    return tree;
}
