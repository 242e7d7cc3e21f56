/* SPDX-License-Identifier: MIT */
/* jpki-bridge install: registers this program with the browsers of this user. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "commands.h"
#include "jpki_bridge/cli.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/text.h"
#include "manifest.h"
#include "place.h"

enum { NAME_COLUMN = 16, DETAIL_INDENT = 4 };

/* What the options ask for. */
struct asked {
    bool web_eid;
    struct jb_extension_ids chromium, firefox; /* to be let in beside ours */
};

static void print_line(const struct jb_terminal *terminal, enum jb_mark mark,
                       const struct jb_browser *browser, const char *what, const char *path) {
    char shown[1024];

    printf("  ");
    jb_print_mark(terminal, mark);
    printf(" ");
    jb_print_padded(browser->name, NAME_COLUMN);
    puts(what);
    if (path != NULL) {
        jb_display_path(path, shown, sizeof shown);
        printf("%*s%s\n", DETAIL_INDENT, "", shown);
    }
}

static bool is_foreign(const char *directory, const struct jb_browser *browser,
                       const struct jb_native_host *host, const char *self, char **path) {
    struct jb_manifest manifest;
    bool foreign;

    jb_manifest_read(directory, host, browser->kind, self, &manifest);
    foreign = manifest.state == JB_MANIFEST_FOREIGN || manifest.state == JB_MANIFEST_BROKEN;
    if (foreign) {
        *path = manifest.path;
        manifest.path = NULL;
    }
    jb_manifest_clear(&manifest);
    return foreign;
}

/* The manifest through which another program already serves this browser under the name, or null.
 */
static char *find_foreign(const char *directory, const struct jb_browser *browser,
                          const struct jb_native_host *host, const char *self) {
    char *path = NULL;

    if (is_foreign(directory, browser, host, self, &path)) {
        return path;
    }
    for (const char *const *system = browser->system; *system != NULL; system++) {
        if (is_foreign(*system, browser, host, self, &path)) {
            return path;
        }
    }
    return NULL;
}

/* The extensions to let in beside ours: those that are asked for, and those that an earlier install
 * let in, which mending must not lose. */
static void gather_others(const char *directory, const struct jb_browser *browser,
                          const struct jb_native_host *host, const char *self,
                          const struct asked *asked, struct jb_extension_ids *others) {
    const struct jb_extension_ids *more =
        browser->kind == JB_BROWSER_CHROMIUM ? &asked->chromium : &asked->firefox;
    struct jb_manifest manifest;

    jb_manifest_read(directory, host, browser->kind, self, &manifest);
    if (manifest.state == JB_MANIFEST_OURS || manifest.state == JB_MANIFEST_COPY) {
        *others = manifest.others;
    }
    jb_manifest_clear(&manifest);
    for (size_t i = 0; i < more->count; i++) {
        (void)jb_extension_ids_add(others, browser->kind, more->id[i]);
    }
}

static void print_others(const struct jb_terminal *terminal,
                         const struct jb_extension_ids *others) {
    for (size_t i = 0; i < others->count; i++) {
        printf("%*s%s %s\n", DETAIL_INDENT, "",
               JB_SAY(terminal, "追加の拡張機能:", "further extension:"), others->id[i]);
    }
}

static bool register_with(const struct jb_terminal *terminal, const struct jb_browser *browser,
                          int which, const char *self, const struct asked *asked) {
    const struct jb_native_host *host = &jb_native_hosts[which];
    struct jb_extension_ids others = {0};
    char *directory = jb_platform_expand(browser->user);
    char *foreign = NULL;
    bool registered = false;
    char *path =
        directory == NULL ? NULL : jb_place_manifest(directory, host, browser->kind, &registered);
    bool done = false;

    if (path == NULL) {
        print_line(terminal, JB_MARK_BAD, browser,
                   JB_SAY(terminal, "ホームフォルダーが分かりません", "no home folder"), NULL);
        goto out;
    }
    /* The name of another product is taken only where nobody else answers to it. */
    if (which != JB_HOST_OWN) {
        foreign = find_foreign(directory, browser, host, self);
    }
    if (foreign != NULL) {
        print_line(terminal, JB_MARK_WARN, browser,
                   JB_SAY(terminal, "そのままにしました(ほかのプログラムの登録があります)",
                          "left alone (another program is registered)"),
                   foreign);
        goto out;
    }
    if (which == JB_HOST_OWN) {
        gather_others(directory, browser, host, self, asked, &others);
    }
    switch (jb_manifest_write(directory, host, browser->kind, self, &others)) {
    case JB_MANIFEST_WRITTEN:
        done = true;
        print_line(terminal, JB_MARK_GOOD, browser, JB_SAY(terminal, "登録しました", "registered"),
                   path);
        break;
    case JB_MANIFEST_UNCHANGED:
        done = true;
        print_line(terminal, JB_MARK_GOOD, browser,
                   JB_SAY(terminal, "登録済みです", "already registered"), path);
        break;
    case JB_MANIFEST_FAILED:
        print_line(terminal, JB_MARK_BAD, browser, strerror(errno), path);
        break;
    }
    if (done) {
        print_others(terminal, &others);
    }
out:
    free(foreign);
    free(path);
    free(directory);
    return done;
}

