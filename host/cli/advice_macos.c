/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "advice.h"

bool jb_advice_has_service(void) {
    return true;
}

const char *jb_advice_service(const struct jb_terminal *terminal) {
    return JB_SAY(terminal,
                  "macOS のスマートカードのサービスが応答しません。カードリーダーを抜いて、\n"
                  "Mac を再起動してください。会社などの Mac では、管理者にお知らせください。",
                  "The smart card service of macOS does not answer. Unplug the card reader and\n"
                  "restart the Mac. On a Mac of your organisation, tell its administrator.");
}

const char *jb_advice_driverless(void) {
    return NULL;
}

const char *jb_advice_reader(const struct jb_terminal *terminal) {
    return JB_SAY(terminal,
                  "カードリーダーをつないでください。つないであるときは、一度抜いて差し直し、\n"
                  "「アクセサリの接続を許可しますか」と出たら「許可」を選んでください。それでも\n"
                  "見つからなければ、製品のページからドライバーを導入してください。",
                  "Connect a card reader. If one is connected, unplug it and plug it in again,\n"
                  "and choose Allow where macOS asks about the accessory; if it is still not\n"
                  "found, install the driver from its maker's page.");
}

const char *jb_advice_prompt(const struct jb_terminal *terminal) {
    (void)terminal;
    return ""; /* the prompt is the system's own, and always there */
}

const char *jb_advice_policy(const struct jb_terminal *terminal) {
    return JB_SAY(
        terminal,
        "管理者にお知らせください。構成プロファイルの org.jpkibridge.host は、決まった\n"
        "項目だけを、決まった形で持たなければなりません。",
        "Tell your administrator. In the configuration profile, org.jpkibridge.host must\n"
        "have the names of a policy only, in the form that they have.");
}

const char *jb_advice_config(void) {
    return "  {\"mynaportalOrigins\": [\"https://www.example.jp\"]}";
}

const char *jb_advice_confined(const struct jb_terminal *terminal,
                               const struct jb_browser *browser) {
    (void)terminal;
    (void)browser;
    return NULL;
}

bool jb_apparmor_profile(const struct jb_browser *browser, char *name, size_t size) {
    (void)browser;
    (void)name;
    (void)size;
    return false;
}

bool jb_advice_is_sudo(void) {
    const char *user = getenv("SUDO_USER");
    return geteuid() == 0 && user != NULL && strcmp(user, "root") != 0;
}
