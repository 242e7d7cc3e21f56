/* SPDX-License-Identifier: MIT */
/*
 * Browsers' own policies that keep the program or the extension from being used.
 * Sources: Chromium, extensions/browser/api/messaging/native_messaging_policy_handler and
 * chrome/browser/extensions/extension_management.cc; Mozilla, policy-templates.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "browser_policies.h"
#include "doctor.h"
#include "jpki_bridge/json.h"
#include "jpki_bridge/platform.h"

/* What the extension cannot be without (extension/manifest.json). */
static const char *const permissions[] = {"activeTab", "nativeMessaging", "scripting", "storage"};

static const cJSON *member(const cJSON *object, const char *name) {
    return cJSON_GetObjectItemCaseSensitive(object, name);
}

/* Whether the list has the text, or an item that begins with it and a semicolon. */
static bool lists(const cJSON *list, const char *text) {
    const cJSON *item = NULL;
    size_t len = strlen(text);

    cJSON_ArrayForEach(item, list) {
        if (cJSON_IsString(item) && strncmp(item->valuestring, text, len) == 0 &&
            (item->valuestring[len] == '\0' || item->valuestring[len] == ';')) {
            return true;
        }
    }
    return false;
}

/* ---- the program ---- */

/* The policy that forbids to start the program whoever registered it, or null. */
static const char *host_blocked_by(const cJSON *set) {
    static const char policy[] = "NativeMessagingBlocklist";
    const char *name = jb_native_hosts[JB_HOST_OWN].name;
    const cJSON *blocked = member(set, policy);

    if (!lists(blocked, name) && !lists(blocked, "*")) {
        return NULL;
    }
    return lists(member(set, "NativeMessagingAllowlist"), name) ? NULL : policy;
}

/* Whether only what is registered for everybody counts, and the program is not. */
static bool is_registered_in_vain(const struct jb_browser *browser, const cJSON *set,
                                  const char *self) {
    struct jb_manifest manifest;
    bool vain = false;

    if (cJSON_IsFalse(member(set, "NativeMessagingUserLevelHosts"))) {
        jb_browser_system_manifest(browser, self, &manifest);
        vain = manifest.state != JB_MANIFEST_OURS && manifest.state != JB_MANIFEST_COPY;
        jb_manifest_clear(&manifest);
    }
    return vain;
}

/* ---- the extension ---- */

/* The entry of ExtensionSettings for an id: its name may be several ids with commas between. */
static const cJSON *entry_of(const cJSON *settings, const char *id) {
    const cJSON *entry = NULL;
    size_t len = strlen(id);

    cJSON_ArrayForEach(entry, settings) {
        for (const char *at = entry->string; at != NULL; at = strchr(at, ',')) {
            at += *at == ',';
            if (strncmp(at, id, len) == 0 && (at[len] == '\0' || at[len] == ',')) {
                return entry;
            }
        }
    }
    return NULL;
}

/* 1: installing is forbidden, 0: it is not, -1: this entry does not say. */
static int mode_of(const cJSON *entry) {
    const char *mode = jb_json_string(entry, "installation_mode");

    if (mode == NULL) {
        return -1;
    }
    return strcmp(mode, "blocked") == 0 || strcmp(mode, "removed") == 0;
}

static bool forbids_permission(const cJSON *own, const cJSON *others) {
    const cJSON *list = member(own, "blocked_permissions");

    list = list == NULL ? member(others, "blocked_permissions") : list;
    for (size_t i = 0; i < sizeof permissions / sizeof permissions[0]; i++) {
        if (lists(list, permissions[i])) {
            return true;
        }
    }
    return false;
}

/* The policy that forbids an extension, or null. What names it comes before what is for all. */
static const char *id_blocked_by(const cJSON *set, enum jb_browser_kind kind, const char *id) {
    static const char settings_name[] = "ExtensionSettings";
    static const char blocklist_name[] = "ExtensionInstallBlocklist";
    const cJSON *settings = member(set, settings_name);
    const cJSON *own = entry_of(settings, id), *others = entry_of(settings, "*");
    const cJSON *blocklist = member(set, blocklist_name);
    int mode = mode_of(own);

    if (kind == JB_BROWSER_FIREFOX) {
        return (own == NULL ? mode_of(others) : mode) == 1 ? settings_name : NULL;
    }
    if (mode == 1 || forbids_permission(own, others)) {
        return settings_name;
    }
    if (mode == 0 || lists(member(set, "ExtensionInstallForcelist"), id) ||
        lists(member(set, "ExtensionInstallAllowlist"), id)) {
        return NULL;
    }
    if (lists(blocklist, id)) {
        return blocklist_name;
    }
    mode = mode_of(others);
    if (mode == 1) {
        return settings_name;
    }
    return mode == -1 && lists(blocklist, "*") ? blocklist_name : NULL;
}

