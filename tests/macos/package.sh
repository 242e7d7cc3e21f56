# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # check, root, here and macos are those of run.sh, which reads this
# The package for macOS: what it would install, what removal leaves, and what is asked of Apple's tools.
installers=$root/installers/macos
volume=$macos/volume
tools=$macos/tools
package=$macos/jpki-bridge.pkg
rm -rf "$volume" "$tools" "$macos/pkg" "$package"
mkdir -p "$tools" "$macos/pkg"

make_flat() {
    "$installers/flat-pkg.sh" "$macos/jpki-bridge" "$package" 1.2.3 && bsdtar -xf "$package" -C "$macos/pkg"
}

look_at_flat() {
    python3 "$here/package.py" package "$root" "$macos/pkg" "$macos/jpki-bridge"
}

# Stand-ins for a Mac's tools, which write down what they were asked.
stand_in_tools() { # NAME...
    local name
    for name in "$@"; do
        # shellcheck disable=SC2016 # for the stand-in to expand
        printf '#!/bin/sh\necho "%s $*" >>"%s/asked"\n' "$name" "$tools" >"$tools/$name"
        chmod +x "$tools/$name"
    done
}

# A Mac's folders, with the package installed, things of others in them, and what it keeps for a person.
install_flat() {
    rm -rf "$volume" "$tools/asked"
    mkdir -p "$volume/Library/Application Support" "$volume/Library/Google/Chrome/NativeMessagingHosts" \
        "$volume/Users/hanako/Library/Application Support/Mozilla/NativeMessagingHosts"
    echo '{"path":"/opt/other"}' >"$volume/Library/Google/Chrome/NativeMessagingHosts/org.example.other.json"
    (cd "$volume" && find . | sort) >"$macos/before"
    (cd "$volume" && gzip -dc "$macos/pkg/jpki-bridge.pkg/Payload" | cpio --quiet -idm)
    mkdir -p "$volume/Users/hanako/Library/Application Support/JPKI Bridge"
    echo '"00"' >"$volume/Users/hanako/Library/Application Support/JPKI Bridge/installation.json"
    cp "$volume/Library/Application Support/Mozilla/NativeMessagingHosts/org.jpkibridge.host.json" \
        "$volume/Users/hanako/Library/Application Support/Mozilla/NativeMessagingHosts/"
}

uninstall() {
    PATH="$tools:$PATH" "$volume/Library/Application Support/JPKI Bridge/uninstall.sh" --volume "$volume" "$@"
}

removes_without_a_trace() {
    install_flat && uninstall --user-data && grep -F -- '--forget org.jpkibridge.host' "$tools/asked" || return 1
    # A folder of a browser's that is empty then goes, too.
    sed -i '\|Users/hanako/Library/Application Support/Mozilla|d' "$macos/before"
    diff "$macos/before" <(cd "$volume" && find . | sort)
}

leaves_what_people_keep() {
    install_flat && uninstall || return 1
    [[ -e "$volume/Users/hanako/Library/Application Support/JPKI Bridge/installation.json" &&
        ! -e "$volume/Library/Application Support/JPKI Bridge" ]]
}

leaves_a_manifest_of_another_program() {
    local manifest="$volume/Library/Microsoft/Edge/NativeMessagingHosts/org.jpkibridge.host.json"
    install_flat && echo '{"path":"/opt/other"}' >"$manifest" && uninstall && [[ -e $manifest ]]
}

build_on_a_mac() { # KEY=VALUE...
    rm -f "$tools/asked"
    env PATH="$tools:$PATH" "$@" "$installers/build-pkg.sh" "$macos/jpki-bridge" out.pkg 1.2.3
}

asks_apples_tools_unsigned() {
    build_on_a_mac JB_NONE=1 || return 1
    grep -E '^pkgbuild --root .* --identifier org\.jpkibridge\.host --version 1\.2\.3 --install-location / --ownership recommended ' "$tools/asked" &&
        grep -E '^productbuild --distribution .* out\.pkg$' "$tools/asked" && ! grep -E 'codesign|notarytool|--sign' "$tools/asked"
}

signs_before_it_packs() {
    build_on_a_mac JB_CODESIGN_IDENTITY="Developer ID Application: A" JB_INSTALLER_IDENTITY="Developer ID Installer: A" \
        JB_NOTARY_PROFILE=notary || return 1
    diff <(cut -d ' ' -f 1,2 "$tools/asked") - <<'END' && grep -E 'codesign .*--options runtime .*--sign Developer ID Application: A' "$tools/asked" &&
lipo BUILT
codesign --force
codesign --verify
pkgbuild --root
productbuild --distribution
xcrun notarytool
xcrun stapler
END
        grep -E '^productbuild .*--sign Developer ID Installer: A --timestamp out\.pkg$' "$tools/asked"
}

has_nothing_notarised_unsigned() {
    ! build_on_a_mac JB_NOTARY_PROFILE=notary && [[ ! -e $tools/asked ]]
}

profiles() {
    python3 "$here/package.py" profiles "$root"
}

stand_in_tools pkgutil codesign pkgbuild productbuild xcrun
# shellcheck disable=SC2016 # for the stand-in to expand
printf '#!/bin/sh\necho "lipo BUILT" >>"%s/asked"\n' "$tools" >"$tools/lipo"
chmod +x "$tools/lipo"
check "a flat package" make_flat
check "the package installs what it should, with its owners and words" look_at_flat
check "removal leaves no trace" removes_without_a_trace
check "removal leaves what people keep, unless told" leaves_what_people_keep
check "removal leaves a manifest of another program" leaves_a_manifest_of_another_program
check "build-pkg.sh without identities" asks_apples_tools_unsigned
check "build-pkg.sh signs the program before it packs it, and has the package notarised" signs_before_it_packs
check "build-pkg.sh has nothing notarised that is not signed" has_nothing_notarised_unsigned
check "configuration profiles" profiles
