/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/platform.h"
#include "jpki_bridge/text.h"

enum { PATH_CHARS = 300 };

/* UAX #11, the wide and full-width blocks that occur in names and sentences. */
static const struct {
    uint32_t first, last;
} wide[] = {
    {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F}, {0xFF01, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x20000, 0x3FFFD},
};

struct jb_terminal jb_terminal_open(void) {
    const char *no_colour = getenv("NO_COLOR");
    bool has_colours = jb_platform_open_terminal();
    struct jb_terminal terminal = {
        .lang = jb_lang_system(),
        .colour = has_colours && (no_colour == NULL || no_colour[0] == '\0'),
    };

    return terminal;
}

bool jb_terminal_close(void) {
    return fflush(stdout) == 0 && ferror(stdout) == 0;
}

/* The next character of well-formed UTF-8; malformed bytes count for themselves. */
static uint32_t next_character(const char **text) {
    const unsigned char *at = (const unsigned char *)*text;
    uint32_t c = at[0];
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;

    if (more > 0) {
        c &= 0x3FU >> more;
    }
    at++;
    for (; more > 0 && (at[0] & 0xC0) == 0x80; more--, at++) {
        c = c << 6 | (at[0] & 0x3FU);
    }
    *text = (const char *)at;
    return c;
}

size_t jb_display_width(const char *text) {
    size_t width = 0;

    while (*text != '\0') {
        uint32_t c = next_character(&text);
        width++;
        for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++) {
            if (c >= wide[i].first && c <= wide[i].last) {
                width++;
                break;
            }
        }
    }
    return width;
}

void jb_print_mark(const struct jb_terminal *terminal, enum jb_mark mark) {
    static const struct {
        const char *text, *colour;
    } marks[] = {
        [JB_MARK_GOOD] = {"✓", "32"},
        [JB_MARK_BAD] = {"✗", "31;1"},
        [JB_MARK_WARN] = {"!", "33;1"},
        [JB_MARK_SKIP] = {"-", "2"},
    };

    if (terminal->colour) {
        printf("\033[%sm%s\033[0m", marks[mark].colour, marks[mark].text);
    } else {
        fputs(marks[mark].text, stdout);
    }
}

void jb_print_padded(const char *text, size_t width) {
    size_t have = jb_display_width(text);

    printf("%s%*s", text, have < width ? (int)(width - have) : 0, "");
}

void jb_print_indented(const char *text, size_t indent) {
    for (;;) {
        size_t len = strcspn(text, "\n");
        printf("%.*s\n", (int)len, text);
        if (text[len] == '\0' || text[len + 1] == '\0') {
            return;
        }
        printf("%*s", (int)indent, "");
        text += len + 1;
    }
}

void jb_print_heading(const struct jb_terminal *terminal, const char *text) {
    printf(terminal->colour ? "\033[1m%s\033[0m\n" : "%s\n", text);
}

void jb_display_path(const char *path, char *out, size_t size) {
    char *home = jb_platform_expand("$HOME/");
    size_t len = home == NULL ? 0 : strlen(home);

    if (len > 1 && strncmp(path, home, len) == 0 && size > 2) {
        memcpy(out, "~/", 3);
        jb_text_for_display(path + len, PATH_CHARS, out + 2, size - 2);
    } else {
        jb_text_for_display(path, PATH_CHARS, out, size);
    }
    free(home);
}

void jb_append(char *out, size_t size, const char *format, ...) {
    size_t have = strlen(out);
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(out + have, size - have, format, arguments);
    va_end(arguments);
    if (len < 0) {
        out[have] = '\0';
        return;
    }
    if ((size_t)len >= size - have) {
        size_t end = size - 1;
        /* back to the lead byte of the character that may have been cut */
        while (end > have && ((unsigned char)out[end - 1] & 0xC0) == 0x80) {
            end--;
        }
        if (end > have && ((unsigned char)out[end - 1] & 0x80) != 0) {
            end--;
        }
        out[end] = '\0';
    }
}
