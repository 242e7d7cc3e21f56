/* SPDX-License-Identifier: MIT */
/* jpki-bridge doctor: checks each layer in order, names the first that fails and how to mend it. */
#include "doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advice.h"
#include "commands.h"
#include "jpki_bridge/browsers.h"
#include "jpki_bridge/cli.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/text.h"

enum { MARGIN = 2, MARK_WIDTH = 2, ADVICE_SIZE = 4096 };

static const struct {
    const char *name; /* stable, for programs */
    const char *ja, *en;
    jb_check_function *check;
} layers[] = {
    {"service", "PC/SC サービス", "PC/SC service", jb_check_service},
    {"reader", "カードリーダー", "Card reader", jb_check_reader},
    {"card", "カード", "Card", jb_check_card},
    {"prompt", "暗証番号の画面", "PIN prompt", jb_check_prompt},
    {"browser", "ブラウザー登録", "Browser manifests", jb_check_manifests},
    {"extension", "拡張機能の ID", "Extension id", jb_check_extension},
    {"browser-policy", "ブラウザーの管理", "Browser policies", jb_check_browser_policies},
    {"policy", "管理者の設定", "Policy", jb_check_policy},
};

enum { LAYERS = sizeof layers / sizeof layers[0] };

static void print_check(const struct jb_terminal *terminal, const struct jb_check *check,
                        size_t column) {
    printf("%*s", MARGIN, "");
    jb_print_mark(terminal, check->mark);
    printf(" ");
    jb_print_padded(check->label, column - MARGIN - MARK_WIDTH);
    jb_print_indented(check->found, column);
}

/* What confines the browser, and what to do about it; false when nothing does. */
static bool is_confined(const struct jb_terminal *terminal, const struct jb_browser *browser,
                        char *advice, size_t size) {
    const char *package = jb_advice_confined(terminal, browser);
    char profile[256], shown[4 * sizeof profile], program[JB_CHECK_SHOWN];
    char *self = jb_platform_program_path();

    advice[0] = '\0';
    if (package != NULL) {
        jb_append(advice, size, "%s", package);
    } else if (jb_apparmor_profile(browser, profile, sizeof profile)) {
        jb_text_for_display(profile, sizeof profile, shown, sizeof shown);
        jb_text_for_display(self == NULL ? "jpki-bridge" : self, JB_CHECK_PATH, program,
                            sizeof program);
        jb_append(advice, size,
                  JB_SAY(terminal,
                         "AppArmor のプロファイル /etc/apparmor.d/%s が、ほかのプログラムの起動を\n"
                         "妨げているかもしれません。使えないときは、次の行を加えてください:\n"
                         "  echo '\"%s\" Ux,' | sudo tee -a /etc/apparmor.d/local/%s\n"
                         "  sudo apparmor_parser -r /etc/apparmor.d/%s",
                         "AppArmor's profile /etc/apparmor.d/%s may keep it from starting other\n"
                         "programs. If it does not work, add this line:\n"
                         "  echo '\"%s\" Ux,' | sudo tee -a /etc/apparmor.d/local/%s\n"
                         "  sudo apparmor_parser -r /etc/apparmor.d/%s"),
                  shown, program, shown, shown);
    }
    free(self);
    return advice[0] != '\0';
}

static void print_confined(const struct jb_terminal *terminal) {
    char advice[ADVICE_SIZE];

    for (size_t i = 0; i < jb_browsers_count; i++) {
        if (is_confined(terminal, &jb_browsers[i], advice, sizeof advice)) {
            printf("\n%*s", MARGIN, "");
            jb_print_mark(terminal, JB_MARK_WARN);
            printf(" %s\n%*s", jb_browsers[i].name, MARGIN + MARK_WIDTH, "");
            jb_print_indented(advice, MARGIN + MARK_WIDTH);
        }
    }
}

