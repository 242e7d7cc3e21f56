/* SPDX-License-Identifier: MIT */
/* The dialog on Windows, between its behaviour (windows.c) and its looks (windows_layout.c). */
#ifndef JB_PROMPT_WINDOWS_DIALOG_H
#define JB_PROMPT_WINDOWS_DIALOG_H

#include <stdbool.h>
#include <windows.h>

#include "words.h"

/* What it shows, in the order from top to bottom; null where this prompt has none. */
enum jb_part {
    JB_PART_HEADING,
    JB_PART_TEXT,  /* who asks, tries left, what for */
    JB_PART_NOTE,  /* why it asks again */
    JB_PART_LABEL, /* of the field */
    JB_PART_FIELD,
    JB_PART_OK,
    JB_PART_CANCEL,
    JB_PART_COUNT
};

enum jb_font { JB_FONT_PLAIN, JB_FONT_BOLD, JB_FONT_HEADING, JB_FONT_COUNT };

struct jb_dialog_look {
    HWND window;
    bool japanese;
    HWND part[JB_PART_COUNT];
    HFONT font[JB_FONT_COUNT];
};

/* Makes the controls with the words, and places them and the window for its screen. False when
 * memory is short. */
bool jb_dialog_build(struct jb_dialog_look *look, const struct jb_prompt_words *words);

/* Places all anew, for a screen of this many dots per inch. */
void jb_dialog_place(struct jb_dialog_look *look, UINT dpi);

/* Puts the window over its owner, or in the middle of the screen that the pointer is on. */
void jb_dialog_centre(const struct jb_dialog_look *look, HWND owner);

void jb_dialog_free_fonts(struct jb_dialog_look *look);

/* The window that the browser said the request comes from (--parent-window=, Chromium), or null
 * when it said none, it is gone or cannot be seen. */
HWND jb_prompt_owner(void);

#endif
