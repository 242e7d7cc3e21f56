#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The program for Windows: cross-built, and run under Wine with the virtual card behind a winscard.dll of
# the tests, and a person's hands on its prompt in an X server.
#   tests/windows/run.sh [BUILD_DIR [FILE...]]     build/, and every *.test.ts here
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
JB_BUILD=$(cd "${1:-$root/build}" && pwd)
shift || true
export PATH="$root/node_modules/.bin:$PATH" JB_BUILD
windows=$JB_BUILD/windows

libraries=$("$root/installers/windows/libraries.sh")
cmake --fresh -S "$root" -B "$windows" -DCMAKE_TOOLCHAIN_FILE="$root/installers/windows/toolchain.cmake" \
    -DJB_WINDOWS_LIBRARIES="$libraries" -DJB_EXTENSION=OFF
# Two builds of one version, for the installer's test; the tests run the second.
for number in 1 2; do
    cmake -DJB_BUILD_NUMBER=$number "$windows" >/dev/null
    cmake --build "$windows" -j 2
    cp "$windows/jpki-bridge.exe" "$windows/build-$number.exe"
done

# Wine's own world, made anew: nothing of the person who runs this is in it.
export WINEPREFIX=$windows/wine HOME=$windows/home WINEDEBUG=-all WINEARCH=win64
export WINEDLLOVERRIDES="winscard=n,b;mscoree=;mshtml=;winemenubuilder.exe=" JB_HOST=$windows/test/jpki-bridge.exe
if [ -d "$WINEPREFIX" ]; then
    wineserver -k || true # of a run that was cut off
    wineserver -w || true
fi
rm -rf "$WINEPREFIX" "$HOME"
mkdir -p "$HOME"
unset DISPLAY WAYLAND_DISPLAY
# A session in Japanese is one in a locale that need not be installed, with letters for it.
export LOCPATH=$windows/locale
mkdir -p "$LOCPATH"
[ -e "$LOCPATH/ja_JP.UTF-8" ] || localedef -i ja_JP -f UTF-8 "$LOCPATH/ja_JP.UTF-8"
wineboot --init >/dev/null 2>&1
for font in "Yu Gothic UI" Tahoma "MS Shell Dlg"; do
    wine reg add 'HKCU\Software\Wine\Fonts\Replacements' /v "$font" /d "Noto Sans CJK JP" /f >/dev/null
done
wineserver -k || true # its desktop has no screen; the tests give it one
trap 'wineserver -k || true' EXIT

files=("$@")
((${#files[@]})) || files=("$here"/*.test.ts)
status=0
for file in "${files[@]}"; do
    echo "== $(basename "$file")"
    timeout --kill-after=5 600 node --test-force-exit --test-reporter=spec --test-timeout=60000 "$file" || status=1
done
exit $status
