"""The certificate that this site signs pictures with (C2PA 2.2, 14.5): a key and a chain, made on first use or the operator's own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from meiri.identity import site_name
from meiri.kept_once import kept_once

# How long a certificate that is made here holds. Nobody renews it by itself: what was signed with it is checked for years.
VALID = timedelta(days=20 * 365)
# What a leaf may be used for: signing claims of C2PA, and documents (RFC 9336), which older readers know.
_PURPOSES = (ObjectIdentifier("1.3.6.1.4.1.62558.2.1"), ExtendedKeyUsageOID.EMAIL_PROTECTION)
# Names of C2PA's algorithms by the curve of a key.
_ALGORITHMS = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True)
class SiteCertificate:
    """All in PEM: the private key (PKCS #8), the chain from the leaf to its anchor, and the anchor alone. `algorithm` as C2PA names it."""

    key: bytes
    chain: bytes
    anchor: bytes
    algorithm: str


def certificate_file() -> Path:
    return Path(settings.C2PA_FILE or Path(settings.HOME) / "c2pa.key")


def site_certificate() -> SiteCertificate:
    """The certificate out of the file that `MEIRI_C2PA_FILE` names, or of `MEIRI_HOME/c2pa.key`, which is made on first use for its owner
    only. Raises `ImproperlyConfigured` where the file is missing or is not as docs/pictures.md says."""
    path = certificate_file()
    try:
        content = path.read_bytes() if settings.C2PA_FILE else kept_once(path, lambda: made_for(site_name()))
        return read_certificate(content)
    except OSError as error:
        raise ImproperlyConfigured(f"MEIRI_C2PA_FILE can't be read: {error}") from error
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{path} does not hold a private key on a curve of NIST in PKCS #8 and the certificates of its chain, the leaf first: {error}"
        ) from error


def read_certificate(content: bytes) -> SiteCertificate:
    """A certificate out of a file in PEM. Raises `ValueError`."""
    key = serialization.load_pem_private_key(content, None)
    chain = x509.load_pem_x509_certificates(content)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name not in _ALGORITHMS:
        raise ValueError("The key is on none of the curves P-256, P-384 and P-521.")
    if chain[0].public_key() != key.public_key():
        raise ValueError("The first certificate is not that of the key.")
    return SiteCertificate(
        _pem_of(key),
        b"".join(one.public_bytes(serialization.Encoding.PEM) for one in chain),
        chain[-1].public_bytes(serialization.Encoding.PEM),
        _ALGORITHMS[key.curve.name],
    )


def made_for(name: str) -> bytes:
    """A new key with a leaf and its anchor, in the name of an organisation. The anchor's own key is thrown away: it signs nothing else."""
    anchor_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    anchor_name, since = _name(name, "C2PA Root"), datetime.now(UTC) - timedelta(minutes=5)
    anchor = (
        _begun(anchor_name, anchor_name, anchor_key.public_key(), since)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(anchor_key, hashes.SHA256())
    )
    leaf = (
        _begun(_name(name, "C2PA Signer"), anchor_name, key.public_key(), since)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(_PURPOSES), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(anchor_key.public_key()), critical=False
        )
        .sign(anchor_key, hashes.SHA256())
    )
    return _pem_of(key) + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in (leaf, anchor))


def _begun(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, since: datetime
) -> x509.CertificateBuilder:
    begun = x509.CertificateBuilder().subject_name(name).issuer_name(issuer).public_key(key)
    begun = (
        begun.serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + VALID)
    )
    return begun.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)


def _name(organisation: str, common: str) -> x509.Name:
    # X.520 holds 64 characters.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{organisation[:50]} {common}"),
        ]
    )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
