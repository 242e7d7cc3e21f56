#!/bin/bash
# SPDX-License-Identifier: MIT
#
# with-pcscd.sh keeps its word: exit status, input, privacy, readiness, an end that leaves nothing.
#   test-with-pcscd.sh
set -u

here=$(cd "$(dirname "$0")" && pwd)
with=$here/with-pcscd.sh
work=$(mktemp -d)
passed=0
failed=0
trap 'rm -rf "$work"' EXIT

check() { # NAME, status of the command before
    if (($2 == 0)); then
        echo "ok $1"
        passed=$((passed + 1))
    else
        echo "not ok $1"
        failed=$((failed + 1))
    fi
}

if ! "$with" --need-namespace --no-daemon -- true 2>/dev/null; then
    echo "# no private namespaces here: nothing to check"
    echo "0 passed, 0 failed"
    exit 0
fi

"$with" -- sh -c 'exit 7'
(($? == 7))
check "the command's exit status" $?
[[ $(echo hello | "$with" -- cat) == hello ]]
check "the command's input and output" $?
[[ $("$with" -- printf '<%s>' 'a b' '' '*') == '<a b><><*>' ]]
check "the command's arguments" $?
"$with" -- opensc-tool -l 2>/dev/null | grep -q 'Virtual PCD 00 00'
check "the virtual reader is there" $?
# shellcheck disable=SC2016 # for the shell inside
"$with" -- bash -c 'kill "$JB_PCSCD_PID"; sleep 0.5; ! opensc-tool -l >/dev/null 2>&1 || ! pgrep pcscd >/dev/null'
check "the daemon can be stopped from inside" $?
"$with" --no-daemon -- sh -c '! test -e /run/pcscd/pcscd.comm'
check "--no-daemon" $?
"$with" --daemon-log "$work/log" -- opensc-tool -l >/dev/null 2>&1
grep -q pcsc "$work/log"
check "--daemon-log" $?

# Both at once, each with its own daemon on the same port.
"$with" -- sh -c 'sleep 1; opensc-tool -l' >"$work/one" 2>&1 &
one=$!
"$with" -- sh -c 'sleep 1; opensc-tool -l' >"$work/two" 2>&1
wait $one && grep -q 'Virtual PCD' "$work/one" && grep -q 'Virtual PCD' "$work/two"
check "two at once" $?

# Killed: whatever runs inside goes too.
"$with" -- sh -c "touch '$work/started'; sleep 2; touch '$work/survived'" &
one=$!
for ((i = 0; i < 100; i++)); do
    [[ -e $work/started ]] && break
    sleep 0.05
done
kill $one
wait $one 2>/dev/null
(($? == 143))
check "a TERM ends it" $?
sleep 2.2
[[ -e $work/started && ! -e $work/survived ]]
check "and all inside" $?

# Without namespaces (a stub says no): a daemon of its own on what is then "this machine".
mkdir "$work/bin"
printf '#!/bin/sh\nexit 1\n' >"$work/bin/unshare"
chmod +x "$work/bin/unshare"
# shellcheck disable=SC2016 # for the shell inside
"$with" --no-daemon -- env PATH="$work/bin:$PATH" "$with" -- \
    sh -c 'test "$JB_PCSC_PRIVATE" = 0 && opensc-tool -l' 2>/dev/null | grep -q 'Virtual PCD'
check "without namespaces: starts the machine's daemon" $?
# shellcheck disable=SC2016 # for the shell inside
"$with" -- env PATH="$work/bin:$PATH" "$with" -- \
    sh -c 'test -z "$JB_PCSCD_PID" && opensc-tool -l' 2>/dev/null | grep -q 'Virtual PCD'
check "without namespaces: uses the one that runs" $?
env PATH="$work/bin:$PATH" "$with" --need-namespace -- true 2>/dev/null
(($? == 77))
check "--need-namespace" $?

echo "$passed passed, $failed failed"
((failed == 0))
