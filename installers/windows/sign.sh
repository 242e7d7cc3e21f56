#!/bin/bash
# SPDX-License-Identifier: MIT
#
# Signs a program or an MSI (Authenticode) with a certificate that is given from outside:
#   JB_SIGN_PKCS12=FILE [JB_SIGN_PASSWORD_FILE=FILE] installers/windows/sign.sh FILE...
#   JB_SIGN_PKCS11_MODULE=FILE JB_SIGN_KEY=URI JB_SIGN_CERTIFICATE=FILE installers/windows/sign.sh FILE...
# JB_SIGN_TIMESTAMP_URL adds a time stamp (RFC 3161), so that the signature outlives the certificate.
# Without any of these it says so and changes nothing.
set -euo pipefail

with=()
if [ -n "${JB_SIGN_PKCS12:-}" ]; then
    with=(-pkcs12 "$JB_SIGN_PKCS12")
elif [ -n "${JB_SIGN_PKCS11_MODULE:-}" ]; then
    with=(-pkcs11module "$JB_SIGN_PKCS11_MODULE" -key "${JB_SIGN_KEY:?}" -certs "${JB_SIGN_CERTIFICATE:?}")
else
    echo "not signed: no certificate was given (JB_SIGN_PKCS12, JB_SIGN_PKCS11_MODULE)" >&2
    exit 0
fi
[ -z "${JB_SIGN_PASSWORD_FILE:-}" ] || with+=(-readpass "$JB_SIGN_PASSWORD_FILE")
[ -z "${JB_SIGN_TIMESTAMP_URL:-}" ] || with+=(-ts "$JB_SIGN_TIMESTAMP_URL")

for file in "$@"; do
    case $file in
        *.msi) kind=(-add-msi-dse) ;;
        *) kind=() ;;
    esac
    osslsigncode sign "${with[@]}" "${kind[@]}" -h sha256 -n "JPKI Bridge" -in "$file" -out "$file.signed" >&2
    mv "$file.signed" "$file"
done
