#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Runs each fuzzer for a while; prints one line for each, and the end of its output when it fails.
#   tests/fuzz/run.sh BUILD_DIR [SECONDS]
# BUILD_DIR was configured with -DJB_FUZZ=ON. The corpus grows in BUILD_DIR/corpus/ from run to run.
set -uo pipefail
build=$(realpath -- "${1:?usage: run.sh BUILD_DIR [SECONDS]}") || exit
seconds=${2:-60}
cd "$(dirname "$0")" || exit
readonly data=$build/virtual-card-data fuzzers=(request card certificate mynaportal profile)
mkdir -p "$build"/corpus/{request,card,certificate,mynaportal,profile} "$build/logs"

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

# A change of PIN; one whose answer is lost, after which the new one is right; or the old one; or
# the card is gone.
change_seeds() {
    local look=$seeds/change-look sent=$seeds/change-sent
    { status 9000 9000 && answer 9000 <"$data/manufacture.bin" && status 9000 63C3; } >"$look"
    { bytes 0800 && cat "$look" && status 9000 63C3 9000 9000; } >"$sent"
    { cat "$sent" && status 9000; } >"$1/seed-change"
    { cat "$sent" && status 6A80; } >"$1/seed-change-refused"
    { cat "$sent" && bytes FF08 && cat "$look" && status 9000 63C3 9000; } >"$1/seed-change-lost"
    { cat "$sent" && status 6581 && cat "$look" && status 9000 63C3 63C2; } >"$1/seed-change-not-made"
    { cat "$sent" && bytes FF03 && cat "$look" && status 9000 63C2 9000 63C2 9000; } >"$1/seed-change-fell"
}

# A log-in, one with a wrong PIN before, one whose tries fall during the prompt, one on a card that
# was reset, one on a card without shortcuts and with one try, one on a keypad; a signature.
card_seeds() {
    local look=$seeds/look again=$seeds/again sign=$seeds/sign
    { status 9000 && der auth | answer 9000 && status 63C3; } >"$look"
    status 9000 63C3 >"$again"
    { status 9000 && head -c 256 /dev/zero | answer 9000; } >"$sign"
    { bytes 0000 && cat "$look" "$again" && status 9000 && cat "$sign"; } >"$1/seed-log-in"
    { bytes 0000 && cat "$look" "$again" && status 63C2 && cat "$look" "$again" && status 9000 && cat "$sign"; } \
        >"$1/seed-wrong"
    { bytes 0000 && cat "$look" && status 9000 63C2 9000 63C2 9000 && cat "$sign"; } >"$1/seed-fell"
    { bytes 0000 && cat "$look" && bytes FE05 && cat "$look" "$again" && status 9000 && cat "$sign"; } \
        >"$1/seed-reset"
    { bytes 0000 && status 9000 6A82 9000 6700 && der auth | head -c 256 | answer 9000 &&
        der auth | tail -c +257 | answer 6282 && status 9000 63C1 9000 9000 63C1 9000 && cat "$sign"; } >"$1/seed-slow"
    { bytes 0200 && cat "$look" "$again" && bytes 9000 && cat "$sign"; } >"$1/seed-keypad"
    { bytes 0100 && status 9000 6982 63C5 9000 63C5 9000 && der sign | answer 9000 && cat "$sign"; } \
        >"$1/seed-signature"
    { bytes 0400 && status 9000 9000 63C3 9000 63C3 9000 9000 && answer 9000 <"$data/attributes.bin" &&
        status 9000 && answer 9000 <"$data/manufacture.bin"; } >"$1/seed-attributes"
    change_seeds "$1"
    { bytes 1000 && status 9000 && printf 'JPKIAPICCTOKEN2                 ' | answer 9000 && der auth | answer 9000 &&
        status 63C3 63C5 6982 9000 63C3; } >"$1/seed-info"
    { bytes 1000 && status 9000 && printf 'JPKIAPICCTOKEN                  ' | answer 9000 &&
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

fuzz() { # NAME
    "$build/tests/fuzz/fuzz_$1" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=8192 \
        -artifact_prefix="$build/corpus/$1-" -print_final_stats=1 "$build/corpus/$1" "$seeds/$1" \
        >"$build/logs/fuzz-$1.log" 2>&1 </dev/null
}

seeds=$(mktemp -d)
trap 'rm -rf "$seeds"' EXIT
passed=0
failed=0
pids=()
for name in "${fuzzers[@]}"; do
    mkdir "$seeds/$name"
    "${name}_seeds" "$seeds/$name" || exit
    fuzz "$name" &
    pids+=($!)
done
for i in "${!fuzzers[@]}"; do
    name=${fuzzers[i]}
    log=$build/logs/fuzz-$name.log
    verdict=ok
    wait "${pids[i]}" || verdict=FAILED
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    covered=$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1)
    printf '%-12s %s: %s inputs in %s s, %s\n' "$name" "$verdict" "${runs:-0}" "$seconds" "${covered:-cov: 0}"
    if [[ $verdict = ok ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        tail -n 60 "$log"
    fi
done
echo "$passed passed, $failed failed"
((failed == 0))
