/* SPDX-License-Identifier: MIT */
#include <windows.h>

#include <sddl.h>

#include "jpki_bridge/secret.h"

/* Whoever runs as the same user may end this process and wait for it, and neither read its memory
 * nor debug it; the services that smart cards need, and administrators, may what they always may.
 */
static const wchar_t access_list[] =
    L"D:P(A;;0x00101001;;;OW)(A;;GA;;;SY)(A;;GA;;;LS)(A;;GA;;;NS)(A;;GA;;;BA)";

/* A crash ends the process here, before anything makes a dump or a report of it. */
static LONG WINAPI end_without_a_dump(EXCEPTION_POINTERS *exception) {
    (void)TerminateProcess(GetCurrentProcess(), exception->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

void jb_secret_protect_process(void) {
    PSECURITY_DESCRIPTOR descriptor = NULL;

    (void)SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    (void)SetUnhandledExceptionFilter(end_without_a_dump);
    /* What is loaded later comes from the system's own directory. */
    (void)SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_SYSTEM32);
    if (ConvertStringSecurityDescriptorToSecurityDescriptorW(access_list, SDDL_REVISION_1,
                                                             &descriptor, NULL)) {
        (void)SetKernelObjectSecurity(GetCurrentProcess(), DACL_SECURITY_INFORMATION, descriptor);
        (void)LocalFree(descriptor);
    }
}
