#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A pinentry that a test answers. Beside the script (a copy in a folder of the test's own) lie
#
#   answers   one line per question, taken in turn, and waited for where there is none yet:
#             [after SECONDS] pin TEXT | ok | no | cancel | timeout | garbage | exit | crash |
#             stubborn (stays, and takes no signal but KILL)
#   log       what the host said, line by line, between `start PID` and `end`
dir=${0%/*}

say() { printf '%s\n' "$*"; }
note() { printf '%s\n' "$*" >>"$dir/log"; }

# Sets $answer to the next line of the file. No program is started where it is there already, so
# that an instant answer is one.
next_answer() {
    note waiting
    while :; do
        taken=0
        [ -s "$dir/taken" ] && read -r taken <"$dir/taken"
        at=0 answer=
        while IFS= read -r answer; do
            at=$((at + 1))
            if [ "$at" -gt "$taken" ]; then
                printf '%s\n' "$at" >"$dir/taken"
                return
            fi
        done <"$dir/answers"
        if ! [ -d "/proc/$PPID" ]; then
            note orphan
            exit 1
        fi
        sleep 0.02
    done
}

ask() {
    next_answer
    case $answer in
        after\ *)
            answer=${answer#after }
            sleep "${answer%% *}"
            answer=${answer#* }
            ;;
    esac
    note "answered ${answer%% *}"
    case $answer in
        'pin ') say OK ;;
        pin\ *) say "D ${answer#pin }" && say OK ;;
        ok) say OK ;;
        no) say 'ERR 83886194 Not confirmed <Pinentry>' ;;
        cancel) say 'ERR 83886179 Operation cancelled <Pinentry>' ;;
        timeout) say 'ERR 83886142 Timeout <Pinentry>' ;;
        garbage) printf 'D \001\377%%zz\nWHAT\n' ;;
        crash) kill -KILL $$ ;;
        stubborn) trap '' TERM INT HUP && while :; do sleep 1; done ;;
        *) exit 1 ;;
    esac
}

trap 'note end' EXIT
trap 'note killed; exit 143' TERM INT HUP
note "start $$"
say 'OK Pleased to meet you'
while IFS= read -r line; do
    note "$line"
    case $line in
        GETPIN* | CONFIRM* | MESSAGE*) ask ;;
        'GETINFO pid') say "D $$" && say OK ;;
        'GETINFO version') say 'D 1.2.1' && say OK ;;
        'GETINFO flavor') say 'D scripted' && say OK ;;
        'GETINFO ttyinfo') say 'D - - -' && say OK ;;
        BYE*) say OK && exit 0 ;;
        OPTION* | RESET* | NOP* | SET* | '#'* | '') say OK ;;
        *) say 'ERR 83886355 Unknown IPC command <Pinentry>' ;;
    esac
done
