/* SPDX-License-Identifier: MIT */
/* What the host uses of ptrace, as macOS declares it (ptrace(2)). */
#ifndef JB_TESTS_MACOS_SYS_PTRACE_H
#define JB_TESTS_MACOS_SYS_PTRACE_H

#include <sys/types.h>

#define PT_DENY_ATTACH 31
int ptrace(int request, pid_t pid, caddr_t address, int data);

#endif