static bool register_everywhere(const struct jb_terminal *terminal, int which, const char *self,
                                const struct asked *asked) {
    bool all = true;

    for (size_t i = 0; i < jb_browsers_count; i++) {
        const char *advice =
            which == JB_HOST_OWN ? jb_advice_confined(terminal, &jb_browsers[i]) : NULL;
        all = register_with(terminal, &jb_browsers[i], which, self, asked) && all;
        if (advice != NULL) {
            printf("%*s", DETAIL_INDENT, "");
            jb_print_indented(advice, DETAIL_INDENT);
        }
    }
    return all;
}

/* False, with why on stderr, when one of the options' values is no id. */
static bool read_options(const struct jb_terminal *terminal, int argc, char **argv,
                         struct asked *asked) {
    for (int i = 1; i < argc; i++) {
        char shown[JB_EXTENSION_ID_SIZE * 4];

        if (strcmp(argv[i], "--web-eid") == 0) {
            asked->web_eid = true;
            continue;
        }
        const char *id = argv[++i]; /* the other option's value, which is there */
        if (jb_extension_ids_add(&asked->chromium, JB_BROWSER_CHROMIUM, id) ||
            jb_extension_ids_add(&asked->firefox, JB_BROWSER_FIREFOX, id)) {
            continue;
        }
        jb_text_for_display(id, JB_EXTENSION_ID_SIZE, shown, sizeof shown);
        fprintf(stderr,
                JB_SAY(terminal,
                       "拡張機能の ID ではありません(または多すぎます): %s\n"
                       "Chromium 系では a から p の 32 文字、Firefox では name@example.jp か {…} "
                       "の形です。\n",
                       "This is no extension's id, or one too many: %s\n"
                       "It has 32 letters from a to p for Chromium and its kin, and the form\n"
                       "name@example.jp or {…} for Firefox.\n"),
                shown);
        return false;
    }
    return true;
}

int jb_cli_install(const struct jb_terminal *terminal, int argc, char **argv) {
    struct asked asked = {0};
    char *self = NULL;
    bool all;

    if (!read_options(terminal, argc, argv, &asked)) {
        return JB_EXIT_USAGE;
    }
    self = jb_platform_program_path();
    if (self == NULL) {
        (void)fflush(stdout);
        fprintf(stderr, "%s\n",
                JB_SAY(terminal, "このプログラムの場所が分かりません。",
                       "This program cannot tell where it is."));
        return JB_EXIT_PROBLEM;
    }
    jb_print_heading(terminal, JB_SAY(terminal, "ブラウザーへの登録", "Browsers"));
    all = register_everywhere(terminal, JB_HOST_OWN, self, &asked);
    if (asked.web_eid) {
        puts("");
        jb_print_heading(terminal,
                         JB_SAY(terminal, "Web eID の拡張機能への登録", "Web eID's extension"));
        all = register_everywhere(terminal, JB_HOST_WEB_EID, self, &asked) && all;
    }
    if (jb_advice_is_sudo()) {
        puts("");
        puts(JB_SAY(terminal,
                    "ご注意: sudo を付けたため、管理者(root)のブラウザーに登録しました。\n"
                    "ご自分のブラウザーに登録するには、sudo を付けずにもう一度実行してください。",
                    "Note: with sudo, this registered with root's browsers. To register with your\n"
                    "own, run it again without sudo."));
    }
    free(self);
    return all ? JB_EXIT_OK : JB_EXIT_PROBLEM;
}
