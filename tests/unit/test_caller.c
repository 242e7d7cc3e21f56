/* SPDX-License-Identifier: MIT */
#include "jpki_bridge/serve.h"

#include <stdio.h>

#include "unit.h"

#define MANIFEST "/home/u/.mozilla/native-messaging-hosts/org.jpkibridge.host.json"

static void whoever_started_it(void **state) {
    static const struct {
        const char *one, *two;
        enum jb_caller caller;
    } cases[] = {
        {NULL, NULL, JB_CALLER_NONE},
        {"status", NULL, JB_CALLER_NONE},
        {"--version", NULL, JB_CALLER_NONE},
        {"", NULL, JB_CALLER_NONE},
        {"chrome-extension:", NULL, JB_CALLER_NONE},
        {"https://example.jp/", NULL, JB_CALLER_NONE},
        {"chrome-extension://abcdefghijklmnopabcdefghijklmnop/", NULL, JB_CALLER_BROWSER},
        {"chrome-extension://abcdefghijklmnopabcdefghijklmnop/", "--parent-window=0",
         JB_CALLER_BROWSER},
        {"chrome-extension://ncibgoaomkmdpilpocfeponihegamlic/", NULL, JB_CALLER_WEB_EID},
        {"chrome-extension://gnmckgbandlkacikdndelhfghdejfido/", "--parent-window=0",
         JB_CALLER_WEB_EID},
        {"chrome-extension://ncibgoaomkmdpilpocfeponihegamlicx/", NULL, JB_CALLER_BROWSER},
        {MANIFEST, "extension@jpkibridge.org", JB_CALLER_BROWSER},
        {MANIFEST, "{e68418bc-f2b0-4459-a9ea-3e72b6751b07}", JB_CALLER_WEB_EID},
        {MANIFEST, NULL, JB_CALLER_NONE},
        {"/etc/passwd", "extension@jpkibridge.org", JB_CALLER_NONE},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char program[] = "jpki-bridge", one[128] = "", two[128] = "";
        char *arguments[] = {program, one, two, NULL};
        int argc = cases[i].one == NULL ? 1 : cases[i].two == NULL ? 2 : 3;
        (void)snprintf(one, sizeof one, "%s", argc > 1 ? cases[i].one : "");
        (void)snprintf(two, sizeof two, "%s", argc > 2 ? cases[i].two : "");
        arguments[argc] = NULL;
        assert_int_equal(jb_caller_of(argc, arguments), cases[i].caller);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(whoever_started_it)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
