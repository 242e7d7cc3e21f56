/* SPDX-License-Identifier: MIT */
/*
 * The dialog on Windows, shown by this program. The thread that runs it owns the window; closing it
 * from another thread is one message to it. It is owned by the browser's window where that is
 * known, and stays on top otherwise. The owner is not disabled: a program that dies would leave it
 * so.
 */
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#include "windows_dialog.h"

#define CLOSE_MESSAGE WM_APP
#define YES_TIMER 1
#define YES_AFTER_MS 1000 /* a yes is taken only from somebody who has seen the question */

struct jb_prompt_dialog {
    pthread_mutex_t mutex; /* guards window and closed */
    HWND window;           /* null when there is none */
    bool closed;
    void (*on_shown)(void *);
    void *context;
    /* of the running thread only */
    struct jb_dialog_look look;
    struct jb_secret *secret;
    bool over;
    enum jb_error result;
};

struct jb_prompt_dialog *jb_prompt_dialog_new(void (*on_shown)(void *), void *context) {
    struct jb_prompt_dialog *dialog = calloc(1, sizeof(*dialog));

    if (dialog != NULL) {
        (void)pthread_mutex_init(&dialog->mutex, NULL);
        dialog->on_shown = on_shown;
        dialog->context = context;
    }
    return dialog;
}

void jb_prompt_dialog_close(struct jb_prompt_dialog *dialog) {
    (void)pthread_mutex_lock(&dialog->mutex);
    dialog->closed = true;
    if (dialog->window != NULL) {
        (void)PostMessageW(dialog->window, CLOSE_MESSAGE, 0, 0);
    }
    (void)pthread_mutex_unlock(&dialog->mutex);
}

void jb_prompt_dialog_free(struct jb_prompt_dialog **dialog) {
    if (*dialog != NULL) {
        (void)pthread_mutex_destroy(&(*dialog)->mutex);
        free(*dialog);
        *dialog = NULL;
    }
}

char *jb_prompt_program(const char *configured) {
    (void)configured; /* there is no other than our own */
    return strdup("");
}

/* ---- the PIN ---- */

/* Overwrites what the field holds, in the memory that it has for it, and empties it. */
static void wipe_field(HWND field, size_t len) {
    wchar_t filler[JB_SECRET_MAX + 1] = {0};

    (void)SendMessageW(field, EM_EMPTYUNDOBUFFER, 0, 0);
    for (size_t i = 0; i < len && i < JB_SECRET_MAX; i++) {
        filler[i] = L'*';
    }
    (void)SetWindowTextW(field, filler);
    (void)SetWindowTextW(field, L"");
}

/* Takes what was typed out of the field. What has not the room of a PIN becomes zeros only. */
static enum jb_error take_pin(HWND field, struct jb_secret *secret) {
    const size_t units = JB_SECRET_MAX + 1;
    wchar_t *typed = jb_secret_malloc(units * sizeof *typed);
    int len = 0;
    int bytes = 0;

