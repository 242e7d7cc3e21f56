/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "doctor.h"
#include "jpki_bridge/browsers.h"
#include "jpki_bridge/config.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/policy.h"
#include "jpki_bridge/prompt.h"
#include "jpki_bridge/text.h"
#include "manifest.h"
#include "place.h"

enum { NAME_CHARS = 60, PATH_CHARS = 120, SHOWN = PATH_CHARS * 4, LIST_WIDTH = 50 };

static void add_found(struct jb_check *check, const char *text) {
    jb_append(check->found, sizeof check->found, "%s%s", check->found[0] == '\0' ? "" : "\n", text);
}

static void fail(struct jb_check *check, const char *remedy) {
    check->mark = JB_MARK_BAD;
    if (check->remedy[0] == '\0') {
        jb_append(check->remedy, sizeof check->remedy, "%s", remedy);
    }
}

static void skip(const struct jb_terminal *terminal, struct jb_check *check) {
    check->mark = JB_MARK_SKIP;
    add_found(check, JB_SAY(terminal, "まだ調べられません", "cannot be checked yet"));
}

void jb_check_service(const struct jb_terminal *terminal, const struct jb_survey *survey,
                      struct jb_check *check) {
    if (survey->error == JB_ERR_PCSC_UNAVAILABLE) {
        add_found(check, JB_SAY(terminal, "動いていません", "not running"));
        fail(check, jb_advice_service(terminal));
        return;
    }
    check->mark = JB_MARK_GOOD;
    add_found(check, JB_SAY(terminal, "動いています", "running"));
}

void jb_check_reader(const struct jb_terminal *terminal, const struct jb_survey *survey,
                     struct jb_check *check) {
    if (survey->error == JB_ERR_PCSC_UNAVAILABLE) {
        skip(terminal, check);
        return;
    }
    if (survey->error != JB_OK) {
        const char *sentence = jb_error_sentence(survey->error, terminal->lang);
        add_found(check, JB_SAY(terminal, "調べられませんでした", "could not be checked"));
        fail(check, sentence);
        return;
    }
    if (survey->count == 0) {
        add_found(check, JB_SAY(terminal, "つながっていません", "none is connected"));
        fail(check, jb_advice_reader(terminal));
        return;
    }
    check->mark = JB_MARK_GOOD;
    for (size_t i = 0; i < survey->count; i++) {
        char name[NAME_CHARS * 4];
        jb_text_for_display(survey->status[i].reader, NAME_CHARS, name, sizeof name);
        add_found(check, name);
    }
}

static bool any_is(const struct jb_survey *survey, enum jb_card_kind kind) {
    for (size_t i = 0; i < survey->count; i++) {
        if (survey->status[i].kind == kind) {
            return true;
        }
    }
    return false;
}

void jb_check_card(const struct jb_terminal *terminal, const struct jb_survey *survey,
                   struct jb_check *check) {
    if (survey->error != JB_OK || survey->count == 0) {
        skip(terminal, check);
    } else if (any_is(survey, JB_CARD_MYNUMBER)) {
        check->mark = JB_MARK_GOOD;
        add_found(check, JB_SAY(terminal, "マイナンバーカードがあります", "a MyNumber card"));
    } else if (any_is(survey, JB_CARD_UNKNOWN)) {
        add_found(check, JB_SAY(terminal, "読み取れません", "cannot be read"));
        fail(check, JB_SAY(terminal,
                           "カードを使っているほかのプログラムを終え、カードを置き直してください。",
                           "Close other programs that use the card, then lay it down again."));
    } else if (any_is(survey, JB_CARD_PHONE)) {
        add_found(check, JB_SAY(terminal, "スマホ用電子証明書です", "certificates on a phone"));
        fail(check,
             JB_SAY(terminal, "スマホ用電子証明書には対応していません。カードを置いてください。",
                    "Certificates on a phone are not supported. Lay your card on the reader."));
    } else if (any_is(survey, JB_CARD_JUKI)) {
        add_found(check, JB_SAY(terminal, "住民基本台帳カードです",
                                "a Basic Resident Registration Card (住民基本台帳カード)"));
        fail(check, JB_SAY(terminal,
                           "このカードの電子証明書は、もう使えません。\n"
                           "マイナンバーカードに取り替えてください。",
                           "The certificates of this older card can no longer be used.\n"
                           "Replace it with your MyNumber card."));
    } else if (any_is(survey, JB_CARD_OTHER)) {
        add_found(check,
                  JB_SAY(terminal, "マイナンバーカードではありません", "not a MyNumber card"));
        fail(check, JB_SAY(terminal, "マイナンバーカードに取り替えてください。",
                           "Replace it with your MyNumber card."));
    } else {
        add_found(check, JB_SAY(terminal, "置かれていません", "none on the reader"));
        fail(check,
             JB_SAY(terminal,
                    "マイナンバーカードをカードリーダーに置いてください(差し込んでください)。\n"
                    "向きを変えたり、ケースから出したりすると読めることがあります。",
                    "Lay your MyNumber card on the reader, or insert it. It may help to turn it\n"
                    "over, or to take it out of its case."));
    }
}

