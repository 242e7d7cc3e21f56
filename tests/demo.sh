#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Shows the whole thing: builds, opens the example portal in Chromium with the extension, logs in
# and signs with a virtual card behind the real PC/SC daemon.
#   tests/demo.sh            with a display: you press the buttons and type the PIN it tells you;
#                            without one: by itself, and prints what was verified
#   tests/demo.sh --reader   with a real card reader and your own card
set -euo pipefail
cd "$(dirname "$0")/.."
tests/setup.sh demo
export PATH="$PWD/node_modules/.bin:$PATH"
exec tests/demo/run.sh build "$@"
