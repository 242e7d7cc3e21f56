/* SPDX-License-Identifier: MIT */
#include "advice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

const char *jb_advice_service(const struct jb_terminal *terminal) {
    if (exists("/usr/sbin/pcscd") || exists("/usr/bin/pcscd")) {
        return JB_SAY(terminal,
                      "サービスを起動してください:\n"
                      "  sudo systemctl enable --now pcscd.socket",
                      "Start the service:\n"
                      "  sudo systemctl enable --now pcscd.socket");
    }
    return JB_SAY(terminal,
                  "サービス(pcscd)を導入してください:\n"
                  "  Debian, Ubuntu: sudo apt install pcscd libccid\n"
                  "  Fedora: sudo dnf install pcsc-lite pcsc-lite-ccid",
                  "Install the service (pcscd):\n"
                  "  Debian, Ubuntu: sudo apt install pcscd libccid\n"
                  "  Fedora: sudo dnf install pcsc-lite pcsc-lite-ccid");
}

const char *jb_advice_reader(const struct jb_terminal *terminal) {
    return JB_SAY(terminal,
                  "カードリーダーをつないでください。つないであるときは、一度抜いて差し直し、\n"
                  "それでも見つからなければドライバーを導入してください:\n"
                  "  Debian, Ubuntu: sudo apt install libccid\n"
                  "  Fedora: sudo dnf install pcsc-lite-ccid",
                  "Connect a card reader. If one is connected, unplug it and plug it in again;\n"
                  "if it is still not found, install its driver:\n"
                  "  Debian, Ubuntu: sudo apt install libccid\n"
                  "  Fedora: sudo dnf install pcsc-lite-ccid");
}

const char *jb_advice_prompt(const struct jb_terminal *terminal) {
    return JB_SAY(terminal,
                  "画面用の pinentry を導入してください:\n"
                  "  GNOME など: sudo apt install pinentry-gnome3\n"
                  "  KDE: sudo apt install pinentry-qt\n"
                  "  Fedora: sudo dnf install pinentry-gnome3",
                  "Install a pinentry for the desktop:\n"
                  "  GNOME and others: sudo apt install pinentry-gnome3\n"
                  "  KDE: sudo apt install pinentry-qt\n"
                  "  Fedora: sudo dnf install pinentry-gnome3");
}

const char *jb_advice_policy(const struct jb_terminal *terminal) {
    return JB_SAY(terminal,
                  "管理者にお知らせください。このファイルは root の所有で、ほかの人が書き込めず、\n"
                  "決まった項目だけを含む JSON でなければなりません。",
                  "Tell your administrator. The file must belong to root, be writable by nobody\n"
                  "else, and be JSON with the names of a policy only.");
}

const char *jb_advice_config(void) {
    return "  {\"pinentry\": \"/usr/bin/pinentry-gnome3\",\n"
           "   \"mynaportalOrigins\": [\"https://www.example.jp\"]}";
}

static bool exists_in(const char *directory, const char *name) {
    char *expanded = jb_platform_expand(directory);
    char *path = NULL;
    bool found = expanded != NULL && asprintf(&path, "%s/%s", expanded, name) >= 0 && exists(path);

    free(path);
    free(expanded);
    return found;
}

static bool is_snap(const struct jb_browser *browser) {
    return browser->snap != NULL &&
           (exists_in("/snap", browser->snap) || exists_in("/var/lib/snapd/snap", browser->snap));
}

static bool is_flatpak(const struct jb_browser *browser) {
    return browser->flatpak != NULL &&
           (exists_in("/var/lib/flatpak/app", browser->flatpak) ||
            exists_in("$HOME/.local/share/flatpak/app", browser->flatpak));
}

const char *jb_advice_confined(const struct jb_terminal *terminal,
                               const struct jb_browser *browser) {
    if (!is_snap(browser) && !is_flatpak(browser)) {
        return NULL;
    }
    /* Only Firefox can ask the desktop portal (org.freedesktop.portal.WebExtensions) to start a
     * host. */
    if (browser->kind == JB_BROWSER_FIREFOX) {
        return JB_SAY(terminal,
                      "Snap または Flatpak 版です。デスクトップが対応していれば、最初に使うとき\n"
                      "許可を求められます。使えないときは、deb や rpm の Firefox\n"
                      "(packages.mozilla.org など)をお使いください。",
                      "This is a snap or flatpak. Where the desktop supports it, you are asked\n"
                      "for permission at first use. If that fails, use Firefox as a deb or rpm\n"
                      "package (for example from packages.mozilla.org).");
    }
    return JB_SAY(terminal,
                  "Snap または Flatpak 版は、ほかのプログラムを起動できないため使えません。\n"
                  "deb や rpm のブラウザーをお使いください。",
                  "As a snap or flatpak it cannot start other programs and does not work.\n"
                  "Use a browser installed as a deb or rpm package.");
}

bool jb_advice_is_sudo(void) {
    const char *user = getenv("SUDO_USER");
    return geteuid() == 0 && user != NULL && strcmp(user, "root") != 0;
}
