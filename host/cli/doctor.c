/* SPDX-License-Identifier: MIT */
/* jpki-bridge doctor: checks each layer in order, names the first that fails and how to mend it. */
#include "doctor.h"

#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "commands.h"
#include "jpki_bridge/browsers.h"
#include "jpki_bridge/cli.h"

enum { MARGIN = 2, MARK_WIDTH = 2 };

static const struct {
    const char *ja, *en;
    jb_check_function *check;
} layers[] = {
    {"PC/SC サービス", "PC/SC service", jb_check_service},
    {"カードリーダー", "Card reader", jb_check_reader},
    {"カード", "Card", jb_check_card},
    {"暗証番号の画面", "PIN prompt", jb_check_prompt},
    {"ブラウザー登録", "Browser manifests", jb_check_manifests},
    {"拡張機能の ID", "Extension id", jb_check_extension},
    {"管理者の設定", "Policy", jb_check_policy},
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

static void print_confined(const struct jb_terminal *terminal) {
    for (size_t i = 0; i < jb_browsers_count; i++) {
        const char *advice = jb_advice_confined(terminal, &jb_browsers[i]);
        if (advice != NULL) {
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
    jb_survey_take(&survey);
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
