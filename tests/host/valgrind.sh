#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The host under valgrind: no error and no leak in what the process tests have it do. The files
# that count milliseconds or look into its memory are left to run.sh.
#   tests/host/valgrind.sh [BUILD_DIR]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=${1:-$here/../../build}
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

kinds=definite,indirect,possible
words=(valgrind --quiet --vgdb=no --error-exitcode=99 --leak-check=full --num-callers=25 --child-silent-after-fork=yes
    "--suppressions=$here/valgrind.supp" "--show-leak-kinds=$kinds" "--errors-for-leak-kinds=$kinds" "--log-file=$found/@FILE@-%p")
export JB_UNDER="${words[*]}" JB_SLOW=${JB_SLOW:-10} JB_JOBS=${JB_JOBS:-2}
export JB_TEST_MS=${JB_TEST_MS:-240000} JB_FILE_SECONDS=${JB_FILE_SECONDS:-1500}
status=0
JB_SKIP='the form comes before|the prompt program|wants not to go' \
    "$here/run.sh" "$build" "$here"/{protocol,malformed,pin,locked,webeid}.test.ts || status=$?
JB_ONLY='all goes well|gone before APDU|nonsense .(random|long)' \
    "$here/run.sh" "$build" "$here"/faults-{login,sign}.test.ts || status=$?

# Every host wrote a file. (A line of dashes is valgrind about itself: it does not know mlock2.)
errors=0
for file in "$found"/*; do
    if grep -q '^==' "$file"; then
        echo "✖ valgrind: $(basename "$file")"
        grep '^==' "$file"
        errors=$((errors + 1))
    fi
done
looked=$(find "$found" -type f | wc -l)
echo "valgrind looked at $looked hosts, $errors of them with errors"
if ((errors > 0 || looked < 100)); then
    echo "0 passed, 1 failed"
    status=1
fi
exit "$status"
