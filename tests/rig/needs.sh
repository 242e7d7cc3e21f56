# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# What each stage of the tests needs from the system, read into the scripts that install it and into those that run the
# stages. An entry is COMMAND:PACKAGE where no other package has that command, else the package; A|B are names of
# one package on different releases, and the first that is there or can be had counts.

readonly NEEDS_READER='pcscd:pcscd vsmartcard-vpcd ip:iproute2 ps:procps unshare:util-linux flock:util-linux'
readonly NEEDS_CARD="$NEEDS_READER opensc-tool:opensc xxd:xxd python3:python3"
readonly NEEDS_DISPLAY='Xvfb:xvfb xauth:xauth xdotool:xdotool xprop:x11-utils xset:x11-xserver-utils import:imagemagick fonts-noto-cjk'
readonly NEEDS_DOCUMENTS='qpdf:qpdf pdfsig:poppler-utils gs:ghostscript python3-cairo python3-venv file:file soffice:libreoffice-writer-nogui'
readonly NEEDS_MINGW='x86_64-w64-mingw32-gcc-posix:gcc-mingw-w64-x86-64-posix mingw-w64-x86-64-dev'
readonly NEEDS_WINDOWS="$NEEDS_MINGW wine:wine wine64 wixl:wixl msiinfo:msitools osslsigncode:osslsigncode dpkg-source:dpkg-dev patch:patch perl locales"
readonly NEEDS_PACKAGES='rpmbuild:rpm lintian:lintian rpmlint:rpmlint debootstrap:debootstrap groff:groff-base mandoc:mandoc strings:binutils python3-venv cpio:cpio'

# One entry a word. The stage "build" is in all others.
needs_of() { # STAGE
    case $1 in
        build)
            echo cc:gcc libc6-dev make:make cmake:cmake pkg-config:pkg-config libpcsclite-dev libassuan-dev \
                libgpg-error-dev libcjson-dev libssl-dev libcmocka-dev openssl:openssl ca-certificates npm:npm
            ;;
        demo) echo "$NEEDS_READER chromium:chromium chromium-l10n fonts-noto-cjk" ;;
        demo-window) echo pinentry-gtk-2:pinentry-gtk2 ;;
        unit | extension | types | style | sanitize) ;;
        portal) echo qpdf:qpdf ;;
        lint) echo "clang-tidy:clang-tidy clang-format:clang-format shellcheck:shellcheck git:git $NEEDS_MINGW" ;;
        card) echo "$NEEDS_CARD opensc-pkcs11" ;;
        host) echo "$NEEDS_CARD $NEEDS_DISPLAY pinentry-gtk-2:pinentry-gtk2 pinentry-qt:pinentry-qt script:bsdutils" ;;
        host-plain | host-whole) needs_of host ;;
        documents) echo "$NEEDS_CARD $NEEDS_DOCUMENTS" ;;
        browser | browser-all) echo "$NEEDS_CARD $NEEDS_DISPLAY $NEEDS_DOCUMENTS chromium:chromium chromium-l10n firefox-esr:firefox-esr firefox-esr-l10n-ja" ;;
        windows) echo "$NEEDS_WINDOWS $NEEDS_CARD $NEEDS_DISPLAY firefox-esr:firefox-esr" ;;
        macos) echo "llvm-config:llvm bsdtar:libarchive-tools cpio:cpio" ;;
        packages) echo "$NEEDS_PACKAGES git:git" ;;
        release) echo "$NEEDS_PACKAGES $NEEDS_WINDOWS git:git" ;;
        rig) echo "$NEEDS_CARD" ;;
        bench) echo "$NEEDS_CARD opensc-pkcs11" ;;
        valgrind) echo "$(needs_of host) valgrind:valgrind" ;;
        threads) needs_of host ;;
        fuzz) echo "clang:clang libclang-rt-14-dev|libclang-rt-dev" ;;
        *) return 1 ;;
    esac
}

# Whether it is there.
has_package() { # PACKAGE
    dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q ' installed$'
}

# The entries that are not there, one a line.
lacks() { # STAGE
    local entry names name found
    for entry in $(needs_of build) $(needs_of "$1"); do
        names=${entry#*:}
        if [[ $entry == *:* ]] && PATH=$PATH:/usr/sbin:/sbin command -v "${entry%%:*}" >/dev/null; then
            continue
        fi
        found=
        for name in ${names//|/ }; do
            ! has_package "$name" || found=1
        done
        [[ -n $found && $entry != *:* ]] || echo "$entry"
    done
}
