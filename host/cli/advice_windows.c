/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "advice.h"

bool jb_advice_has_service(void) {
    return true;
}

const char *jb_advice_service(const struct jb_terminal *terminal) {
    return JB_SAY(
        terminal,
        "「サービス」で「Smart Card」(SCardSvr)の「スタートアップの種類」を「手動」に戻し、\n"
        "開始してください。会社などのパソコンでは、管理者にお知らせください。",
        "In Services, set the startup type of \"Smart Card\" (SCardSvr) back to Manual\n"
        "and start it. On a computer of your organisation, tell its administrator.");
}

const char *jb_advice_driverless(void) {
    return NULL;
}

const char *jb_advice_reader(const struct jb_terminal *terminal) {
    return JB_SAY(terminal,
                  "カードリーダーをつないでください。つないであるときは、一度抜いて差し直し、\n"
                  "それでも見つからなければ、製品のページからドライバーを導入してください。",
                  "Connect a card reader. If one is connected, unplug it and plug it in again;\n"
                  "if it is still not found, install the driver from its maker's page.");
}

const char *jb_advice_prompt(const struct jb_terminal *terminal) {
    (void)terminal;
    return ""; /* the prompt is this program's own, and always there */
}

const char *jb_advice_policy(const struct jb_terminal *terminal) {
    return JB_SAY(terminal,
                  "管理者にお知らせください。グループポリシーのテンプレート(ADMX)で設定した形で、\n"
                  "決まった項目だけでなければなりません。",
                  "Tell your administrator. It must have the form that the group policy templates\n"
                  "(ADMX) give it, and the names of a policy only.");
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
    return false;
}
