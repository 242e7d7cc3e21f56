#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The process tests against a host that says hello and then hangs: they must fail, by their own deadlines, and say what
# they waited for.
#   tests/rig/test-hang.sh [BUILD_DIR]      build/; prints "N passed, N failed"
set -u
root=$(cd "$(dirname "$0")/../.." && pwd) || exit
build=${1:-$root/build}
folder=$(mktemp -d) || exit
trap 'rm -rf "$folder"' EXIT
passed=0
failed=0

check() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
    fi
}

# It reads nothing, does not see that its port is closed, and takes no signal but KILL.
cat >"$folder/host" <<'HOST'
#!/bin/sh
trap '' TERM INT HUP PIPE
touch "${0%/*}/started"
printf '\074\000\000\000{"version":"2.9.0","app":"jpki-bridge","appVersion":"0.1.0"}'
while :; do sleep 0.2; done
HOST
chmod +x "$folder/host"

none_left() {
    [[ -e $folder/started ]] && ! pgrep -f "$folder/host" >/dev/null
}

# Of the deadlines that there are, the shortest ones.
pattern='a request is answered soon|the end of input without a request'
start=$SECONDS
status=0
JB_HOST=$folder/host JB_ONLY=$pattern timeout 600 "$root/tests/host/run.sh" "$build" \
    "$root"/tests/host/{stalled,protocol}.test.ts >"$folder/log" 2>&1 || status=$?
took=$((SECONDS - start))
last=$(tail -n 1 "$folder/log")
echo "after $took s, with status $status: $last"
check "tests of a host that hangs fail" test "$status" -ne 0
check "the last line says how many" grep -qx 'all: 0 passed, 2 failed, .*' <<<"$last"
check "by deadlines of their own" test "$status" -ne 124
check "an answer is named that was waited for" grep -q 'in vain: a message from the host' "$folder/log"
check "the end is named that was waited for" grep -q 'in vain: the host to be gone once its port is closed' "$folder/log"
check "a host was started, and none is left" none_left
((failed == 0)) || cat "$folder/log"
echo "$passed passed, $failed failed"
((failed == 0))
