/* SPDX-License-Identifier: MIT */
#include "advice.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jpki_bridge/platform.h"

#define USB_DEVICES "/sys/bus/usb/devices"

static bool exists(const char *path) {
    return access(path, F_OK) == 0;
}

bool jb_advice_has_service(void) {
    return exists("/usr/sbin/pcscd") || exists("/usr/bin/pcscd");
}

const char *jb_advice_service(const struct jb_terminal *terminal) {
    if (jb_advice_has_service()) {
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

/* The first line of a file of the kernel's, without its end; false when there is none. */
static bool read_line(const char *path, char *line, int size) {
    FILE *file = fopen(path, "re");
    bool read = file != NULL && fgets(line, size, file) != NULL;

    if (read) {
        line[strcspn(line, "\n")] = '\0';
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return read;
}

/* Their protocols are Sony's own; libccid does not know them. */
const char *jb_advice_driverless(void) {
    static const struct {
        const char *vendor, *product, *name;
    } models[] = {
        {"054c", "06c1", "RC-S380"}, {"054c", "06c3", "RC-S380"}, {"054c", "01bb", "RC-S320"}};
    DIR *devices = opendir(USB_DEVICES);
    const struct dirent *entry;
    const char *found = NULL;

    while (devices != NULL && found == NULL && (entry = readdir(devices)) != NULL) {
        char path[sizeof USB_DEVICES + sizeof entry->d_name + 16];
        char vendor[8], product[8];
        (void)snprintf(path, sizeof path, USB_DEVICES "/%s/idVendor", entry->d_name);
        if (!read_line(path, vendor, sizeof vendor)) {
            continue;
        }
        (void)snprintf(path, sizeof path, USB_DEVICES "/%s/idProduct", entry->d_name);
        if (!read_line(path, product, sizeof product)) {
            continue;
        }
        for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
            if (strcmp(vendor, models[i].vendor) == 0 && strcmp(product, models[i].product) == 0) {
                found = models[i].name;
            }
        }
    }
    if (devices != NULL) {
        (void)closedir(devices);
    }
    return found;
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

/* /snap/bin and /var/lib/snapd/snap/bin hold what each snap lets people start. */
static bool is_snap(const struct jb_browser *browser) {
    static const char *const places[] = {"/snap", "/snap/bin", "/var/lib/snapd/snap"};
    bool found = false;

    for (size_t i = 0; i < sizeof places / sizeof places[0] && browser->snap != NULL; i++) {
        found = found || exists_in(places[i], browser->snap);
    }
    return found;
}

/* The last place holds the data of one that was used, wherever it is installed. */
static bool is_flatpak(const struct jb_browser *browser) {
    static const char *const places[] = {"/var/lib/flatpak/app", "$HOME/.local/share/flatpak/app",
                                         "$HOME/.var/app"};
    bool found = false;

    for (size_t i = 0; i < sizeof places / sizeof places[0] && browser->flatpak != NULL; i++) {
        found = found || exists_in(places[i], browser->flatpak);
    }
    return found;
}

const char *jb_advice_confined(const struct jb_terminal *terminal,
                               const struct jb_browser *browser) {
    bool snap = is_snap(browser);

    if (!snap && !is_flatpak(browser)) {
        return NULL;
    }
    if (browser->kind != JB_BROWSER_FIREFOX) {
        return JB_SAY(terminal,
                      "Snap または Flatpak 版は、ほかのプログラムを起動できないため使えません。\n"
                      "deb や rpm のブラウザーをお使いください。",
                      "As a snap or flatpak it cannot start other programs and does not work.\n"
                      "Use a browser installed as a deb or rpm package.");
    }
    /* Only Firefox can ask the desktop's portal (org.freedesktop.portal.WebExtensions) to start a
     * host: by itself as a snap, on Ubuntu's portal; as a flatpak when its preference says so. */
    if (snap) {
        return JB_SAY(
            terminal,
            "Snap 版は、このプログラムをデスクトップ(ポータル)を通して起動します。\n"
            "Ubuntu では、最初に使うときの質問に「許可」と答えてください。質問が出ず\n"
            "使えないときは、deb や rpm の Firefox(packages.mozilla.org など)を\n"
            "お使いください。",
            "As a snap it starts this program through the desktop's portal. On Ubuntu,\n"
            "say yes when you are asked at first use. Where nothing asks and it does not\n"
            "work, use Firefox as a deb or rpm package (for example from\n"
            "packages.mozilla.org).");
    }
    return JB_SAY(terminal,
                  "Flatpak 版がこのプログラムを起動できるのは、デスクトップのポータルが\n"
                  "WebExtensions に対応している場合だけで、まだ多くありません。about:config で\n"
                  "widget.use-xdg-desktop-portal.native-messaging を 1 にしても使えないときは、\n"
                  "deb や rpm の Firefox(packages.mozilla.org など)をお使いください。",
                  "As a flatpak it can start this program only where the desktop's portal has\n"
                  "WebExtensions, as few have yet. If it does not work even with\n"
                  "widget.use-xdg-desktop-portal.native-messaging set to 1 in about:config, use\n"
                  "Firefox as a deb or rpm package (for example from packages.mozilla.org).");
}

bool jb_advice_is_sudo(void) {
    const char *user = getenv("SUDO_USER");
    return geteuid() == 0 && user != NULL && strcmp(user, "root") != 0;
}
