#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Lays out what the package installs, below ROOT, which is made anew:
#   installers/macos/payload.sh PROGRAM ROOT
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1
root=$2
umask 022
export PATH="$here/../../node_modules/.bin:$PATH"
# shellcheck source=installers/macos/places.sh
. "$here/places.sh"

rm -rf "$root"
mkdir -p "$root$JB_FOLDER"
cp "$program" "$root$JB_FOLDER/jpki-bridge"
cp "$here/uninstall.sh" "$root$JB_FOLDER/uninstall.sh"
cp "$here/../../LICENSE" "$root$JB_FOLDER/LICENSE"
node --disable-warning=ExperimentalWarning "$here/manifests.ts" "$root" "$JB_FOLDER/jpki-bridge" >"$root$JB_FOLDER/manifests.txt"
chmod 755 "$root$JB_FOLDER/jpki-bridge" "$root$JB_FOLDER/uninstall.sh"
chmod 644 "$root$JB_FOLDER/LICENSE" "$root$JB_FOLDER/manifests.txt"
