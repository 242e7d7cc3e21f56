/* SPDX-License-Identifier: MIT */
/* A language that a person reads: Japanese first, English second. */
#ifndef JPKI_BRIDGE_LANG_H
#define JPKI_BRIDGE_LANG_H

enum jb_lang { JB_LANG_JA, JB_LANG_EN };

/* The language for a BCP 47 tag ("ja", "ja-JP", "en-GB", "et"): Japanese for ja, English for any
 * other. A null or empty tag gives jb_lang_system(). */
enum jb_lang jb_lang_of(const char *tag);

/* The language of the session: English when it is another than Japanese, Japanese when none is
 * named. On Linux from LC_ALL, LC_MESSAGES, LANG (POSIX, in that order; "", "C" and "POSIX" name
 * none), on Windows the one of its menus, on macOS the first of the settings' preferred languages.
 */
enum jb_lang jb_lang_system(void);

#endif
