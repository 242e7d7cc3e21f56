/* SPDX-License-Identifier: MIT */
/* jpki-bridge sites and forget: the origins that the holder trusts with the Mynaportal protocol's
 * signatures, and one fewer of them. */
#include <stdio.h>

#include "commands.h"
#include "jpki_bridge/cli.h"
#include "jpki_bridge/config.h"
#include "jpki_bridge/origin.h"

static int fail(const struct jb_terminal *terminal, enum jb_error error) {
    (void)fflush(stdout);
    fprintf(stderr, "%s\n", jb_error_sentence(error, terminal->lang));
    return JB_EXIT_PROBLEM;
}

int jb_cli_sites(const struct jb_terminal *terminal, int argc, char **argv) {
    struct jb_config config;
    enum jb_error error = jb_config_load(&config, NULL);

    (void)argc;
    (void)argv;
    if (error != JB_OK) {
        return fail(terminal, error);
    }
    if (config.trusted_count == 0) {
        puts(JB_SAY(terminal, "信頼すると答えたサイトはありません。",
                    "There is no site that you said you trust."));
    }
    for (size_t i = 0; i < config.trusted_count; i++) {
        puts(config.trusted[i]);
    }
    jb_config_clear(&config);
    return JB_EXIT_OK;
}

int jb_cli_forget(const struct jb_terminal *terminal, int argc, char **argv) {
    const char *origin = argv[argc - 1];
    struct jb_config config;
    enum jb_error error = JB_OK;
    bool trusted = false;

    if (!jb_origin_is_valid(origin)) {
        fputs(JB_SAY(terminal, "https://www.example.jp のような形で指定してください。\n",
                     "Write it in the form https://www.example.jp.\n"),
              stderr);
        return JB_EXIT_USAGE;
    }
    if ((error = jb_config_load(&config, NULL)) != JB_OK) {
        return fail(terminal, error);
    }
    trusted = jb_config_trusts(&config, origin);
    jb_config_clear(&config);
    if (!trusted) {
        fprintf(stderr,
                JB_SAY(terminal, "%s は、信頼したサイトの中にありません。\n",
                       "%s is not among the sites that you trust.\n"),
                origin);
        return JB_EXIT_PROBLEM;
    }
    if ((error = jb_config_distrust(NULL, origin)) != JB_OK) {
        return fail(terminal, error);
    }
    printf(JB_SAY(terminal, "%s の信頼を取り消しました。\n", "%s is no longer trusted.\n"), origin);
    return JB_EXIT_OK;
}
