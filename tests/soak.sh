#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What is long: run it before a change to what it touches is called done. Output, logs and last line are as in
# tests/run.sh.
#   tests/soak.sh                    all of it
#   tests/soak.sh NAME...            the named ones only: valgrind; threads (ThreadSanitizer); fuzz (FUZZ_SECONDS for
#                                    each fuzzer, 3600); host-whole (the process tests, all, with the host as it is
#                                    shipped);
#                                    browser-all (both browsers, every file, all pictures)
#   tests/soak.sh --times N STAGE…   these stages of tests/run.sh, N times one after the other; stops at the first failure
set -uo pipefail
cd "$(dirname "$0")/.." || exit
# shellcheck source=tests/rig/stages.sh
. tests/rig/stages.sh

if [[ ${1:-} == --times ]]; then
    times=${2:?} passed=0
    shift 2
    for ((n = 1; n <= times; n++)); do
        echo "== $n of $times"
        tests/run.sh "$@" >build/soak.log 2>&1
        status=$?
        cat build/soak.log
        if ((status != 0)); then
            echo "failed at run $n of $times"
            echo "$passed passed, 1 failed"
            exit 1
        fi
        passed=$((passed + $(tail -n 1 build/soak.log | cut -d ' ' -f 1)))
    done
    echo "$passed passed, 0 failed"
    exit 0
fi

only=("$@")
needed=("${only[@]}")
((${#needed[@]})) || needed=(test)
prepare "${needed[@]}"

run_fuzz() {
    build_fuzz && tests/fuzz/run.sh build/fuzz "${FUZZ_SECONDS:-3600}"
}

run_threads() {
    build_threads && tests/host/threads.sh build/threads
}

stage valgrind tests/host/valgrind.sh build
stage threads run_threads
stage host-whole tests/host/run.sh build
stage browser-all tests/browser/run.sh --all build
stage fuzz run_fuzz
finish
