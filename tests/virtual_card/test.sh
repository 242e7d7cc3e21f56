#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The virtual card does what a MyNumber card does, and goes wrong as told.
#   test.sh BUILD_DIR
set -u

here=$(cd "$(dirname "$0")" && pwd)
if [[ $# -ne 1 || ! -x $1/virtual-card ]]; then
    echo "usage: test.sh BUILD_DIR" >&2
    exit 64
fi
build=$(cd "$1" && pwd)
if [[ -z ${JB_PCSC_PRIVATE:-} ]]; then
    exec "$here/with-pcscd.sh" -- "$0" "$build"
fi

# shellcheck source=tests/virtual_card/test_rig.sh
. "$here/test_rig.sh"

readonly JPKI=00A4040C0AD392F000260100000001
readonly PROFILE=00A4040C0AD3921000310001010408
readonly COMMON=00A4040C0AD3921000310001010100
# VERIFY by short identifier: 1234, 9999, ABC123, 1234.
readonly AUTH_PIN=002000980431323334
readonly WRONG_PIN=002000980439393939
readonly SIGN_PIN=0020009B06414243313233
readonly PROFILE_PIN=002000910431323334
readonly AUTH_KEY=00A4020C020017
readonly SIGN_KEY=00A4020C02001A
# DigestInfo of the SHA-256 of the empty string.
readonly DIGEST=3031300D060960864801650304020105000420E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855
readonly SIGN=802A008033${DIGEST}00

# --- OpenSC takes it for a MyNumber card -----------------------------------------------------
test_opensc() {
    local atr name pin id dump
    for atr in contact contactless; do
        card --atr "$atr"
        [[ $(opensc-tool -n 2>/dev/null) == jpki ]]
        check "OpenSC knows the card ($atr)" $?
    done
    dump=$(pkcs15-tool -D 2>/dev/null)
    for name in 'PIN \[User Authentication PIN\]' 'PIN \[Digital Signature PIN\]' \
        'Private RSA Key \[User Authentication Key\]' 'Private RSA Key \[Digital Signature Key\]' \
        'X.509 Certificate \[User Authentication Certificate\]' \
        'X.509 Certificate \[Digital Signature Certificate\]' \
        'X.509 Certificate \[User Authentication Certificate CA\]' \
        'X.509 Certificate \[Digital Signature Certificate CA\]'; do
        grep -q "^$name" <<<"$dump"
        check "pkcs15-tool lists ${name//\\/}" $?
    done
    echo "to be signed" >"$work/message"
    for name in auth sign; do
        [[ $name == auth ]] && pin=1234 id=01 || pin=ABC123 id=02
        openssl x509 -in "$build/virtual-card-data/$name.pem" -pubkey -noout >"$work/public"
        # The signing key wants consent: OpenSC asks for the PIN once more, as a log-in to that key.
        pkcs11-tool --login --pin "$pin" --slot-index $((10#$id - 1)) --sign --id "$id" \
            -m SHA256-RSA-PKCS -i "$work/message" -o "$work/signature" >"$work/out" 2>&1 &&
            openssl dgst -sha256 -verify "$work/public" -signature "$work/signature" \
                "$work/message" >/dev/null
        check "pkcs11-tool signs with the $name key, openssl verifies" $? ||
            sed 's/^/# /' "$work/out"
    done
    pkcs15-tool --read-certificate 01 2>/dev/null |
        cmp -s - "$build/virtual-card-data/auth.pem"
    check "pkcs15-tool reads the certificate byte for byte" $?
}

# --- what every card does --------------------------------------------------------------------
test_files() {
    local auth size
    auth=$(certificate_hex auth)
    size=$((${#auth} / 2))
    apdus "no application after a reset" "6A82 6986 9000 9000 6A82" \
        00A4020C02000A 00B0000004 $JPKI 00A4020C02000A 00A4020C021234
    apdus "unknown application" "6A82 6A82" 00A4040C0AD392F000260100000002 00A4040C05D392F00026
    apdus "whole certificate, short identifier and extended length" "9000 ${auth}9000" \
        $JPKI 00B08A00000000
    apdus "whole certificate, selected, exact extended length" "9000 9000 ${auth}9000" \
        $JPKI 00A4020C02000A "00B0000000$(hex4 $size)"
    apdus "in pieces" "9000 ${auth:0:512}9000 ${auth:512:512}9000 ${auth:2048}9000" \
        $JPKI 00B08A0000 00B0010000 00B0040000
    apdus "past the end" "9000 30829000 6B00 6B00" $JPKI 00B08A0002 "00B0$(hex4 $size)01" 00B07FFF01
    apdus "token information" "9000 4A504B494150494343544F4B454E*9000" $JPKI 00B0860020
    apdus "CA certificates are open" "9000 3082*9000 3082*9000" $JPKI 00B08B0004 00B0820004
    apdus "the signing certificate is not" "9000 6982 9000 3082*9000" \
        $JPKI 00B0810004 $SIGN_PIN 00B0810004
    apdus "the authentication PIN does not open it" "9000 9000 6982" $JPKI $AUTH_PIN 00B0810004
    apdus "keys and PINs are no binary files" "9000 6981 6981" $JPKI 00B0970004 00B0980004
    apdus "FCI when asked for" "6F0C840AD392F0002601000000019000 6F0880020020830200069000" \
        00A404000AD392F00026010000000100 00A40200020006FF
    apdus "manufacture number" "9000 C00F3130414231323334353637383930319000 6A83 6A82" \
        $COMMON 00B2010C00 00B2020C00 00B2011400
    apdus "profile" "9000 6982 9000 FF20*9000 DF100C313233343536373839303138*9000 FF40*9000" \
        $PROFILE 00B0820000 $PROFILE_PIN 00B0820000 00B0810000 00B0850000
}

test_errors() {
    apdus "unknown instruction, class" "6D00 6E00 6E00 6E00" 0084000008 9084000008 10B0000001 002A008000
    apdus "wrong parameters" "9000 6A86 6A86 6A86 6A86 6A86 6A86 6A86" \
        $JPKI 00A4080C02000A 00A4020402000A 00B0E00001 0020019800 0020001800 0024008002AAAA \
        802A9E9A0100
    apdus "wrong lengths" "6700 6700 6700 6700 9000 6700 6700" \
        00A404 00A4040C05D392 00A4040C0000 00B00000 $JPKI 00A4020C01AA 00B0000001AA01
}

test_pins() {
    apdus "queries cost nothing" "9000 63C3 63C3 63C5 63C3" \
        $JPKI 00200098 00200098 0020009B 0020009800
    apdus "wrong PINs are counted, a right one mends" "9000 63C2 63C2 9000 63C3" \
        $JPKI $WRONG_PIN 00200098 $AUTH_PIN 00200098
    apdus "a PIN of the wrong length costs no try" "9000 6700 6700 6700 6700 63C3 63C5" \
        $JPKI 0020009803313233 00200098053132333435 0020009B054142433132 \
        0020009B114142433132334142433132334142433132 00200098 0020009B
    apdus "on the selected PIN file" "9000 6986 9000 63C3 9000 9000 6981" \
        $JPKI 00200080 00A4020C020018 00200080 "00200080${AUTH_PIN:8}" 00A4020C020017 00200080
    apdus "lower case is another PIN" "9000 63C4 9000" $JPKI 0020009B06616263313233 $SIGN_PIN
    apdus "locked after three" "9000 63C2 63C1 63C0 6983 6983 63C5" \
        $JPKI $WRONG_PIN $WRONG_PIN $WRONG_PIN $AUTH_PIN 00200098 0020009B
    [[ $(tell tries) == "auth 0 sign 5 profile 3" ]]
    check "the control socket sees the tries" $?
    tell tries auth 1 >/dev/null
    apdus "tries set from outside" "9000 63C1" $JPKI 00200098
    apdus "change of a PIN" "9000 6982 9000 6700 6A80 9000 63C2 9000" $JPKI \
        00240198043536373800 $AUTH_PIN 002401980335363700 002401980435363758 00240198043536373800 \
        $AUTH_PIN 00200098043536373800
}

test_signatures() {
    local data
    apdus "no signature without PIN" "9000 9000 6982" $JPKI $AUTH_KEY $SIGN
    apdus "not with the other PIN" "9000 9000 9000 6982" $JPKI $SIGN_PIN $AUTH_KEY $SIGN
    apdus "several signatures" "9000 9000 9000 *9000 *9000" $JPKI $AUTH_PIN $AUTH_KEY $SIGN $SIGN
    apdus "by short identifier" "9000 9000 *9000 6982 9000 *9000" \
        $JPKI $AUTH_PIN "802A0097${SIGN:8}" "802A009A${SIGN:8}" $SIGN_PIN "802A009A${SIGN:8}"
    apdus "selecting another application forgets the PIN" "9000 9000 9000 9000 9000 6982" \
        $JPKI $AUTH_PIN $COMMON $JPKI $AUTH_KEY $SIGN
    apdus "the issuer's domain is another, too" "9000 9000 9000 9000 9000 6982" \
        $JPKI $AUTH_PIN 00A4040C08A000000151000000 $JPKI $AUTH_KEY $SIGN
    apdus "selecting the same one does not" "9000 9000 9000 9000 *9000" $JPKI $AUTH_PIN $JPKI $AUTH_KEY $SIGN
    apdus "a failed selection does not" "9000 9000 6A82 9000 *9000" \
        $JPKI $AUTH_PIN 00A4040C05AABBCCDDEE $AUTH_KEY $SIGN
    apdus "nor does a reset" "9000 9000 9000 9000 *9000" $JPKI $AUTH_PIN reset $JPKI $AUTH_KEY $SIGN
    apdus "a reset and another application do" "9000 9000 9000 9000 9000 6982" \
        $JPKI $AUTH_PIN reset $COMMON $JPKI $AUTH_KEY $SIGN
    apdus "a wrong PIN does" "9000 9000 63C2 9000 6982 9000" \
        $JPKI $AUTH_PIN $WRONG_PIN $AUTH_KEY $SIGN $AUTH_PIN
    apdus "no key, no signature" "9000 6986 9000 6985" $JPKI $SIGN 00A4020C020006 $SIGN
    data=$(printf 'AA%.0s' {1..245})
    apdus "what is signed is bounded" "9000 9000 9000 *9000 6700 6700 6C00 6700" \
        $JPKI $AUTH_PIN $AUTH_KEY "802A0080F5${data}00" "802A0080F6${data}AA00" 802A008000 \
        "802A008001AA10" 802A008001AA
    "$build/pcsc-apdu" $JPKI $SIGN_PIN $SIGN_KEY "802A008003AABBCC00" | tail -1 | head -c 512 |
        xxd -r -p >"$work/signature"
    openssl x509 -in "$build/virtual-card-data/sign.pem" -pubkey -noout >"$work/public"
    [[ $(openssl pkeyutl -verifyrecover -pubin -inkey "$work/public" -pkeyopt \
        rsa_padding_mode:pkcs1 -in "$work/signature" | xxd -p) == aabbcc ]]
    check "type 1 padding around what was given, nothing else" $?
}

# --- what may differ -------------------------------------------------------------------------
test_readers_and_cards() {
    local auth size left
    auth=$(certificate_hex auth)
    size=$((${#auth} / 2))
    left=$((size - 1024))
    card --no-extended
    apdus "--no-extended" "9000 6700 3082*9000" $JPKI 00B08A00000000 00B08A0004
    card --no-extended=6D00
    apdus "--no-extended=SW" "9000 6D00" $JPKI 00B08A00000000
    card --no-extended=error
    apdus "--no-extended=error" "9000 * 3082*9000" $JPKI 00B08A00000000 00B08A0004
    "$build/pcsc-apdu" $JPKI 00B08A00000000 | tail -1 | grep -Evq '^3082'
    check "--no-extended=error gives no certificate" $?
    card --no-sfi
    apdus "--no-sfi" "9000 6A86 6A86 9000 3082*9000 9000 63C3" $JPKI 00B08A0004 00200098 \
        00A4020C02000A 00B0000004 00A4020C020018 00200080
    apdus "--no-sfi costs no try" "9000 6A86 9000 63C3" $JPKI $WRONG_PIN 00A4020C020018 00200080
    card --max-answer 256
    apdus "--max-answer" "9000 ${auth:0:512}9000" $JPKI 00B08A00000000
    card --padding 10
    apdus "--padding" "9000 ${auth}00000000000000000000""9000" $JPKI 00B08A00000000

    local -a tail=("$JPKI" 00A4020C02000A 00B0040000 "00B00400$(hex2 $left)" "00B0$(hex4 "$size")01")
    card --eof=short
    apdus "--eof=short" "9000 9000 ${auth:2048}9000 ${auth:2048}9000 6B00" "${tail[@]}"
    card --eof=6282
    apdus "--eof=6282" "9000 9000 ${auth:2048}6282 ${auth:2048}9000 6282" "${tail[@]}"
    card --eof=6c
    apdus "--eof=6c" "9000 9000 6C$(hex2 $left) ${auth:2048}9000 6B00" "${tail[@]}"
    card --eof=6b00
    apdus "--eof=6b00" "9000 9000 ${auth:2048}9000 ${auth:2048}9000 6B00 6B00" "${tail[@]}" \
        "00B00400$(hex2 $((left + 1)))"
}

test_holders() {
    local variant
    for variant in expired renewal long; do
        case $variant in
            long) card --long-names ;;
            *) card "--$variant" ;;
        esac
        apdus "--$variant signing certificate" "9000 9000 $(certificate_hex "sign-$variant")9000" \
            $JPKI $SIGN_PIN 00B08100000000
    done
    card --long-names --expired
    apdus "--long-names --expired" "9000 9000 $(certificate_hex sign-long-expired)9000" \
        $JPKI $SIGN_PIN 00B08100000000
    card --no-signing-certificate
    apdus "--no-signing-certificate" "9000 6A82 6A82 6A82 63C5 3082*9000" \
        $JPKI 00A4020C020001 00B0810004 $SIGN_KEY 0020009B 00B08A0004
    card --other-card
    apdus "--other-card" "6A82 6D00 6D00" $JPKI 00B08A0004 00200098
    card --phone
    apdus "--phone" "9000 4A504B49415047505345544F4B454E*9000" $JPKI 00B0860020
    card --juki
    apdus "--juki" "9000 4A504B494150494343544F4B454E20*9000 6A82 6982 63C5 6A82" $JPKI 00B0860020 00B08A0000 00B0810000 \
        0020009B $PROFILE
    card --auth-pin 4321 --sign-pin ZZ99ZZ99 --profile-pin 0000
    apdus "PINs of one's own" "9000 63C2 9000 9000 9000 9000" $JPKI $AUTH_PIN 002000980434333231 \
        0020009B085A5A39395A5A3939 $PROFILE 002000910430303030
}

test_tries() {
    card --auth-tries 1 --sign-tries 0 --profile-tries 2
    apdus "tries left" "9000 63C1 6983 9000 63C2" $JPKI 00200098 0020009B $PROFILE 00200091
    card --sign-tries 0 --locked-sw=6984
    apdus "--locked-sw=6984" "9000 6984 6984" $JPKI 0020009B $SIGN_PIN
    card --sign-tries 0 --locked-sw=63c0
    apdus "--locked-sw=63c0" "9000 63C0 63C0" $JPKI 0020009B $SIGN_PIN
    card --pin-per-signature
    apdus "--pin-per-signature" "9000 9000 9000 *9000 6982 9000 9000 *9000" $JPKI $SIGN_PIN \
        $SIGN_KEY $SIGN $SIGN $SIGN_PIN $SIGN_KEY $SIGN
    card --query-verified
    apdus "--query-verified" "9000 63C3 9000 9000 63C5 9000 9000 63C3" $JPKI 00200098 $AUTH_PIN \
        00200098 0020009B $COMMON $JPKI 00200098
    card
    apdus "a query after a right PIN gives a count" "9000 9000 63C3" $JPKI $AUTH_PIN 00200098
    card --state "$work/state"
    "$build/pcsc-apdu" $JPKI $WRONG_PIN $SIGN_PIN 0020009B065A5A5A5A5A5A >/dev/null
    "$build/pcsc-apdu" $JPKI $SIGN_PIN 0024019B065A5A39395A5A >/dev/null
    card --state "$work/state" --auth-tries 3
    apdus "--state keeps tries and PINs" "9000 63C2 63C4 9000" $JPKI 00200098 $SIGN_PIN \
        0020009B065A5A39395A5A
    ! grep -qE '1234|ABC123|ZZ99ZZ' "$work/state"
    check "no PIN in the state file" $?
}

# --- what goes wrong -------------------------------------------------------------------------
milliseconds() { date +%s%3N; }

test_delays() {
    local before
    card --delay-apdu 100
    before=$(milliseconds)
    apdus "--delay-apdu" "9000 6986 6986" $JPKI 00B0000004 00B0000004
    (($(milliseconds) - before >= 300))
    check "--delay-apdu takes its time" $?
    card --delay-byte 200
    before=$(milliseconds)
    "$build/pcsc-apdu" $JPKI 00B08A00000000 >/dev/null
    (($(milliseconds) - before >= 230))
    check "--delay-byte takes its time" $?
}

test_removal() {
    card --remove-at 3
    "$build/pcsc-apdu" $JPKI 00200098 $AUTH_PIN >"$work/out"
    [[ $(sed -n 2p "$work/out") == 63C3 && $(sed -n 3p "$work/out") != *9000 ]]
    check "--remove-at: no answer" $?
    [[ $(tell state) == out ]]
    check "--remove-at: out of the reader" $?
    sleep 0.6
    [[ $("$build/pcsc-apdu" --now $JPKI) == error:* ]]
    check "--remove-at: the daemon has noticed" $?
    tell insert >/dev/null && wait_in
    apdus "back, and nothing goes wrong twice" "9000 63C3 9000" $JPKI 00200098 $AUTH_PIN

    card --remove-at 2
    "$build/pcsc-apdu" $JPKI $WRONG_PIN >/dev/null
    tell insert >/dev/null && wait_in
    apdus "--remove-at: the VERIFY was not seen" "9000 63C3" $JPKI 00200098
    card --remove-after 2 --reinsert-after 100
    "$build/pcsc-apdu" $JPKI $WRONG_PIN >/dev/null
    wait_in
    apdus "--remove-after: it was; --reinsert-after" "9000 63C2" $JPKI 00200098

    # The daemon, busy with the failed exchange, has no time to see that the one card went.
    card --remove-at 2
    "$build/pcsc-apdu" $JPKI 00200098 >/dev/null
    card --auth-tries 2
    apdus "another card at once is noticed too" "9000 63C2" $JPKI 00200098

    card
    tell remove >/dev/null
    sleep 0.6
    [[ $("$build/pcsc-apdu" --now $JPKI) == error:* ]]
    check "remove" $?
    tell insert >/dev/null
    apdus "insert" "9000" $JPKI
    "$build/pcsc-apdu" $JPKI $AUTH_PIN $WRONG_PIN >/dev/null
    [[ $(tell swap other) == ok ]] && wait_in
    check "swap" $?
    apdus "swap: another card" "9000 $(certificate_hex other/auth)9000 63C3" \
        $JPKI 00B08A00000000 00200098
    tell swap . >/dev/null && wait_in
    apdus "swap back: the first card's tries" "9000 $(certificate_hex auth)9000 63C2" \
        $JPKI 00B08A00000000 00200098
    tell swap . other >/dev/null && wait_in
    apdus "swap for another kind of card" "6A82" $JPKI
    [[ $(tell swap nowhere 2>/dev/null) == error:* && $(tell nonsense) == error:* &&
        $(tell tries auth 4) == error:* && $(tell remove-at) == error:* ]]
    check "wrong commands are refused" $?
    card --removed
    [[ $(tell state) == out ]]
    check "--removed" $?
} 2>/dev/null

# The daemon counts a card that it has not seen go or come only later, or never: such as one that a client with a
# connection to the card before resets, at whatever moment.
test_exchange() {
    local wait powered
    card --reinsert-after 0
    for wait in 1 150 300 450 600 750; do
        tell reset-count >/dev/null && tell remove-at 2 >/dev/null
        "$build/pcsc-apdu" $JPKI 00200098 sleep:$wait reset >/dev/null
        wait_in
        powered=$(grep -c '^power-on$' "$work/log")
        sleep 0.5
        [[ $(tell state) == in && $(grep -c '^power-on$' "$work/log") == "$powered" ]]
        check "lifted, and another's reset after $wait ms: once in the reader, nothing comes after" $?
    done
    for wait in 1 2 3; do
        "$build/pcsc-apdu" $JPKI >/dev/null
        sleep "0.$((wait * 3))"
        tell remove >/dev/null && tell insert >/dev/null
        wait_in
        check "put back at once ($wait): another card for the daemon" $?
    done
}

test_garbage() {
    local kind pattern
    for kind in one-byte:?? badsw:1234 long:*9000 random:* empty: huge:*; do
        pattern=${kind#*:}
        card --garbage-at 2 --garbage-kind="${kind%:*}" --reinsert-after 0
        "$build/pcsc-apdu" $JPKI $WRONG_PIN >"$work/out" 2>&1
        # shellcheck disable=SC2053 # a pattern it shall be
        [[ $(sed -n 2p "$work/out") == $pattern && $(sed -n 2p "$work/out") != 63C2 ]]
        check "--garbage-kind=${kind%:*}" $?
        wait_in
        apdus "--garbage-kind=${kind%:*}: not carried out" "9000 63C3" $JPKI 00200098
    done
    card --garbage-at 2 --seed 7
    "$build/pcsc-apdu" $JPKI 00200098 >"$work/first"
    card --garbage-at 2 --seed 7
    "$build/pcsc-apdu" $JPKI 00200098 >"$work/second"
    card --garbage-at 2 --seed 8
    "$build/pcsc-apdu" $JPKI 00200098 >"$work/third"
    cmp -s "$work/first" "$work/second" && ! cmp -s "$work/first" "$work/third"
    check "garbage hangs on the seed" $?
}

test_silence() {
    local client
    card --silent-at 2
    "$build/pcsc-apdu" $JPKI 00200098 >"$work/out" &
    client=$!
    sleep 1
    kill -0 $client 2>/dev/null && [[ $(wc -l <"$work/out") == 1 && $(tell count) == 2 ]]
    check "--silent-at: no answer, control still there" $?
    tell remove >/dev/null
    wait $client
    [[ $(sed -n 2p "$work/out") != 63C3 ]]
    check "--silent-at: remove ends it" $?
    tell insert >/dev/null && wait_in
    apdus "--silent-at: once" "9000 63C3" $JPKI 00200098
}

test_counting() {
    card
    tell reset-count >/dev/null
    "$build/pcsc-apdu" $JPKI 00200098 00B08A0004 >/dev/null
    [[ $(tell count) == 3 ]]
    check "count" $?
    tell reset-count >/dev/null && tell garbage-at 2 >/dev/null && tell garbage-kind badsw >/dev/null
    apdus "garbage-at from the control socket" "9000 1234 63C3" $JPKI 00200098 00200098
    kill -TERM "$card_pid"
    wait "$card_pid"
    check "SIGTERM ends it with status 0" $?
    [[ ! -e $work/control ]]
    check "the control socket is gone" $?
    card_pid=
}

test_daemon_comes_later() {
    ((JB_PCSC_PRIVATE)) || return 0
    kill "$JB_PCSCD_PID"
    while kill -0 "$JB_PCSCD_PID" 2>/dev/null; do sleep 0.05; done
    stop_card
    "$build/virtual-card" --log "$work/log" --control "$work/control" &
    card_pid=$!
    sleep 0.5
    [[ $(tell state) == waiting ]]
    check "a card waits for the daemon" $?
    pcscd --foreground ${JB_PCSCD_OPTIONS:+"$JB_PCSCD_OPTIONS"} >/dev/null 2>&1 &
    JB_PCSCD_PID=$!
    wait_in
    check "and is in the reader when it comes" $?
    kill "$JB_PCSCD_PID"
}

test_log() {
    local hex
    for hex in '31 32 33 34' '39 39 39 39' '41 42 43 31 32 33' '5A 5A 39 39'; do
        ! grep '^>' "$work/log" | grep -q "$hex"
        check "no PIN in the log ($hex)" $?
    done
    grep -q '^> 00 20 00 98 04 \*\*$' "$work/log" && grep -q '^< 90 00$' "$work/log" &&
        grep -q '^reset$' "$work/log" && grep -q '^power-on$' "$work/log"
    check "commands, answers, resets and power are in the log" $?
    "$build/virtual-card-log-test" >"$work/out"
    check "masking, whatever the shape ($(tail -1 "$work/out"))" $?
}

test_data() {
    local data=$build/virtual-card-data before name
    before=$(cat "$data/stamp" "$data/auth.pem")
    "$build/virtual-card-data-maker" "$data" && [[ $(cat "$data/stamp" "$data/auth.pem") == "$before" ]]
    check "what is fresh is not made again" $?
    mkdir "$work/foreign" && touch "$work/foreign/mine"
    ! "$build/virtual-card-data-maker" "$work/foreign" 2>/dev/null && [[ -e $work/foreign/mine ]]
    check "a directory that is not its own is left alone" $?
    for name in auth sign other/auth other/sign rogue/auth rogue/sign; do
        openssl verify -x509_strict -CAfile "$data/$name-ca.pem" "$data/$name.pem" >/dev/null 2>&1
        check "$name.pem under its CA" $?
    done
    ! openssl verify -CAfile "$data/auth-ca.pem" "$data/rogue/auth.pem" >/dev/null 2>&1
    check "rogue/auth.pem not under the real one" $?
    ! openssl verify -CAfile "$data/auth-ca.pem" "$data/sign.pem" >/dev/null 2>&1
    check "sign.pem not under the authentication CA" $?
    ! openssl x509 -in "$data/auth-expired.pem" -checkend 0 >/dev/null &&
        openssl x509 -in "$data/auth.pem" -checkend $((200 * 86400)) >/dev/null &&
        openssl x509 -in "$data/auth-renewal.pem" -checkend $((30 * 86400)) >/dev/null &&
        ! openssl x509 -in "$data/auth-renewal.pem" -checkend $((60 * 86400)) >/dev/null
    check "expired, in the renewal period, and neither" $?
    for name in auth auth-expired auth-renewal sign; do
        openssl x509 -in "$data/$name.pem" -noout -enddate | grep -q ' 14:59:59 '
        check "$name.pem ends at 23:59:59 in Japan" $?
    done
    (($(der_size "$data/auth.pem") >= 1120 && $(der_size "$data/auth.pem") <= 1160 &&
        $(der_size "$data/sign-long.pem") > 2400))
    check "sizes" $?
    openssl x509 -in "$data/sign.pem" -noout -text >"$work/text"
    grep -q 'Subject: C = JP, L = Tokyo-to, L = Chiyoda-ku, CN = 20' "$work/text" &&
        grep -q '1.2.392.200149.8.5.5.4::319850504' "$work/text" &&
        grep -q 'Policy: 1.2.392.200149.8.5.1.1.20' "$work/text" &&
        grep -q 'Digital Signature, Non Repudiation' "$work/text"
    check "signing certificate after the profile" $?
    openssl x509 -in "$data/auth.pem" -noout -text >"$work/text"
    grep -q 'OU = JPKI for user authentication, OU = Japan Agency' "$work/text" &&
        grep -q 'Policy: 1.2.392.200149.8.5.1.3.30' "$work/text" &&
        grep -q 'TLS Web Client Authentication' "$work/text" &&
        ! grep -q 'Alternative Name' "$work/text"
    check "authentication certificate after the profile" $?
}

test_data
test_opensc
card
test_files
test_errors
test_pins
card
test_signatures
test_readers_and_cards
test_holders
test_tries
test_delays
test_removal
test_exchange
test_garbage
test_silence
test_counting
test_daemon_comes_later
test_log
echo "$passed passed, $failed failed"
((failed == 0))
