# SPDX-License-Identifier: MIT
"""PDFs that Cairo draws and pyHanko signs: others.py cairo FILE PAGES | sign FROM TO | certify LEVEL FROM TO | field FROM TO"""

import datetime
import sys


def cairo(name, pages):
    import cairo as library

    surface = library.PDFSurface(name, 595, 842)
    context = library.Context(surface)
    for page in range(int(pages)):
        context.move_to(72, 72)
        context.show_text(f"Page {page + 1}")
        context.show_page()
    surface.finish()


def signer():
    """Somebody else, whose certificate nobody trusts."""
    from asn1crypto import keys, x509
    from cryptography import x509 as made
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key = ec.generate_private_key(ec.SECP256R1())
    name = made.Name([made.NameAttribute(made.NameOID.COMMON_NAME, "Somebody Else")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (made.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(made.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=9)).sign(key, hashes.SHA256()))
    private = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return SimpleSigner(
        signing_cert=x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private), cert_registry=SimpleCertificateStore())


def signed(source, target, **more):
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    with open(source, "rb") as file, open(target, "wb") as output:
        meta = signers.PdfSignatureMetadata(field_name="Signature1", **more)
        signers.sign_pdf(IncrementalPdfFileWriter(file), meta, signer=signer(), output=output)


def certify(level, source, target):
    from pyhanko.sign.fields import MDPPerm

    signed(source, target, certify=True, docmdp_permissions=MDPPerm(int(level)))


def field(source, target):
    """An empty field for somebody else's signature."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    with open(source, "rb") as file, open(target, "wb") as output:
        writer = IncrementalPdfFileWriter(file)
        append_signature_field(writer, SigFieldSpec("Approval", on_page=0, box=(100, 100, 200, 150)))
        writer.write(output)


{"cairo": cairo, "sign": signed, "certify": certify, "field": field}[sys.argv[1]](*sys.argv[2:])
