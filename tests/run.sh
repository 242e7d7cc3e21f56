#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs every test: on a fresh Debian or Ubuntu it first installs what it needs. Each stage's
# output is kept in build/logs/; the last line is "N passed, N failed".
#   tests/run.sh            everything
#   tests/run.sh NAME...    the named stages only (unit, lint, card, host, sanitize, valgrind,
#                           fuzz, portal, documents, extension, browser, windows, macos, release, packages,
#                           bench)
# FUZZ_SECONDS is what each fuzzer gets (60).
# A file of process or browser tests in which one or two failed is tried once more, and named at the end (rig/again.sh).
set -uo pipefail
cd "$(dirname "$0")/.." || exit
only=("$@")
logs=$PWD/build/logs
total_passed=0
total_failed=0

tests/setup.sh test || {
    echo "the build failed"
    echo "0 passed, 1 failed"
    exit 1
}
export PATH="$PWD/node_modules/.bin:$PATH"

wanted() {
    ((${#only[@]} == 0)) || [[ " ${only[*]} " == *" $1 "* ]]
}

# What the runners' closing lines count: cmake's ctest, node --test, and our own.
count() { # LOG WORD(passed|failed)
    awk -v word="$2" '
        { gsub(/\033\[[0-9;]*m/, "") }
        /tests passed, [0-9]+ tests failed out of [0-9]+/ {
            match($0, /[0-9]+ tests failed/); failed = substr($0, RSTART) + 0
            match($0, /out of [0-9]+/); all = substr($0, RSTART + 7) + 0
            n += word == "failed" ? failed : all - failed
        }
        /^(ℹ|#) pass [0-9]+$/ && word == "passed" { n += $3 }
        /^(ℹ|#) (fail|cancelled) [0-9]+$/ && word == "failed" { n += $3 }
        /^[0-9]+ passed, [0-9]+ failed/ { n += word == "passed" ? $1 : $3 }
        END { print n + 0 }' "$1"
}

# Runs one stage; prints its line. A stage that fails without having counted a failure counts one.
stage() { # NAME COMMAND...
    local name=$1 start=$SECONDS status=0 passed failed
    shift
    wanted "$name" || return 0
    "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
    passed=$(count "$logs/$name.log" passed)
    failed=$(count "$logs/$name.log" failed)
    if ((status != 0 && failed == 0)); then
        failed=1
    fi
    if ((status == 0 && passed + failed == 0)); then
        echo "no test ran" >>"$logs/$name.log"
        failed=1
    fi
    printf '%s %s %s\n' "$name" "$passed" "$failed" >"$logs/$name.count"
    printf '%-10s %5d passed %3d failed %5d s\n' "$name" "$passed" "$failed" $((SECONDS - start))
    if ((failed > 0)); then
        grep -nE 'not ok|✖|FAILED|ERROR|rror:|warning:' "$logs/$name.log" | head -n 40
        # What node's runner says of each failure, wherever in the log it stands.
        awk '/^✖ failing tests:/ { on = 1 } /^(== |▶ |  ?✔ )/ { on = 0 } on && n++ < 200' "$logs/$name.log"
        tail -n 25 "$logs/$name.log"
    fi
}

run_unit() {
    ctest --test-dir build -j 4 --output-on-failure
}

run_extension() {
    npm run --silent test
}

run_card() {
    local status=0
    tests/virtual_card/test-with-pcscd.sh || status=1
    tests/virtual_card/test.sh build || status=1
    return $status
}

run_portal() {
    node --test "tests/portal/*.test.ts"
}

build_sanitized() {
    cmake -S . -B build/sanitize -DJB_SANITIZE=ON -DJB_EXTENSION=OFF -DCMAKE_BUILD_TYPE=Debug &&
        cmake --build build/sanitize -j 2
}

run_sanitize() {
    local status=0
    build_sanitized || return 1
    ctest --test-dir build/sanitize -j 4 --output-on-failure || status=1
    # The windows of a real pinentry are watched by the stage host: here they are only slower.
    JB_SANITIZED=1 JB_SKIP='pinentry-(gtk-2|qt)' tests/host/run.sh build/sanitize || status=1
    return $status
}

run_valgrind() {
    tests/host/valgrind.sh build
}

build_fuzz() {
    cmake -S . -B build/fuzz -DJB_FUZZ=ON -DJB_EXTENSION=OFF -DCMAKE_C_COMPILER=clang \
        -DCMAKE_BUILD_TYPE=RelWithDebInfo && cmake --build build/fuzz -j 2 \
            --target fuzz_request fuzz_card fuzz_certificate fuzz_mynaportal fuzz_profile virtual-card-data
}

run_fuzz() {
    build_fuzz && tests/fuzz/run.sh build/fuzz "${FUZZ_SECONDS:-60}"
}

# Takes what the others leave of the processors: for what counts no milliseconds.
yielding() {
    (renice -n 10 "$BASHPID" >/dev/null && "$@")
}

rm -f "$logs"/*.count
# Two rows of stages side by side: the one waits for cards, windows and people's pace, and goes first; the other works.
{
    # A few minutes where they are not built yet; the stages that need them wait for the end of that.
    ! { wanted windows || wanted release; } || yielding installers/windows/libraries.sh >"$logs/libraries.log" 2>&1
} &
{
    stage lint yielding tests/lint.sh
    stage sanitize yielding run_sanitize
    stage valgrind yielding run_valgrind
    stage release yielding tests/release/run.sh build
    stage packages yielding tests/packages/run.sh build
    stage windows tests/windows/run.sh build
    stage macos yielding tests/macos/run.sh build
    ! wanted fuzz || yielding build_fuzz >"$logs/build-fuzz.log" 2>&1
} &
stage unit run_unit
stage extension run_extension
stage portal run_portal
stage card run_card
stage host tests/host/run.sh build
stage documents tests/documents/run.sh build
stage browser tests/browser/run.sh build
wait
# These two have the machine to themselves.
stage fuzz run_fuzz
stage bench tests/bench/run.sh build
if wanted bench; then
    sed -n '/^ *|/p' "$logs/bench.log"
fi

for file in "$logs"/*.count; do
    read -r _ passed failed <"$file"
    total_passed=$((total_passed + passed))
    total_failed=$((total_failed + failed))
done
# Not counted as failures, and yet to be looked at.
for file in "$logs"/*.log; do
    awk -v stage="$(basename "$file" .log)" '
        /^failed at first, and tried again:/ { on = 1 } /^(== |▶ |✔ )/ { on = 0 } on && NF && n++ < 60 { print stage ": " $0 }' "$file"
done
echo "screenshots: build/screenshots/, logs: build/logs/"
echo "$total_passed passed, $total_failed failed"
((total_failed == 0 && total_passed > 0))