int jb_cli_doctor(const struct jb_terminal *terminal, int argc, char **argv) {
    static struct jb_check checks[LAYERS];
    const struct jb_check *first = NULL;
    struct jb_survey survey;
    size_t column = 0;

    (void)argc;
    (void)argv;
    for (size_t i = 0; i < LAYERS; i++) {
        checks[i].label = JB_SAY(terminal, layers[i].ja, layers[i].en);
        if (jb_display_width(checks[i].label) > column) {
            column = jb_display_width(checks[i].label);
        }
    }
    column += MARGIN + MARK_WIDTH + 2;
    jb_print_heading(terminal, JB_SAY(terminal, "JPKI Bridge " JB_VERSION " の診断",
                                      "JPKI Bridge " JB_VERSION " check-up"));
    (void)fflush(stdout); /* the look at the card takes a moment */
    jb_survey_take(&survey, false);
    for (size_t i = 0; i < LAYERS; i++) {
        layers[i].check(terminal, &survey, &checks[i]);
        print_check(terminal, &checks[i], column);
        if (first == NULL && checks[i].mark == JB_MARK_BAD) {
            first = &checks[i];
        }
    }
    print_confined(terminal);
    puts("");
    if (first == NULL) {
        puts(JB_SAY(terminal, "問題は見つかりませんでした。", "No problem was found."));
        return JB_EXIT_OK;
    }
    printf(JB_SAY(terminal, "最初の問題: %s\n", "First problem: %s\n"), first->label);
    printf("%*s", MARGIN, "");
    jb_print_indented(first->remedy, MARGIN);
    return JB_EXIT_PROBLEM;
}

/* ---- for a program ---- */

/* One line of what a person would read on several. */
static void join_lines(char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            *text = ' ';
        }
    }
}

static bool add_check(cJSON *list, const char *name, enum jb_mark mark, const char *title,
                      const char *advice) {
    static const char *const results[] = {[JB_MARK_GOOD] = "ok",
                                          [JB_MARK_BAD] = "problem",
                                          [JB_MARK_WARN] = "warning",
                                          [JB_MARK_SKIP] = "warning"};
    cJSON *check = cJSON_CreateObject();

    if (cJSON_AddStringToObject(check, "name", name) == NULL ||
        cJSON_AddStringToObject(check, "result", results[mark]) == NULL ||
        cJSON_AddStringToObject(check, "title", title) == NULL ||
        (advice != NULL && advice[0] != '\0' &&
         cJSON_AddStringToObject(check, "advice", advice) == NULL) ||
        !cJSON_AddItemToArray(list, check)) {
        cJSON_Delete(check);
        return false;
    }
    return true;
}

static bool add_layer(const struct jb_terminal *terminal, const struct jb_survey *survey,
                      size_t layer, cJSON *list) {
    struct jb_check *check = calloc(1, sizeof *check);
    char *title = calloc(1, sizeof check->found + 64);
    bool added = false;

    if (check != NULL && title != NULL) {
        layers[layer].check(terminal, survey, check);
        jb_append(title, sizeof check->found + 64, "%s: %s",
                  JB_SAY(terminal, layers[layer].ja, layers[layer].en), check->found);
        join_lines(title);
        added = add_check(list, layers[layer].name, check->mark, title, check->remedy);
    }
    free(title);
    free(check);
    return added;
}

/* A browser that is confined by its package cannot start the program, or asks first. */
static bool add_confined(const struct jb_terminal *terminal, cJSON *list) {
    char advice[ADVICE_SIZE];
    bool added = true;

    for (size_t i = 0; i < jb_browsers_count && added; i++) {
        if (is_confined(terminal, &jb_browsers[i], advice, sizeof advice)) {
            added = add_check(list, "browser", JB_MARK_WARN, jb_browsers[i].name, advice);
        }
    }
    return added;
}

enum jb_error jb_cli_doctor_report(struct jb_transport *transport, struct jb_op *op,
                                   enum jb_lang lang, cJSON **report) {
    const struct jb_terminal terminal = {.lang = lang};
    struct jb_survey survey = {0};
    cJSON *root = cJSON_CreateObject();
    cJSON *list = cJSON_AddArrayToObject(root, "checks");
    bool added = list != NULL;

    survey.error = jb_card_survey(transport, op, survey.status, &survey.count);
    for (size_t i = 0; i < LAYERS && added; i++) {
        added = add_layer(&terminal, &survey, i, list);
    }
    added = added && add_confined(&terminal, list);
    enum jb_error error = added ? jb_op_check(op) : JB_ERR_OUT_OF_MEMORY;
    if (error == JB_OK) {
        *report = root;
        root = NULL;
    }
    cJSON_Delete(root);
    return error;
}
