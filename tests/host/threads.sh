#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The host under ThreadSanitizer: no data race and no lock taken in two orders in the unit tests, and in the process
# tests in which its threads meet: other programs, closed ports, a daemon or a client that stalls, prompts, batches.
#   tests/host/threads.sh [BUILD_DIR]     configured with -DJB_SANITIZE_THREADS=ON
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${1:-$here/../../build/threads}" && pwd)
found=$(mktemp -d)
trap 'rm -rf "$found"' EXIT

# A race that is there is found on this system; else what follows could not fail.
cat >"$found/race.c" <<'END'
#include <pthread.h>
static int shared;
static void *add(void *unused) { (void)unused; shared++; return 0; }
int main(void) {
    pthread_t thread;
    pthread_create(&thread, 0, add, 0);
    shared++;
    return pthread_join(thread, 0);
}
END
cc -g -fsanitize=thread -o "$found/race" "$found/race.c" -lpthread
if "$found/race" >"$found/race.log" 2>&1 || ! grep -q 'data race' "$found/race.log"; then
    cat "$found/race.log"
    echo "ThreadSanitizer finds no race here"
    echo "0 passed, 1 failed"
    exit 1
fi

export TSAN_OPTIONS="log_path=$found/host exitcode=66 halt_on_error=0 second_deadlock_stack=1"
status=0
ctest --test-dir "$build" -j 4 --output-on-failure || status=$?
JB_UNDER="env TSAN_OPTIONS=${TSAN_OPTIONS// /:}" JB_SLOW=${JB_SLOW:-5} JB_JOBS=${JB_JOBS:-4} JB_SANITIZED=1 \
    "$here/run.sh" "$build" "$here"/{others,closing,stalled,pin,cards,documents,webeid,log}.test.ts || status=$?
errors=0
for report in "$found"/host.*; do
    [[ -e $report ]] || continue
    echo "✖ ThreadSanitizer: $(basename "$report")"
    cat "$report"
    errors=$((errors + 1))
done
if ((errors > 0)); then
    echo "0 passed, $errors failed"
    status=1
fi
exit "$status"
