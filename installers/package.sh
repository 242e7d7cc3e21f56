#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Builds every package into BUILD_DIR/packages/, with SHA256SUMS and a software bill of materials (CycloneDX):
#   installers/package.sh [BUILD_DIR]      build/
# What this machine has no tools for is left out, and said so; with JB_PACKAGES="deb msi" only these kinds are made
# (deb, rpm, msi, extension) and nothing of them is left out. windows/sign.sh says how programs and MSI are signed;
# JB_CRX_KEY (PEM) signs the extension for Chromium, and JB_BASE_URL is where an organisation will lay the extension's files;
# JB_SITES="https://host …" are sites that have the extension from the start.
# SOURCE_DATE_EPOCH is the time of all that has one inside: by default that of the last commit.
set -euo pipefail
umask 022 # which the members of a .deb tell
root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"
build=$(realpath -m "${1:-build}")
packages=$build/packages
export PATH="$root/node_modules/.bin:$PATH"
version=$(sed -n 's/^project(jpki-bridge VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -c safe.directory="$root" log -1 --format=%ct 2>/dev/null || stat -c %Y CMakeLists.txt)}
export SOURCE_DATE_EPOCH
parts=() # of the bill of materials

say() { echo "package.sh: $*" >&2; }

# Whether the kind is to be made. One that was asked for by name must be; else it is left out where a tool is missing.
wanted() { # KIND TOOL...
    local kind=$1 tool
    shift
    [[ -z ${JB_PACKAGES:-} || " $JB_PACKAGES " == *" $kind "* ]] || return 1
    for tool in "$@"; do
        if ! command -v "$tool" >/dev/null; then
            say "$kind left out: there is no $tool here"
            [[ -z ${JB_PACKAGES:-} ]] || exit 1
            return 1
        fi
    done
}

make_linux() { # KIND
    cpack -G "${1^^}" --config "$build/CPackConfig.cmake" >&2
    rm -rf "$packages/_CPack_Packages"
}

make_extension() {
    local options=(--out "$packages")
    [[ -z ${JB_CRX_KEY:-} ]] || options+=(--key "$JB_CRX_KEY")
    [[ -z ${JB_BASE_URL:-} ]] || options+=(--base-url "$JB_BASE_URL")
    local site sites
    read -ra sites <<<"${JB_SITES:-}"
    for site in "${sites[@]}"; do
        options+=(--site "$site")
    done
    node --disable-warning=ExperimentalWarning extension/package.ts "${options[@]}" >&2
    parts+=(--extension "$build/extension-packages.json")
}

make_msi() {
    local libraries windows=$build/windows-package
    libraries=$(installers/windows/libraries.sh)
    cmake -S . -B "$windows" -DCMAKE_TOOLCHAIN_FILE=installers/windows/toolchain.cmake -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_EXE_LINKER_FLAGS=-s -DJB_WINDOWS_LIBRARIES="$libraries" -DJB_EXTENSION=OFF -DJB_TESTS=OFF >&2
    cmake --build "$windows" -j "$(nproc)" >&2
    installers/windows/msi.sh "$windows/jpki-bridge.exe" "$packages/jpki-bridge-$version-x64.msi" "$version"
    (cd installers/windows/policy && cmake -E tar cf "$packages/jpki-bridge-$version-policy-templates.zip" --format=zip \
        --mtime="$(date -u -d "@$SOURCE_DATE_EPOCH" '+%F %T UTC')" jpki-bridge.admx en-US ja-JP)
    parts+=(--windows "$windows/jpki-bridge.exe" --libraries "$libraries")
}

say "version $version, of $(date -u -d "@$SOURCE_DATE_EPOCH" +%FT%TZ)"
rm -rf "$packages"
mkdir -p "$packages"
cmake -S . -B "$build" >&2
cmake --build "$build" -j "$(nproc)" --target jpki-bridge extension linux_packed >&2

linux=0
for kind in deb rpm; do
    tool=dpkg-shlibdeps
    [[ $kind == deb ]] || tool=rpmbuild
    if wanted "$kind" cpack "$tool"; then
        make_linux "$kind"
        linux=1
    fi
done
((linux == 0)) || parts+=(--linux "$build/jpki-bridge")
if wanted msi x86_64-w64-mingw32-gcc-posix x86_64-w64-mingw32-windmc wixl; then
    make_msi
fi
! wanted extension || make_extension
say "pkg left out: it is made on a Mac, by installers/macos/build-pkg.sh"

node --disable-warning=ExperimentalWarning installers/sbom.ts "$version" "${parts[@]}" >"$packages/jpki-bridge-$version.cdx.json"
sums=$(cd "$packages" && find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum --)
echo "$sums" | tee "$packages/SHA256SUMS"
