/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "doctor.h"
#include "jpki_bridge/config.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/policy.h"
#include "jpki_bridge/prompt.h"
#include "jpki_bridge/secret.h"
#include "jpki_bridge/text.h"

enum { NAME_CHARS = 60, LIST_WIDTH = 50 };

void jb_check_found(struct jb_check *check, const char *text) {
    jb_append(check->found, sizeof check->found, "%s%s", check->found[0] == '\0' ? "" : "\n", text);
}

void jb_check_fail(struct jb_check *check, const char *remedy) {
    check->mark = JB_MARK_BAD;
    if (check->remedy[0] == '\0') {
        jb_append(check->remedy, sizeof check->remedy, "%s", remedy);
    }
}

void jb_check_skip(const struct jb_terminal *terminal, struct jb_check *check) {
    check->mark = JB_MARK_SKIP;
    jb_check_found(check, JB_SAY(terminal, "まだ調べられません", "cannot be checked yet"));
}

void jb_check_add_name(char *list, size_t size, const char *name) {
    const char *line = strrchr(list, '\n');

    line = line == NULL ? list : line + 1;
    jb_append(list, size, "%s%s",
              line[0] == '\0'                                                ? ""
              : jb_display_width(line) + jb_display_width(name) > LIST_WIDTH ? ",\n"
                                                                             : ", ",
              name);
}

void jb_check_service(const struct jb_terminal *terminal, const struct jb_survey *survey,
                      struct jb_check *check) {
    if (survey->error == JB_ERR_PCSC_DENIED) {
        jb_check_found(check, JB_SAY(terminal, "このセッションからの使用が許可されていません",
                                     "not allowed from this session"));
        jb_append(
            check->remedy, sizeof check->remedy,
            "%s\n  org.debian.pcsc-lite.access_pcsc\n"
            "  org.debian.pcsc-lite.access_card",
            JB_SAY(terminal,
                   "パソコンの前でログインした画面から使ってください。リモート接続や ssh では、\n"
                   "管理者が polkit で次の操作を許可すると使えます:",
                   "Use the desktop that you logged in to at the computer itself. From afar, as\n"
                   "by ssh, it works when an administrator allows these actions in polkit:"));
        check->mark = JB_MARK_BAD;
        return;
    }
    if (survey->error == JB_ERR_PCSC_UNAVAILABLE) {
        jb_check_found(check, jb_advice_has_service()
                                  ? JB_SAY(terminal, "動いていません", "not running")
                                  : JB_SAY(terminal, "入っていません", "not installed"));
        jb_check_fail(check, jb_advice_service(terminal));
        return;
    }
    check->mark = JB_MARK_GOOD;
    jb_check_found(check, JB_SAY(terminal, "動いています", "running"));
}

