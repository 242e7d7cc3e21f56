/* SPDX-License-Identifier: MIT */
/* What the dialog looks like: the system's fonts and colours, so that every theme, contrast and
 * size of text that a person has chosen holds here too. Lengths are in pixels at 96 dots per inch.
 */
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/windows.h"
#include "windows_dialog.h"

#define MARGIN 20
#define GAP 12
#define SMALL_GAP 6
#define TEXT_MIN 340
#define TEXT_MAX 620
#define FIELD_WIDTH 220
#define FIELD_PADDING 5
#define BUTTON_MIN 96
#define BUTTON_HEIGHT 30
#define BUTTON_PADDING 14
#define BASE_DPI 96

#define TEXT_FORMAT (DT_NOPREFIX | DT_WORDBREAK | DT_EDITCONTROL)

static int scaled(int length, UINT dpi) {
    return MulDiv(length, (int)dpi, BASE_DPI);
}

/* The words of a button: "_" before its key becomes "&". */
static wchar_t *button_words(const char *words) {
    char *marked = calloc(2 * strlen(words) + 1, 1);
    wchar_t *wide = NULL;

    if (marked != NULL) {
        char *out = marked;
        for (const char *at = words; *at != '\0'; at++) {
            if (*at == '&') {
                *out++ = '&';
            }
            *out++ = (char)(*at == '_' ? '&' : *at);
        }
        wide = jb_wide(marked);
    }
    free(marked);
    return wide;
}

static bool make_part(struct jb_dialog_look *look, enum jb_part part, const wchar_t *class,
                      wchar_t *words, DWORD style, INT_PTR id) {
    DWORD edge = part == JB_PART_FIELD ? WS_EX_CLIENTEDGE : 0;

    if (words != NULL) {
        look->part[part] =
            CreateWindowExW(edge, class, words, WS_CHILD | WS_VISIBLE | style, 0, 0, 0, 0,
                            look->window, (HMENU)id, GetModuleHandleW(NULL), NULL);
    }
    free(words);
    return look->part[part] != NULL;
}

static bool make_text(struct jb_dialog_look *look, enum jb_part part, const char *words) {
    return words == NULL || words[0] == '\0' ||
           make_part(look, part, L"STATIC", jb_wide(words), SS_NOPREFIX | SS_EDITCONTROL, -1);
}

bool jb_dialog_build(struct jb_dialog_look *look, const struct jb_prompt_words *words) {
    const DWORD stop = WS_TABSTOP;
    bool two = strcmp(words->ok, words->cancel) != 0;
    bool built = make_text(look, JB_PART_HEADING, words->title) &&
                 make_text(look, JB_PART_TEXT, words->description) &&
                 make_text(look, JB_PART_NOTE, words->error) &&
                 make_text(look, JB_PART_LABEL, words->label);

    if (words->label != NULL) {
        built = built && make_part(look, JB_PART_FIELD, L"EDIT", wcsdup(L""),
                                   stop | ES_PASSWORD | ES_AUTOHSCROLL, JB_PART_FIELD);
    }
    /* Tab goes the way it reads. */
    built = built &&
            (!two || make_part(look, JB_PART_OK, L"BUTTON", button_words(words->ok), stop, IDOK)) &&
            make_part(look, JB_PART_CANCEL, L"BUTTON", button_words(words->cancel), stop, IDCANCEL);
    if (built) {
        jb_dialog_place(look, GetDpiForWindow(look->window));
    }
    return built;
}

void jb_dialog_free_fonts(struct jb_dialog_look *look) {
    for (size_t i = 0; i < JB_FONT_COUNT; i++) {
        if (look->font[i] != NULL) {
            (void)DeleteObject(look->font[i]);
            look->font[i] = NULL;
        }
    }
}

/* The font of the system's messages; for Japanese its own, which Windows has in every language, so
 * that no other language's shapes of the characters come in. */
static void make_fonts(struct jb_dialog_look *look, UINT dpi) {
    NONCLIENTMETRICSW metrics = {.cbSize = sizeof metrics};

    jb_dialog_free_fonts(look);
    if (!SystemParametersInfoForDpi(SPI_GETNONCLIENTMETRICS, sizeof metrics, &metrics, 0, dpi)) {
        return; /* the controls then keep the system's old font, and can be read */
    }
    LOGFONTW font = metrics.lfMessageFont;
    if (look->japanese) {
        font.lfCharSet = SHIFTJIS_CHARSET;
        wcscpy(font.lfFaceName, L"Yu Gothic UI");
    }
    look->font[JB_FONT_PLAIN] = CreateFontIndirectW(&font);
    font.lfWeight = FW_BOLD;
    look->font[JB_FONT_BOLD] = CreateFontIndirectW(&font);
    font.lfHeight = MulDiv(font.lfHeight, 4, 3);
    look->font[JB_FONT_HEADING] = CreateFontIndirectW(&font);
}

static enum jb_font font_of(enum jb_part part) {
    return part == JB_PART_HEADING ? JB_FONT_HEADING
           : part == JB_PART_NOTE  ? JB_FONT_BOLD
                                   : JB_FONT_PLAIN;
}