/* A file of the configuration, for showing. */
static void show_file(const char *directory, const char *name, char *out, size_t size) {
    char *path = directory == NULL ? NULL : jb_platform_join(directory, name);

    jb_text_for_display(path == NULL ? name : path, PATH_CHARS, out, size);
    free(path);
}

void jb_check_prompt(const struct jb_terminal *terminal, const struct jb_survey *survey,
                     struct jb_check *check) {
    struct jb_config config = {0};
    const char *problem = NULL;
    char *directory = jb_platform_config_dir();
    char *program = NULL;
    char shown[SHOWN];

    (void)survey;
    show_file(directory, "config.json", shown, sizeof shown);
    if (jb_config_load(&config, &problem) != JB_OK) {
        jb_append(check->found, sizeof check->found,
                  JB_SAY(terminal, "設定ファイルが正しくありません:\n%s",
                         "the configuration file is not valid:\n%s"),
                  problem);
        jb_append(check->remedy, sizeof check->remedy,
                  JB_SAY(terminal, "%s を直すか、消してください。書けるのは次の形だけです:\n%s",
                         "Correct %s, or delete it. All it can hold is:\n%s"),
                  shown, jb_advice_config());
        check->mark = JB_MARK_BAD;
        goto out;
    }
    if (!jb_config_installation_is_sound()) {
        free(directory);
        directory = jb_platform_local_dir();
        show_file(directory, "installation.json", shown, sizeof shown);
        add_found(check, JB_SAY(terminal, "installation.json を読み取れません",
                                "installation.json cannot be read"));
        jb_append(check->remedy, sizeof check->remedy,
                  JB_SAY(terminal,
                         "%s を消してください。\n"
                         "次に使うときに作り直され、サイトからは新しいパソコンに見えます。",
                         "Delete %s. It is made anew at the next use,\n"
                         "and sites then take this for a new computer."),
                  shown);
        check->mark = JB_MARK_BAD;
        goto out;
    }
    program = jb_prompt_program(config.pinentry);
    if (program != NULL && program[0] == '\0') {
        check->mark = JB_MARK_GOOD;
        add_found(check, JB_SAY(terminal, "このプログラムの画面", "this program's own"));
    } else if (program != NULL) {
        check->mark = JB_MARK_GOOD;
        jb_text_for_display(program, PATH_CHARS, shown, sizeof shown);
        add_found(check, shown);
    } else if (config.pinentry != NULL) {
        jb_text_for_display(config.pinentry, PATH_CHARS, shown, sizeof shown);
        jb_append(check->found, sizeof check->found,
                  JB_SAY(terminal, "%s は起動できません", "%s cannot be started"), shown);
        fail(check, JB_SAY(terminal, "config.json の pinentry に、あるプログラムを書いてください。",
                           "Name a program that is there as pinentry in config.json."));
    } else {
        add_found(check, JB_SAY(terminal, "画面用の pinentry がありません",
                                "there is no pinentry for the desktop"));
        fail(check, jb_advice_prompt(terminal));
    }
out:
    free(program);
    free(directory);
    jb_config_clear(&config);
}

/* ---- browsers ---- */

/* The manifest that the browser obeys: the user's first, then the system's in order. */
static void read_effective(const struct jb_browser *browser, const char *self,
                           struct jb_manifest *manifest) {
    const struct jb_native_host *host = &jb_native_hosts[JB_HOST_OWN];
    char *directory = jb_platform_expand(browser->user);

    memset(manifest, 0, sizeof *manifest);
    if (directory != NULL) {
        jb_manifest_read(directory, host, browser->kind, self, manifest);
        free(directory);
    }
    for (const char *const *system = browser->system;
         manifest->state == JB_MANIFEST_ABSENT && *system != NULL; system++) {
        jb_manifest_clear(manifest);
        jb_manifest_read(*system, host, browser->kind, self, manifest);
    }
}

/* Whether a manifest of the user's own hides one for everybody in which nothing is wrong. */
static bool hides_a_sound_one(const struct jb_browser *browser, const char *self) {
    const struct jb_native_host *host = &jb_native_hosts[JB_HOST_OWN];
    char *directory = jb_platform_expand(browser->user);
    struct jb_manifest manifest;
    bool hides = false;
    bool sound = false;

    if (directory != NULL) {
        jb_manifest_read(directory, host, browser->kind, self, &manifest);
        hides = manifest.state != JB_MANIFEST_ABSENT;
        jb_manifest_clear(&manifest);
        free(directory);
    }
    for (const char *const *system = browser->system; hides && !sound && *system != NULL;
         system++) {
        jb_manifest_read(*system, host, browser->kind, self, &manifest);
        sound = manifest.state == JB_MANIFEST_OURS && manifest.runs && manifest.ids;
        jb_manifest_clear(&manifest);
    }
    return sound;
}

