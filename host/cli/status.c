/* SPDX-License-Identifier: MIT */
/* jpki-bridge status: the readers, what lies on each, and what a card tells without a PIN. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "jpki_bridge/certificate.h"
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

/* The day on which the certificate ends, in Japan, where it ends at the end of one. */
static void print_end(const struct jb_terminal *terminal, const struct jb_card_info *info) {
    enum { JAPAN_S = 9 * 3600 };
    struct jb_certificate *certificate = NULL;
    char day[sizeof "2029-05-04" + 8] = "";
    struct tm tm;

    if (info->certificate == NULL ||
        jb_certificate_parse(info->certificate, info->certificate_len, &certificate) != JB_OK) {
        return;
    }
    time_t end = jb_certificate_not_after(certificate);
    time_t in_japan = end + JAPAN_S;
    bool over = jb_certificate_check_time(certificate, time(NULL)) == JB_ERR_CERTIFICATE_EXPIRED;
    if (gmtime_r(&in_japan, &tm) != NULL && strftime(day, sizeof day, "%Y-%m-%d", &tm) > 0) {
        printf(over ? JB_SAY(terminal, "  利用者証明用電子証明書: %s に期限が切れました\n",
                             "  certificate for logging in: expired on %s\n")
                    : JB_SAY(terminal, "  利用者証明用電子証明書: %s まで有効\n",
                             "  certificate for logging in: valid until %s\n"),
               day);
    }
    jb_certificate_free(&certificate);
}

static void print_signing(const struct jb_terminal *terminal, const struct jb_card_info *info) {
    if (info->signing != JB_PRESENCE_UNKNOWN) {
        printf("  %s\n", info->signing == JB_PRESENCE_PRESENT
                             ? JB_SAY(terminal, "署名用電子証明書: あります",
                                      "certificate for signing: present")
                             : JB_SAY(terminal, "署名用電子証明書: ありません",
                                      "certificate for signing: none"));
    }
}

static void print_tries(const struct jb_terminal *terminal, const struct jb_card_info *info) {
    static const struct {
        enum jb_pin pin;
        const char *ja, *en;
    } pins[] = {{JB_PIN_AUTH, "利用者証明用暗証番号", "PIN for logging in"},
                {JB_PIN_SIGN, "署名用パスワード", "signing password"},
                {JB_PIN_PROFILE, "券面事項入力補助用暗証番号", "PIN for your details"}};

    for (size_t i = 0; i < sizeof pins / sizeof pins[0]; i++) {
        int tries = info->tries[pins[i].pin];
        const char *name = JB_SAY(terminal, pins[i].ja, pins[i].en);
        if (tries == 0) {
            printf(JB_SAY(terminal, "  %s: ロックされています(市区町村の窓口で初期化できます)\n",
                          "  %s: locked (your municipal office can reset it)\n"),
                   name);
        } else if (tries > 0) {
            printf(JB_SAY(terminal, "  %s: 残り%d回\n", "  %s: tries left: %d\n"), name, tries);
        }
    }
}

int jb_cli_status(const struct jb_terminal *terminal, int argc, char **argv) {
    char names[JB_READERS_MAX][JB_READER_NAME_MAX * 3];
    struct jb_survey survey;
    size_t width = 0;

    (void)argc;
    (void)argv;
    jb_survey_take(&survey, true);
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
        if (survey.info.kind != JB_CARD_NONE &&
            strcmp(survey.info.reader, survey.status[i].reader) == 0) {
            print_end(terminal, &survey.info);
            print_signing(terminal, &survey.info);
            print_tries(terminal, &survey.info);
        }
    }
    jb_survey_clear(&survey);
    return JB_EXIT_OK;
}
