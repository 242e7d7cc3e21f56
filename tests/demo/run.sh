#!/bin/bash
# SPDX-License-Identifier: MIT
#
# The demonstration, once all is built: tests/demo/run.sh [BUILD-DIRECTORY] [--reader [--auth-ca FILE --sign-ca FILE]]
# (tests/demo.sh is what people run.)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
JB_BUILD=build
if (($#)) && [[ $1 != -* ]]; then
    JB_BUILD=$1
    shift
fi
JB_BUILD=$(realpath "$JB_BUILD") && export JB_BUILD
export PATH="$here/../../node_modules/.bin:$PATH"

# A display over the network is out of reach of the private namespace, and of a home folder of its own.
if [[ ${DISPLAY:-} != :* ]]; then
    unset DISPLAY
elif [[ -r ${XAUTHORITY:=$HOME/.Xauthority} ]]; then
    kept=$(mktemp)
    trap 'rm -f "$kept"' EXIT
    cp "$XAUTHORITY" "$kept"
    export XAUTHORITY=$kept
fi

if [[ " $* " == *" --reader "* ]]; then
    node "$here/demo.ts" "$@"
else
    "$here/../virtual_card/with-pcscd.sh" -- node "$here/demo.ts" "$@"
fi
