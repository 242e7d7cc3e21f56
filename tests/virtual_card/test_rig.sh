# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What test.sh, which sets $build, works with: a card to lay down, commands to it, and checks.
build=${build:?}
work=$(mktemp -d)
card_pid=
passed=0
failed=0
trap 'stop_card; rm -rf "$work"' EXIT

stop_card() {
    if [[ -n $card_pid ]]; then
        kill "$card_pid" 2>/dev/null
        wait "$card_pid" 2>/dev/null
    fi
    card_pid=
}

tell() {
    "$build/virtual-card" --send "$work/control" "$@"
}

wait_in() {
    local i
    for ((i = 0; i < 100; i++)); do
        [[ $(tell state 2>/dev/null) == in ]] && return 0
        sleep 0.05
    done
    return 1
}

card() { # [OPTION...]: the card of the following checks
    stop_card
    "$build/virtual-card" --log "$work/log" --control "$work/control" "$@" &
    card_pid=$!
    [[ "$*" == *--removed* ]] && sleep 0.5 && return
    wait_in || { echo "# the card $* does not get into the reader"; return 1; }
}

check() { # NAME, status of the command before
    if (($2 == 0)); then
        echo "ok $1"
        passed=$((passed + 1))
    else
        echo "not ok $1"
        failed=$((failed + 1))
    fi
}

# NAME, expected (a pattern per answer, joined by blanks; * for anything), then the words.
apdus() {
    local name=$1 expected=$2 got status=0 i
    local -a patterns answers
    shift 2
    got=$("$build/pcsc-apdu" "$@" 2>&1)
    read -ra patterns <<<"$expected"
    mapfile -t answers <<<"$got"
    ((${#patterns[@]} == ${#answers[@]})) || status=1
    for ((i = 0; i < ${#patterns[@]}; i++)); do
        # shellcheck disable=SC2053 # a pattern it shall be
        [[ ${answers[i]:-} == ${patterns[i]} ]] || status=1
    done
    check "$name" $status
    if ((status)); then
        echo "# expected: $expected"
        cut -c1-160 <<<"$got" | sed 's/^/# got: /'
    fi
}

der_size() {
    openssl x509 -in "$1" -outform der | wc -c
}

certificate_hex() {
    openssl x509 -in "$build/virtual-card-data/$1.pem" -outform der | od -An -v -tx1 | tr -d ' \n' |
        tr a-f A-F
}

hex2() { printf %02X "$1"; }
hex4() { printf %04X "$1"; }
