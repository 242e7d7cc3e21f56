# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Which stages of the tests a change names, read into the scripts that run them.

# What differs from a revision (HEAD: what is not committed yet), new files too.
changed_files() { # [REVISION]
    {
        git diff --name-only --diff-filter=d "${1:-HEAD}"
        git ls-files --others --exclude-standard
    } | sort -u
}

# The stages for one file, a word each: STAGE, or STAGE:FILE where one file of tests is enough. What quick.sh runs is not
# named: that comes first in any case.
stages_of() { # FILE
    case $1 in
        host/*_windows* | host/*/windows* | host/*.rc* | tests/windows/* | installers/windows/*) echo lint windows ;;
        host/*_macos* | host/*/macos* | tests/macos/* | installers/macos/*) echo lint macos ;;
        host/cli/* | manifests/*) echo lint host:cli host:cli-policies host:cli-confined host:clean host:sites host:trusted ;;
        host/prompt/*) echo lint host:pin host:locked host:graphical host:change-pin host:closing host:mynaportal-trust ;;
        host/wire/*) echo lint host:malformed host:protocol host:closing host:stalled host:webeid ;;
        host/pki/*) echo lint host:cards host:documents host:documents-cards documents ;;
        host/* | include/*) echo lint sanitize host ;;
        tests/host/*.test.ts) echo "lint host:$(basename "$1" .test.ts)" ;;
        tests/host/*) echo lint host ;;
        tests/virtual_card/*) echo lint card host:cards host:others host:faults-login ;;
        extension/src/documents/* | tests/documents/*) echo lint documents browser:documents ;;
        extension/src/ui/session/documents/*) echo lint browser:review browser:review-hostile browser:documents ;;
        extension/src/ui/card/* | extension/src/card/*) echo lint browser:card browser:care-looks ;;
        extension/src/ui/welcome/*) echo lint browser:welcome browser:reader browser:welcome-looks ;;
        extension/src/ui/options/* | extension/src/ui/sites/* | extension/src/ui/popup/*) echo lint browser:sites browser:policy browser:looks ;;
        extension/src/content/mynaportal* | extension/src/disguise/*) echo lint browser:mynaportal browser:mynaportal-pages ;;
        extension/src/* | extension/_locales/* | extension/*.json) echo lint browser:login browser:sign browser:hostile browser:lifecycle browser:looks ;;
        extension/*) echo lint browser:login ;;
        tests/browser/*.test.ts) echo "lint browser:$(basename "$1" .test.ts)" ;;
        tests/browser/*) echo lint browser:login browser:sign ;;
        tests/portal/*) echo lint portal browser:login browser:documents ;;
        tests/rig/*.ts) echo lint host:cards browser:login ;;
        tests/packages/* | installers/linux/*) echo lint packages ;;
        tests/release/* | installers/*) echo lint release ;;
        tests/bench/*) echo lint bench ;;
        *) echo lint ;;
    esac
}

# All stages of a change, a line each, in the order in which they are run: STAGE, or STAGE and its files of tests.
stages_of_change() { # [REVISION]
    changed_files "${1:-HEAD}" | while IFS= read -r file; do
        stages_of "$file"
    done | tr ' ' '\n' | sort -u | awk -F: '
        NF == 1 { whole[$1] = 1; next }
        { files[$1] = files[$1] " " $2 }
        END {
            n = split("lint sanitize card host portal documents browser windows macos packages release bench", order, " ")
            for (i = 1; i <= n; i++) {
                if (order[i] in whole) print order[i]
                else if (order[i] in files) print order[i] files[order[i]]
            }
        }'
}