    if (typed == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    len = GetWindowTextW(field, typed, (int)units);
    wipe_field(field, (size_t)len);
    if (len > 0) {
        bytes = WideCharToMultiByte(CP_UTF8, 0, typed, len, (char *)secret->bytes,
                                    sizeof secret->bytes, NULL, NULL);
        if (bytes <= 0) {
            OPENSSL_cleanse(secret->bytes, sizeof secret->bytes);
            bytes = sizeof secret->bytes;
        }
    }
    secret->len = (size_t)bytes;
    jb_secret_release(typed);
    return JB_OK;
}

/* ---- the window ---- */

static void end(struct jb_prompt_dialog *dialog, enum jb_error result) {
    if (!dialog->over) {
        dialog->over = true;
        dialog->result = result;
    }
}

static void answer(struct jb_prompt_dialog *dialog, WORD button) {
    HWND field = dialog->look.part[JB_PART_FIELD];

    if (button == IDCANCEL) {
        end(dialog, JB_ERR_USER_CANCELLED);
    } else if (button == IDOK && dialog->look.part[JB_PART_OK] != NULL &&
               IsWindowEnabled(dialog->look.part[JB_PART_OK])) {
        end(dialog, field == NULL ? JB_OK : take_pin(field, dialog->secret));
    }
}

static INT_PTR CALLBACK on_message(HWND window, UINT message, WPARAM wide, LPARAM longer) {
    struct jb_prompt_dialog *dialog =
        (struct jb_prompt_dialog *)GetWindowLongPtrW(window, GWLP_USERDATA);

    if (dialog == NULL) {
        return FALSE;
    }
    switch (message) {
    case WM_COMMAND:
        answer(dialog, LOWORD(wide));
        return TRUE;
    case WM_CLOSE:
    case CLOSE_MESSAGE:
        end(dialog, JB_ERR_USER_CANCELLED);
        return TRUE;
    case WM_TIMER:
        (void)KillTimer(window, YES_TIMER);
        (void)EnableWindow(dialog->look.part[JB_PART_OK], TRUE);
        return TRUE;
    case WM_DPICHANGED: {
        const RECT *place = (const RECT *)longer;
        jb_dialog_place(&dialog->look, HIWORD(wide));
        (void)SetWindowPos(window, NULL, place->left, place->top, 0, 0,
                           SWP_NOSIZE | SWP_NOZORDER | SWP_NOACTIVATE);
        return TRUE;
    }
    case WM_CTLCOLORDLG:
    case WM_CTLCOLORSTATIC:
        (void)SetTextColor((HDC)wide, GetSysColor(COLOR_WINDOWTEXT));
        (void)SetBkColor((HDC)wide, GetSysColor(COLOR_WINDOW));
        return (INT_PTR)GetSysColorBrush(COLOR_WINDOW);
    default:
        return FALSE;
    }
}

/* An empty dialog, whose controls are made afterwards. */
static HWND make_window(HWND owner) {
    const struct {
        DLGTEMPLATE head;
        WORD menu, class, title;
    } template = {
        .head = {.style = WS_POPUP | WS_CAPTION | WS_SYSMENU | DS_MODALFRAME,
                 .dwExtendedStyle = owner == NULL ? WS_EX_TOPMOST | WS_EX_APPWINDOW : 0},
    };

    return CreateDialogIndirectParamW(GetModuleHandleW(NULL), &template.head, owner, on_message, 0);
}

/* Brings it before the person, or asks for attention where the system does not let it. */
static void show(struct jb_prompt_dialog *dialog, bool has_field) {
    struct jb_dialog_look *look = &dialog->look;
    HWND ok = look->part[JB_PART_OK];
    FLASHWINFO flash = {sizeof flash, look->window, FLASHW_ALL | FLASHW_TIMERNOFG, 0, 0};

    (void)SendMessageW(look->window, DM_SETDEFID, has_field ? IDOK : IDCANCEL, 0);
    (void)ShowWindow(look->window, SW_SHOWNORMAL);
    if (!SetForegroundWindow(look->window) || GetForegroundWindow() != look->window) {
        (void)FlashWindowEx(&flash);
    }
    if (has_field) {
        (void)SendMessageW(look->part[JB_PART_FIELD], EM_SETLIMITTEXT, JB_SECRET_MAX, 0);
        (void)SetFocus(look->part[JB_PART_FIELD]);
        return;
    }
    /* A yes must be meant: Enter says no, and yes cannot be said at once. */
    (void)SetFocus(look->part[JB_PART_CANCEL]);
    if (ok != NULL) {
        (void)EnableWindow(ok, FALSE);
        (void)SetTimer(look->window, YES_TIMER, YES_AFTER_MS, NULL);
    }
}

/* Makes the window known to those who may close it; false when they already did. */
static bool publish(struct jb_prompt_dialog *dialog, HWND window) {
    (void)pthread_mutex_lock(&dialog->mutex);
    bool open = !dialog->closed;
    dialog->window = window;
    (void)pthread_mutex_unlock(&dialog->mutex);
    return open;
}

static void talk(struct jb_prompt_dialog *dialog) {
    MSG message;

    while (!dialog->over) {
        if (GetMessageW(&message, NULL, 0, 0) <= 0) {
            end(dialog, JB_ERR_PROMPT_UNAVAILABLE);
        } else if (!IsDialogMessageW(dialog->look.window, &message)) {
            (void)TranslateMessage(&message);
            (void)DispatchMessageW(&message);
        }
    }
}

enum jb_error jb_prompt_dialog_run(struct jb_prompt_dialog *dialog,
                                   const struct jb_prompt_request *request,
                                   struct jb_secret *secret) {
    struct jb_prompt_words words;
    HWND owner = jb_prompt_owner();

    dialog->secret = secret;
    dialog->result = JB_ERR_PROMPT_UNAVAILABLE;
    if (!jb_prompt_words_make(request, &words)) {
        return JB_ERR_INTERNAL;
    }
    dialog->look.window = make_window(owner);
    if (dialog->look.window == NULL) {
        return JB_ERR_PROMPT_UNAVAILABLE;
    }
    dialog->look.japanese = request->lang == JB_LANG_JA;
    (void)SetWindowLongPtrW(dialog->look.window, GWLP_USERDATA, (LONG_PTR)dialog);
    (void)SetWindowTextW(dialog->look.window, L"JPKI Bridge");
    if (!jb_dialog_build(&dialog->look, &words)) {
        goto out;
    }
    if (!publish(dialog, dialog->look.window)) {
        end(dialog, JB_ERR_USER_CANCELLED);
        goto out;
    }
    jb_dialog_centre(&dialog->look, owner);
    show(dialog, words.label != NULL);
    dialog->on_shown(dialog->context);
    talk(dialog);
out:
    (void)publish(dialog, NULL);
    if (dialog->look.part[JB_PART_FIELD] != NULL) {
        wipe_field(dialog->look.part[JB_PART_FIELD], JB_SECRET_MAX);
    }
    (void)DestroyWindow(dialog->look.window);
    jb_dialog_free_fonts(&dialog->look);
    if (dialog->closed) { /* nobody closes it any more: whoever could waits for this thread */
        dialog->result = JB_ERR_USER_CANCELLED;
    }
    if (dialog->result != JB_OK) {
        OPENSSL_cleanse(secret, sizeof(*secret));
    }
    return dialog->result;
}
