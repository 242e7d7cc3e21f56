# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# Stages of tests, read into the scripts that run them (tests/run.sh, tests/soak.sh) in the project's root: each writes
# its output to build/logs/NAME.log, its counts to NAME.count, and prints one line.
# shellcheck source=tests/rig/needs.sh
. tests/rig/needs.sh
logs=$PWD/build/logs
only=() # the stages that were asked for; none is all

wanted() {
    ((${#only[@]} == 0)) || [[ " ${only[*]} " == *" $1 "* ]]
}

# What the runners' closing lines count: cmake's ctest, node --test, and our own. Files of JavaScript tests that a script
# runs one by one are added up by that script, in a line that begins "all:".
count() { # LOG WORD(passed|failed|skipped)
    awk -v word="$2" '
        { gsub(/\033\[[0-9;]*m/, "") }
        /tests passed, [0-9]+ tests failed out of [0-9]+/ {
            match($0, /[0-9]+ tests failed/); failed = substr($0, RSTART) + 0
            match($0, /out of [0-9]+/); all = substr($0, RSTART + 7) + 0
            n += word == "failed" ? failed : word == "passed" ? all - failed : 0
        }
        /^(ℹ|#) pass [0-9]+$/ && word == "passed" { n += $3 }
        /^(ℹ|#) (fail|cancelled) [0-9]+$/ && word == "failed" { n += $3 }
        /^(ℹ|#) (skipped|todo) [0-9]+$/ && word == "skipped" { n += $3 }
        /^[0-9]+ passed, [0-9]+ failed/ { n += word == "passed" ? $1 : word == "failed" ? $3 : $5 }
        END { print n + 0 }' "$1"
}

# Takes what the others leave of the processors.
yielding() {
    (renice -n 10 "$BASHPID" >/dev/null && "$@")
}

# Installs what these stages need, builds, and begins the counts anew; ends the script where that fails.
prepare() { # STAGE...
    tests/setup.sh "$@" || {
        echo "the build failed"
        echo "0 passed, 1 failed"
        exit 1
    }
    export PATH="$PWD/node_modules/.bin:$PATH"
    rm -f "$logs"/*.count
}

# Runs one stage and prints its line. A stage that fails without having counted a failure counts one, and so does one
# in which no test ran. One whose tools the system lacks is skipped, and never counted as passed.
stage() { # NAME COMMAND...
    local name=$1 start=$SECONDS status=0 passed failed skipped missing
    shift
    wanted "$name" || return 0
    mkdir -p "$logs"
    missing=$(lacks "$name" | sed 's/:.*//' | paste -sd ' ')
    if [[ -n $missing ]]; then
        echo "skipped: $missing is missing" | tee "$logs/$name.log" | sed "s/^/$(printf '%-10s' "$name") /"
        echo "$name 0 0 1" >"$logs/$name.count"
        return 0
    fi
    "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
    passed=$(count "$logs/$name.log" passed)
    failed=$(count "$logs/$name.log" failed)
    skipped=$(count "$logs/$name.log" skipped)
    if ((status != 0 && failed == 0)); then
        failed=1
    fi
    if ((status == 0 && passed + failed == 0)); then
        echo "no test ran" >>"$logs/$name.log"
        failed=1
    fi
    echo "$name $passed $failed $skipped" >"$logs/$name.count"
    printf '%-10s %5d passed %3d failed %3d skipped %5d s\n' "$name" "$passed" "$failed" "$skipped" $((SECONDS - start))
    if ((failed > 0)); then
        grep -nE 'not ok|✖|FAILED|ERROR|rror:|warning:' "$logs/$name.log" | head -n 40
        # What node's runner says of each failure, wherever in the log it stands.
        awk '/^✖ failing tests:/ { on = 1 } /^(== |▶ |  ?✔ )/ { on = 0 } on && n++ < 200' "$logs/$name.log"
        tail -n 25 "$logs/$name.log"
    fi
}

# Which tests took longest, with the seconds of each: what a person waits for, and what grows.
longest() { # HOW_MANY
    local name
    for name in "$logs"/*.count; do
        name=$(basename "$name" .count)
        sed -E 's/\x1b\[[0-9;]*m//g' "$logs/$name.log" | awk -v stage="$name" '
            /^ *✔ .* \([0-9.]+ms\)$/ {
                match($0, /\([0-9.]+ms\)$/); ms = substr($0, RSTART + 1) + 0
                sub(/^ *✔ /, ""); sub(/ \([0-9.]+ms\)$/, "")
                printf "%8.1f s  %s: %s\n", ms / 1000, stage, $0
            }
            /Test +#[0-9]+: .* Passed +[0-9.]+ sec/ { printf "%8.1f s  %s: %s\n", $(NF - 1), stage, $4 }
            /^ok .*\([0-9]+ s\)$/ {
                match($0, /\([0-9]+ s\)$/); s = substr($0, RSTART + 1) + 0
                sub(/^ok +/, ""); sub(/ \([0-9]+ s\)$/, "")
                printf "%8.1f s  %s: %s\n", s, stage, $0
            }'
    done | sort -rn | head -n "$1"
}

# The last lines of a run; fails unless all passed and some ran.
finish() {
    local file passed failed skipped all=(0 0 0)
    for file in "$logs"/*.count; do
        read -r _ passed failed skipped <"$file"
        all=($((all[0] + passed)) $((all[1] + failed)) $((all[2] + skipped)))
    done
    echo "took longest:"
    longest 15
    echo "screenshots: build/screenshots/, logs: build/logs/; the whole in $SECONDS s"
    echo "${all[0]} passed, ${all[1]} failed, ${all[2]} skipped"
    ((all[1] == 0 && all[0] > 0))
}

# ---- what several scripts run ----

build_sanitized() {
    cmake -S . -B build/sanitize -DJB_SANITIZE=ON -DJB_EXTENSION=OFF -DCMAKE_BUILD_TYPE=Debug &&
        cmake --build build/sanitize -j 2
}

build_threads() {
    cmake -S . -B build/threads -DJB_SANITIZE_THREADS=ON -DJB_EXTENSION=OFF -DCMAKE_BUILD_TYPE=Debug &&
        cmake --build build/threads -j 2
}

build_fuzz() {
    cmake -S . -B build/fuzz -DJB_FUZZ=ON -DJB_EXTENSION=OFF -DCMAKE_C_COMPILER=clang \
        -DCMAKE_BUILD_TYPE=RelWithDebInfo && cmake --build build/fuzz -j 2 --target fuzzers
}
