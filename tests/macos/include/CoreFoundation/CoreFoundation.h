/* SPDX-License-Identifier: MIT */
/* What the host uses of CoreFoundation.framework, declared as Apple documents it. */
#ifndef JB_TESTS_MACOS_COREFOUNDATION_H
#define JB_TESTS_MACOS_COREFOUNDATION_H

#include <stdbool.h>
#include <stdint.h>

typedef unsigned char Boolean;
typedef uint8_t UInt8;
typedef uint16_t UniChar;
typedef int32_t SInt32;
typedef uint32_t CFStringEncoding;
typedef long CFIndex;
typedef unsigned long CFTypeID;
typedef unsigned long CFOptionFlags;
typedef double CFTimeInterval;
typedef const void *CFTypeRef;
typedef CFTypeRef CFPropertyListRef;
typedef const struct __CFAllocator *CFAllocatorRef;
typedef const struct __CFString *CFStringRef;
typedef const struct __CFArray *CFArrayRef;
typedef const struct __CFData *CFDataRef;
typedef const struct __CFBoolean *CFBooleanRef;
typedef const struct __CFDictionary *CFDictionaryRef;
typedef struct __CFDictionary *CFMutableDictionaryRef;
typedef struct __CFError *CFErrorRef;
typedef struct __CFUserNotification *CFUserNotificationRef;

typedef struct {
    CFIndex location;
    CFIndex length;
} CFRange;
static inline CFRange CFRangeMake(CFIndex location, CFIndex length) {
    const CFRange range = {location, length};
    return range;
}

enum { kCFNotFound = -1 };
extern const CFAllocatorRef kCFAllocatorDefault;
void CFRelease(CFTypeRef object);
CFTypeID CFGetTypeID(CFTypeRef object);

/* ---- strings ---- */

#ifndef CFSTR
#define CFSTR(text) ((CFStringRef)__builtin___CFStringMakeConstantString("" text ""))
#endif
enum { kCFStringEncodingASCII = 0x0600, kCFStringEncodingUTF8 = 0x08000100 };
CFTypeID CFStringGetTypeID(void);
CFStringRef CFStringCreateWithCString(CFAllocatorRef allocator, const char *text,
                                      CFStringEncoding encoding);
CFIndex CFStringGetLength(CFStringRef string);
CFIndex CFStringGetMaximumSizeForEncoding(CFIndex length, CFStringEncoding encoding);
CFIndex CFStringGetBytes(CFStringRef string, CFRange range, CFStringEncoding encoding,
                         UInt8 loss_byte, Boolean external, UInt8 *buffer, CFIndex room,
                         CFIndex *used);
const char *CFStringGetCStringPtr(CFStringRef string, CFStringEncoding encoding);
const UniChar *CFStringGetCharactersPtr(CFStringRef string);

/* ---- collections, booleans, property lists ---- */

extern const CFBooleanRef kCFBooleanTrue;
CFTypeID CFBooleanGetTypeID(void);
Boolean CFBooleanGetValue(CFBooleanRef boolean);

CFTypeID CFArrayGetTypeID(void);
CFIndex CFArrayGetCount(CFArrayRef array);
const void *CFArrayGetValueAtIndex(CFArrayRef array, CFIndex index);

typedef struct CFDictionaryKeyCallBacks CFDictionaryKeyCallBacks;
typedef struct CFDictionaryValueCallBacks CFDictionaryValueCallBacks;
extern const CFDictionaryKeyCallBacks kCFTypeDictionaryKeyCallBacks;
extern const CFDictionaryValueCallBacks kCFTypeDictionaryValueCallBacks;
CFTypeID CFDictionaryGetTypeID(void);
CFMutableDictionaryRef CFDictionaryCreateMutable(CFAllocatorRef allocator, CFIndex capacity,
                                                 const CFDictionaryKeyCallBacks *of_keys,
                                                 const CFDictionaryValueCallBacks *of_values);
void CFDictionarySetValue(CFMutableDictionaryRef dictionary, const void *key, const void *value);
const void *CFDictionaryGetValue(CFDictionaryRef dictionary, const void *key);
CFIndex CFDictionaryGetCount(CFDictionaryRef dictionary);
void CFDictionaryGetKeysAndValues(CFDictionaryRef dictionary, const void **keys,
                                  const void **values);

enum { kCFPropertyListImmutable = 0 };
typedef CFIndex CFPropertyListFormat;
CFDataRef CFDataCreate(CFAllocatorRef allocator, const UInt8 *bytes, CFIndex length);
CFPropertyListRef CFPropertyListCreateWithData(CFAllocatorRef allocator, CFDataRef data,
                                               CFOptionFlags options, CFPropertyListFormat *format,
                                               CFErrorRef *error);

/* ---- preferences ---- */

extern const CFStringRef kCFPreferencesCurrentApplication;
CFPropertyListRef CFPreferencesCopyAppValue(CFStringRef key, CFStringRef application);
Boolean CFPreferencesAppValueIsForced(CFStringRef key, CFStringRef application);

/* ---- user notifications ---- */

enum { kCFUserNotificationNoteAlertLevel = 1, kCFUserNotificationCautionAlertLevel = 2 };
enum {
    kCFUserNotificationDefaultResponse = 0,
    kCFUserNotificationAlternateResponse = 1,
    kCFUserNotificationOtherResponse = 2,
    kCFUserNotificationCancelResponse = 3
};
static inline CFOptionFlags CFUserNotificationSecureTextField(CFIndex index) {
    return (CFOptionFlags)(1UL << (16 + index));
}
extern const CFStringRef kCFUserNotificationAlertHeaderKey;
extern const CFStringRef kCFUserNotificationAlertMessageKey;
extern const CFStringRef kCFUserNotificationAlertTopMostKey;
extern const CFStringRef kCFUserNotificationDefaultButtonTitleKey;
extern const CFStringRef kCFUserNotificationAlternateButtonTitleKey;
extern const CFStringRef kCFUserNotificationOtherButtonTitleKey;
extern const CFStringRef kCFUserNotificationTextFieldTitlesKey;
extern const CFStringRef kCFUserNotificationTextFieldValuesKey;
CFUserNotificationRef CFUserNotificationCreate(CFAllocatorRef allocator, CFTimeInterval timeout,
                                               CFOptionFlags flags, SInt32 *error,
                                               CFDictionaryRef shown);
SInt32 CFUserNotificationReceiveResponse(CFUserNotificationRef notification, CFTimeInterval timeout,
                                         CFOptionFlags *response);
SInt32 CFUserNotificationCancel(CFUserNotificationRef notification);
CFStringRef CFUserNotificationGetResponseValue(CFUserNotificationRef notification, CFStringRef key,
                                               CFIndex index);

#endif
