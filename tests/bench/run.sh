#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Measures what a log-in, a signature and signed documents cost, side by side in one run on the same
# virtual card: ours, OpenSC's, the openssl program's with a key in a file, and a program that only
# links the same libraries and says hello. Prints one
# table. A count over its target fails; a time depends on the machine, and never does.
#   tests/bench/run.sh [BUILD_DIR]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
JB_BUILD=$(cd "${1:-$here/../../build}" && pwd)
export JB_BUILD
export PATH="$here/../../node_modules/.bin:$PATH"

build() { # NAME FLAG...
    cc -std=c17 -O2 -Wall -Wextra -Werror -D_GNU_SOURCE -fPIE -pie -Wl,-z,relro,-z,now "$here/$1.c" \
        -o "$JB_BUILD/bench/$1" "${@:2}"
}

read -ra libraries < <(pkg-config --libs libcrypto libpcsclite libcjson libassuan gpg-error)
mkdir -p "$JB_BUILD/bench"
build measure
build baseline -Wl,--no-as-needed "${libraries[@]}" -pthread

exec "$here/../virtual_card/with-pcscd.sh" -- node "$here/bench.ts"
