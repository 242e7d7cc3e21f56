#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Looks over all that is in the repository: format, analysers, headers, directions of includes,
# sizes, scripts, and words that do not belong. Prints a line for each check.
#   tests/lint.sh [BUILD_DIR]      build/
# What clang-tidy found clean is remembered by content in ${XDG_CACHE_HOME:-~/.cache}/jpki-bridge/lint, and not looked at again.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
build=${1:-build}
remembered=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/jpki-bridge/lint
mkdir -p "$remembered"
export PATH="$PWD/node_modules/.bin:$PATH"
passed=0
failed=0

# The function succeeds; or, with "empty", finds nothing to print.
check() { # NAME FUNCTION [empty]
    local start=$SECONDS status=0 output
    output=$("$2" 2>&1) || status=$?
    if [[ ${3:-} = empty ]]; then
        status=${#output}
    fi
    if ((status == 0)); then
        passed=$((passed + 1))
        printf 'ok      %s (%d s)\n' "$1" $((SECONDS - start))
    else
        failed=$((failed + 1))
        printf 'FAILED  %s\n%s\n' "$1" "$output"
    fi
}

repository() { # also where another user cloned it
    git -c safe.directory="$PWD" "$@"
}

files() { # PATTERN...: what git knows and what is new, less what is gone
    repository ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
        [[ -f $file ]] && printf '%s\n' "$file"
    done
}

readonly flags=(-std=c17 -D_GNU_SOURCE '-DJB_VERSION="0"' -Iinclude)
if [[ -z $(files '*.c') ]]; then
    echo "this is no work tree of git: nothing to look at" >&2
    echo "0 passed, 1 failed"
    exit 1
fi
read -ra packages < <(pkg-config --cflags libpcsclite libcjson libassuan gpg-error cmocka libcrypto)

# What only the compiler for Windows can read (or that for macOS, one of them).
readonly mingw=x86_64-w64-mingw32-gcc-posix
readonly windows_flags=(-std=c17 -D_GNU_SOURCE -D_WIN32_WINNT=0x0A00 -DWIN32_LEAN_AND_MEAN
    -D_POSIX_THREAD_SAFE_FUNCTIONS=200112L -Iinclude)
is_for_windows() { # FILE
    [[ $1 == host/base/wait_relative.c || $1 == *windows*.[ch] || $1 == tests/windows/* ]] && [[ $1 != include/* ]]
}

# What is for macOS is read with the declarations of tests/macos, which say of its interfaces what is used here.
readonly macos_flags=(-isystem tests/macos/include -isystem tests/macos/fake/include)

c_format() {
    files '*.c' '*.h' | xargs clang-format --dry-run -Werror
}

# One file through clang-tidy, unless the same text, with the same headers and rules, was clean before.
tidy_one() { # FILE
    local key output
    local -a from=(-p "$build") own=()
    if is_for_windows "$1"; then
        # Read as clang reads it for that target, where the headers of Windows are there.
        [[ -d /usr/x86_64-w64-mingw32/include ]] || return 0
        from=(--checks=-performance-no-int-to-ptr) own=(-- --target=x86_64-w64-mingw32 -isystem /usr/x86_64-w64-mingw32/include
            "${windows_flags[@]}" -D__USE_MINGW_ANSI_STDIO=1 -I/usr/include/cjson -idirafter /usr/include
            -idirafter /usr/include/x86_64-linux-gnu)
    elif ! grep -q "\"file\": \".*/$1\"" "$build/compile_commands.json"; then
        from=() own=(-- "${flags[@]}" "${packages[@]}" "${macos_flags[@]}")
    fi
    key=$({
        clang-tidy --version
        cat .clang-tidy
        if is_for_windows "$1"; then
            cat "$1" "$(dirname "$1")"/*.h include/jpki_bridge/*.h 2>/dev/null
            exit
        fi
        cc -MM "${flags[@]}" "${packages[@]}" "${macos_flags[@]}" "$1" | sed 's/^[^:]*://' | tr -d '\\\n' | xargs cat
    } | sha256sum | cut -d ' ' -f 1)
    [[ -e $remembered/$key ]] && return 0
    if output=$(clang-tidy --quiet "${from[@]}" "$1" "${own[@]}" 2>/dev/null) && [[ -z $output ]]; then
        touch "$remembered/$key"
    else
        printf '%s: %s\n' "$1" "${output:-clang-tidy failed}"
        return 1
    fi
}

c_tidy() {
    local failures=0 file pids=()
    [[ -f $build/compile_commands.json ]] || { echo "$build is not configured" && return 1; }
    find "$remembered" -type f -mtime +30 -delete
    while IFS= read -r file; do
        tidy_one "$file" &
        pids+=($!)
        if ((${#pids[@]} >= 2)); then
            wait "${pids[0]}" || failures=1
            pids=("${pids[@]:1}")
        fi
    done < <(files '*.c')
    for file in "${pids[@]}"; do
        wait "$file" || failures=1
    done
    return $failures
}

headers_alone() {
    local status=0 header
    while IFS= read -r header; do
        [[ $header == *pinentry.h && -f ${header%/*}/pinentry.c ]] && continue
        if is_for_windows "$header"; then
            ! command -v "$mingw" >/dev/null || "$mingw" "${windows_flags[@]}" -Wall -Wextra -Werror \
                -fsyntax-only -x c "$header" || status=1
            continue
        fi
        cc "${flags[@]}" "${packages[@]}" "${macos_flags[@]}" -Wall -Wextra -Werror -fsyntax-only -x c "$header" || status=1
    done < <(files '*.h')
    return $status
}

# base <- card, pki, prompt, platform <- policy <- command <- wire, cli <- main (design.md). The request
# is read by wire, and is what a command is given: its header is the commands'.
layer_of_header() { # NAME
    case $1 in
        error | op | secret | lang | text | base64 | json | origin | fault | file | wait | windows | macos) echo 0 ;;
        apdu | application | card | cms | info | jpki | profile | pin | transport | certificate | signature | prompt | platform | config | log) echo 1 ;;
        policy | mynaportal) echo 2 ;;
        batch | command | request) echo 3 ;;
        frame | reply | serve | cli | browsers) echo 4 ;;
        *) echo "include/jpki_bridge/$1.h has no layer in tests/lint.sh" >&2 && return 1 ;;
    esac
}

layer_of_folder() { # FILE
    case $1 in
        host/base/*) echo 0 ;;
        host/card/* | host/pki/* | host/prompt/* | host/platform/*) echo 1 ;;
        host/policy/*) echo 2 ;;
        host/command/*) echo 3 ;;
        host/wire/* | host/cli/*) echo 4 ;;
        host/main.c) echo 5 ;;
        include/jpki_bridge/*) layer_of_header "$(basename "$1" .h)" ;;
        *) echo "$1 has no layer in tests/lint.sh" >&2 && return 1 ;;
    esac
}

include_directions() {
    local status=0 file line above below
    while IFS= read -r file; do
        above=$(layer_of_folder "$file") || status=1
        while IFS= read -r line; do
            case $line in
                jpki_bridge/*)
                    below=$(layer_of_header "$(basename "$line" .h)") || status=1
                    if ((below > above)); then
                        echo "$file includes $line, which is above it"
                        status=1
                    fi
                    ;;
                *)
                    if [[ ! -f $(dirname "$file")/$line ]]; then
                        echo "$file includes $line, which is not beside it"
                        status=1
                    fi
                    ;;
            esac
        done < <(sed -n 's/^#include "\(.*\)"$/\1/p' "$file")
    done < <(files 'host/*.[ch]' 'include/*.h')
    return $status
}

# Written by hand, and read by people.
sources() {
    files '*.c' '*.h' '*.def' '*.ts' '*.js' '*.sh' '*.css' '*.html' '*CMakeLists.txt' .ci/run
}

file_sizes() {
    sources | xargs wc -l | awk '$2 != "total" && $1 > 500 { print $2 ": " $1 " lines" }'
}

licence_lines() {
    sources | while IFS= read -r file; do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file: no licence line"
    done
}

shell_scripts() {
    {
        files '*.sh'
        files '*' | xargs grep -lE '^#!(/bin/|/usr/bin/env )(ba)?sh'
    } | sort -u | xargs shellcheck -x
}

javascript() {
    npm run --silent lint -- --max-warnings 0
}

types() {
    npm run --silent typecheck
}

# All that Mozilla's linter finds in the extension as it was built, but what it says of every manifest for both kinds of
# browser, and of pdf.js as it was released.
web_extension() {
    # shellcheck disable=SC2016 # for node to expand
    web-ext lint --source-dir "$build/extension" --output json | node -e '
        const { errors, warnings, notices } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
        const known = ({ code, file }) => (code === "BACKGROUND_SERVICE_WORKER_IGNORED" && file === "manifest.json")
            || (code === "UNSAFE_VAR_ASSIGNMENT" && /^ui\/session\/pdfjs\/pdf(\.worker)?\.min\.mjs$/.test(file));
        for (const { code, file, line, message } of [...errors, ...warnings, ...notices].filter((each) => !known(each))) {
            console.log(`${file}:${line ?? ""}: ${code}: ${message}`);
            process.exitCode = 1;
        }'
}

machine_paths() {
    files '*' | xargs grep -nIE '/work[/](main|shared)|(^|[^a-z])/roo[t]/|/home/[a-t]'
}

lockfile() {
    grep -nE '"resolved"|registry[.]' package-lock.json tests/macos/package-lock.json
}

# Neither who or what wrote it, nor where its tasks were kept.
foreign_words() {
    local words='[c]laude|[a]nthropic|[o]penai|[c]hatgpt|[c]opilot|[l]anguage model|[A]I[- ](generated|assist)|[c]o-authored-by|\b[i]ssue #?[0-9]'
    files '*' | grep -v '^package-lock' | xargs grep -nIiE "$words"
    repository log --format='%h %s%n%b' 2>/dev/null | grep -iE "$words"
}

secrets() {
    files '*.pem' '*.key' '*.der' '*.p12' '*.pfx' '*.crx'
    files '*' | xargs grep -nIE -- '^-----[B]EGIN ([A-Z ]*PRIVATE KEY|CERTIFICATE)-----$'
}

check "clang-format" c_format
check "clang-tidy" c_tidy
check "every header compiles alone" headers_alone
check "directions of includes" include_directions
check "no file over 500 lines" file_sizes empty
check "licence lines" licence_lines empty
check "shellcheck" shell_scripts
check "eslint" javascript
check "tsc" types
check "web-ext lint" web_extension
check "no machine paths" machine_paths empty
check "no registry in the lockfile" lockfile empty
check "no foreign words" foreign_words empty
check "no secrets" secrets empty
echo "$passed passed, $failed failed"
((failed == 0))
