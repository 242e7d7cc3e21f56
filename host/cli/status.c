/* SPDX-License-Identifier: MIT */
/* jpki-bridge status: the readers and what lies on each. */
#include <stdio.h>

#include "commands.h"
#include "jpki_bridge/cli.h"
#include "jpki_bridge/text.h"
#include "survey.h"

#define NAME_CHARS 60

static const char *card_words(const struct jb_terminal *terminal, enum jb_card_kind kind) {
    switch (kind) {
    case JB_CARD_NONE:
        return JB_SAY(terminal, "カードはありません", "no card");
    case JB_CARD_MYNUMBER:
        return JB_SAY(terminal, "マイナンバーカード", "MyNumber card");
    case JB_CARD_OTHER:
        return JB_SAY(terminal, "マイナンバーカードではないカード", "not a MyNumber card");
    case JB_CARD_PHONE:
        return JB_SAY(terminal, "スマホ用電子証明書", "certificates on a phone");
    case JB_CARD_JUKI:
        return JB_SAY(terminal, "住民基本台帳カード", "Basic Resident Registration Card");
    case JB_CARD_UNKNOWN:
        break;
    }
    return JB_SAY(terminal, "読み取れません(ほかのプログラムが使用中のことがあります)",
                  "cannot be read (another program may be using it)");
}

int jb_cli_status(const struct jb_terminal *terminal, int argc, char **argv) {
    char names[JB_READERS_MAX][JB_READER_NAME_MAX * 3];
    struct jb_survey survey;
    size_t width = 0;

    (void)argc;
    (void)argv;
    jb_survey_take(&survey);
    if (survey.error != JB_OK) {
        (void)fflush(stdout);
        fprintf(stderr, "%s\n", jb_error_sentence(survey.error, terminal->lang));
        return JB_EXIT_PROBLEM;
    }
    if (survey.count == 0) {
        puts(JB_SAY(terminal, "カードリーダーがつながっていません。",
                    "No card reader is connected."));
        return JB_EXIT_OK;
    }
    for (size_t i = 0; i < survey.count; i++) {
        jb_text_for_display(survey.status[i].reader, NAME_CHARS, names[i], sizeof names[i]);
        if (jb_display_width(names[i]) > width) {
            width = jb_display_width(names[i]);
        }
    }
    for (size_t i = 0; i < survey.count; i++) {
        jb_print_padded(names[i], width + 2);
        puts(card_words(terminal, survey.status[i].kind));
    }
    return JB_EXIT_OK;
}
