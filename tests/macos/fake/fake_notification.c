/* SPDX-License-Identifier: MIT */
#include <CoreFoundation/CoreFoundation.h>
#include <mach/message.h>
#include <string.h>

#include "fake_cf.h"

struct fake_notification fake_notification;

/* One notification at a time is open. What it is to others is a dictionary of what was typed. */
static CFMutableDictionaryRef open_one;
static const struct fake_answer *answer;
static int looks;

static void keep(char *out, size_t size, CFDictionaryRef shown, CFStringRef key) {
    const void *text = CFDictionaryGetValue(shown, key);

    memset(out, 0, size);
    if (text != NULL) {
        fake_require(strlen(fake_bytes(text)) < size);
        memcpy(out, fake_bytes(text), strlen(fake_bytes(text)) + 1);
    }
}
#define KEEP(member, key)                                                                          \
    keep(fake_notification.member, sizeof fake_notification.member, shown, key)

CFUserNotificationRef CFUserNotificationCreate(CFAllocatorRef allocator, CFTimeInterval timeout,
                                               CFOptionFlags flags, SInt32 *error,
                                               CFDictionaryRef shown) {
    CFUserNotificationRef made = NULL;

    fake_require(allocator == kCFAllocatorDefault && timeout <= 0);
    if (fake_notification.refuses) {
        *error = 1;
        return NULL;
    }
    fake_require(fake_notification.opened < fake_notification.count);
    answer = &fake_notification.answers[fake_notification.opened++];
    looks = answer->looks;
    fake_notification.flags = flags;
    fake_notification.top_most =
        CFDictionaryGetValue(shown, kCFUserNotificationAlertTopMostKey) == kCFBooleanTrue;
    KEEP(title, kCFUserNotificationAlertHeaderKey);
    KEEP(message, kCFUserNotificationAlertMessageKey);
    KEEP(field, kCFUserNotificationTextFieldTitlesKey);
    KEEP(enter, kCFUserNotificationDefaultButtonTitleKey);
    KEEP(alternate, kCFUserNotificationAlternateButtonTitleKey);
    KEEP(other, kCFUserNotificationOtherButtonTitleKey);
    open_one = fake_dictionary();
    if (answer->typed != NULL) {
        fake_notification.typed = fake_text(answer->typed);
        fake_dictionary_add(open_one, "typed", fake_keep(fake_notification.typed));
    }
    memcpy(&made, &open_one, sizeof(void *));
    return made;
}

static bool is_open(CFUserNotificationRef notification) {
    return memcmp(&notification, &open_one, sizeof(void *)) == 0;
}

SInt32 CFUserNotificationReceiveResponse(CFUserNotificationRef notification, CFTimeInterval timeout,
                                         CFOptionFlags *response) {
    fake_require(is_open(notification) && timeout > 0);
    if (looks > 0) {
        looks--;
        if (fake_notification.on_look != NULL) {
            fake_notification.on_look(fake_notification.context);
        }
        return MACH_RCV_TIMED_OUT;
    }
    *response = answer->button;
    return answer->code;
}

SInt32 CFUserNotificationCancel(CFUserNotificationRef notification) {
    fake_require(is_open(notification));
    fake_notification.cancelled++;
    return 0;
}

CFStringRef CFUserNotificationGetResponseValue(CFUserNotificationRef notification, CFStringRef key,
                                               CFIndex index) {
    fake_require(is_open(notification) && index == 0);
    fake_require(key == kCFUserNotificationTextFieldValuesKey);
    return CFDictionaryGetValue((CFDictionaryRef)open_one, fake_constant("typed"));
}
