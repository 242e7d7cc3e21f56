#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Signed PDFs, judged by other programs: made by the producers that people use, prepared by the extension's own code,
# signed by the built host with a virtual card, and validated by pdfsig, pyHanko and qpdf.
#   tests/documents/run.sh [BUILD_DIR [FILE...]]     build/, and every *.test.ts here
# What it made and signed stays in BUILD_DIR/documents/.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit
root=$here/../..
JB_BUILD=$(cd "${1:-$root/build}" && pwd) || exit
export JB_BUILD
shift
export PATH="$root/node_modules/.bin:$PATH"

# pyHanko at its pinned version, installed once for as long as the pins stay.
venv=$JB_BUILD/pyhanko
pins=$(sha256sum <"$here/requirements.txt")
if [[ $(cat "$venv/pins" 2>/dev/null) != "$pins" ]]; then
    rm -rf "$venv"
    python3 -m venv "$venv" &&
        "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt" &&
        echo "$pins" >"$venv/pins" || exit
fi

node --disable-warning=ExperimentalWarning "$here/producers.ts" || exit
files=("$@")
((${#files[@]})) || files=("$here"/*.test.ts)
# Each file is a process of its own whose words go straight to the log: a runner of several that ends at once when the
# last test has ended does not read all that the others said, and tests were lost from the count.
# shellcheck disable=SC2016 # for the inner shell to expand
exec "$root/tests/virtual_card/with-pcscd.sh" -- bash -c 'status=0
    for file; do
        echo "== $(basename "$file")"
        node --disable-warning=ExperimentalWarning --test-reporter=spec --test-timeout=100000 --test-force-exit "$file" || status=1
    done
    exit "$status"' - "${files[@]}"
