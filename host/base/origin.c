/* SPDX-License-Identifier: MIT */
/* Judges the text only: nothing is looked up, and a name of the right form need not exist. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "jpki_bridge/origin.h"

#define HOST_MAX 253 /* RFC 1035 §2.3.4, written without the root */
#define LABEL_MAX 63
#define IPV6_PIECES 8

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_lower_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* A decimal number as it is printed, at most max. */
static bool is_number(const char *text, size_t len, unsigned long max) {
    unsigned long value = 0;

    if (len == 0 || len > 5 || (text[0] == '0' && len > 1)) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (!is_digit(text[i])) {
            return false;
        }
        value = value * 10 + (unsigned long)(text[i] - '0');
    }
    return value <= max;
}

static bool is_ipv4(const char *host, size_t len) {
    size_t start = 0;
    int parts = 0;

    for (size_t i = 0; i <= len; i++) {
        if (i < len && host[i] != '.') {
            continue;
        }
        if (!is_number(host + start, i - start, 255)) {
            return false;
        }
        parts++;
        start = i + 1;
    }
    return parts == 4;
}

/* "ends in a number": browsers read such a host as an IPv4 address and nothing else. */
static bool ends_in_number(const char *host, size_t len) {
    size_t start = len;
    size_t i;

    while (start > 0 && host[start - 1] != '.') {
        start--;
    }
    i = start;
    while (i < len && is_digit(host[i])) {
        i++;
    }
    if (i == len) {
        return true;
    }
    if (len - start < 2 || host[start] != '0' || host[start + 1] != 'x') {
        return false;
    }
    for (i = start + 2; i < len && is_lower_hex(host[i]); i++) {
    }
    return i == len;
}

static bool is_name(const char *host, size_t len) {
    size_t label = 0;

    if (len == 0 || len > HOST_MAX) {
        return false;
    }
    for (size_t i = 0; i <= len; i++) {
        char c = '.';

        if (i < len) {
            c = host[i];
        }
        if (c == '.') {
            if (label == 0 || label > LABEL_MAX) {
                return false; /* also refuses a dot at the end */
            }
            label = 0;
            continue;
        }
        /* "_" and a hyphen anywhere are no host names of RFC 1123, but browsers open them. */
        if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '-' && c != '_') {
            return false;
        }
        label++;
    }
    return true;
}

/* Reads the pieces of a written address; "::" stands for as many zeros as are missing. */
static bool parse_ipv6(const char *text, size_t len, uint16_t pieces[IPV6_PIECES]) {
    int count = 0;
    int gap = -1;
    size_t i = 0;

    memset(pieces, 0, IPV6_PIECES * sizeof pieces[0]);
    if (len >= 2 && text[0] == ':' && text[1] == ':') {
        gap = 0;
        i = 2;
    }
    while (i < len) {
        unsigned value = 0;
        size_t start = i;
        for (; i < len && i - start < 4 && is_lower_hex(text[i]); i++) {
            value = value * 16 + (unsigned)(is_digit(text[i]) ? text[i] - '0' : text[i] - 'a' + 10);
        }
        if (i == start || count == IPV6_PIECES) {
            return false;
        }
        pieces[count++] = (uint16_t)value;
        if (i == len) {
            break;
        }
        if (text[i++] != ':' || i == len) {
            return false;
        }
        if (text[i] == ':') {
            if (gap >= 0) {
                return false;
            }
            gap = count;
            i++;
        }
    }
    if (gap < 0) {
        return count == IPV6_PIECES;
    }
    if (count == IPV6_PIECES) {
        return false;
    }
    for (int from = count - 1, to = IPV6_PIECES - 1; from >= gap; from--, to--) {
        pieces[to] = pieces[from];
        pieces[from] = 0;
    }
    return true;
}

/* Writes the address as the URL standard does: the first longest run of two or more zeros becomes
 * "::". */
static void write_ipv6(const uint16_t pieces[IPV6_PIECES], char *out, size_t size) {
    int gap = -1;
    int gap_len = 1;
    size_t at = 0;

    for (int i = 0; i < IPV6_PIECES; i++) {
        int len = 0;
        while (i + len < IPV6_PIECES && pieces[i + len] == 0) {
            len++;
        }
        if (len > gap_len) {
            gap = i;
            gap_len = len;
        }
    }
    out[0] = '\0';
    for (int i = 0; i < IPV6_PIECES && at < size;) {
        if (i == gap) {
            at += (size_t)snprintf(out + at, size - at, i == 0 ? "::" : ":");
            i += gap_len;
            continue;
        }
        at += (size_t)snprintf(out + at, size - at, i == IPV6_PIECES - 1 ? "%x" : "%x:", pieces[i]);
        i++;
    }
}

static bool is_ipv6(const char *text, size_t len) {
    uint16_t pieces[IPV6_PIECES];
    char written[48];

    if (!parse_ipv6(text, len, pieces)) {
        return false;
    }
    write_ipv6(pieces, written, sizeof written);
    return strlen(written) == len && memcmp(written, text, len) == 0;
}

static bool is_host(const char *host, size_t len) {
    if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
        return is_ipv6(host + 1, len - 2);
    }
    return ends_in_number(host, len) ? is_ipv4(host, len) : is_name(host, len);
}

bool jb_origin_is_valid(const char *text) {
    static const char scheme[] = "https://";
    const char *host;
    const char *end;
    size_t len;

    if (text == NULL || strnlen(text, JB_ORIGIN_MAX + 1) > JB_ORIGIN_MAX ||
        strncmp(text, scheme, sizeof scheme - 1) != 0) {
        return false;
    }
    host = text + sizeof scheme - 1;
    end = host[0] == '[' ? strchr(host, ']') : host + strcspn(host, ":");
    if (end == NULL) {
        return false;
    }
    len = (size_t)(end - host) + (host[0] == '[' ? 1 : 0);
    if (!is_host(host, len)) {
        return false;
    }
    if (host[len] == '\0') {
        return true;
    }
    return host[len] == ':' && host[len + 1] != '0' && strcmp(host + len + 1, "443") != 0 &&
           is_number(host + len + 1, strlen(host + len + 1), 65535);
}
