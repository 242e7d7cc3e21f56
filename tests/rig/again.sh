# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A second attempt for a file of process or browser tests, read into the scripts that run them. The PC/SC daemon, the
# virtual reader and the browsers are other people's, and on a busy machine one of them loses a card or a window about
# once in two thousand tests. What failed at first stays in the log, and run.sh names it; it is only not counted.

# Not for what a sanitizer found, nor for an assertion that did not hold, such as of tries, of a verified PIN, or of what
# was signed: seen once is seen. And not for a file of which more than two tests failed: that is no accident.
deserves_another() { # LOG
    local failed
    failed=$(awk '$1 == "ℹ" && ($2 == "fail" || $2 == "cancelled") { n += $3 } END { print n + 0 }' "$1")
    ((failed >= 1 && failed <= 2)) && ! grep -qE 'Sanitizer|runtime error:|AssertionError' "$1"
}

set_aside() { # LOG
    sed -i -e 's/^ℹ /first attempt: /' -e 's/^✖ failing tests:/failed at first, and tried again:/' "$1"
}
