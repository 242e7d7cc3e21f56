#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Makes the package, on a Mac with Xcode's command line tools and Node:
#   installers/macos/build-pkg.sh PROGRAM OUT.pkg VERSION
# PROGRAM is a universal one. What follows is given from outside, in the environment, and left out where it is not:
#   JB_CODESIGN_IDENTITY   "Developer ID Application: …", signs the program, with the hardened runtime
#   JB_INSTALLER_IDENTITY  "Developer ID Installer: …", signs the package
#   JB_NOTARY_PROFILE      profile of `xcrun notarytool store-credentials`, has Apple notarise the package
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if (($# != 3)); then
    sed -n '4,9s/^# \{0,1\}//p' "$0"
    exit 64
fi
program=$1
out=$2
version=$3
# shellcheck source=installers/macos/places.sh
. "$here/places.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -n "${JB_NOTARY_PROFILE:-}" ] && { [ -z "${JB_CODESIGN_IDENTITY:-}" ] || [ -z "${JB_INSTALLER_IDENTITY:-}" ]; }; then
    echo "Apple notarises only what is signed: JB_CODESIGN_IDENTITY and JB_INSTALLER_IDENTITY are needed too" >&2
    exit 64
fi
lipo "$program" -verify_arch arm64 x86_64 || {
    echo "$program is not for arm64 and x86_64" >&2
    exit 1
}

"$here/payload.sh" "$program" "$work/root"
if [ -n "${JB_CODESIGN_IDENTITY:-}" ]; then
    codesign --force --options runtime --timestamp --identifier "$JB_IDENTIFIER" --sign "$JB_CODESIGN_IDENTITY" \
        "$work/root$JB_FOLDER/jpki-bridge"
    codesign --verify --strict "$work/root$JB_FOLDER/jpki-bridge"
fi
mkdir "$work/packages"
pkgbuild --root "$work/root" --identifier "$JB_IDENTIFIER" --version "$version" --install-location / \
    --ownership recommended "$work/packages/jpki-bridge.pkg"
sed -e "s/@IDENTIFIER@/$JB_IDENTIFIER/g" -e "s/@VERSION@/$version/g" -e "s/@REFERENCE@/jpki-bridge.pkg/g" \
    "$here/distribution.xml.in" >"$work/distribution.xml"
signing=()
[ -z "${JB_INSTALLER_IDENTITY:-}" ] || signing=(--sign "$JB_INSTALLER_IDENTITY" --timestamp)
productbuild --distribution "$work/distribution.xml" --resources "$here/resources" --package-path "$work/packages" \
    ${signing[@]+"${signing[@]}"} "$out"
if [ -n "${JB_NOTARY_PROFILE:-}" ]; then
    xcrun notarytool submit "$out" --keychain-profile "$JB_NOTARY_PROFILE" --wait
    xcrun stapler staple "$out"
fi
