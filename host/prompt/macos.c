/* SPDX-License-Identifier: MIT */
/*
 * The dialog on macOS: a CFUserNotification, which the system shows in a process of its own. The
 * thread that runs it is the only one that speaks to it, and looks every LOOK_S whether it was
 * closed. Enter and Escape never say a yes: that button is the one that no key presses.
 */
#include <mach/message.h>
#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/macos.h"
#include "jpki_bridge/wait.h"
#include "words.h"

#define LOOK_S 0.1
#define YES_AFTER_MS 1000 /* a yes is taken only from somebody who has seen the question */
#define BUTTON_MAX 128    /* bytes */
#define MESSAGE_MAX (JB_WORDS_DESCRIPTION_MAX + 512)
#define BUTTONS 3U /* the bits of a response that name the button (CFUserNotification) */

struct jb_prompt_dialog {
    pthread_mutex_t mutex; /* guards closed */
    bool closed;
    void (*on_shown)(void *);
    void *context;
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
    (void)pthread_mutex_unlock(&dialog->mutex);
}

static bool is_closed(struct jb_prompt_dialog *dialog) {
    (void)pthread_mutex_lock(&dialog->mutex);
    bool closed = dialog->closed;
    (void)pthread_mutex_unlock(&dialog->mutex);
    return closed;
}

void jb_prompt_dialog_free(struct jb_prompt_dialog **dialog) {
    if (*dialog != NULL) {
        (void)pthread_mutex_destroy(&(*dialog)->mutex);
        free(*dialog);
        *dialog = NULL;
    }
}

char *jb_prompt_program(const char *configured) {
    (void)configured; /* there is no other than the system's */
    return strdup("");
}

/* ---- what it shows ---- */

/* The words of a button without its key, which macOS has none of: "Log in" of "_Log in", and
 * "ログインする" of "ログインする(_L)". */
static void without_key(const char *words, char out[BUTTON_MAX]) {
    const char *key = strstr(words, "(_");
    size_t len = 0;

    for (const char *at = words; *at != '\0' && at != key && len + 1 < BUTTON_MAX; at++) {
        if (*at != '_') {
            out[len++] = *at;
        }
    }
    out[len] = '\0';
}

static bool set(CFMutableDictionaryRef shown, CFStringRef key, const char *text) {
    CFStringRef string = jb_macos_create_string(text);

    if (string == NULL) {
        return false;
    }
    CFDictionarySetValue(shown, key, string);
    CFRelease(string);
    return true;
}

static bool set_button(CFMutableDictionaryRef shown, CFStringRef key, const char *words) {
    char text[BUTTON_MAX];

    without_key(words, text);
    return set(shown, key, text);
}

/* With a field, Enter is its OK. A yes alone is the third button, and Enter and Escape are no. */
static bool set_buttons(CFMutableDictionaryRef shown, const struct jb_prompt_request *request,
                        const struct jb_prompt_words *words) {
    if (jb_prompt_asks_pin(request->kind)) {
        return set_button(shown, kCFUserNotificationDefaultButtonTitleKey, words->ok) &&
               set_button(shown, kCFUserNotificationAlternateButtonTitleKey, words->cancel) &&
               set(shown, kCFUserNotificationTextFieldTitlesKey, words->label);
    }
    return set_button(shown, kCFUserNotificationDefaultButtonTitleKey, words->cancel) &&
           (request->kind == JB_PROMPT_KEYPAD ||
            set_button(shown, kCFUserNotificationOtherButtonTitleKey, words->ok));
}

static CFDictionaryRef create_shown(const struct jb_prompt_request *request,
                                    const struct jb_prompt_words *words) {
    CFMutableDictionaryRef shown = CFDictionaryCreateMutable(
        kCFAllocatorDefault, 0, &kCFTypeDictionaryKeyCallBacks, &kCFTypeDictionaryValueCallBacks);
    char message[MESSAGE_MAX];
    int len =
        snprintf(message, sizeof message, "%s%s%s", words->description,
                 words->error == NULL ? "" : "\n\n", words->error == NULL ? "" : words->error);

    if (shown == NULL) {
        return NULL;
    }
    CFDictionarySetValue(shown, kCFUserNotificationAlertTopMostKey, kCFBooleanTrue);
    if (len < 0 || (size_t)len >= sizeof message ||
        !set(shown, kCFUserNotificationAlertHeaderKey, words->title) ||
        !set(shown, kCFUserNotificationAlertMessageKey, message) ||
        !set_buttons(shown, request, words)) {
        CFRelease(shown);
        shown = NULL;
    }
    return shown;
}

static CFOptionFlags flags_of(enum jb_prompt_kind kind) {
    if (jb_prompt_asks_pin(kind)) {
        return kCFUserNotificationNoteAlertLevel | CFUserNotificationSecureTextField(0);
    }
    return kind == JB_PROMPT_KEYPAD ? kCFUserNotificationNoteAlertLevel
                                    : kCFUserNotificationCautionAlertLevel;
}

