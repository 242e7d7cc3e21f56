#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The browser tests, with real Chromium and Firefox, host and PC/SC daemon; two files at a time, each in namespaces of
# its own, since one reader serves one test at a time.
#   tests/browser/run.sh [BUILD-DIRECTORY]           everything in Chromium, and in Firefox what is listed below
#   tests/browser/run.sh --all [BUILD-DIRECTORY]     everything in both
#   tests/browser/run.sh BUILD-DIRECTORY FILE...     these files in both
# JB_BROWSER (chromium, firefox) names one of the two.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

# Where Firefox is another: the host, the card and the words of the extension's own pages are the same in both.
firefox_too() {
    grep -v '^$' <<'END' | awk '{ print $1 }'
continue           which window has the focus, and which presses are a person's
documents          what a page gets as a Blob and saves as a file
hostile            activations by the person, hidden and sandboxed pages
lifecycle          pages kept when they are left, ports that end, an update under an open page
login              the whole way once
mynaportal-pages   scripts in the page's own world, before and after a restart
policy             its own policy file, and a package that is forced
review             what pdf.js draws there, and the size of its windows
sites              the permissions that a person gives and takes back
END
}

# What takes longest, to begin with it; the order only saves time.
LONGEST="lifecycle review policy review-large documents-looks card looks login documents hostile mynaportal-pages display sites"

all=0
if [[ ${1:-} == --all ]]; then
    all=1
    shift
fi
JB_BUILD=$(realpath "${1:-build}") && export JB_BUILD
(($#)) && shift
export PATH="$PWD/node_modules/.bin:$PATH"

files_of() { # BROWSER [FILE...]
    local browser=$1
    shift
    if (($#)); then
        printf '%s\n' "$@"
    elif [[ $browser == firefox ]] && ((!all)); then
        firefox_too | sed 's|.*|tests/browser/&.test.ts|'
    else
        printf '%s\n' tests/browser/*.test.ts
    fi
}

# Lines "BROWSER FILE", the longest files first.
queue() { # [FILE...]
    local browser
    for browser in ${JB_BROWSER:-chromium firefox}; do
        files_of "$browser" "$@" | sed "s/^/$browser /"
    done | awk -v longest="$LONGEST" '
        BEGIN { n = split(longest, names, " "); for (i in names) place[names[i]] = i }
        { name = $2; gsub(/.*\/|\.test\.ts$/, "", name); print (name in place ? place[name] : n + 1), $0 }' |
        sort -s -n -k 1,1 | cut -d ' ' -f 2-
}

run_file() { # BROWSER FILE; what it says comes in one piece
    local log status=0 start=$SECONDS
    log=$(mktemp)
    # The timeout is a net for what hangs without waiting for anything.
    JB_BROWSER=$1 tests/virtual_card/with-pcscd.sh -- node --test-force-exit --test-timeout=600000 \
        --test-reporter=spec "$2" >"$log" 2>&1 || status=1
    {
        flock 9
        echo "== $1: ${2##*/} ($((SECONDS - start)) s)"
        cat "$log"
    } 9<"$JB_BUILD"
    rm -f "$log"
    return "$status"
}
export -f run_file

queue "$@" | xargs -P 2 -L 1 bash -c 'run_file "$@"' -
