#!/bin/bash
# SPDX-License-Identifier: MIT
#
# What one runs at each save: builds, the unit tests but the slow ones, the extension's but those of its packages, the
# types, and eslint and clang-format on what changed. Needs only what building needs.
#   tests/quick.sh [REVISION]     what changed since REVISION (HEAD)
set -uo pipefail
cd "$(dirname "$0")/.." || exit
# shellcheck source=tests/rig/stages.sh
. tests/rig/stages.sh
# shellcheck source=tests/rig/quick.sh
. tests/rig/quick.sh

prepare build
quick "${1:-HEAD}"
finish
