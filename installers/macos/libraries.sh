#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Builds the libraries that the program for macOS links, OpenSSL 3.0 or later and cJSON, as static ones for both
# processors, on a Mac with Xcode's command line tools; prints the directory they are in:
#   installers/macos/libraries.sh OPENSSL_SOURCE CJSON_SOURCE DIRECTORY
# Both sources are unpacked releases, whose signatures you have checked.
set -euo pipefail
if (($# != 3)); then
    sed -n '4,7s/^# \{0,1\}//p' "$0"
    exit 64
fi
openssl=$(cd "$1" && pwd)
cjson=$(cd "$2" && pwd)
mkdir -p "$3"
out=$(cd "$3" && pwd)
# Digests, CMS, X.509 and RSA are all that the program asks for; as in installers/windows/libraries.sh.
options=(no-shared no-tests no-dso no-engine no-module no-legacy no-ui-console no-sock no-ssl no-tls no-dtls no-comp
    no-ct no-ocsp no-srp no-ts no-cmp no-gost no-idea no-camellia no-seed no-aria no-bf no-cast no-rc2 no-rc4 no-rc5
    no-md4 no-mdc2 no-rmd160 no-whirlpool no-sm2 no-sm3 no-sm4 no-siphash no-ec2m no-psk no-srtp no-nextprotoneg
    no-autoload-config)
flags=(-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 -mmacosx-version-min=11.0)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

build_openssl() { # ARCH
    mkdir -p "$work/$1/build" && cd "$work/$1/build" &&
        "$openssl/Configure" "darwin64-$1-cc" "${options[@]}" --libdir=lib --prefix=/ --openssldir=/nowhere "${flags[@]}" &&
        make -j "$(sysctl -n hw.ncpu)" build_libs &&
        make DESTDIR="$work/$1" install_dev
}

build_cjson() { # ARCH
    mkdir -p "$work/$1/include/cjson" && cp "$cjson/cJSON.h" "$work/$1/include/cjson/" &&
        cc -arch "$1" "${flags[@]}" -std=c99 -DCJSON_HIDE_SYMBOLS -c "$cjson/cJSON.c" -o "$work/$1/cJSON.o" &&
        ar rcs "$work/$1/lib/libcjson.a" "$work/$1/cJSON.o"
}

for arch in arm64 x86_64; do
    for library in openssl cjson; do
        (build_$library "$arch") >"$work/build.log" 2>&1 || {
            tail -n 30 "$work/build.log" >&2
            exit 1
        }
    done
done
# The headers of both processors are the same, or one program could not be made of both.
diff -r "$work/arm64/include" "$work/x86_64/include" >&2
rm -rf "${out:?}/lib" "${out:?}/include"
mkdir -p "$out/lib"
cp -R "$work/arm64/include" "$out/include"
for library in crypto cjson; do
    lipo -create "$work/arm64/lib/lib$library.a" "$work/x86_64/lib/lib$library.a" -output "$out/lib/lib$library.a"
done
echo "$out"
