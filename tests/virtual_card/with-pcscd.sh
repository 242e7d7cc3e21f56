#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs a command with a PC/SC daemon and vsmartcard's virtual reader of its own, and ends with
# the command's exit status. Ports and the daemon's socket are system-wide, so everything happens
# in private namespaces: any number of these can run at once. Where the system gives no
# namespaces (an unprivileged container), the machine's own pcscd is used, or started.
#
#   with-pcscd.sh [--no-daemon] [--daemon-log FILE] [--need-namespace] -- COMMAND [ARG...]
#
#   --no-daemon        set everything up but start no pcscd (for "the service is not running")
#   --daemon-log FILE  where pcscd's own messages go (default: nowhere); with APDUs, so with PINs
#   --need-namespace   fail with status 77 instead of using the machine's own pcscd
#
# The command sees JB_PCSCD_PID (to stop the daemon in mid-test; empty when not ours), JB_PCSCD_OPTIONS and
# JB_PCSC_PRIVATE (1 in namespaces, else 0). The readers take cards at 127.0.0.1:35963 and 35964.
set -u

readonly PORT_HEX=8C7B # 35963

usage() {
    sed -n '4,17s/^# \{0,1\}//p' "$0"
    exit 64
}

# The port is looked up and not tried: a connection would be taken for a card.
reader_listens() {
    cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | grep -qi ":$PORT_HEX [0-9A-F]*:0000 0A "
}

wait_ready() { # PID of the daemon, or nothing
    local i
    for ((i = 0; i < 200; i++)); do
        if [[ -S /run/pcscd/pcscd.comm ]] && reader_listens; then
            return 0
        fi
        if [[ -n ${1:-} ]] && ! kill -0 "$1" 2>/dev/null; then
            break
        fi
        sleep 0.05
    done
    echo "with-pcscd: no PC/SC daemon with a virtual reader (pcscd and vsmartcard-vpcd installed?)" >&2
    return 1
}

start_daemon() {
    local arguments=(--foreground)
    # Where it asks polkit, which is out of reach in here, it would turn even root away.
    export JB_PCSCD_OPTIONS=
    if "$pcscd" --help 2>&1 | grep -q -- --disable-polkit; then
        JB_PCSCD_OPTIONS=--disable-polkit
        arguments+=("$JB_PCSCD_OPTIONS")
    fi
    if [[ -n $daemon_log ]]; then
        arguments+=(--debug --apdu)
    fi
    "$pcscd" "${arguments[@]}" >"${daemon_log:-/dev/null}" 2>&1 </dev/null &
    JB_PCSCD_PID=$!
    wait_ready "$JB_PCSCD_PID"
}

# --- inside the namespaces -------------------------------------------------------------------
inside() {
    local status
    ip link set lo up && mount -t tmpfs -o mode=755 tmpfs /run && mkdir -p /run/pcscd /run/lock || exit 70
    # A fresh /run lacks the person's runtime directory; Wayland and D-Bus are not for tests.
    XDG_RUNTIME_DIR=/run/user/$(id -u)
    mkdir -p "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR"
    unset DBUS_SESSION_BUS_ADDRESS WAYLAND_DISPLAY
    export XDG_RUNTIME_DIR JB_PCSC_PRIVATE=1 JB_PCSCD_PID=
    if ((with_daemon)); then
        start_daemon || exit 69
    fi
    "$@"
    status=$?
    if [[ -n $JB_PCSCD_PID ]]; then
        kill "$JB_PCSCD_PID" 2>/dev/null
    fi
    exit "$status" # the namespace's first process ends, and with it whatever is left inside
}

# --- outside ---------------------------------------------------------------------------------
probe() { # OPTION... of unshare: lo and a mount are what we need
    unshare "$@" sh -c 'ip link set lo up && mount -t tmpfs tmpfs /run' >/dev/null 2>&1
}

enter() {
    local child status
    local namespaces=(--net --mount --pid --fork --kill-child --mount-proc)
    if (($(id -u) != 0)); then
        namespaces=(--user --map-root-user "${namespaces[@]}")
    fi
    # A probe first: one that fails leaves nothing half done.
    if ! probe "${namespaces[@]}"; then
        # Under a changed root that is no mount point, unshare cannot make the mounts private; they may be so.
        [[ $(findmnt -n -o PROPAGATION -T /run 2>/dev/null) == private ]] || return 1
        namespaces+=(--propagation unchanged)
        probe "${namespaces[@]}" || return 1
    fi
    unshare "${namespaces[@]}" "$BASH" "$0" --inside "$with_daemon" "$daemon_log" -- "$@" <&0 &
    child=$!
    # unshare itself ignores these signals; its death takes everything inside along.
    trap 'kill -KILL "$child" 2>/dev/null; wait "$child" 2>/dev/null; exit 143' TERM INT HUP
    wait "$child"
    status=$?
    exit "$status"
}

on_this_machine() {
    local status
    export JB_PCSC_PRIVATE=0 JB_PCSCD_PID=
    if ((with_daemon)) && ! { [[ -S /run/pcscd/pcscd.comm ]] && reader_listens; }; then
        if [[ -S /run/pcscd/pcscd.comm ]] && ! ((EUID == 0)); then
            wait_ready || exit 69
        else
            mkdir -p /run/pcscd && start_daemon || exit 69
        fi
    fi
    trap '[[ -n $JB_PCSCD_PID ]] && kill "$JB_PCSCD_PID" 2>/dev/null' EXIT
    "$@"
    status=$?
    exit "$status"
}

with_daemon=1
daemon_log=
need_namespace=0
is_inside=0
while (($#)); do
    case $1 in
        --no-daemon) with_daemon=0 ;;
        --daemon-log) daemon_log=${2:?} && shift ;;
        --need-namespace) need_namespace=1 ;;
        --inside) is_inside=1 with_daemon=$2 daemon_log=$3 && shift 2 ;;
        --) shift && break ;;
        *) usage ;;
    esac
    shift
done
(($#)) || usage

PATH=$PATH:/usr/sbin:/sbin
pcscd=$(command -v pcscd) || {
    echo "with-pcscd: pcscd is not installed" >&2
    exit 69
}
if ((is_inside)); then
    inside "$@"
fi
enter "$@"
if ((need_namespace)); then
    echo "with-pcscd: no private namespaces here" >&2
    exit 77
fi
on_this_machine "$@"
