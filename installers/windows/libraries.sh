#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Cross-builds the libraries that the Windows program links, OpenSSL and cJSON, from Debian's sources
# (which carry its security fixes), as static libraries, and prints the directory they are in.
#   installers/windows/libraries.sh [DIRECTORY]
# What was built is kept by version in DIRECTORY (${XDG_CACHE_HOME:-~/.cache}/jpki-bridge/windows),
# so it is built anew only when Debian has a newer one, which is looked for once a day; without the network
# what is kept is taken. The versions stand in versions.txt there.
set -euo pipefail

triplet=x86_64-w64-mingw32
kept=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/jpki-bridge/windows}
# What differs here is another build. Digests, CMS, X.509 and RSA are all that the program asks for.
openssl_options=(mingw64 no-shared no-tests no-dso no-engine no-module no-legacy no-ui-console no-sock no-ssl
    no-tls no-dtls no-comp no-ct no-ocsp no-srp no-ts no-cmp no-gost no-idea no-camellia no-seed no-aria no-bf
    no-cast no-rc2 no-rc4 no-rc5 no-md4 no-mdc2 no-rmd160 no-whirlpool no-sm2 no-sm3 no-sm4 no-siphash
    no-ec2m no-psk no-srtp no-nextprotoneg no-autoload-config)
openssl_flags=(-O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say() { echo "$@" >&2; }

build_openssl() { # PREFIX
    cd "$work/openssl" &&
        CC=gcc-posix ./Configure "${openssl_options[@]}" --cross-compile-prefix=$triplet- --libdir=lib --prefix=/ \
            --openssldir=/nowhere "${openssl_flags[@]}" &&
        make -j "$(nproc)" build_libs &&
        make DESTDIR="$1" install_dev
}

build_cjson() { # PREFIX
    cd "$work/cjson" &&
        $triplet-gcc-posix -std=c99 -O2 -fstack-protector-strong -D_FORTIFY_SOURCE=2 -DCJSON_HIDE_SYMBOLS \
            -c cJSON.c -o cJSON.o &&
        mkdir -p "$1/lib" "$1/include/cjson" &&
        $triplet-ar rcs "$1/lib/libcjson.a" cJSON.o &&
        cp cJSON.h "$1/include/cjson/"
}

recipe=$({ declare -p openssl_options openssl_flags && declare -f build_openssl build_cjson; } | sha256sum | cut -c 1-12)

# One at a time: the next finds what the one before built.
mkdir -p "$kept"
exec 9>"$kept/lock"
flock 9

# The latest that was built by this recipe, if any.
latest() {
    # shellcheck disable=SC2012 # names of our own making
    ls -td "$kept"/openssl-*-"$recipe" 2>/dev/null | head -n 1
}
if [ -n "$(latest)" ] && [ -n "$(find "$kept/checked" -mmin -1440 2>/dev/null)" ]; then
    latest
    exit
fi

# A list of sources of its own, made from where this machine takes its Debian packages: neither rights nor a
# change of the system's lists are needed.
mkdir -p "$work/lists/partial" "$work/parts"
sources() {
    # shellcheck disable=SC2016 # these are apt's own
    apt-get "$@" indextargets --format '$(REPO_URI)|$(RELEASE)|$(COMPONENT)|$(SIGNED_BY)' 'Created-By: Packages' \
        'Origin: Debian' | sort -u | while IFS='|' read -r uri release component signed; do
        case $signed in /*) signed=" [signed-by=$signed]" ;; *) signed= ;; esac
        echo "deb-src$signed $uri $release $component"
    done
}
sources >"$work/sources.list"
if [ ! -s "$work/sources.list" ]; then # its lists were cleared away
    mkdir -p "$work/own/partial"
    own=(-o "Dir::State::Lists=$work/own" -o "APT::Sandbox::User=" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=")
    apt-get "${own[@]}" -q update >&2 || true
    sources "${own[@]}" >"$work/sources.list"
fi
apt=(-o "Dir::Etc::SourceList=$work/sources.list" -o "Dir::Etc::SourceParts=$work/parts"
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache="
    -o "APT::Sandbox::User=" -q)

newest() { # SOURCE
    apt-cache "${apt[@]}" showsrc --only-source "$1" 2>/dev/null | sed -n 's/^Version: //p' | sort -V | tail -n 1
}

# Unpacks SOURCE into $work/SOURCE: with Debian's patches or, where a mirror has only the release they are made
# for, that release as it is.
unpack() { # SOURCE VERSION
    local log=$work/$1.log
    mkdir -p "$work/fetched/$1" && cd "$work/fetched/$1"
    if apt-get "${apt[@]}" source --download-only "$1=$2" >"$log" 2>&1; then
        dpkg-source --no-check -x "$1"_*.dsc "$work/$1" >>"$log" 2>&1
    elif apt-get "${apt[@]}" source --download-only --tar-only "$1=$2" >>"$log" 2>&1; then
        say "$1: Debian's patches are not to be had here; building the release as it is"
        mkdir "$work/$1"
        tar -xf "$1"_*.orig.tar.?z -C "$work/$1" --strip-components=1
        echo "$1: without Debian's patches" >>"$work/notes"
    else
        tail -n 20 "$log" >&2
        return 1
    fi
}

if [ ! -s "$work/sources.list" ] || ! apt-get "${apt[@]}" update >"$work/update.log" 2>&1; then
    tail -n 20 "$work/update.log" >&2 || true
    [ -n "$(latest)" ] || exit 1
    say "Debian's sources cannot be looked at now; taking what was built before"
    latest
    exit
fi
openssl=$(newest openssl)
cjson=$(newest cjson)
if [ -z "$openssl" ] || [ -z "$cjson" ]; then
    say "Debian's sources of OpenSSL and cJSON were not found"
    exit 1
fi
prefix=$kept/openssl-${openssl//[^0-9A-Za-z.+~-]/_}+cjson-${cjson//[^0-9A-Za-z.+~-]/_}-$recipe
if [ ! -e "$prefix/versions.txt" ]; then
    say "building OpenSSL $openssl and cJSON $cjson for Windows (a few minutes, once)"
    (unpack openssl "$openssl")
    (unpack cjson "$cjson")
    for library in openssl cjson; do
        (build_$library "$work/prefix") >"$work/$library-build.log" 2>&1 || {
            tail -n 30 "$work/$library-build.log" >&2
            exit 1
        }
    done
    touch "$work/notes"
    { printf 'openssl %s\ncjson %s\n' "$openssl" "$cjson" && cat "$work/notes"; } >"$work/prefix/versions.txt"
    rm -rf "$prefix"
    mv "$work/prefix" "$prefix"
fi
touch "$kept/checked"
echo "$prefix"
