#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs each fuzzer for a while; prints one line for each, and the end of its output when it fails.
#   tests/fuzz/run.sh BUILD_DIR [SECONDS [NAME...]]
# BUILD_DIR was configured with -DJB_FUZZ=ON. The corpus grows in BUILD_DIR/corpus/ from run to run. As many run at
# once as there are processors, so that each has its seconds.
set -uo pipefail
build=$(realpath -- "${1:?usage: run.sh BUILD_DIR [SECONDS]}") || exit
seconds=${2:-60}
cd "$(dirname "$0")" || exit
readonly data=$build/virtual-card-data fuzzers=(request card certificate mynaportal profile find pinentry config policy manifest)
mkdir -p "$build/logs"

der() { # NAME
    openssl x509 -in "$data/$1.pem" -outform DER
}

bytes() { # HEX...
    printf '%b' "$(printf '%s' "$@" | tr -d ' ' | sed 's/../\\x&/g')"
}

# A command's answer as fuzz_card reads it: two bytes of length, then standard input and SW.
answer() { # SW
    local body=$seeds/body
    cat >"$body"
    bytes "$1" >>"$body"
    bytes "$(printf '%04x' "$(stat -c %s "$body")")"
    cat "$body"
}

status() { # SW...
    local sw
    for sw; do
        answer "$sw" </dev/null
    done
}

request_seeds() {
    local line number=0
    while IFS= read -r line; do
        number=$((number + 1))
        bytes "$(printf '%08x' "${#line}" | sed 's/\(..\)\(..\)\(..\)\(..\)/\4\3\2\1/')" >"$1/seed-$number"
        printf '%s' "$line" >>"$1/seed-$number"
    done <requests.txt
}

certificate_seeds() {
    local name
    for name in auth sign sign-long auth-ca; do
        { der "$name" && head -c 256 /dev/zero; } >"$1/seed-$name"
    done
}

# The signing PIN is verified, and the certificate read.
unlocked_to_sign() {
    status 9000 6982 63C5 9000 63C5 9000 && der sign | answer 9000
}

# A change of PIN; one whose answer is lost, after which the new one is right; or the old one; or
# the card is gone.
change_seeds() {
    local look=$seeds/change-look sent=$seeds/change-sent
    { status 9000 9000 && answer 9000 <"$data/manufacture.bin" && status 9000 63C3; } >"$look"
    { bytes 1000 && cat "$look" && status 9000 63C3 9000 9000; } >"$sent"
    { cat "$sent" && status 9000; } >"$1/seed-change"
    { cat "$sent" && status 6A80; } >"$1/seed-change-refused"
    { cat "$sent" && bytes FF08 && cat "$look" && status 9000 63C3 9000; } >"$1/seed-change-lost"
    { cat "$sent" && status 6581 && cat "$look" && status 9000 63C3 63C2; } >"$1/seed-change-not-made"
    { cat "$sent" && bytes FF03 && cat "$look" && status 9000 63C2 9000 63C2 9000; } >"$1/seed-change-fell"
}

# A log-in, one with a wrong PIN before, one whose tries fall during the prompt, one on a card that
# was reset, one on a card without shortcuts and with one try, one on a keypad; a signature; documents, signed under
# one PIN, and under one each.
card_seeds() {
    local look=$seeds/look again=$seeds/again sign=$seeds/sign once=$seeds/once
    { status 9000 && der auth | answer 9000 && status 63C3; } >"$look"
    status 9000 63C3 >"$again"
    head -c 256 /dev/zero | answer 9000 >"$once"
    { status 9000 && cat "$once"; } >"$sign"
    { bytes 0000 && cat "$look" "$again" && status 9000 && cat "$sign"; } >"$1/seed-log-in"
    { bytes 0000 && cat "$look" "$again" && status 63C2 && cat "$look" "$again" && status 9000 && cat "$sign"; } \
        >"$1/seed-wrong"
    { bytes 0000 && cat "$look" && status 9000 63C2 9000 63C2 9000 && cat "$sign"; } >"$1/seed-fell"
    { bytes 0000 && cat "$look" && bytes FE05 && cat "$look" "$again" && status 9000 && cat "$sign"; } \
        >"$1/seed-reset"
    { bytes 0000 && status 9000 6A82 9000 6700 && der auth | head -c 256 | answer 9000 &&
        der auth | tail -c +257 | answer 6282 && status 9000 63C1 9000 9000 63C1 9000 && cat "$sign"; } >"$1/seed-slow"
    { bytes 0200 && cat "$look" "$again" && bytes 9000 && cat "$sign"; } >"$1/seed-keypad"
    { bytes 0100 && unlocked_to_sign && cat "$sign"; } >"$1/seed-signature"
    { bytes 0800 && unlocked_to_sign && der sign-ca | answer 9000 && cat "$sign" "$once" "$once"; } >"$1/seed-documents"
    { bytes 0800 && unlocked_to_sign && der sign-ca | answer 9000 && cat "$sign" && status 6982 && unlocked_to_sign &&
        cat "$sign" && status 6982 && unlocked_to_sign && cat "$sign"; } >"$1/seed-documents-each"
    { bytes 0400 && status 9000 9000 63C3 9000 63C3 9000 9000 && answer 9000 <"$data/attributes.bin" &&
        status 9000 && answer 9000 <"$data/manufacture.bin"; } >"$1/seed-attributes"
    change_seeds "$1"
    { bytes 2000 && status 9000 && printf 'JPKIAPICCTOKEN2                 ' | answer 9000 && der auth | answer 9000 &&
        status 63C3 63C5 6982 9000 63C3; } >"$1/seed-info"
    { bytes 2000 && status 9000 && printf 'JPKIAPICCTOKEN                  ' | answer 9000 &&
        status 6A82 6A82 9000 63C5 6982; } >"$1/seed-info-older"
}

mynaportal_seeds() {
    local line number=0
    while IFS= read -r line; do
        number=$((number + 1))
        printf '%s' "$line" >"$1/seed-$number"
    done <mynaportal.txt
}

profile_seeds() {
    cp "$data/attributes.bin" "$data/attributes-long.bin" "$1/"
}

# Other cards, and a card that comes at once; one that is held for ever, or does not answer; cards that come and go.
find_seeds() {
    bytes 0400 >"$1/seed-at-once"
    bytes 0164 08 >"$1/seed-held"
    bytes 0164 10 >"$1/seed-mute"
    bytes 0240 00 20 04 FF 30 >"$1/seed-garbage"
    bytes 0408 03 07 03 03 10 08 FF 20 >"$1/seed-come-and-go"
    bytes 01FF 0310 10 FF 20 >"$1/seed-never"
}

# A yes, a no, a PIN, what came from a cache, and what is no line at all: to a question, and to a request for a PIN.
pinentry_seeds() {
    local ok number=0 answer
    ok=$(printf 'OK\n%.0s' 1 2 3 4 5 6 7 8 9)
    for answer in $'OK\n' $'ERR 83886179 cancelled\n' $'ERR 83886194 no\n' $'D 1234\nOK\n' $'D 12%2534\nD 56\nOK\n' \
        $'S PASSWORD_FROM_CACHE\nD 1234\nOK\n' $'# comment\nINQUIRE QUALITY\n' $'\n'; do
        for kind in 000000 010081 0204C0 040000; do
            number=$((number + 1))
            { bytes "$kind" && printf '%s\n%s' "$ok" "$answer"; } >"$1/seed-$number"
        done
    done
}

config_seeds() {
    printf '%s' '{}' >"$1/seed-empty"
    printf '%s' '{"pinentry":"/usr/bin/pinentry-gtk-2","mynaportalOrigins":["https://a.example.jp","https://b.example.jp"]}' \
        >"$1/seed-all"
    printf '%s' '"0123456789abcdef0123456789abcdef"' >"$1/seed-installation"
}

policy_seeds() {
    printf '%s' '{}' >"$1/seed-empty"
    printf '%s' '{"allowedOrigins":["https://*.example.jp","https://myna.go.jp"],"deniedOrigins":["https://b.example.jp"]}' \
        >"$1/seed-origins"
    printf '%s' '{"mynaportal":{"origins":["https://a.example.jp"],"modes":["01","02","04"],"ask":false},
        "individualNumber":true,"logging":false}' >"$1/seed-all"
}

