# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034 # for those that read this
# What the package is called, and where it is on the Mac.
JB_IDENTIFIER=org.jpkibridge.host
JB_FOLDER="/Library/Application Support/JPKI Bridge"
