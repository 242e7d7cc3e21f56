/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/text.h"
#include "place.h"

void jb_browser_system_manifest(const struct jb_browser *browser, const char *self,
                                struct jb_manifest *manifest) {
    memset(manifest, 0, sizeof *manifest);
    for (const char *const *system = browser->system;
         manifest->state == JB_MANIFEST_ABSENT && *system != NULL; system++) {
        jb_manifest_clear(manifest);
        jb_manifest_read(*system, &jb_native_hosts[JB_HOST_OWN], browser->kind, self, manifest);
    }
}

void jb_browser_manifest(const struct jb_browser *browser, const char *self,
                         struct jb_manifest *manifest) {
    char *directory = jb_platform_expand(browser->user);

    memset(manifest, 0, sizeof *manifest);
    if (directory != NULL) {
        jb_manifest_read(directory, &jb_native_hosts[JB_HOST_OWN], browser->kind, self, manifest);
        free(directory);
    }
    if (manifest->state == JB_MANIFEST_ABSENT) {
        jb_manifest_clear(manifest);
        jb_browser_system_manifest(browser, self, manifest);
    }
}

/* Whether a manifest of the user's own hides one for everybody in which nothing is wrong. */
static bool hides_a_sound_one(const struct jb_browser *browser, const char *self) {
    char *directory = jb_platform_expand(browser->user);
    struct jb_manifest own = {0};
    struct jb_manifest shared;
    bool sound;

    if (directory != NULL) {
        jb_manifest_read(directory, &jb_native_hosts[JB_HOST_OWN], browser->kind, self, &own);
        free(directory);
    }
    jb_browser_system_manifest(browser, self, &shared);
    sound = own.state != JB_MANIFEST_ABSENT && shared.state == JB_MANIFEST_OURS && shared.runs &&
            shared.ids;
    jb_manifest_clear(&own);
    jb_manifest_clear(&shared);
    return sound;
}

bool jb_browser_is_used(const struct jb_browser *browser) {
    char *place = jb_platform_expand(browser->user);
    char *profiles = browser->profiles == NULL ? NULL : jb_platform_expand(browser->profiles);
    bool used = (place != NULL && jb_place_is_used(place)) ||
                (profiles != NULL && access(profiles, F_OK) == 0);

    free(profiles);
    free(place);
    return used;
}

/* What is wrong with a manifest that is there; null when nothing is. */
static const char *fault_of(const struct jb_terminal *terminal,
                            const struct jb_manifest *manifest) {
    switch (manifest->state) {
    case JB_MANIFEST_ABSENT:
        return JB_SAY(terminal, "登録されていません", "not registered");
    case JB_MANIFEST_BROKEN:
        return JB_SAY(terminal, "登録ファイルが壊れています", "the manifest is damaged");
    case JB_MANIFEST_COPY:
    case JB_MANIFEST_FOREIGN:
        return manifest->runs
                   ? JB_SAY(terminal, "別のプログラムを指しています", "names another program")
                   : JB_SAY(terminal, "ないプログラムを指しています",
                            "names a program that is gone");
    case JB_MANIFEST_OURS:
        break;
    }
    return manifest->runs
               ? NULL
               : JB_SAY(terminal, "プログラムを実行できません", "the program cannot be executed");
}

/* The command is named with its path: what is not installed yet is not found without. */
static void fail_registration(const struct jb_terminal *terminal, const char *self,
                              bool hides_a_sound, struct jb_check *check) {
    char shown[JB_CHECK_SHOWN];
    char advice[2 * JB_CHECK_SHOWN];

    jb_text_for_display(self == NULL ? "jpki-bridge" : self, JB_CHECK_PATH, shown, sizeof shown);
    snprintf(
        advice, sizeof advice,
        hides_a_sound
            ? JB_SAY(
                  terminal,
                  "あなた自身の登録が、すべての人のための正しい登録を隠しています。次のコマンドで\n"
                  "取り消してから、ブラウザーを起動し直してください:\n  %s uninstall",
                  "Your own registration hides the one for everybody, which is good. Take it back\n"
                  "with this command, then restart the browser:\n  %s uninstall")
            : JB_SAY(terminal,
                     "次のコマンドで登録してから、ブラウザーを起動し直してください:\n  %s install",
                     "Register with this command, then restart the browser:\n  %s install"),
        shown);
    jb_check_fail(check, advice);
}

