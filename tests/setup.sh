#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs what this project needs from Debian (or Ubuntu), and builds it.
#   tests/setup.sh demo       what the demonstration needs
#   tests/setup.sh test       that, and what all the tests need
#   tests/setup.sh STAGE...   what these stages of the tests need (unit, host, browser, … as tests/run.sh has them)
# Nothing is asked for that is already there, so a second run needs neither network nor rights. What the system does
# not have is named, and the rest is installed: the stages that need it are then skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tests/rig/needs.sh
. tests/rig/needs.sh

stages=("$@")
case ${1:-} in
    '')
        sed -n '4,9s/^# \{0,1\}//p' "$0"
        exit 64
        ;;
    demo) [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || stages+=(demo-window) ;;
    test) stages=(demo unit extension portal lint card host documents browser windows macos packages release bench valgrind fuzz) ;;
esac

missing=()
for stage in build "${stages[@]}"; do
    needs_of "$stage" >/dev/null || { echo "setup.sh: there is no stage $stage" >&2 && exit 64; }
    mapfile -t -O "${#missing[@]}" missing < <(lacks "$stage")
done

# The first of its names that this system knows; npm comes with Node.
known() { # ENTRY
    local name
    for name in $(tr '|' ' ' <<<"${1#*:}"); do
        if [[ -n $(apt-cache madison "$name" 2>/dev/null) ]]; then
            [[ $name != npm ]] || echo nodejs
            echo "$name"
            return 0
        fi
    done
    return 1
}

if ((${#missing[@]})); then
    root=()
    if (($(id -u) != 0)); then
        root=(sudo)
    fi
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    if ! "${root[@]}" apt-get update -q >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        exit 1
    fi
    packages=()
    while IFS= read -r entry; do
        mapfile -t names < <(known "$entry")
        ((${#names[@]})) || echo "this system has no package ${entry#*:}" >&2
        packages+=("${names[@]}")
    done < <(printf '%s\n' "${missing[@]}" | sort -u)
    echo "installing: ${packages[*]}"
    if ! "${root[@]}" apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "${packages[@]}" >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        exit 1
    fi
    rm -f "$log"
fi

log=$(mktemp)
if ! { cmake -S . -B build && cmake --build build -j "$(nproc)"; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    exit 1
fi
mkdir -p build/logs && mv "$log" build/logs/build.log
echo "built: build/jpki-bridge, build/extension/, build/virtual-card"
