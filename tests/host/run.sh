#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The process tests: the built host over pipes, with PC/SC daemon, virtual card and a scripted
# pinentry. Each file runs in namespaces of its own, so several run at once.
#   tests/host/run.sh [--measuring] [BUILD_DIR [FILE...]]     build/, and every *.test.ts here
# --measuring runs only those that measure, for a host as it is shipped beside a run of all with sanitizers.
# JB_UNDER runs the host under other words ("valgrind -q"; @FILE@ in them is the test file's name),
# JB_SLOW says how many times slower things may be, JB_SANITIZED=1 that the host was built with
# sanitizers, JB_JOBS how many files run at once, JB_ONLY and JB_SKIP (patterns) which tests.
set -u
here=$(cd "$(dirname "$0")" && pwd) || exit
root=$here/../..

# What sanitizers distort: these are to be run with a host that was built without them, too.
measuring=(
    clean     # looks into the memory of the process, at who may read it, and for core files
    closing   # gone within a second, whatever it does
    graphical # windows of a real pinentry; left out of a run with sanitizers
    malformed # how much memory a length takes that nothing follows
    pin       # a prompt that wants not to go is gone in time
    protocol  # gone at once when there is nothing to do
    stalled   # answers in time beside a daemon that is frozen
)
# These take longest, for they wait for the daemon to see a card go and come: they begin first.
longest=(faults-change-pin faults-documents faults-mynaportal-sign faults-mynaportal-login faults-mynaportal-attributes
    faults-sign faults-login others cards closing graphical documents-cards)

only_measuring=0
if [[ ${1:-} == --measuring ]]; then
    only_measuring=1
    shift
fi
JB_BUILD=$(cd "${1:-$root/build}" && pwd) || exit
export JB_BUILD JB_UNDER=${JB_UNDER:-}
(($# == 0)) || shift
export PATH="$root/node_modules/.bin:$PATH"
if [[ ${JB_SANITIZED:-} == 1 ]]; then
    export JB_SLOW=${JB_SLOW:-3}
    export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
    export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
fi

name_of() { # FILE
    basename "$1" .test.ts
}

among() { # WORD WORD...
    local word=$1
    shift
    [[ " $* " == *" $word "* ]]
}

files=("$@")
if ((${#files[@]} == 0)); then
    for name in "${longest[@]}"; do
        files+=("$here/$name.test.ts")
    done
    for file in "$here"/*.test.ts; do
        among "$(name_of "$file")" "${longest[@]}" || files+=("$file")
    done
    if [[ ${JB_SANITIZED:-} == 1 ]]; then
        files=("${files[@]/$here\/graphical.test.ts/}")
    fi
fi
wanted=()
for file in "${files[@]}"; do
    [[ -n $file ]] || continue
    ((only_measuring)) && ! among "$(name_of "$file")" "${measuring[@]}" && continue
    wanted+=("$file")
done
logs=$(mktemp -d) || exit
trap 'rm -rf "$logs"' EXIT

# Without namespaces there is one reader for all, and one file at a time.
# More than there are processors, since most of them wait.
jobs=${JB_JOBS:-8}
"$root/tests/virtual_card/with-pcscd.sh" --no-daemon --need-namespace -- true 2>/dev/null || jobs=1

run_file() { # FILE LOGS
    local name log status arguments
    name=$(basename "$1" .test.ts)
    log=$2/$name
    # The time limits are nets: what hangs is found by the tests themselves, each by what it waits for.
    arguments=(--test-force-exit --test-reporter=spec --test-timeout="${JB_TEST_MS:-300000}")
    [[ -z ${JB_ONLY:-} ]] || arguments+=(--test-name-pattern="$JB_ONLY")
    [[ -z ${JB_SKIP:-} ]] || arguments+=(--test-skip-pattern="$JB_SKIP")
    timeout --kill-after=5 "${JB_FILE_SECONDS:-1200}" "$root/tests/virtual_card/with-pcscd.sh" -- \
        env JB_UNDER="${JB_UNDER//@FILE@/$name}" node "${arguments[@]}" "$1" >"$log" 2>&1
    status=$?
    # A hook of the whole file that fails is not counted by the runner.
    if { ((status != 0)) || grep -q '^✖ failing tests' "$log"; } && ! grep -q '^ℹ fail [1-9]' "$log"; then
        printf 'ended with status %s\nℹ fail 1\n' "$status" >>"$log"
    fi
    echo "== $(basename "$1")"
    cat "$log"
}
export -f run_file
export root

# shellcheck disable=SC2016 # for the inner shell to expand
printf '%s\0' "${wanted[@]}" | xargs -0 -P "$jobs" -I{} bash -c 'run_file "$1" "$2" >"$2/out.$$" && flock "$2" cat "$2/out.$$"' _ {} "$logs"

total() {
    cat "$logs"/[a-z]*[!0-9] 2>/dev/null | awk -v word="$1" '$1 == "ℹ" && $2 == word { n += $3 } END { print n + 0 }'
}
passed=$(total pass)
failed=$(($(total fail) + $(total cancelled)))
echo "all: $passed passed, $failed failed, $(total skipped) skipped"
((failed == 0 && passed > 0))
