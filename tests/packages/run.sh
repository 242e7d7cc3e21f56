#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The packages for Linux: what is in them, and that they are installed, used, upgraded and removed in a clean system.
#   tests/packages/run.sh [BUILD_DIR]      build/
# They are made beside those of a release, in BUILD_DIR/linux-packages/; that they are the same when they are made again
# is shown there (tests/release/). Installing needs root, or sudo.
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
JB_BUILD=$(cd "${1:-$root/build}" && pwd)
export JB_BUILD PATH="$root/node_modules/.bin:$PATH" SOURCE_DATE_EPOCH=1800000000

packages=$JB_BUILD/linux-packages
rm -rf "$packages"
cmake --build "$JB_BUILD" -j 2 --target jpki-bridge linux_packed
for kind in DEB RPM; do
    cpack -G "$kind" --config "$JB_BUILD/CPackConfig.cmake" -B "$packages"
done

export JB_ROOT=$JB_BUILD/linux-root JB_HOST=/usr/bin/jpki-bridge
trap '"$here/root.sh" remove "$JB_ROOT"' EXIT
"$here/root.sh" remove "$JB_ROOT"
"$here/root.sh" new "$JB_ROOT" "$packages"/*.deb
as_root=()
((EUID == 0)) || as_root=(sudo --preserve-env env PATH="$PATH")
"${as_root[@]}" node --disable-warning=ExperimentalWarning --test --test-reporter=spec --test-timeout=300000 \
    "$here/content.test.ts" "$here/installed.test.ts"
