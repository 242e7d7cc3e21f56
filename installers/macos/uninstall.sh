#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Removes JPKI Bridge from this Mac, for everybody, without a trace:
#   sudo "/Library/Application Support/JPKI Bridge/uninstall.sh" [--user-data] [--volume ROOT]
# With --user-data what it keeps for people goes too: their configuration, the identifier of their installation, and what
# `jpki-bridge install` registered with their browsers. A configuration profile is removed where it came from.
set -euo pipefail

volume=
user_data=0
while (($#)); do
    case $1 in
        --user-data) user_data=1 ;;
        --volume)
            volume=${2%/}
            shift
            ;;
        *)
            sed -n '5,7s/^# \{0,1\}//p' "$0"
            exit 64
            ;;
    esac
    shift
done
folder="$volume/Library/Application Support/JPKI Bridge"
program="/Library/Application Support/JPKI Bridge/jpki-bridge"

if [ ! -w "$volume/Library" ]; then
    echo "This must run as an administrator: put sudo before it." >&2
    exit 1
fi

# Removes a manifest of ours, and the folders of its browser that are empty then.
remove_manifest() { # PATH STOP
    local at
    if [ -f "$1" ] && grep -qF "$program" "$1"; then
        rm -f "$1"
        at=$(dirname "$1")
        while [ "$at" != "$2" ] && rmdir "$at" 2>/dev/null; do
            at=$(dirname "$at")
        done
    fi
}

while IFS= read -r manifest; do
    # "Application Support" is the system's own and stays, empty or not.
    case $manifest in
        "/Library/Application Support/"*) remove_manifest "$volume$manifest" "$volume/Library/Application Support" ;;
        *) remove_manifest "$volume$manifest" "$volume/Library" ;;
    esac
done <"$folder/manifests.txt"

if ((user_data)); then
    for home in "$volume"/Users/*; do
        support="$home/Library/Application Support"
        [ -d "$support" ] || continue
        rm -rf "$support/JPKI Bridge"
        find "$support" -maxdepth 4 -path '*/NativeMessagingHosts/*' -name org.jpkibridge.host.json -print |
            while IFS= read -r manifest; do
                remove_manifest "$manifest" "$support"
            done
    done
fi

rm -rf "$folder"
if pkgutil --volume "${volume:-/}" --pkg-info org.jpkibridge.host >/dev/null 2>&1; then
    pkgutil --volume "${volume:-/}" --forget org.jpkibridge.host >/dev/null
fi
echo "JPKI Bridge was removed."