/* What the words of a part take, wrapped at width (0: not wrapped). */
static SIZE size_of(const struct jb_dialog_look *look, enum jb_part part, int width) {
    wchar_t words[JB_WORDS_DESCRIPTION_MAX + 1];
    RECT room = {0, 0, width, 0};
    HDC dc = GetDC(look->part[part]);
    HGDIOBJ before = SelectObject(dc, (HFONT)SendMessageW(look->part[part], WM_GETFONT, 0, 0));
    UINT format = width > 0 ? TEXT_FORMAT : DT_NOPREFIX;

    (void)GetWindowTextW(look->part[part], words, JB_WORDS_DESCRIPTION_MAX + 1);
    (void)DrawTextW(dc, words, -1, &room, format | DT_CALCRECT);
    (void)SelectObject(dc, before);
    (void)ReleaseDC(look->part[part], dc);
    const SIZE size = {room.right, room.bottom};
    return size;
}

static void move(const struct jb_dialog_look *look, enum jb_part part, int x, int y, int width,
                 int height) {
    (void)SetWindowPos(look->part[part], NULL, x, y, width, height, SWP_NOZORDER | SWP_NOACTIVATE);
}

/* The width of the widest text, within bounds. */
static int text_width(const struct jb_dialog_look *look, UINT dpi) {
    int width = scaled(TEXT_MIN, dpi);

    for (int part = JB_PART_HEADING; part <= JB_PART_NOTE; part++) {
        if (look->part[part] != NULL) {
            int wanted = (int)size_of(look, part, 0).cx + 2;
            width = wanted > width ? wanted : width;
        }
    }
    return width < scaled(TEXT_MAX, dpi) ? width : scaled(TEXT_MAX, dpi);
}

static int place_texts(const struct jb_dialog_look *look, UINT dpi, int width) {
    int y = scaled(MARGIN, dpi);

    for (int part = JB_PART_HEADING; part <= JB_PART_LABEL; part++) {
        if (look->part[part] != NULL) {
            int height = (int)size_of(look, part, width).cy;
            move(look, part, scaled(MARGIN, dpi), y, width, height);
            y += height + scaled(part == JB_PART_LABEL ? SMALL_GAP : GAP, dpi);
        }
    }
    return y;
}

/* From the right: the one that says no is the last. */
static void place_buttons(const struct jb_dialog_look *look, UINT dpi, int right, int y) {
    for (int part = JB_PART_CANCEL; part >= JB_PART_OK; part--) {
        if (look->part[part] != NULL) {
            int width = (int)size_of(look, part, 0).cx + 2 * scaled(BUTTON_PADDING, dpi);
            if (width < scaled(BUTTON_MIN, dpi)) {
                width = scaled(BUTTON_MIN, dpi);
            }
            move(look, part, right - width, y, width, scaled(BUTTON_HEIGHT, dpi));
            right -= width + scaled(GAP, dpi);
        }
    }
}

void jb_dialog_place(struct jb_dialog_look *look, UINT dpi) {
    const int margin = scaled(MARGIN, dpi);

    make_fonts(look, dpi);
    for (int part = 0; part < JB_PART_COUNT; part++) {
        if (look->part[part] != NULL) {
            (void)SendMessageW(look->part[part], WM_SETFONT, (WPARAM)look->font[font_of(part)], 1);
        }
    }
    const int width = text_width(look, dpi);
    int y = place_texts(look, dpi, width);
    if (look->part[JB_PART_FIELD] != NULL) {
        int height = (int)size_of(look, JB_PART_LABEL, 0).cy + 2 * scaled(FIELD_PADDING, dpi);
        move(look, JB_PART_FIELD, margin, y, scaled(FIELD_WIDTH, dpi), height);
        y += height + scaled(GAP, dpi);
    }
    y += scaled(GAP, dpi);
    place_buttons(look, dpi, margin + width, y);
    RECT frame = {0, 0, width + 2 * margin, y + scaled(BUTTON_HEIGHT, dpi) + margin};
    (void)AdjustWindowRectExForDpi(&frame, (DWORD)GetWindowLongW(look->window, GWL_STYLE), FALSE,
                                   (DWORD)GetWindowLongW(look->window, GWL_EXSTYLE), dpi);
    (void)SetWindowPos(look->window, NULL, 0, 0, frame.right - frame.left, frame.bottom - frame.top,
                       SWP_NOMOVE | SWP_NOZORDER | SWP_NOACTIVATE);
    (void)InvalidateRect(look->window, NULL, TRUE);
}

void jb_dialog_centre(const struct jb_dialog_look *look, HWND owner) {
    MONITORINFO screen = {.cbSize = sizeof screen};
    POINT pointer = {0, 0};
    RECT own;
    RECT over;

    (void)GetCursorPos(&pointer);
    HMONITOR monitor = owner != NULL ? MonitorFromWindow(owner, MONITOR_DEFAULTTONEAREST)
                                     : MonitorFromPoint(pointer, MONITOR_DEFAULTTOPRIMARY);
    if (!GetMonitorInfoW(monitor, &screen) || !GetWindowRect(look->window, &own)) {
        return;
    }
    if (owner == NULL || !GetWindowRect(owner, &over)) {
        over = screen.rcWork;
    }
    const LONG width = own.right - own.left, height = own.bottom - own.top;
    LONG x = (over.left + over.right - width) / 2, y = (over.top + over.bottom - height) / 2;
    /* All of it stays on the screen, its top before all. */
    x = min(max(x, screen.rcWork.left), max(screen.rcWork.right - width, screen.rcWork.left));
    y = max(min(y, screen.rcWork.bottom - height), screen.rcWork.top);
    (void)SetWindowPos(look->window, NULL, x, y, 0, 0, SWP_NOSIZE | SWP_NOZORDER | SWP_NOACTIVATE);
}
