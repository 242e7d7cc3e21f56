#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Makes the MSI of the program for Windows:
#   installers/windows/msi.sh PROGRAM OUTPUT [VERSION]
# VERSION is the project's. The program and the MSI are signed where sign.sh is given a certificate. Where
# the browsers find the extension that the optional feature installs, an organisation that hosts it itself
# says: JB_UPDATE_URL (Chrome and Edge; the Chrome Web Store) and JB_XPI_URL (Firefox; addons.mozilla.org).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
program=$(realpath "$1")
output=$(realpath -m "$2")
version=${3:-$(sed -n 's/^project(jpki-bridge VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")}
if ! [[ $version =~ ^([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,5})$ ]] ||
    ((10#${BASH_REMATCH[1]} > 255 || 10#${BASH_REMATCH[2]} > 255 || 10#${BASH_REMATCH[3]} > 65535)); then
    echo "msi.sh: \"$version\" is no version of an MSI: three numbers, of which Windows Installer compares no more" >&2
    exit 2
fi
update=${JB_UPDATE_URL:-https://clients2.google.com/service/update2/crx}
xpi=${JB_XPI_URL:-https://addons.mozilla.org/firefox/downloads/latest/extension@jpkibridge.org/latest.xpi}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The table has one own host; its ids and name are all that the manifests need. The path is the program
# beside them, which browsers on Windows take as relative to the manifest.
manifest() { # KIND ALLOWED PATTERN
    node - "$root/manifests/browsers.json" "$root/manifests/host.json.in" "$@" <<'NODE'
const { readFileSync } = require("node:fs");
const [table, template, kind, allowed, pattern] = process.argv.slice(2);
const { own } = JSON.parse(readFileSync(table, "utf8")).hosts;
const values = {
    HOST_NAME: own.name,
    HOST_PATH: "jpki-bridge.exe",
    ALLOWED_NAME: allowed,
    ALLOWED_LIST: own[kind].map((id) => pattern.replace("{}", id)),
};
const text = readFileSync(template, "utf8").replace(/@JB_(\w+)@/g, (_, name) => JSON.stringify(values[name]));
JSON.parse(text);
process.stdout.write(text);
NODE
}
manifest chromium allowed_origins 'chrome-extension://{}/' >"$work/chromium.json"
manifest firefox allowed_extensions '{}' >"$work/firefox.json"
cp "$program" "$work/jpki-bridge.exe"
cp "$here/jpki-bridge.wxs" "$work"
sed 's/$/\r/' "$root/LICENSE" >"$work/LICENSE.txt"
"$here/sign.sh" "$work/jpki-bridge.exe"

chromium=$(sed -n 's/.*"chrome-extension:\/\/\([a-p]*\)\/".*/\1/p' "$work/chromium.json" | head -n 1)
# What an MSI is named by, the same for the same contents: another build is another product, which takes its place.
guid() { # WORDS...
    { printf '%s\n' "$@" && (cd "$work" && sha256sum -- *); } | sha256sum |
        sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/{\1-\2-5\3-8\4-\5}/' | tr a-f A-F
}

# The version in the program's resources (VS_FIXEDFILEINFO).
version_of() { # PROGRAM
    node -e '
        const bytes = require("node:fs").readFileSync(process.argv[1]);
        const at = bytes.indexOf(Buffer.from([0xbd, 0x04, 0xef, 0xfe]));
        if (at < 0) throw new Error("the program has no version");
        console.log([10, 8, 14, 12].map((offset) => bytes.readUInt16LE(at + offset)).join("."));' "$1"
}

# wixl leaves out what it does not know: that the version itself counts as an older one (512) and that features stay
# (1), the condition of a feature, and the version of a file, by which Windows Installer tells which one is newer. It
# dates what it makes, and numbers it by chance.
finish() { # MSI PACKAGE_CODE
    local time
    time=$(date -u -d "@${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}" '+%Y/%m/%d %H:%M:%S')
    msiinfo export "$1" Upgrade | sed 's/\t256\t\tOLDER_VERSION/\t769\t\tOLDER_VERSION/' >"$work/Upgrade.idt"
    msiinfo export "$1" File | sed "s/^\(ProgramFile\t.*\t[0-9]*\)\t\t\t512/\1\t$(version_of "$work/jpki-bridge.exe")\t1033\t512/" >"$work/File.idt"
    msiinfo export "$1" MsiFileHash | sed '/^ProgramFile\t/d' >"$work/MsiFileHash.idt"
    printf '%s\r\n' $'Feature_\tLevel\tCondition' $'s38\ti2\tS255' $'Condition\tFeature_\tLevel' \
        $'ForceExtension\t1\tFORCE_EXTENSION' >"$work/Condition.idt"
    msiinfo export "$1" _SummaryInformation |
        sed -E "s|^(12\|13)\t[^\r]*|\1\t$time|; s|^9\t[^\r]*|9\t$2|" >"$work/_SummaryInformation.idt"
    msibuild "$1" -i "$work"/{Upgrade,File,MsiFileHash,Condition,_SummaryInformation}.idt
}

firefox=$(sed -n 's/.*"allowed_extensions".*"\([^"]*@[^"]*\)".*/\1/p' "$work/firefox.json" | head -n 1)
mkdir -p "$(dirname "$output")"
product=$(guid product "$version" "$update" "$xpi") package=$(guid package "$version" "$update" "$xpi")
find "$work" -type f -exec touch -d "@${SOURCE_DATE_EPOCH:-0}" {} +
cd "$work" # wixl takes no absolute path of a file
wixl -a x64 -D "Version=$version" -D "ProductCode=$product" -D "ChromiumExtension=$chromium;$update" \
    -D "FirefoxId=$firefox" -D "FirefoxExtension=$xpi" -o "$output" jpki-bridge.wxs
finish "$output" "$package"
"$here/sign.sh" "$output"
