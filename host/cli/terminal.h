/* SPDX-License-Identifier: MIT */
/* What a person reads on standard output: language, colour, columns of Japanese and Latin text. */
#ifndef JB_CLI_TERMINAL_H
#define JB_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "jpki_bridge/lang.h"

struct jb_terminal {
    enum jb_lang lang;
    bool colour;
};

/* One sentence in two languages; as a format string the compiler checks both. */
#define JB_SAY(terminal, ja, en) ((terminal)->lang == JB_LANG_JA ? (ja) : (en))

enum jb_mark { JB_MARK_GOOD, JB_MARK_BAD, JB_MARK_WARN, JB_MARK_SKIP };

/* The session's language; colour when standard output is a terminal and NO_COLOR is not set. */
struct jb_terminal jb_terminal_open(void);

/* Flushes standard output; false when something could not be written. */
bool jb_terminal_close(void);

/* The columns that UTF-8 text takes (UAX #11: wide and full-width characters take two). */
size_t jb_display_width(const char *text);

/* "✓", "✗", "!" or "-", coloured, one column wide. */
void jb_print_mark(const struct jb_terminal *terminal, enum jb_mark mark);

/* Text, filled up with blanks to width columns. */
void jb_print_padded(const char *text, size_t width);

/* Text whose further lines begin at column indent. */
void jb_print_indented(const char *text, size_t indent);

/* Bold, on a terminal. */
void jb_print_heading(const struct jb_terminal *terminal, const char *text);

/* A path for showing: nothing in it acts on the terminal, and the home folder is "~". */
void jb_display_path(const char *path, char *out, size_t size);

/* Appends formatted text to what stands in out; what does not fit is cut after a whole character.
 */
void jb_append(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