void jb_check_manifests(const struct jb_terminal *terminal, const struct jb_survey *survey,
                        struct jb_check *check) {
    char *self = jb_platform_program_path();
    char good[512] = "";

    (void)survey;
    check->mark = JB_MARK_GOOD;
    for (size_t i = 0; i < jb_browsers_count; i++) {
        struct jb_manifest manifest;
        const char *fault;

        jb_browser_manifest(&jb_browsers[i], self == NULL ? "" : self, &manifest);
        fault = fault_of(terminal, &manifest);
        if (fault == NULL) {
            jb_check_add_name(good, sizeof good, jb_browsers[i].name);
        } else if (manifest.state != JB_MANIFEST_ABSENT || jb_browser_is_used(&jb_browsers[i])) {
            char line[JB_CHECK_SHOWN];
            snprintf(line, sizeof line, "%s: %s", jb_browsers[i].name, fault);
            jb_check_found(check, line);
            if (manifest.state != JB_MANIFEST_ABSENT && manifest.path != NULL) {
                jb_display_path(manifest.path, line, sizeof line);
                jb_check_found(check, line);
            }
            if (manifest.entry != NULL) {
                jb_display_path(manifest.entry, line, sizeof line);
                jb_check_found(check, line);
            }
            fail_registration(terminal, self,
                              hides_a_sound_one(&jb_browsers[i], self == NULL ? "" : self), check);
        }
        jb_manifest_clear(&manifest);
    }
    if (good[0] == '\0' && check->mark == JB_MARK_GOOD) {
        jb_check_found(check, JB_SAY(terminal, "どのブラウザーにも登録されていません",
                                     "registered with no browser"));
        fail_registration(terminal, self, false, check);
    } else if (good[0] != '\0') {
        if (check->mark != JB_MARK_GOOD) {
            jb_check_found(check, JB_SAY(terminal, "問題のないもの:", "nothing wrong with:"));
        }
        jb_check_found(check, good);
    }
    free(self);
}

/* All ids that manifests let in, each once: ours, then those that were added. */
static void show_ids(const struct jb_terminal *terminal, const struct jb_extension_ids *others,
                     struct jb_check *check) {
    const struct jb_native_host *host = &jb_native_hosts[JB_HOST_OWN];

    for (const char *const *id = host->chromium; *id != NULL; id++) {
        jb_check_add_name(check->found, sizeof check->found, *id);
    }
    for (const char *const *id = host->firefox; *id != NULL; id++) {
        jb_check_add_name(check->found, sizeof check->found, *id);
    }
    if (others->count > 0) {
        jb_check_found(check, JB_SAY(terminal, "追加の拡張機能:", "further extensions:"));
    }
    for (size_t i = 0; i < others->count; i++) {
        jb_check_found(check, others->id[i]);
    }
}

void jb_check_extension(const struct jb_terminal *terminal, const struct jb_survey *survey,
                        struct jb_check *check) {
    char *self = jb_platform_program_path();
    struct jb_extension_ids others = {0};
    bool any = false;

    (void)survey;
    check->mark = JB_MARK_GOOD;
    for (size_t i = 0; i < jb_browsers_count; i++) {
        struct jb_manifest manifest;

        jb_browser_manifest(&jb_browsers[i], self == NULL ? "" : self, &manifest);
        if (manifest.state != JB_MANIFEST_ABSENT && manifest.state != JB_MANIFEST_BROKEN) {
            any = true;
            for (size_t k = 0; k < manifest.others.count; k++) {
                (void)jb_extension_ids_add(&others, jb_browsers[i].kind, manifest.others.id[k]);
            }
            if (!manifest.ids) {
                char line[JB_CHECK_SHOWN];
                snprintf(line, sizeof line,
                         JB_SAY(terminal, "%s: 別の拡張機能が登録されています",
                                "%s: lists other extensions than ours"),
                         jb_browsers[i].name);
                jb_check_found(check, line);
                fail_registration(terminal, self,
                                  hides_a_sound_one(&jb_browsers[i], self == NULL ? "" : self),
                                  check);
            }
        }
        jb_manifest_clear(&manifest);
    }
    free(self);
    if (!any) {
        jb_check_skip(terminal, check);
    } else if (check->mark == JB_MARK_GOOD) {
        show_ids(terminal, &others, check);
    }
}
