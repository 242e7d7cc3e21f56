/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/cli.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"

static int print_version(const struct jb_terminal *terminal, int argc, char **argv);
static int print_help(const struct jb_terminal *terminal, int argc, char **argv);

/* One table for dispatch and help, so that help cannot lie. */
static const struct command {
    const char *name;
    const char *option;  /* an option that it takes, or null */
    const char *valued;  /* one that has a value and may come again, or null */
    const char *operand; /* the one thing that must be named, or null */
    int (*run)(const struct jb_terminal *terminal, int argc, char **argv);
    const char *ja, *en;
} commands[] = {
    {"status", NULL, NULL, NULL, jb_cli_status,
     "カードリーダーとカード、有効期限、暗証番号の残り回数を表示します\n(暗証番号は使いません)",
     "show the card readers, what lies on each, when its\ncertificate ends and the tries left "
     "(without any PIN)"},
    {"doctor", NULL, NULL, NULL, jb_cli_doctor, "使えるかどうかを順に調べ、直し方を示します",
     "check each part in order and tell how to mend it"},
    {"install", "--web-eid", "--extension-id", NULL, jb_cli_install,
     "あなたのブラウザーに登録します\n(--web-eid: Web eID の拡張機能からも使えるようにします)\n"
     "(--extension-id ID: 組織で署名した拡張機能からも使えるようにします)",
     "register with your browsers\n(--web-eid: with Web eID's extension, too)\n"
     "(--extension-id ID: let in an extension that your\norganisation signed itself, too)"},
    {"uninstall", "--web-eid", NULL, NULL, jb_cli_uninstall,
     "登録をすべて取り消します\n(--web-eid: Web eID の拡張機能への登録だけ)",
     "take all registrations back\n(--web-eid: only those with Web eID's extension)"},
    {"sites", NULL, NULL, NULL, jb_cli_sites, "あなたが信頼すると答えたサイトを表示します",
     "show the sites that you said you trust"},
    {"forget", NULL, NULL, "ORIGIN", jb_cli_forget,
     "信頼を取り消します\n(ORIGIN: sites で表示される https://… の形)",
     "trust a site no longer\n(ORIGIN: https://… as sites shows it)"},
    {"--version", NULL, NULL, NULL, print_version, "バージョンを表示します", "show the version"},
    {"--help", NULL, NULL, NULL, print_help, "この説明を表示します", "show this help"},
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
    status = command->run(&terminal, argc - 1, argv + 1);
    return jb_terminal_close() ? status : JB_EXIT_PROBLEM;
}
