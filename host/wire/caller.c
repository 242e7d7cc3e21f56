/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "jpki_bridge/browsers.h"
#include "jpki_bridge/platform.h"
#include "jpki_bridge/serve.h"

#define CHROMIUM_SCHEME "chrome-extension://"

static bool is_listed(const char *const *ids, const char *id, size_t len) {
    for (; *ids != NULL; ids++) {
        if (strlen(*ids) == len && memcmp(*ids, id, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_web_eid(const char *id, size_t len) {
    const struct jb_native_host *host = &jb_native_hosts[JB_HOST_WEB_EID];

    return is_listed(host->chromium, id, len) || is_listed(host->firefox, id, len);
}

static bool ends_with(const char *text, const char *end) {
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

enum jb_caller jb_caller_of(int argc, char *const *argv) {
    const char *id = NULL;
    size_t len = 0;

    if (argc >= 2 && strncmp(argv[1], CHROMIUM_SCHEME, strlen(CHROMIUM_SCHEME)) == 0) {
        id = argv[1] + strlen(CHROMIUM_SCHEME);
        len = strcspn(id, "/");
    } else if (argc >= 3 && jb_platform_is_absolute(argv[1]) && ends_with(argv[1], ".json")) {
        id = argv[2];
        len = strlen(id);
    } else {
        return JB_CALLER_NONE;
    }
    return is_web_eid(id, len) ? JB_CALLER_WEB_EID : JB_CALLER_BROWSER;
}