/* The policy that forbids the extension under each of the ids that may start the program. */
static const char *extension_blocked_by(const struct jb_browser *browser, const cJSON *set,
                                        const char *self) {
    const struct jb_native_host *host = &jb_native_hosts[JB_HOST_OWN];
    const char *const *ours = browser->kind == JB_BROWSER_CHROMIUM ? host->chromium : host->firefox;
    struct jb_manifest manifest;
    const char *blocked = NULL;
    bool any = false;

    jb_browser_manifest(browser, self, &manifest);
    for (; *ours != NULL && !any; ours++) {
        blocked = id_blocked_by(set, browser->kind, *ours);
        any = blocked == NULL;
    }
    for (size_t i = 0; i < manifest.others.count && !any; i++) {
        any = id_blocked_by(set, browser->kind, manifest.others.id[i]) == NULL;
    }
    jb_manifest_clear(&manifest);
    return any ? NULL : blocked;
}

/* ---- what is said ---- */

static void say(struct jb_check *check, const struct jb_browser *browser, const char *what,
                const char *by) {
    char line[JB_CHECK_SHOWN];

    snprintf(line, sizeof line, "%s: %s", browser->name, what);
    jb_check_found(check, line);
    snprintf(line, sizeof line, "  %s", by);
    jb_check_found(check, line);
}

static void judge_chromium(const struct jb_terminal *terminal, const struct jb_browser *browser,
                           const cJSON *set, const char *self, struct jb_check *check) {
    const char *by = host_blocked_by(set);

    if (by != NULL) {
        say(check, browser,
            JB_SAY(terminal, "プログラムの起動が禁止されています", "may not start this program"),
            by);
        jb_check_fail(
            check,
            JB_SAY(terminal,
                   "管理者にお知らせください。ブラウザーのポリシー NativeMessagingAllowlist に\n"
                   "org.jpkibridge.host を加えると使えます。",
                   "Tell your administrator: org.jpkibridge.host has to be in the browser's\n"
                   "policy NativeMessagingAllowlist."));
    } else if (is_registered_in_vain(browser, set, self)) {
        say(check, browser,
            JB_SAY(terminal, "利用者ごとの登録は使われません", "passes over what a user registers"),
            "NativeMessagingUserLevelHosts");
        jb_check_fail(
            check,
            JB_SAY(terminal,
                   "管理者にお知らせください。全利用者に登録するパッケージ(deb、rpm、MSI)で\n"
                   "導入すると使えます。",
                   "Tell your administrator: this program has to be installed for everybody, by\n"
                   "its package (deb, rpm or MSI)."));
    }
}

static void judge(const struct jb_terminal *terminal, const struct jb_browser *browser,
                  const struct jb_browser_policies *policies, const char *self,
                  struct jb_check *check) {
    const char *by;

    if (policies->broken != NULL) {
        char shown[JB_CHECK_SHOWN];
        jb_display_path(policies->broken, shown, sizeof shown);
        say(check, browser,
            JB_SAY(terminal, "ポリシーが正しい JSON でないか、大きすぎます",
                   "a policy is not valid JSON, or too large"),
            shown);
        check->mark = check->mark == JB_MARK_GOOD ? JB_MARK_WARN : check->mark;
    }
    if (browser->kind == JB_BROWSER_CHROMIUM) {
        judge_chromium(terminal, browser, policies->set, self, check);
    }
    by = extension_blocked_by(browser, policies->set, self);
    if (by != NULL) {
        say(check, browser,
            JB_SAY(terminal, "拡張機能が禁止されています", "may not have the extension"), by);
        jb_check_fail(
            check, JB_SAY(terminal,
                          "管理者にお知らせください。ブラウザーのポリシー ExtensionSettings で\n"
                          "この拡張機能の ID を許可すると使えます。",
                          "Tell your administrator: the browser's policy ExtensionSettings has to\n"
                          "allow this extension's id."));
    }
}

void jb_check_browser_policies(const struct jb_terminal *terminal, const struct jb_survey *survey,
                               struct jb_check *check) {
    char *self = jb_platform_program_path();

    (void)survey;
    check->mark = JB_MARK_GOOD;
    for (size_t i = 0; i < jb_browsers_count; i++) {
        struct jb_browser_policies policies;

        jb_browser_policies_read(&jb_browsers[i], &policies);
        judge(terminal, &jb_browsers[i], &policies, self == NULL ? "" : self, check);
        jb_browser_policies_clear(&policies);
    }
    if (check->mark == JB_MARK_GOOD) {
        jb_check_found(check, JB_SAY(terminal, "妨げるものはありません", "nothing in the way"));
    }
    free(self);
}
