#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The browser tests: tests/browser/run.sh [BUILD-DIRECTORY [FILE...]]. Real Chromium, host and PC/SC daemon; in
# two namespaces side by side, since one reader serves one test at a time.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
JB_BUILD=$(realpath "${1:-build}") && export JB_BUILD
shift
export PATH="$PWD/node_modules/.bin:$PATH"

if (($#)); then
    files=("$@")
else
    files=(tests/browser/*.test.ts)
fi
status=0
run_share() { # every other file, from NUMBER
    local share=() i
    for ((i = $1; i < ${#files[@]}; i += 2)); do
        share+=("${files[i]}")
    done
    ((${#share[@]} == 0)) || tests/virtual_card/with-pcscd.sh -- \
        node --test --test-concurrency=1 --test-force-exit --test-timeout=120000 --test-reporter=spec "${share[@]}"
}
output=$(mktemp)
run_share 1 >"$output" 2>&1 &
run_share 0 || status=1
wait $! || status=1
cat "$output"
rm -f "$output"
exit "$status"
