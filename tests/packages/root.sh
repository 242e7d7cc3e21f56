#!/bin/bash
# SPDX-License-Identifier: MIT
#
# A minimal system of this machine's distribution in a directory, as a computer that a package is installed on.
#   root.sh new DIRECTORY PACKAGE.deb     makes it, with what the package depends on fetched but not installed
#   root.sh in DIRECTORY COMMAND [ARG...] runs a command there as root, in process and mount namespaces of its own
#   root.sh remove DIRECTORY
# What it is made from is kept in ${XDG_CACHE_HOME:-~/.cache}/jpki-bridge/root for a week, and for longer where there is
# no network.
set -euo pipefail
cache=${XDG_CACHE_HOME:-$HOME/.cache}/jpki-bridge/root
((EUID == 0)) || exec sudo --preserve-env=HOME,XDG_CACHE_HOME -- "$0" "$@"

inside() { # DIRECTORY COMMAND [ARG...]
    # shellcheck disable=SC2016 # for the inner shell to expand
    unshare --mount --propagation unchanged --pid --fork --kill-child bash -c '
        mount --make-rprivate / 2>/dev/null || true # where "/" is no mount itself, as in a chroot
        mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" || exit 70
        exec chroot "$@"' inside "$@"
}

# Only what says how this machine reaches its package sources.
lend_network() { # DIRECTORY
    local file
    for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/* /etc/apt/auth.conf /etc/apt/auth.conf.d/*; do
        case $file in *'*' | *docker* | */01autoremove* | */*debconf) continue ;; esac
        [[ ! -f $file ]] || install -D -m 644 "$file" "$1$file"
    done
    mkdir -p "$1/etc/ssl/certs"
    cp -L /etc/resolv.conf /etc/hosts "$1/etc/" 2>/dev/null || true
    cp -a /etc/ssl/certs/. "$1/etc/ssl/certs/"
}

make_base() { # DIRECTORY DEPENDS
    local suite mirror
    suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
    # shellcheck disable=SC2016 # these are apt's own
    mirror=$(apt-get indextargets --format '$(SITE) $(RELEASE) $(COMPONENT)' |
        awk -v suite="$suite" '$2 == suite && $3 == "main" { print $1; exit }')
    debootstrap --variant=minbase "$suite" "$1" "$mirror"
    lend_network "$1"
    # No service is started, nothing but what is needed is installed, and nobody waits for the disk.
    printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
    chmod 755 "$1/usr/sbin/policy-rc.d"
    echo 'APT::Install-Recommends "false";' >"$1/etc/apt/apt.conf.d/90small"
    echo force-unsafe-io >"$1/etc/dpkg/dpkg.cfg.d/quick"
    export DEBIAN_FRONTEND=noninteractive
    inside "$1" apt-get update -q
    inside "$1" apt-get satisfy -q -y --download-only "$2"
}

new_root() { # DIRECTORY PACKAGE
    local depends base work
    depends=$(dpkg-deb -f "$2" Depends)
    base=$cache/$({ echo "$depends" && cat "$0" /etc/os-release; } | sha256sum | cut -c 1-12).tar
    mkdir -p "$cache"
    exec 9>"$cache/lock" # one at a time: the next finds what the one before made
    flock 9
    if [[ -z $(find "$base" -mtime -7 2>/dev/null) ]]; then
        work=$(mktemp -d "$cache/new.XXXX")
        # As a command of its own, which stops at the first failure.
        if "$0" base "$work/root" "$depends" >"$work/log" 2>&1; then
            tar -C "$work/root" -cf "$work/base.tar" .
            find "$cache" -maxdepth 1 -name '*.tar' -delete
            mv "$work/base.tar" "$base"
        elif [[ ! -f $base ]]; then
            tail -n 20 "$work/log" >&2
            rm -rf --one-file-system "$work"
            exit 1
        fi
        rm -rf --one-file-system "$work"
    fi
    mkdir -p "$1"
    tar -C "$1" -xf "$base"
}

command=${1:-}
shift || true
case $command in
    new) new_root "$@" ;;
    base) make_base "$@" ;; # for new alone
    in) inside "$@" ;;
    remove) rm -rf --one-file-system "$1" ;;
    *)
        sed -n '4,9s/^# \{0,1\}//p' "$0"
        exit 64
        ;;
esac