/* Whether the person has used the browser. */
static bool is_used(const struct jb_browser *browser) {
    char *place = jb_platform_expand(browser->user);
    bool used = place != NULL && jb_place_is_used(place);

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
    char shown[SHOWN];
    char advice[2 * SHOWN];

    jb_text_for_display(self == NULL ? "jpki-bridge" : self, PATH_CHARS, shown, sizeof shown);
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
    fail(check, advice);
}

/* Adds a name to a list that is broken into lines. */
static void add_name(char *list, size_t size, const char *name) {
    const char *line = strrchr(list, '\n');

    line = line == NULL ? list : line + 1;
    jb_append(list, size, "%s%s",
              line[0] == '\0'                                                ? ""
              : jb_display_width(line) + jb_display_width(name) > LIST_WIDTH ? ",\n"
                                                                             : ", ",
              name);
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

        read_effective(&jb_browsers[i], self == NULL ? "" : self, &manifest);
        fault = fault_of(terminal, &manifest);
        if (fault == NULL) {
            add_name(good, sizeof good, jb_browsers[i].name);
        } else if (manifest.state != JB_MANIFEST_ABSENT || is_used(&jb_browsers[i])) {
            char line[SHOWN];
            snprintf(line, sizeof line, "%s: %s", jb_browsers[i].name, fault);
            add_found(check, line);
            if (manifest.state != JB_MANIFEST_ABSENT && manifest.path != NULL) {
                jb_display_path(manifest.path, line, sizeof line);
                add_found(check, line);
            }
            fail_registration(terminal, self,
                              hides_a_sound_one(&jb_browsers[i], self == NULL ? "" : self), check);
        }
        jb_manifest_clear(&manifest);
    }
    if (good[0] == '\0' && check->mark == JB_MARK_GOOD) {
        add_found(check, JB_SAY(terminal, "どのブラウザーにも登録されていません",
                                "registered with no browser"));
        fail_registration(terminal, self, false, check);
    } else if (good[0] != '\0') {
        if (check->mark != JB_MARK_GOOD) {
            add_found(check, JB_SAY(terminal, "問題のないもの:", "nothing wrong with:"));
        }
        add_found(check, good);
    }
    free(self);
}

void jb_check_extension(const struct jb_terminal *terminal, const struct jb_survey *survey,
                        struct jb_check *check) {
    char *self = jb_platform_program_path();
    bool any = false;

    (void)survey;
    check->mark = JB_MARK_GOOD;
    for (size_t i = 0; i < jb_browsers_count; i++) {
        struct jb_manifest manifest;

        read_effective(&jb_browsers[i], self == NULL ? "" : self, &manifest);
        if (manifest.state != JB_MANIFEST_ABSENT && manifest.state != JB_MANIFEST_BROKEN) {
            any = true;
            if (!manifest.ids) {
                char line[SHOWN];
                snprintf(line, sizeof line,
                         JB_SAY(terminal, "%s: 別の拡張機能が登録されています",
                                "%s: lists other extensions than ours"),
                         jb_browsers[i].name);
                add_found(check, line);
                fail_registration(terminal, self,
                                  hides_a_sound_one(&jb_browsers[i], self == NULL ? "" : self),
                                  check);
            }
        }
        jb_manifest_clear(&manifest);
    }
    free(self);
    if (!any) {
        skip(terminal, check);
    } else if (check->mark == JB_MARK_GOOD) {
        const struct jb_native_host *host = &jb_native_hosts[JB_HOST_OWN];
        for (const char *const *id = host->chromium; *id != NULL; id++) {
            add_name(check->found, sizeof check->found, *id);
        }
        for (const char *const *id = host->firefox; *id != NULL; id++) {
            add_name(check->found, sizeof check->found, *id);
        }
    }
}

void jb_check_policy(const struct jb_terminal *terminal, const struct jb_survey *survey,
                     struct jb_check *check) {
    struct jb_policy *policy = NULL;

    (void)survey;
    if (jb_policy_load(&policy) != JB_OK) {
        jb_append(check->found, sizeof check->found,
                  JB_SAY(terminal, "%s が正しくありません", "%s is not valid"),
                  jb_platform_policy_place());
        fail(check, jb_advice_policy(terminal));
        return;
    }
    check->mark = JB_MARK_GOOD;
    add_found(check, JB_SAY(terminal, "問題ありません", "nothing wrong"));
    jb_policy_free(&policy);
}