void jb_check_reader(const struct jb_terminal *terminal, const struct jb_survey *survey,
                     struct jb_check *check) {
    if (survey->error == JB_ERR_PCSC_UNAVAILABLE || survey->error == JB_ERR_PCSC_DENIED) {
        jb_check_skip(terminal, check);
        return;
    }
    if (survey->error != JB_OK) {
        const char *sentence = jb_error_sentence(survey->error, terminal->lang);
        jb_check_found(check, JB_SAY(terminal, "調べられませんでした", "could not be checked"));
        jb_check_fail(check, sentence);
        return;
    }
    if (survey->count == 0 && jb_advice_driverless() != NULL) {
        jb_append(check->found, sizeof check->found,
                  JB_SAY(terminal, "%s には、PC/SC のドライバーがありません",
                         "%s, which has no PC/SC driver"),
                  jb_advice_driverless());
        jb_check_fail(
            check, JB_SAY(terminal,
                          "この機種は Linux では使えません。ほかのカードリーダー(RC-S300 など、\n"
                          "CCID に対応したもの)をつないでください。",
                          "This model cannot be used on Linux. Connect another card reader, one\n"
                          "that speaks CCID (such as the RC-S300)."));
        return;
    }
    if (survey->count == 0) {
        jb_check_found(check, JB_SAY(terminal, "つながっていません", "none is connected"));
        jb_check_fail(check, jb_advice_reader(terminal));
        return;
    }
    check->mark = JB_MARK_GOOD;
    for (size_t i = 0; i < survey->count; i++) {
        char name[NAME_CHARS * 4];
        jb_text_for_display(survey->status[i].reader, NAME_CHARS, name, sizeof name);
        jb_check_found(check, name);
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
        jb_check_skip(terminal, check);
    } else if (any_is(survey, JB_CARD_MYNUMBER)) {
        check->mark = JB_MARK_GOOD;
        jb_check_found(check, JB_SAY(terminal, "マイナンバーカードがあります", "a MyNumber card"));
    } else if (any_is(survey, JB_CARD_UNKNOWN)) {
        jb_check_found(check, JB_SAY(terminal, "読み取れません", "cannot be read"));
        jb_check_fail(
            check, JB_SAY(terminal,
                          "カードを使っているほかのプログラムを終え、カードを置き直してください。",
                          "Close other programs that use the card, then lay it down again."));
    } else if (any_is(survey, JB_CARD_PHONE)) {
        jb_check_found(check,
                       JB_SAY(terminal, "スマホ用電子証明書です", "certificates on a phone"));
        jb_check_fail(
            check,
            JB_SAY(terminal, "スマホ用電子証明書には対応していません。カードを置いてください。",
                   "Certificates on a phone are not supported. Lay your card on the reader."));
    } else if (any_is(survey, JB_CARD_JUKI)) {
        jb_check_found(check, JB_SAY(terminal, "住民基本台帳カードです",
                                     "a Basic Resident Registration Card (住民基本台帳カード)"));
        jb_check_fail(check, JB_SAY(terminal,
                                    "このカードの電子証明書は、もう使えません。\n"
                                    "マイナンバーカードに取り替えてください。",
                                    "The certificates of this older card can no longer be used.\n"
                                    "Replace it with your MyNumber card."));
    } else if (any_is(survey, JB_CARD_OTHER)) {
        jb_check_found(check,
                       JB_SAY(terminal, "マイナンバーカードではありません", "not a MyNumber card"));
        jb_check_fail(check, JB_SAY(terminal, "マイナンバーカードに取り替えてください。",
                                    "Replace it with your MyNumber card."));
    } else {
        jb_check_found(check, JB_SAY(terminal, "置かれていません", "none on the reader"));
        jb_check_fail(
            check,
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

    jb_text_for_display(path == NULL ? name : path, JB_CHECK_PATH, out, size);
    free(path);
}

/* As the prompt will have to, for the PIN. */
static bool can_lock_memory(void) {
    struct jb_secret *secret = jb_secret_new();
    bool can = secret != NULL || jb_secret_shortage() != JB_ERR_MEMORY_UNLOCKED;

    jb_secret_free(&secret);
    return can;
}

void jb_check_prompt(const struct jb_terminal *terminal, const struct jb_survey *survey,
                     struct jb_check *check) {
    struct jb_config config = {0};
    struct jb_fault fault = {.kind = JB_FAULT_NONE};
    char *directory = jb_platform_config_dir();
    char *program = NULL;
    char shown[JB_CHECK_SHOWN];

    (void)survey;
    show_file(directory, "config.json", shown, sizeof shown);
    if (jb_config_load(&config, &fault) != JB_OK) {
        jb_check_found(check, JB_SAY(terminal, "設定ファイルが正しくありません:",
                                     "the configuration file is not valid:"));
        jb_check_add_fault(terminal, &fault, check);
        if (jb_check_fail_for_file(terminal, &fault, false, check)) {
            goto out;
        }
        jb_append(check->remedy, sizeof check->remedy,
                  JB_SAY(terminal, "%s を直すか、消してください。書けるのは次の形だけです:\n%s",
                         "Correct %s, or delete it. All it can hold is:\n%s"),
                  shown, jb_advice_config());
        check->mark = JB_MARK_BAD;
        goto out;
    }
    if (!jb_config_installation_is_sound(&fault)) {
        free(directory);
        directory = jb_platform_local_dir();
        show_file(directory, "installation.json", shown, sizeof shown);
        jb_check_found(check, JB_SAY(terminal, "installation.json を読み取れません",
                                     "installation.json cannot be read"));
        if (fault.kind != JB_FAULT_FORM) {
            jb_check_add_fault(terminal, &fault, check);
        }
        if (jb_check_fail_for_file(terminal, &fault, false, check)) {
            goto out;
        }
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
    if (!can_lock_memory()) {
        jb_check_found(check,
                       JB_SAY(terminal, "メモリをロックできません", "memory cannot be locked"));
        jb_check_fail(check, jb_error_sentence(JB_ERR_MEMORY_UNLOCKED, terminal->lang));
        goto out;
    }
    if (jb_platform_home() == JB_HOME_ABSENT) {
        jb_check_found(check, JB_SAY(terminal, "ホームフォルダーがありません", "no home folder"));
        jb_check_fail(check, jb_error_sentence(JB_ERR_HOME_ABSENT, terminal->lang));
        goto out;
    }
    program = jb_prompt_program(config.pinentry);
    if (program != NULL && program[0] == '\0') {
        check->mark = JB_MARK_GOOD;
        jb_check_found(check, JB_SAY(terminal, "このプログラムの画面", "this program's own"));
    } else if (program != NULL) {
        check->mark = JB_MARK_GOOD;
        jb_text_for_display(program, JB_CHECK_PATH, shown, sizeof shown);
        jb_check_found(check, shown);
    } else if (config.pinentry != NULL) {
        jb_text_for_display(config.pinentry, JB_CHECK_PATH, shown, sizeof shown);
        jb_append(check->found, sizeof check->found,
                  JB_SAY(terminal, "%s は起動できません", "%s cannot be started"), shown);
        jb_check_fail(check, JB_SAY(terminal,
                                    "config.json の pinentry に、あるプログラムを書いてください。",
                                    "Name a program that is there as pinentry in config.json."));
    } else {
        jb_check_found(check, JB_SAY(terminal, "画面用の pinentry がありません",
                                     "there is no pinentry for the desktop"));
        jb_check_fail(check, jb_advice_prompt(terminal));
    }
out:
    free(program);
    free(directory);
    jb_config_clear(&config);
}

void jb_check_policy(const struct jb_terminal *terminal, const struct jb_survey *survey,
                     struct jb_check *check) {
    struct jb_fault fault = {.kind = JB_FAULT_NONE};
    struct jb_policy *policy = NULL;

    (void)survey;
    if (jb_policy_load(&policy, &fault) != JB_OK) {
        jb_append(check->found, sizeof check->found,
                  JB_SAY(terminal, "%s が正しくありません:", "%s is not valid:"),
                  jb_platform_policy_place());
        jb_check_add_fault(terminal, &fault, check);
        (void)jb_check_fail_for_file(terminal, &fault, true, check);
        jb_check_fail(check, jb_advice_policy(terminal));
        return;
    }
    check->mark = JB_MARK_GOOD;
    jb_check_found(check, JB_SAY(terminal, "問題ありません", "nothing wrong"));
    jb_policy_free(&policy);
}
