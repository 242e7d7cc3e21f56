/* SPDX-License-Identifier: MIT */
/* The first of the languages that the person put in order in the system's settings. */
#include <stdlib.h>

#include "jpki_bridge/lang.h"
#include "jpki_bridge/macos.h"

enum jb_lang jb_lang_system(void) {
    CFPropertyListRef languages =
        CFPreferencesCopyAppValue(CFSTR("AppleLanguages"), kCFPreferencesCurrentApplication);
    enum jb_lang lang = JB_LANG_JA;
    char *first = NULL;

    if (languages == NULL) {
        return lang;
    }
    if (CFGetTypeID(languages) == CFArrayGetTypeID() && CFArrayGetCount(languages) > 0) {
        first = jb_macos_text(CFArrayGetValueAtIndex(languages, 0));
    }
    if (first != NULL && first[0] != '\0') {
        lang = jb_lang_of(first);
    }
    free(first);
    CFRelease(languages);
    return lang;
}
