# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# The stages of tests/quick.sh, read into it and into tests/run.sh --changed. After stages.sh, with the project built.
# shellcheck source=tests/rig/changed.sh
. tests/rig/changed.sh

quick_unit() {
    ctest --test-dir build -j 4 -LE slow --output-on-failure
}

quick_extension() {
    local files
    mapfile -t files < <(printf '%s\n' extension/test/*.test.ts | grep -v '/package\.test\.ts$')
    node --disable-warning=ExperimentalWarning --test --test-reporter=spec "${files[@]}"
}

quick_types() {
    tsc --noEmit --incremental --tsBuildInfoFile build/tsc.json && echo "1 passed, 0 failed"
}

quick_style() { # REVISION
    local c scripts failed=0
    mapfile -t c < <(changed_files "$1" | grep -E '\.[ch]$')
    mapfile -t scripts < <(changed_files "$1" | grep -E '\.(ts|js)$' | grep -v '\.d\.ts$')
    if ((${#c[@]})) && command -v clang-format >/dev/null; then
        clang-format --dry-run -Werror "${c[@]}" || failed=1
    fi
    if ((${#scripts[@]})); then
        eslint --cache --cache-location build/eslint.json --max-warnings 0 "${scripts[@]}" || failed=1
    fi
    echo "$((1 - failed)) passed, $failed failed"
}

# Two rows side by side.
quick() { # REVISION
    {
        stage types quick_types
        stage style quick_style "$1"
    } &
    stage unit quick_unit
    stage extension quick_extension
    wait
}
