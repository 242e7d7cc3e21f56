/* SPDX-License-Identifier: MIT */
/* The lock per user: a file in the user's own directory on this computer. */
#include <stdint.h>
#include <stdlib.h>
#include <windows.h>

#include "jpki_bridge/platform.h"
#include "windows_files.h"

#define POLL_MS 50
static const wchar_t lock_name[] = L"\\jpki-bridge.lock";

struct jb_user_lock {
    HANDLE file;
};

static wchar_t *lock_path(void) {
    wchar_t *directory = jb_windows_directory(true);
    size_t room = directory == NULL ? 0 : wcslen(directory) + sizeof lock_name / sizeof(wchar_t);
    wchar_t *path = directory == NULL ? NULL : calloc(room, sizeof *path);

    if (path != NULL) {
        wcscpy(path, directory);
        wcscat(path, lock_name);
    }
    free(directory);
    return path;
}

enum jb_error jb_user_lock_take(struct jb_op *op, struct jb_user_lock **out) {
    struct jb_user_lock *lock = calloc(1, sizeof *lock);
    wchar_t *path = lock_path();
    enum jb_error error = JB_OK;
    bool busy = false;

    *out = NULL;
    if (lock == NULL || path == NULL) {
        error = JB_ERR_OUT_OF_MEMORY;
        goto out;
    }
    if (!jb_windows_make_directories(path)) {
        error = JB_ERR_LOCK_UNAVAILABLE;
        goto out;
    }
    while ((lock->file = jb_windows_take_lock(path, &busy)) == NULL) {
        if (!busy) {
            error = JB_ERR_LOCK_UNAVAILABLE;
            goto out;
        }
        error = jb_op_sleep(op, POLL_MS);
        if (error != JB_OK) {
            error = error == JB_ERR_TIMEOUT ? JB_ERR_OPERATION_PENDING : error;
            goto out;
        }
    }
    *out = lock;
    lock = NULL;
out:
    jb_user_lock_free(&lock);
    free(path);
    return error;
}

void jb_user_lock_free(struct jb_user_lock **lock) {
    if (*lock == NULL) {
        return;
    }
    if ((*lock)->file != NULL) {
        (void)CloseHandle((*lock)->file);
    }
    free(*lock);
    *lock = NULL;
}
