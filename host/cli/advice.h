/* SPDX-License-Identifier: MIT */
/* What a person can do on this system to mend a layer; one file per system. Texts are static. */
#ifndef JB_CLI_ADVICE_H
#define JB_CLI_ADVICE_H

#include <stdbool.h>

#include "jpki_bridge/browsers.h"
#include "terminal.h"

/* Whether the PC/SC service is installed. */
bool jb_advice_has_service(void);
const char *jb_advice_service(const struct jb_terminal *terminal);
const char *jb_advice_reader(const struct jb_terminal *terminal);

/* The name of a connected reader that has no PC/SC driver on this system, or null. */
const char *jb_advice_driverless(void);
const char *jb_advice_prompt(const struct jb_terminal *terminal);
const char *jb_advice_policy(const struct jb_terminal *terminal);

/* All that config.json can hold here, as an example. */
const char *jb_advice_config(void);

/* What to do about the browser when it is installed as a package that confines it; null when it is
 * not. */
const char *jb_advice_confined(const struct jb_terminal *terminal,
                               const struct jb_browser *browser);

/* The name of an AppArmor profile that keeps the browser from starting this program, into name
 * (size bytes); false where there is none. */
bool jb_apparmor_profile(const struct jb_browser *browser, char *name, size_t size);

/* Whether the command runs with another person's rights than the one who typed it (sudo). */
bool jb_advice_is_sudo(void);

#endif
