/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/macos.h"

char *jb_macos_text(CFTypeRef value) {
    CFStringRef string = NULL;
    CFIndex room = 0;
    char *text = NULL;

    if (value == NULL || CFGetTypeID(value) != CFStringGetTypeID()) {
        return NULL;
    }
    string = value;
    room = CFStringGetMaximumSizeForEncoding(CFStringGetLength(string), kCFStringEncodingUTF8);
    if (room == kCFNotFound) {
        return NULL;
    }
    text = calloc(1, (size_t)room + 1);
    if (text != NULL) {
        CFIndex used = 0;
        CFIndex whole = CFStringGetLength(string);
        CFIndex taken = CFStringGetBytes(string, CFRangeMake(0, whole), kCFStringEncodingUTF8, 0,
                                         false, (UInt8 *)text, room, &used);
        if (taken != whole || strlen(text) != (size_t)used) {
            free(text);
            text = NULL;
        }
    }
    return text;
}

CFStringRef jb_macos_create_string(const char *text) {
    return CFStringCreateWithCString(kCFAllocatorDefault, text, kCFStringEncodingUTF8);
}
