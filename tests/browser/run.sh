#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The browser tests: tests/browser/run.sh [BUILD-DIRECTORY [FILE...]]. Real Chromium and Firefox (JB_BROWSER names
# one of them: chromium, firefox), host and PC/SC daemon; two rows of files side by side, each file in
# namespaces of its own, since one reader serves one test at a time.
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
if [[ -n ${JB_BROWSER:-} ]]; then
    browsers=("$JB_BROWSER")
else
    browsers=(chromium firefox)
fi
status=0
# shellcheck source=tests/rig/again.sh
. tests/rig/again.sh

run_once() { # FILE
    tests/virtual_card/with-pcscd.sh -- node --test --test-concurrency=1 --test-force-exit --test-timeout=480000 \
        --test-reporter=spec "$1"
}

run_file() { # FILE
    local log status=0
    log=$(mktemp)
    run_once "$1" >"$log" 2>&1 || status=1
    if ((status != 0)) && deserves_another "$log"; then
        set_aside "$log"
        status=0
        run_once "$1" >>"$log" 2>&1 || status=1
    fi
    cat "$log"
    rm -f "$log"
    return "$status"
}

run_share() { # every other file, from NUMBER; of the next browser those that the other share had of this
    local share file i from=$1 status=0
    for JB_BROWSER in "${browsers[@]}"; do
        share=()
        for ((i = from; i < ${#files[@]}; i += 2)); do
            share+=("${files[i]}")
        done
        from=$((1 - from))
        ((${#share[@]})) || continue
        echo "== $JB_BROWSER: ${share[*]##*/}"
        export JB_BROWSER
        for file in "${share[@]}"; do
            run_file "$file" || status=1
        done
    done
    return "$status"
}
output=$(mktemp)
run_share 1 >"$output" 2>&1 &
run_share 0 || status=1
wait $! || status=1
cat "$output"
rm -f "$output"
exit "$status"
