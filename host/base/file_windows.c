/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <windows.h>

#include "jpki_bridge/file.h"
#include "jpki_bridge/windows.h"

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

/* All of an open file; null when it is longer than max. */
static char *read_all(HANDLE file, size_t max, size_t *len) {
    LARGE_INTEGER size;
    DWORD got = 1;
    size_t have = 0;
    char *text;

    if (GetFileType(file) != FILE_TYPE_DISK || !GetFileSizeEx(file, &size) ||
        (unsigned long long)size.QuadPart > max || (text = malloc(max + 1)) == NULL) {
        return NULL;
    }
    while (got > 0 && have <= max) {
        if (!ReadFile(file, text + have, (DWORD)(max + 1 - have), &got, NULL)) {
            have = max + 1;
        }
        have += got;
    }
    if (have > max) {
        free(text);
        return NULL;
    }
    text[have] = '\0';
    *len = have;
    return text;
}

char *jb_file_read(const char *path, size_t max, size_t *len, bool *absent) {
    wchar_t *wide = jb_wide_path(path);
    HANDLE file = INVALID_HANDLE_VALUE;
    char *text = NULL;

    *len = 0;
    *absent = false;
    if (wide != NULL) {
        file = CreateFileW(wide, GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
    }
    if (file != INVALID_HANDLE_VALUE) {
        text = read_all(file, max, len);
        (void)CloseHandle(file);
    } else if (wide != NULL) {
        *absent = GetLastError() == ERROR_FILE_NOT_FOUND || GetLastError() == ERROR_PATH_NOT_FOUND;
    }
    free(wide);
    return text;
}