/* ---- what comes back ---- */

static void overwrite(const void *memory, size_t len) {
    void *same = NULL;

    memcpy(&same, &memory, sizeof same);
    OPENSSL_cleanse(same, len);
}

/* Overwrites the text of the string where it lies open in memory of ours. A string that macOS keeps
 * inside its pointer, and what it was made from, are out of reach. */
static void wipe(CFStringRef string) {
    const char *text = CFStringGetCStringPtr(string, kCFStringEncodingASCII);
    const UniChar *units = CFStringGetCharactersPtr(string);
    size_t len = (size_t)CFStringGetLength(string);

    if (len > 0 && text != NULL) {
        overwrite(text, len);
    }
    if (len > 0 && units != NULL) {
        overwrite(units, len * sizeof *units);
    }
}

/* Takes what was typed. What has not the room of a PIN becomes zeros only. */
static enum jb_error take_pin(CFUserNotificationRef notification, struct jb_secret *secret) {
    CFStringRef typed =
        CFUserNotificationGetResponseValue(notification, kCFUserNotificationTextFieldValuesKey, 0);
    CFIndex used = 0;

    if (typed == NULL) { /* an empty field may be left out of the answer */
        secret->len = 0;
        return JB_OK;
    }
    CFIndex len = CFStringGetLength(typed);
    CFIndex taken = CFStringGetBytes(typed, CFRangeMake(0, len), kCFStringEncodingUTF8, 0, false,
                                     secret->bytes, sizeof secret->bytes, &used);
    if (taken != len) {
        OPENSSL_cleanse(secret->bytes, sizeof secret->bytes);
        used = sizeof secret->bytes;
    }
    secret->len = (size_t)used;
    wipe(typed);
    return JB_OK;
}

static enum jb_error answer_of(CFUserNotificationRef notification, CFOptionFlags response,
                               const struct jb_prompt_request *request, struct jb_secret *secret) {
    CFOptionFlags button = response & BUTTONS;

    if (jb_prompt_asks_pin(request->kind)) {
        return button == kCFUserNotificationDefaultResponse ? take_pin(notification, secret)
                                                            : JB_ERR_USER_CANCELLED;
    }
    return button == kCFUserNotificationOtherResponse && request->kind != JB_PROMPT_KEYPAD
               ? JB_OK
               : JB_ERR_USER_CANCELLED;
}

/* Waits for the answer of the one that is open, or takes it away. */
static enum jb_error talk(struct jb_prompt_dialog *dialog, CFUserNotificationRef notification,
                          const struct jb_prompt_request *request, struct jb_secret *secret) {
    enum jb_error result = JB_ERR_USER_CANCELLED;
    CFOptionFlags response = 0;
    SInt32 code = MACH_RCV_TIMED_OUT;

    while (code == MACH_RCV_TIMED_OUT && !is_closed(dialog)) {
        code = CFUserNotificationReceiveResponse(notification, LOOK_S, &response);
    }
    if (code == MACH_RCV_TIMED_OUT) {
        (void)CFUserNotificationCancel(notification);
    } else {
        result = code == 0 ? answer_of(notification, response, request, secret)
                           : JB_ERR_PROMPT_UNAVAILABLE;
    }
    return result;
}

enum jb_error jb_prompt_dialog_run(struct jb_prompt_dialog *dialog,
                                   const struct jb_prompt_request *request,
                                   struct jb_secret *secret) {
    struct jb_prompt_words words;
    CFDictionaryRef shown = NULL;
    enum jb_error result = JB_ERR_USER_CANCELLED;
    bool too_soon = true;

    if (!jb_prompt_words_make(request, &words)) {
        return JB_ERR_INTERNAL;
    }
    shown = create_shown(request, &words);
    if (shown == NULL) {
        return JB_ERR_OUT_OF_MEMORY;
    }
    for (bool first = true; too_soon && !is_closed(dialog); first = false) {
        uint64_t opened = jb_clock_ms();
        SInt32 error = 0;
        CFUserNotificationRef notification = CFUserNotificationCreate(
            kCFAllocatorDefault, 0, flags_of(request->kind), &error, shown);
        if (notification == NULL) {
            result = JB_ERR_PROMPT_UNAVAILABLE; /* nobody is logged in at the screen */
            break;
        }
        if (first) {
            dialog->on_shown(dialog->context);
        }
        result = talk(dialog, notification, request, secret);
        CFRelease(notification);
        /* Said before it could be read: asked again. */
        too_soon = result == JB_OK && !jb_prompt_asks_pin(request->kind) &&
                   jb_clock_ms() - opened < YES_AFTER_MS;
    }
    CFRelease(shown);
    if (is_closed(dialog)) {
        result = JB_ERR_USER_CANCELLED;
    }
    if (result != JB_OK) {
        OPENSSL_cleanse(secret, sizeof(*secret));
    }
    return result;
}
