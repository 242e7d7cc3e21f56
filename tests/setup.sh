#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Installs what this project needs from Debian (or Ubuntu), and builds it.
#   tests/setup.sh demo   what the demonstration needs
#   tests/setup.sh test   that, and what all the tests need
# Nothing is asked for that is already there, so a second run needs neither network nor rights.
set -euo pipefail
cd "$(dirname "$0")/.."

build=(gcc libc6-dev make cmake pkg-config libpcsclite-dev libassuan-dev libgpg-error-dev libcjson-dev
    libssl-dev libcmocka-dev openssl ca-certificates)
demo=(pcscd vsmartcard-vpcd chromium chromium-l10n iproute2 procps util-linux fonts-noto-cjk)
prompt=(pinentry-gtk2)
checks=(clang clang-tidy clang-format llvm libclang-rt-14-dev valgrind firefox-esr firefox-esr-l10n-ja opensc opensc-pkcs11 xvfb xauth xxd
    xdotool x11-utils x11-xserver-utils imagemagick shellcheck pinentry-gtk2 pinentry-qt git file
    ghostscript qpdf poppler-utils python3-cairo python3-venv)
windows=(gcc-mingw-w64-x86-64-posix mingw-w64-x86-64-dev wine wine64 wixl msitools osslsigncode dpkg-dev patch perl
    locales)
packages=(rpm lintian rpmlint debootstrap groff-base mandoc binutils)
macos=(libarchive-tools cpio)

wanted=("${build[@]}" "${demo[@]}")
case ${1:-} in
    demo) [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || wanted+=("${prompt[@]}") ;;
    test) wanted+=("${checks[@]}" "${windows[@]}" "${packages[@]}" "${macos[@]}") ;;
    *)
        sed -n '4,7s/^# \{0,1\}//p' "$0"
        exit 64
        ;;
esac
# Node comes with npm from wherever the machine has it; the project's own, newer Node comes through npm.
command -v npm >/dev/null || wanted+=(nodejs npm)
# The small LibreOffice would put out the one that a desktop has.
[ "${1:-}" != test ] || command -v soffice >/dev/null || wanted+=(libreoffice-writer-nogui)

missing=()
for package in "${wanted[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
if ((${#missing[@]})); then
    root=()
    if (($(id -u) != 0)); then
        root=(sudo)
    fi
    echo "installing: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    if ! { "${root[@]}" apt-get update -q &&
        "${root[@]}" apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 30 "$log" >&2
        exit 1
    fi
    rm -f "$log"
fi

log=$(mktemp)
if ! { cmake -S . -B build && cmake --build build -j "$(nproc)"; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    exit 1
fi
mkdir -p build/logs && mv "$log" build/logs/build.log
echo "built: build/jpki-bridge, build/extension/, build/virtual-card"
