/* SPDX-License-Identifier: MIT */
/* Chromium starts a host with --parent-window=HWND, in decimal (its native_process_launcher_win); 0
 * is none. */
#include <windows.h>

#include <shellapi.h>
#include <stdint.h>
#include <stdlib.h>

#include "windows_dialog.h"

static const wchar_t name[] = L"--parent-window=";

static HWND window_of(const wchar_t *argument) {
    const size_t len = sizeof name / sizeof name[0] - 1;
    wchar_t *end = NULL;
    unsigned long long number = 0;

    if (wcsncmp(argument, name, len) != 0) {
        return NULL;
    }
    number = _wcstoui64(argument + len, &end, 10);
    return *end == L'\0' ? (HWND)(uintptr_t)number : NULL;
}

HWND jb_prompt_owner(void) {
    int count = 0;
    wchar_t **arguments = CommandLineToArgvW(GetCommandLineW(), &count);
    HWND owner = NULL;

    for (int i = 1; i < count && owner == NULL; i++) {
        owner = window_of(arguments[i]);
    }
    (void)LocalFree(arguments);
    if (owner != NULL && IsWindow(owner)) {
        owner = GetAncestor(owner, GA_ROOT);
    } else {
        owner = NULL;
    }
    return owner != NULL && IsWindowVisible(owner) && !IsIconic(owner) ? owner : NULL;
}
