/* SPDX-License-Identifier: MIT */
/* What the host asks of the system beside card and prompt; one file per system. */
#ifndef JPKI_BRIDGE_PLATFORM_H
#define JPKI_BRIDGE_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "jpki_bridge/error.h"
#include "jpki_bridge/fault.h"
#include "jpki_bridge/op.h"

/* The program's arguments as UTF-8, where the system gives main others; once, at the start. */
void jb_platform_take_arguments(int *argc, char ***argv);

/* Whether a person types at standard input. */
bool jb_platform_is_typed_at(void);

/* Makes standard output and error show UTF-8; whether standard output is a terminal that has
 * colours. */
bool jb_platform_open_terminal(void);

/* What there is of this user's home folder. */
enum jb_home {
    JB_HOME_GOOD,
    JB_HOME_ABSENT,  /* not to be told, or not there */
    JB_HOME_ANOTHERS /* of another user, whose rights this program has not: root's, by "sudo -E" */
};
enum jb_home jb_platform_home(void);

/* The user's configuration directory for this program ($XDG_CONFIG_HOME/jpki-bridge, else
 * ~/.config/jpki-bridge, on Linux; %APPDATA%\JPKI Bridge on Windows; ~/Library/Application
 * Support/JPKI Bridge on macOS). Freed with free(); null when it cannot be told. */
char *jb_platform_config_dir(void);

/* Likewise where what belongs to this computer alone is kept, and does not follow a user to others:
 * the same directory on Linux and macOS, %LOCALAPPDATA%\JPKI Bridge on Windows. */
char *jb_platform_local_dir(void);

/* The path of name in directory. Freed with free(); null when memory is short. */
char *jb_platform_join(const char *directory, const char *name);

bool jb_platform_is_absolute(const char *path);

/* The last part of a path; borrowed from it. */
const char *jb_platform_file_name(const char *path);

/* Whether there is a program that this user can start. */
bool jb_platform_is_program(const char *path);

bool jb_platform_is_same_file(const char *a, const char *b);

/* Where the administrator's policy stands, for a person (/etc/jpki-bridge/policy.json on Linux, a
 * key of the registry on Windows, a configuration profile on macOS). Static. */
const char *jb_platform_policy_place(void);

/* Who may own a file that decides something, and write to it. */
enum jb_keeper {
    JB_KEEPER_USER, /* this user, or an administrator */
    JB_KEEPER_ADMIN
};

/* Reads a file that decides whom this program trusts: at most max bytes, with a NUL behind them
 * that *len does not count. Null with *fault: it cannot be trusted, or not be read; null without
 * one: there is no such file. Freed with free(). fault is not null, and has none yet. On POSIX
 * systems the file and its folder have to belong to a keeper and be writable for nobody else, and
 * so has the folder of each link on the way to it. Not looked at are the folders above (who may
 * write there can put a folder of his own in its place, which is then not a keeper's), and macOS'
 * access control lists. On Windows nobody but the user, the system and administrators can write
 * where users' files are, unless one of them lets others: not checked. */
char *jb_platform_read_trusted(const char *path, enum jb_keeper keeper, size_t max, size_t *len,
                               struct jb_fault *fault);

/* Whether nobody but a keeper could have put there what stands at the path, likewise; also where
 * nothing does. */
bool jb_platform_is_trusted(const char *path, enum jb_keeper keeper, struct jb_fault *fault);

/* Reads the administrator's policy as the JSON of policy.json, from where none but an administrator
 * can have written. JB_OK with *text null: there is none. *len is without the ending NUL.
 * JB_ERR_POLICY_INVALID with *fault: others could write it, it is longer than max, or it cannot be
 * read whole. Freed with free(). fault as above. */
enum jb_error jb_platform_read_policy(size_t max, char **text, size_t *len, struct jb_fault *fault);

/* The path with a leading $HOME/ or $XDG_CONFIG_HOME/ replaced by this user's directory; other
 * paths, and the registry's keys, as they are. Freed with free(); null when the directory cannot be
 * told. */
char *jb_platform_expand(const char *path);

/* Replaces a file whole, or makes it, with its directories; readable by its owner only, or by all.
 * On POSIX systems nothing is made in a folder of another user, nor the home folder itself. False
 * (with errno) when that fails, and then the old one stays. */
bool jb_platform_write_file(const char *path, const char *text, size_t len, bool for_all);

/* Keeps other processes of this user from replacing the file at path until unlocked; makes the
 * directory. Waits while another one is at it, which is a moment, as long as the operation (null: a
 * few seconds): its error, or JB_ERR_OPERATION_PENDING at its deadline. JB_ERR_LOCK_UNAVAILABLE, or
 * JB_ERR_HOME_ABSENT: it cannot be made; JB_ERR_CONFIG_INVALID: others could take it away. */
enum jb_error jb_platform_lock_beside(const char *path, struct jb_op *op, int *lock);
void jb_platform_unlock_beside(int lock);

/* The absolute path of this program; freed with free(); null when it cannot be told. */
char *jb_platform_program_path(void);

/* Moves the real stdin and stdout to private descriptors (*in, *out), closed on exec, so that
 * nothing else in the process can write into the reply stream; 0 then reads nothing and 1 goes to
 * stderr. Binary streams; a write to an end that is gone fails and does no more. False on
 * failure. */
bool jb_platform_take_stdio(int *in, int *out);

/* Reads what there is of what fd brings, waiting for the first of it: bytes read, or one of
 * these. */
enum { JB_READ_END = 0, JB_READ_NOTHING = -1, JB_READ_FAILED = -2 };
int jb_platform_read(int fd, void *buffer, size_t size);

/* Writes all of it; false when the other end is gone, takes nothing for limit_ms, or has closed the
 * input that jb_platform_take_stdio gave and does not take the rest in a moment. */
bool jb_platform_write(int fd, const void *bytes, size_t len, int limit_ms);

/* Waits at most timeout_ms (-1: without limit) for fd to have something to read, or its end;
 * whether it has. */
bool jb_platform_wait_input(int fd, int timeout_ms);

/* Whether the other end is closed, though there may still be something to read. */
bool jb_platform_input_closed(int fd);

/* Ends the process at once, whatever its threads are in. */
_Noreturn void jb_platform_exit_now(int status);

struct jb_user_lock;

/* Takes the one lock per user that lets two host processes take turns, which no other user can
 * take; waits as long as the operation lasts: JB_ERR_OPERATION_PENDING at its deadline,
 * JB_ERR_LOCK_UNAVAILABLE or JB_ERR_HOME_ABSENT when it cannot be made, JB_ERR_CONFIG_INVALID when
 * it could be only where others can write. Released with jb_user_lock_free, and by the system when
 * the process ends. */
enum jb_error jb_user_lock_take(struct jb_op *op, struct jb_user_lock **out);
void jb_user_lock_free(struct jb_user_lock **lock);

#endif