manifest_seeds() {
    {
        bytes 00
        printf '%s' '{"name":"org.jpkibridge.host","description":"x","path":"/usr/bin/true","type":"stdio",' \
            '"allowed_origins":["chrome-extension://aaaabbbbccccddddeeeeffffgggghhhh/"]}'
    } >"$1/seed-chromium"
    {
        bytes 80
        printf '%s' '{"name":"org.jpkibridge.host","description":"x","path":"/usr/bin/false","type":"stdio",' \
            '"allowed_extensions":["a@example.jp","{01234567-89ab-cdef-0123-456789abcdef}"]}'
    } >"$1/seed-firefox"
}

fuzz() { # NAME
    FUZZ_KEY=$data/sign.key "$build/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=8192 \
        -artifact_prefix="$build/corpus/$1-" -print_final_stats=1 "$build/corpus/$1" "$seeds/$1" \
        >"$build/logs/fuzz-$1.log" 2>&1 </dev/null
}

report() { # NAME STATUS
    local log=$build/logs/fuzz-$1.log verdict=ok runs covered
    (($2 == 0)) || verdict=FAILED
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    covered=$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1)
    printf '%-12s %s: %s inputs in %s s, %s\n' "$1" "$verdict" "${runs:-0}" "$seconds" "${covered:-cov: 0}"
    [[ $verdict = ok ]] || tail -n 60 "$log"
}

shift
(($# == 0)) || shift
wanted=("$@")
((${#wanted[@]})) || wanted=("${fuzzers[@]}")
seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
passed=0
failed=0
at_once=$(nproc)
for ((first = 0; first < ${#wanted[@]}; first += at_once)); do
    pids=()
    names=("${wanted[@]:first:at_once}")
    for name in "${names[@]}"; do
        mkdir -p "$seeds/$name" "$build/corpus/$name"
        "${name}_seeds" "$seeds/$name" || exit
        fuzz "$name" &
        pids+=($!)
    done
    for i in "${!names[@]}"; do
        status=0
        wait "${pids[i]}" || status=$?
        report "${names[i]}" "$status"
        if ((status == 0)); then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
        fi
    done
done
echo "$passed passed, $failed failed"
((failed == 0))
