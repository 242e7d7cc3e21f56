/* SPDX-License-Identifier: MIT */
#include <windows.h>

#include "pcsc_system.h"

bool jb_pcsc_is_held(SCARDHANDLE handle) {
    (void)handle;
    return false;
}

/* The service is started by the first reader and ends with the last. It is missed only where an
 * administrator switched it off, or where it cannot be asked about and so is no Windows service. */
bool jb_pcsc_sleeps(void) {
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE service =
        manager == NULL ? NULL : OpenServiceW(manager, L"SCardSvr", SERVICE_QUERY_CONFIG);
    union {
        QUERY_SERVICE_CONFIGW config;
        BYTE room[8192]; /* all that the system ever gives (QueryServiceConfig) */
    } answer;
    DWORD needed = 0;
    bool sleeps = service != NULL &&
                  QueryServiceConfigW(service, &answer.config, sizeof answer, &needed) &&
                  answer.config.dwStartType != SERVICE_DISABLED;

    if (service != NULL) {
        (void)CloseServiceHandle(service);
    }
    if (manager != NULL) {
        (void)CloseServiceHandle(manager);
    }
    return sleeps;
}
