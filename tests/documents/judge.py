# SPDX-License-Identifier: MIT
"""pyHanko as a program: judge.py CA.pem FILE... prints what it finds of every signature, as JSON.

Files are read strictly, and each change after a signature goes through its analysis of differences."""

import json
import sys

from asn1crypto import pem, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext


def judged(signature, roots):
    status = validate_pdf_signature(signature, ValidationContext(trust_roots=roots, allow_fetching=False))
    attributes = signature.signer_info["signed_attrs"]
    return {
        "field": signature.field_name,
        "subFilter": str(signature.sig_object["/SubFilter"]),
        "valid": status.valid and status.intact,
        "trusted": status.trusted,
        "coverage": status.coverage.name,
        "changes": None if status.modification_level is None else status.modification_level.name,
        "permitted": status.docmdp_ok,
        "good": status.bottom_line,
        "signedAt": str(signature.sig_object.get("/M", "")),
        "attributes": sorted(attribute["type"].native for attribute in attributes),
        "byteRange": [int(number) for number in signature.byte_range],
    }


def main(ca, *files):
    with open(ca, "rb") as file:
        roots = [x509.Certificate.load(pem.unarmor(file.read())[2])]
    found = {}
    for name in files:
        with open(name, "rb") as file:
            try:
                reader = PdfFileReader(file, strict=True)
                if reader.xrefs.hybrid_xrefs_present:  # which it judges only when it is not strict
                    reader = PdfFileReader(file, strict=False)
                found[name] = [judged(signature, roots) for signature in reader.embedded_regular_signatures]
            except Exception as error:  # what it refuses is for the test to judge
                found[name] = f"{type(error).__name__}: {error}"
    json.dump(found, sys.stdout)


main(*sys.argv[1:])
