#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What the one command makes for a release: every package, their sums, and the bill of materials, which is judged by
# the CycloneDX project's own validator.
#   tests/release/run.sh [BUILD_DIR]      build/
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
JB_BUILD=$(cd "${1:-$root/build}" && pwd)
export JB_BUILD PATH="$root/node_modules/.bin:$PATH"

# Installed once for as long as the pins stay.
venv=$JB_BUILD/cyclonedx
pins=$(sha256sum <"$here/requirements.txt")
if [[ $(cat "$venv/pins" 2>/dev/null) != "$pins" ]]; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt"
    echo "$pins" >"$venv/pins"
fi
exec node --disable-warning=ExperimentalWarning --test --test-reporter=spec --test-timeout=600000 "$here/release.test.ts"
