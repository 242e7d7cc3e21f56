/* SPDX-License-Identifier: MIT */
/* What the files for POSIX systems share. */
#ifndef JB_PLATFORM_POSIX_H
#define JB_PLATFORM_POSIX_H

#include <stdbool.h>
#include <sys/stat.h>

/* An absolute path in the environment, else null: relative ones are ignored, as the XDG base
 * directory specification wants. Borrowed. */
const char *jb_posix_absolute_env(const char *name);

/* The path below this user's home directory, which is $HOME or the one of the user database. Freed
 * with free(); null when it cannot be told. */
char *jb_posix_in_home(const char *rest);

/* Whether root is about to put something into a folder of another user's, who could then not do
 * anything with it. */
bool jb_posix_is_anothers(const struct stat *folder);

/* Makes the directories above the file, for this user alone; none in another user's, and not the
 * home folder itself. False with errno. */
bool jb_posix_make_directories(const char *path);

/* Whether an access control list may let others do more with the file than its mode says. */
bool jb_posix_has_access_list(const char *path);

#endif
