/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/cli.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "jpki_bridge/error.h"
#include "jpki_bridge/platform.h"

static int print_version(const struct jb_terminal *terminal, int argc, char **argv);
static int print_help(const struct jb_terminal *terminal, int argc, char **argv);

/* One table for dispatch and help, so that help cannot lie. */
static const struct command {
    const char *name;
    const char *option;  /* an option that it takes, or null */
    const char *valued;  /* one that has a value and may come again, or null */
    const char *operand; /* the one thing that must be named, or null */
    bool home;           /* works on what is in the user's home folder */
    int (*run)(const struct jb_terminal *terminal, int argc, char **argv);
    const char *ja, *en;
} commands[] = {
    {"status", NULL, NULL, NULL, false, jb_cli_status,
     "カードリーダーとカード、有効期限、暗証番号の残り回数を表示します\n(暗証番号は使いません)",
     "show the card readers, what lies on each, when its\ncertificate ends and the tries left "
     "(without any PIN)"},
    {"doctor", NULL, NULL, NULL, false, jb_cli_doctor, "使えるかどうかを順に調べ、直し方を示します",
     "check each part in order and tell how to mend it"},
    {"install", "--web-eid", "--extension-id", NULL, true, jb_cli_install,
     "あなたのブラウザーに登録します\n(--web-eid: Web eID の拡張機能からも使えるようにします)\n"
     "(--extension-id ID: 組織で署名した拡張機能からも使えるようにします)",
     "register with your browsers\n(--web-eid: with Web eID's extension, too)\n"
     "(--extension-id ID: let in an extension that your\norganisation signed itself, too)"},
    {"uninstall", "--web-eid", NULL, NULL, true, jb_cli_uninstall,
     "登録をすべて取り消します\n(--web-eid: Web eID の拡張機能への登録だけ)",
     "take all registrations back\n(--web-eid: only those with Web eID's extension)"},
    {"sites", NULL, NULL, NULL, true, jb_cli_sites, "あなたが信頼すると答えたサイトを表示します",
     "show the sites that you said you trust"},
    {"forget", NULL, NULL, "ORIGIN", true, jb_cli_forget,
     "信頼を取り消します\n(ORIGIN: sites で表示される https://… の形)",
     "trust a site no longer\n(ORIGIN: https://… as sites shows it)"},
    {"--version", NULL, NULL, NULL, false, print_version, "バージョンを表示します",
     "show the version"},
    {"--help", NULL, NULL, NULL, false, print_help, "この説明を表示します", "show this help"},
};

static int print_version(const struct jb_terminal *terminal, int argc, char **argv) {
    (void)terminal;
    (void)argc;
    (void)argv;
    puts("jpki-bridge " JB_VERSION);
    return JB_EXIT_OK;
}

static void write_help(const struct jb_terminal *terminal, FILE *out) {
    enum { COLUMN = 25 };

    fputs(JB_SAY(terminal,
                 "マイナンバーカードで、ウェブサイトにログインし、署名します。\n\n"
                 "使い方: jpki-bridge <コマンド>\n\n",
                 "Logs in to web sites and signs with a MyNumber card.\n\n"
                 "Usage: jpki-bridge <command>\n\n"),
          out);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        const struct command *command = &commands[i];
        const char *text = JB_SAY(terminal, command->ja, command->en);
        int used = fprintf(out, "  %s", command->name);
        if (command->option != NULL) {
            used += fprintf(out, " [%s]", command->option);
        }
        if (command->valued != NULL) {
            used += fprintf(out, " [%s ID]...", command->valued);
        }
        if (command->operand != NULL) {
            used += fprintf(out, " %s", command->operand);
        }
        if (used >= COLUMN) {
            fputc('\n', out);
            used = 0;
        }
        for (size_t len = strcspn(text, "\n"); len > 0; len = strcspn(text, "\n")) {
            fprintf(out, "%*s%.*s\n", COLUMN - used, "", (int)len, text);
            text += text[len] == '\0' ? len : len + 1;
            used = 0;
        }
    }
    fputs(JB_SAY(terminal,
                 "\n終了コード: 0 正常、1 問題があった、2 使い方の誤り\n"
                 "ブラウザーは、このプログラムを自分で起動します。\n",
                 "\nExit status: 0 all is well, 1 there is a problem, 2 wrong usage.\n"
                 "Browsers start this program by themselves.\n"),
          out);
}

static int print_help(const struct jb_terminal *terminal, int argc, char **argv) {
    (void)argc;
    (void)argv;
    write_help(terminal, stdout);
    return JB_EXIT_OK;
}

static const struct command *find_command(const char *name) {
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, name) == 0) {
            return &commands[i];
        }
    }
    return NULL;
}

static bool takes(const struct command *command, int argc, char **argv) {
    if (command->operand != NULL) {
        return argc == 2 && argv[1][0] != '-';
    }
    for (int i = 1; i < argc; i++) {
        bool plain = command->option != NULL && strcmp(argv[i], command->option) == 0;
        bool valued =
            command->valued != NULL && strcmp(argv[i], command->valued) == 0 && ++i < argc;
        if (!plain && !valued) {
            return false;
        }
    }
    return true;
}

/* Whether there is a home folder to work in, which is this user's; else it is told. */
static bool is_at_home(const struct jb_terminal *terminal) {
    enum jb_home home = jb_platform_home();

    if (home == JB_HOME_ABSENT) {
        fprintf(stderr, "%s\n", jb_error_sentence(JB_ERR_HOME_ABSENT, terminal->lang));
    } else if (home == JB_HOME_ANOTHERS) {
        fputs(
            JB_SAY(terminal,
                   "このホームフォルダーは、ほかの利用者のものです。管理者(root)の権限では、\n"
                   "何も変えません。sudo を付けずに、もう一度実行してください。\n",
                   "This home folder is another user's. With root's rights nothing is done in it.\n"
                   "Run this again without sudo.\n"),
            stderr);
    }
    return home == JB_HOME_GOOD;
}

int jb_cli_main(int argc, char **argv) {
    struct jb_terminal terminal = jb_terminal_open();
    const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;
    int status;

    if (command != NULL && argc == 3 && strcmp(argv[2], "--help") == 0) {
        command = find_command("--help");
        argc = 2;
    }
    if (command == NULL || !takes(command, argc - 1, argv + 1)) {
        write_help(&terminal, stderr);
        return JB_EXIT_USAGE;
    }
    if (command->home && !is_at_home(&terminal)) {
        return JB_EXIT_PROBLEM;
    }
    status = command->run(&terminal, argc - 1, argv + 1);
    return jb_terminal_close() ? status : JB_EXIT_PROBLEM;
}
