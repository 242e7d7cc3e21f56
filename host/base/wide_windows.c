/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <windows.h>

#include "jpki_bridge/windows.h"

wchar_t *jb_wide(const char *text) {
    int units = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide = units <= 0 ? NULL : calloc((size_t)units, sizeof *wide);

    if (wide != NULL &&
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, units) != units) {
        free(wide);
        wide = NULL;
    }
    return wide;
}

char *jb_narrow(const wchar_t *text) {
    int bytes = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, -1, NULL, 0, NULL, NULL);
    char *narrow = bytes <= 0 ? NULL : malloc((size_t)bytes);

    if (narrow != NULL && WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, -1, narrow,
                                              bytes, NULL, NULL) != bytes) {
        free(narrow);
        narrow = NULL;
    }
    return narrow;
}

wchar_t *jb_wide_path(const char *path) {
    wchar_t *wide = jb_wide(path);

    for (wchar_t *at = wide; at != NULL && *at != L'\0'; at++) {
        if (*at == L'/') {
            *at = L'\\';
        }
    }
    return wide;
}

void jb_windows_errno_of(unsigned long code) {
    static const struct {
        unsigned long code;
        int number;
    } known[] = {
        {ERROR_FILE_NOT_FOUND, ENOENT},
        {ERROR_PATH_NOT_FOUND, ENOENT},
        {ERROR_ACCESS_DENIED, EACCES},
        {ERROR_SHARING_VIOLATION, EBUSY},
        {ERROR_DISK_FULL, ENOSPC},
        {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
        {ERROR_ALREADY_EXISTS, EEXIST},
        {ERROR_FILE_EXISTS, EEXIST},
        {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
        {ERROR_INVALID_NAME, EINVAL},
        {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
    };

    errno = EIO;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (known[i].code == code) {
            errno = known[i].number;
        }
    }
}

void jb_windows_errno(void) {
    jb_windows_errno_of(GetLastError());
}
