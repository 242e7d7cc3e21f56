/* SPDX-License-Identifier: MIT */
/* Arguments, terminal, directories and programs on Windows. */
#include <windows.h>

#include <initguid.h>

#include <knownfolders.h>
#include <shellapi.h>
#include <shlobj.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jpki_bridge/platform.h"
#include "jpki_bridge/windows.h"
#include "windows_files.h"

#define PATH_UNITS_MAX 32768
#define OUTPUT_ROOM 4096

static UINT codepage_before;

/* ---- arguments and terminal ---- */

void jb_platform_take_arguments(int *argc, char ***argv) {
    int count = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    char **narrow = wide == NULL ? NULL : calloc((size_t)count + 1, sizeof *narrow);
    bool whole = narrow != NULL;

    for (int i = 0; whole && i < count; i++) {
        narrow[i] = jb_narrow(wide[i]);
        whole = narrow[i] != NULL;
    }
    (void)LocalFree(wide);
    if (whole) { /* kept until the end, as main's own are */
        *argc = count;
        *argv = narrow;
        return;
    }
    for (int i = 0; narrow != NULL && i < count; i++) {
        free(narrow[i]);
    }
    free((void *)narrow);
}

bool jb_platform_is_typed_at(void) {
    DWORD mode = 0;

    return GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode) != 0;
}

static void restore_codepage(void) {
    (void)fflush(stdout);
    (void)SetConsoleOutputCP(codepage_before);
}

bool jb_platform_open_terminal(void) {
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD mode = 0;

    codepage_before = GetConsoleOutputCP();
    if (codepage_before != 0 && SetConsoleOutputCP(CP_UTF8)) {
        (void)atexit(restore_codepage);
    }
    /* The console shows a character only when all of its bytes come in one write. */
    (void)setvbuf(stdout, NULL, _IOFBF, OUTPUT_ROOM);
    (void)setvbuf(stderr, NULL, _IOFBF, OUTPUT_ROOM);
    return GetConsoleMode(out, &mode) &&
           SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

/* ---- directories ---- */

wchar_t *jb_windows_directory(bool local) {
    wchar_t *found = NULL;
    wchar_t *path = NULL;
    const GUID *folder = local ? &FOLDERID_LocalAppData : &FOLDERID_RoamingAppData;

    if (SHGetKnownFolderPath(folder, KF_FLAG_DEFAULT, NULL, &found) == S_OK) {
        size_t room = wcslen(found) + sizeof L"\\JPKI Bridge" / sizeof(wchar_t);
        path = calloc(room, sizeof *path);
        if (path != NULL) {
            (void)_snwprintf(path, room, L"%ls\\JPKI Bridge", found);
        }
    }
    CoTaskMemFree(found);
    return path;
}

static char *directory(bool local) {
    wchar_t *wide = jb_windows_directory(local);
    char *path = wide == NULL ? NULL : jb_narrow(wide);

    free(wide);
    return path;
}

char *jb_platform_config_dir(void) {
    return directory(false);
}

char *jb_platform_local_dir(void) {
    return directory(true);
}

char *jb_platform_expand(const char *path) {
    return strdup(path);
}

char *jb_platform_join(const char *directory, const char *name) {
    char *path = NULL;
    return asprintf(&path, "%s\\%s", directory, name) < 0 ? NULL : path;
}

static bool is_separator(char c) {
    return c == '\\' || c == '/';
}

bool jb_platform_is_absolute(const char *path) {
    bool on_drive = ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z')) &&
                    path[1] == ':' && is_separator(path[2]);

    return on_drive || (is_separator(path[0]) && is_separator(path[1]));
}

const char *jb_platform_file_name(const char *path) {
    const char *name = path;

    for (const char *at = path; *at != '\0'; at++) {
        name = is_separator(*at) ? at + 1 : name;
    }
    return name;
}

/* ---- programs ---- */

bool jb_platform_is_program(const char *path) {
    wchar_t *wide = jb_wide_path(path);
    DWORD kind = 0;
    bool is = wide != NULL && GetBinaryTypeW(wide, &kind);

    free(wide);
    return is;
}

static HANDLE open_to_look(const char *path) {
    wchar_t *wide = jb_wide_path(path);
    HANDLE file = INVALID_HANDLE_VALUE;

    if (wide != NULL) {
        file = CreateFileW(wide, 0, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                           OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    }
    free(wide);
    return file;
}

bool jb_platform_is_same_file(const char *a, const char *b) {
    BY_HANDLE_FILE_INFORMATION one;
    BY_HANDLE_FILE_INFORMATION other;
    HANDLE first = open_to_look(a);
    HANDLE second = open_to_look(b);
    bool same = strcmp(a, b) == 0;

    if (!same && first != INVALID_HANDLE_VALUE && second != INVALID_HANDLE_VALUE) {
        same =
            GetFileInformationByHandle(first, &one) && GetFileInformationByHandle(second, &other) &&
            one.dwVolumeSerialNumber == other.dwVolumeSerialNumber &&
            one.nFileIndexHigh == other.nFileIndexHigh && one.nFileIndexLow == other.nFileIndexLow;
    }
    if (first != INVALID_HANDLE_VALUE) {
        (void)CloseHandle(first);
    }
    if (second != INVALID_HANDLE_VALUE) {
        (void)CloseHandle(second);
    }
    return same;
}

char *jb_platform_program_path(void) {
    wchar_t *wide = calloc(PATH_UNITS_MAX, sizeof *wide);
    DWORD len = wide == NULL ? 0 : GetModuleFileNameW(NULL, wide, PATH_UNITS_MAX);
    char *path = len == 0 || len >= PATH_UNITS_MAX ? NULL : jb_narrow(wide);

    free(wide);
    return path;
}

void jb_platform_exit_now(int status) {
    /* Not ExitProcess, which waits for threads inside a library. */
    (void)TerminateProcess(GetCurrentProcess(), (UINT)status);
    for (;;) {
    }
}
