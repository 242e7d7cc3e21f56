#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs every test that guards behaviour: on a fresh Debian or Ubuntu it first installs what it needs. Each stage's
# output is kept in build/logs/; the last line is "N passed, N failed, N skipped". No test is tried twice. What is long
# (valgrind, fuzzers, the second browser's whole run, repetitions) is in tests/soak.sh.
#   tests/run.sh                       everything
#   tests/run.sh NAME...               the named stages only (unit, extension, portal, lint, card, sanitize, host,
#                                      host-plain, documents, browser, windows, macos, release, packages, rig, bench)
#   tests/run.sh --changed [REVISION]  before a commit: tests/quick.sh, and the stages that the files name which
#                                      changed since REVISION (HEAD)
set -uo pipefail
cd "$(dirname "$0")/.." || exit
# shellcheck source=tests/rig/stages.sh
. tests/rig/stages.sh

revision=''
changed=()
if [[ ${1:-} == --changed ]]; then
    # shellcheck source=tests/rig/quick.sh
    . tests/rig/quick.sh
    revision=${2:-HEAD}
    mapfile -t changed < <(stages_of_change "$revision")
    needed=(build "${changed[@]%% *}")
else
    only=("$@")
    needed=("${only[@]}")
    ((${#needed[@]})) || needed=(test)
fi

prepare "${needed[@]}"

# ---- the stages ----

run_unit() {
    ctest --test-dir build -j 4 --output-on-failure
}

run_extension() {
    npm run --silent test
}

run_portal() {
    node --test --test-reporter=spec "tests/portal/*.test.ts"
}

run_card() {
    local status=0
    tests/virtual_card/test-with-pcscd.sh || status=1
    tests/virtual_card/test.sh build || status=1
    return $status
}

run_sanitize() {
    build_sanitized && ctest --test-dir build/sanitize -j 4 --output-on-failure
}

# The process tests, once, with a host that looks after itself.
run_host() { # [NAME...]
    local files=("${@/#/tests/host/}")
    build_sanitized && JB_SANITIZED=1 tests/host/run.sh build/sanitize "${files[@]/%/.test.ts}"
}

# Those that measure, or that sanitizers distort, with the host as it is shipped.
run_host_plain() {
    tests/host/run.sh --measuring build
}

run_browser() { # [NAME...]
    local files=("${@/#/tests/browser/}")
    tests/browser/run.sh build "${files[@]/%/.test.ts}"
}

# Runs one stage by its name; some take names of their files.
run() { # STAGE [NAME...]
    local name=$1
    shift
    case $name in
        lint) stage lint yielding tests/lint.sh ;;
        unit | extension | portal | card | sanitize) stage "$name" "run_$name" ;;
        host) stage host run_host "$@" ;;
        host-plain) stage host-plain run_host_plain ;;
        browser) stage browser run_browser "$@" ;;
        documents) stage documents tests/documents/run.sh build ;;
        windows) stage windows tests/windows/run.sh build ;;
        macos) stage macos yielding tests/macos/run.sh build ;;
        release) stage release yielding tests/release/run.sh build ;;
        packages) stage packages yielding tests/packages/run.sh build ;;
        rig) stage rig tests/rig/test-hang.sh build ;;
        bench) stage bench tests/bench/run.sh build ;;
    esac
}

row() { # STAGE...
    local name
    for name; do
        run "$name"
    done
}

if [[ -n $revision ]]; then
    quick "$revision"
    for line in "${changed[@]}"; do
        read -ra words <<<"$line"
        run "${words[@]}"
    done
    finish
    exit
fi

# Two rows of stages side by side: one mostly waits for cards, windows and people's pace; the other works.
row lint extension portal release packages windows macos documents &
row unit card sanitize host host-plain rig browser
wait
# This one has the machine to itself.
run bench
if wanted bench; then
    sed -n '/^ *|/p' "$logs/bench.log"
fi
finish
