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
mkdir -p "$(dirname "$output")"
cd "$work" # wixl takes no absolute path of a file
wixl -a x64 -D "Version=$version" -D "ChromiumExtension=$chromium;$update" \
    -D "FirefoxExtension=$xpi" -o "$output" jpki-bridge.wxs
"$here/sign.sh" "$output"
