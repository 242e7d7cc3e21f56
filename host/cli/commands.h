/* SPDX-License-Identifier: MIT */
/* The commands, one file each. argv[0] is the command's name; each gives the exit status. */
#ifndef JB_CLI_COMMANDS_H
#define JB_CLI_COMMANDS_H

#include "terminal.h"

int jb_cli_status(const struct jb_terminal *terminal, int argc, char **argv);
int jb_cli_doctor(const struct jb_terminal *terminal, int argc, char **argv);
int jb_cli_install(const struct jb_terminal *terminal, int argc, char **argv);
int jb_cli_sites(const struct jb_terminal *terminal, int argc, char **argv);
int jb_cli_forget(const struct jb_terminal *terminal, int argc, char **argv);
int jb_cli_uninstall(const struct jb_terminal *terminal, int argc, char **argv);

#endif
