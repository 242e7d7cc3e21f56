#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Makes the same package without a Mac, to be looked at: what it would install, with which owners and modes, and its
# words. macOS does not install it, since nothing here writes the list of its files that it wants (Bom).
#   installers/macos/flat-pkg.sh PROGRAM OUT.pkg VERSION
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$1
out=$(realpath -m "$2")
version=$3
# shellcheck source=installers/macos/places.sh
. "$here/places.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$here/payload.sh" "$program" "$work/root"
mkdir -p "$work/flat/jpki-bridge.pkg"
files=$(find "$work/root" -mindepth 1 | wc -l)
kilobytes=$(du -sk --apparent-size "$work/root" | cut -f 1)
(cd "$work/root" && find . | LC_ALL=C sort | cpio --quiet -o --format odc --owner 0:0) | gzip -9n >"$work/flat/jpki-bridge.pkg/Payload"
cat >"$work/flat/jpki-bridge.pkg/PackageInfo" <<END
<?xml version="1.0" encoding="utf-8"?>
<pkg-info format-version="2" identifier="$JB_IDENTIFIER" version="$version" install-location="/" auth="root" overwrite-permissions="true">
    <payload numberOfFiles="$((files + 1))" installKBytes="$kilobytes"/>
</pkg-info>
END
sed -e "s/@IDENTIFIER@/$JB_IDENTIFIER/g" -e "s/@VERSION@/$version/g" -e "s/@REFERENCE@/#jpki-bridge.pkg/g" \
    "$here/distribution.xml.in" >"$work/flat/Distribution"
cp -R "$here/resources" "$work/flat/Resources"
mkdir -p "$(dirname "$out")"
(cd "$work/flat" && bsdtar -cf "$out" --format=xar --options='xar:compression=gzip,xar:toc-checksum=sha1,xar:checksum=sha1' \
    --uid 0 --gid 0 --uname root --gname wheel Distribution Resources jpki-bridge.pkg)
