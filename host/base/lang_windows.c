/* SPDX-License-Identifier: MIT */
#include <windows.h>

#include "jpki_bridge/lang.h"

enum jb_lang jb_lang_system(void) {
    return PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_JAPANESE ? JB_LANG_JA : JB_LANG_EN;
}
