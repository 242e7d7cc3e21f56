/* SPDX-License-Identifier: MIT */
/* jpki-bridge uninstall: takes the registrations of this user back, and nothing that is not ours.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "jpki_bridge/cli.h"
#include "jpki_bridge/platform.h"
#include "manifest.h"
#include "place.h"

enum outcome { NOTHING, REMOVED, FAILED };

/* Under our own name everything is ours; under another product's only what starts this program. */
static bool is_ours(int which, enum jb_manifest_state state) {
    return which == JB_HOST_OWN ? state != JB_MANIFEST_ABSENT
                                : state == JB_MANIFEST_OURS || state == JB_MANIFEST_COPY;
}

static enum outcome take_back(const struct jb_terminal *terminal, const struct jb_browser *browser,
                              int which, const char *self) {
    const struct jb_native_host *host = &jb_native_hosts[which];
    char *directory = jb_platform_expand(browser->user);
    struct jb_manifest manifest;
    char shown[1024];
    enum outcome outcome = NOTHING;

    if (directory == NULL) {
        return FAILED;
    }
    jb_manifest_read(directory, host, browser->kind, self, &manifest);
    if (is_ours(which, manifest.state) && manifest.path != NULL) {
        outcome = jb_place_unregister(browser, host) ? REMOVED : FAILED;
        jb_display_path(manifest.path, shown, sizeof shown);
        printf("  ");
        jb_print_mark(terminal, outcome == REMOVED ? JB_MARK_GOOD : JB_MARK_BAD);
        printf(" %s\n    %s\n",
               outcome == REMOVED ? JB_SAY(terminal, "取り消しました", "removed") : strerror(errno),
               shown);
    }
    jb_manifest_clear(&manifest);
    free(directory);
    return outcome;
}

int jb_cli_uninstall(const struct jb_terminal *terminal, int argc, char **argv) {
    char *self = jb_platform_program_path();
    bool removed = false;
    bool failed = false;

    (void)argv;
    for (int which = argc > 1 ? JB_HOST_WEB_EID : JB_HOST_OWN; which < JB_HOST_COUNT; which++) {
        for (size_t i = 0; i < jb_browsers_count; i++) {
            enum outcome outcome =
                take_back(terminal, &jb_browsers[i], which, self == NULL ? "" : self);
            removed = removed || outcome == REMOVED;
            failed = failed || outcome == FAILED;
        }
    }
    if (!removed && !failed) {
        puts(JB_SAY(terminal, "取り消す登録はありません。", "There is nothing to take back."));
    }
    free(self);
    return failed ? JB_EXIT_PROBLEM : JB_EXIT_OK;
}
