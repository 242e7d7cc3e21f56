/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#include "jpki_bridge/file.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/windows.h"
#include "windows_files.h"

#define LOCK_POLL_MS 20
#define LOCK_PATIENCE_MS 5000

bool jb_windows_make_directories(const wchar_t *path) {
    wchar_t *copy = wcsdup(path);
    bool made = copy != NULL;

    /* The first separator follows the drive. */
    for (wchar_t *at = made ? wcschr(copy, L'\\') : NULL;
         made && at != NULL && (at = wcschr(at + 1, L'\\')) != NULL;) {
        *at = L'\0';
        made = CreateDirectoryW(copy, NULL) || GetLastError() == ERROR_ALREADY_EXISTS ||
               GetFileAttributesW(copy) != INVALID_FILE_ATTRIBUTES;
        if (!made) {
            jb_windows_errno();
        }
        *at = L'\\';
    }
    free(copy);
    return made;
}

void *jb_windows_take_lock(const wchar_t *path, bool *busy) {
    HANDLE file = CreateFileW(path, GENERIC_WRITE | DELETE, 0, NULL, OPEN_ALWAYS,
                              FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    DWORD code = GetLastError();

    /* While its last owner closes it, the file is there and cannot be opened. */
    *busy = file == INVALID_HANDLE_VALUE &&
            (code == ERROR_SHARING_VIOLATION || code == ERROR_ACCESS_DENIED);
    if (file == INVALID_HANDLE_VALUE) {
        jb_windows_errno_of(code);
        return NULL;
    }
    return file;
}

enum jb_error jb_platform_lock_beside(const char *path, struct jb_op *op, int *lock) {
    uint64_t until = jb_clock_ms() + LOCK_PATIENCE_MS;
    enum jb_error error = JB_ERR_LOCK_UNAVAILABLE;
    char *beside = NULL;
    wchar_t *wide = NULL;
    HANDLE file = NULL;
    bool busy = false;

    *lock = -1;
    if (asprintf(&beside, "%s.lock", path) < 0) {
        beside = NULL;
    }
    wide = beside == NULL ? NULL : jb_wide_path(beside);
    if (wide == NULL || !jb_windows_make_directories(wide)) {
        goto out;
    }
    while ((file = jb_windows_take_lock(wide, &busy)) == NULL) {
        if (!busy) {
            goto out;
        }
        if (op != NULL && (error = jb_op_sleep(op, LOCK_POLL_MS)) != JB_OK) {
            error = error == JB_ERR_TIMEOUT ? JB_ERR_OPERATION_PENDING : error;
            goto out;
        }
        if (op == NULL && jb_clock_ms() >= until) {
            error = JB_ERR_OPERATION_PENDING;
            goto out;
        }
        if (op == NULL) {
            jb_pause(LOCK_POLL_MS);
        }
        error = JB_ERR_LOCK_UNAVAILABLE;
    }
    *lock = _open_osfhandle((intptr_t)file, _O_BINARY);
    error = *lock >= 0 ? JB_OK : JB_ERR_LOCK_UNAVAILABLE;
out:
    free(wide);
    free(beside);
    return error;
}

void jb_platform_unlock_beside(int lock) {
    (void)_close(lock);
}

static bool write_whole(const wchar_t *path, const char *text, size_t len) {
    HANDLE file =
        CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD put = 0;

    if (file == INVALID_HANDLE_VALUE) {
        return false;
    }
    bool whole =
        WriteFile(file, text, (DWORD)len, &put, NULL) && put == len && FlushFileBuffers(file);
    return CloseHandle(file) && whole;
}

bool jb_platform_write_file(const char *path, const char *text, size_t len, bool for_all) {
    char *beside = NULL;
    wchar_t *wide = jb_wide_path(path);
    wchar_t *temporary = NULL;
    bool done = false;

    (void)for_all; /* a user's profile is nobody else's to read */
    if (asprintf(&beside, "%s.%lu.new", path, GetCurrentProcessId()) < 0) {
        beside = NULL;
    }
    temporary = beside == NULL ? NULL : jb_wide_path(beside);
    errno = ENOMEM;
    if (wide == NULL || temporary == NULL || !jb_windows_make_directories(wide)) {
        goto out;
    }
    done = write_whole(temporary, text, len) &&
           MoveFileExW(temporary, wide, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
    if (!done) {
        jb_windows_errno();
        (void)DeleteFileW(temporary);
    }
out:
    free(temporary);
    free(wide);
    free(beside);
    return done;
}

char *jb_platform_read_trusted(const char *path, enum jb_keeper keeper, size_t max, size_t *len,
                               struct jb_fault *fault) {
    bool absent = false;
    char *text = jb_file_read(path, max, len, &absent);

    (void)keeper;
    if (text == NULL && !absent) {
        (void)jb_fault_set(fault, JB_FAULT_UNREADABLE, path);
    }
    return text;
}

enum jb_home jb_platform_home(void) {
    char *directory = jb_platform_config_dir();
    enum jb_home home = directory == NULL ? JB_HOME_ABSENT : JB_HOME_GOOD;

    free(directory);
    return home;
}

bool jb_platform_is_trusted(const char *path, enum jb_keeper keeper, struct jb_fault *fault) {
    (void)path;
    (void)keeper;
    (void)fault;
    return true;
}
