#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The process tests: the built host over pipes, with PC/SC daemon, virtual card and a scripted
# pinentry. Each file runs in namespaces of its own, so several run at once.
#   tests/host/run.sh [BUILD_DIR [FILE...]]     build/, and every *.test.ts here
# JB_UNDER runs the host under other words ("valgrind -q"; @FILE@ in them is the test file's name),
# JB_SLOW says how many times slower things may be, JB_SANITIZED=1 that the host was built with
# sanitizers, JB_JOBS how many files run at once, JB_ONLY and JB_SKIP (patterns) which tests.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit
root=$here/../..
JB_BUILD=$(cd "${1:-$root/build}" && pwd) || exit
export JB_BUILD JB_UNDER=${JB_UNDER:-}
shift
export PATH="$root/node_modules/.bin:$PATH"
if [[ ${JB_SANITIZED:-} == 1 ]]; then
    export JB_SLOW=${JB_SLOW:-3}
    export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
    export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
fi

# shellcheck source=tests/rig/again.sh
. "$root/tests/rig/again.sh"

files=("$@")
((${#files[@]})) || files=("$here"/*.test.ts)
logs=$(mktemp -d) || exit
trap 'rm -rf "$logs"' EXIT

# Without namespaces there is one reader for all, and one file at a time.
jobs=${JB_JOBS:-3}
"$root/tests/virtual_card/with-pcscd.sh" --no-daemon --need-namespace -- true 2>/dev/null || jobs=1

run_once() { # FILE NAME LOG
    local log=$3 status arguments
    arguments=(--test-force-exit --test-reporter=spec --test-timeout="${JB_TEST_MS:-60000}")
    [[ -z ${JB_ONLY:-} ]] || arguments+=(--test-name-pattern="$JB_ONLY")
    [[ -z ${JB_SKIP:-} ]] || arguments+=(--test-skip-pattern="$JB_SKIP")
    timeout --kill-after=5 "${JB_FILE_SECONDS:-500}" "$root/tests/virtual_card/with-pcscd.sh" -- \
        env JB_UNDER="${JB_UNDER//@FILE@/$2}" node "${arguments[@]}" "$1" >"$log" 2>&1
    status=$?
    # A hook of the whole file that fails is not counted by the runner.
    if { ((status != 0)) || grep -q '^✖ failing tests' "$log"; } && ! grep -q '^ℹ fail [1-9]' "$log"; then
        printf 'ended with status %s\nℹ fail 1\n' "$status" >>"$log"
    fi
}

run_file() { # FILE LOGS
    local name log
    name=$(basename "$1" .test.ts)
    log=$2/$name
    run_once "$1" "$name" "$log"
    if deserves_another "$log"; then
        set_aside "$log"
        run_once "$1" "$name-again" "$log-again"
        cat "$log-again" >>"$log"
        rm "$log-again"
    fi
    echo "== $(basename "$1")"
    cat "$log"
}
export -f run_once run_file deserves_another set_aside
export root

# shellcheck disable=SC2016 # for the inner shell to expand
printf '%s\0' "${files[@]}" | xargs -0 -P "$jobs" -I{} bash -c 'run_file "$1" "$2" >"$2/out.$$" && flock "$2" cat "$2/out.$$"' _ {} "$logs"

total() {
    cat "$logs"/[a-z]*[!0-9] 2>/dev/null | awk -v word="$1" '$1 == "ℹ" && $2 == word { n += $3 } END { print n + 0 }'
}
passed=$(total pass)
failed=$(($(total fail) + $(total cancelled)))
echo "all: $passed passed, $failed failed, $(total skipped) skipped"
((failed == 0 && passed > 0))
