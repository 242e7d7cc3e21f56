/* SPDX-License-Identifier: MIT */
/*
 * AppArmor profiles that keep a browser from starting this program. Which are loaded only root may
 * read, so what is looked at is what the system loads at its start: the files of /etc/apparmor.d,
 * where a profile is switched off by a link of its name in disable/, or says itself that it
 * confines nothing. What a profile allows by way of others that it includes is not looked at.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "advice.h"
#include "jpki_bridge/file.h"

#define PROFILES "/etc/apparmor.d"
enum { FILE_SIZE_MAX = 1 << 20, PATH_SIZE = 512 };

static bool is_enabled(void) {
    FILE *file = fopen("/sys/module/apparmor/parameters/enabled", "re");
    bool enabled = file != NULL && fgetc(file) == 'Y';

    if (file != NULL) {
        (void)fclose(file);
    }
    return enabled;
}

/* Whether the file's name is that of a profile for a program called so: its path with dots for
 * slashes (usr.lib.firefox.firefox), or just its name. */
static bool is_for(const char *name, const char *program) {
    const char *dot = strrchr(name, '.');
    const char *last = dot == NULL ? name : dot + 1;

    return program != NULL && strcmp(last, program) == 0;
}

static bool has_text(const char *path, const char *const *words) {
    size_t len = 0;
    bool absent = false, found = false;
    char *text = jb_file_read(path, FILE_SIZE_MAX, &len, &absent);

    for (; text != NULL && *words != NULL && !found; words++) {
        found = strstr(text, *words) != NULL;
    }
    free(text);
    return found;
}

/* Whether the profile is loaded, confines, and says nothing of this program. */
static bool confines(const char *name) {
    static const char *const lets[] = {"unconfined", "complain", "jpki-bridge", NULL};
    char path[PATH_SIZE], disabled[PATH_SIZE], local[PATH_SIZE];
    struct stat status;

    (void)snprintf(path, sizeof path, PROFILES "/%s", name);
    (void)snprintf(disabled, sizeof disabled, PROFILES "/disable/%s", name);
    (void)snprintf(local, sizeof local, PROFILES "/local/%s", name);
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(disabled, F_OK) != 0 &&
           !has_text(path, lets) && !has_text(local, lets);
}

bool jb_apparmor_profile(const struct jb_browser *browser, char *name, size_t size) {
    DIR *folder = is_enabled() ? opendir(PROFILES) : NULL;
    const struct dirent *entry;
    bool found = false;

    while (folder != NULL && !found && (entry = readdir(folder)) != NULL) {
        for (const char *const *program = browser->programs; *program != NULL && !found;
             program++) {
            found = is_for(entry->d_name, *program) && confines(entry->d_name);
        }
        if (found) {
            (void)snprintf(name, size, "%s", entry->d_name);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return found;
}
