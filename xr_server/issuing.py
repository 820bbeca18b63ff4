"""A certificate authority of two levels: made, and issuing; EC keys on P-256.

Knows nothing about where they are kept or when they are renewed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_DAYS = 3650
SERVER_DAYS = 365  # browsers refuse what lasts much longer
CLOCK_SKEW = timedelta(days=1)


@dataclass(frozen=True)
class Pair:
    """A key and its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def as_pem(self) -> bytes:
        """Both, the key first and not encrypted."""
        form = pem.PrivateFormat.PKCS8, pem.NoEncryption()
        key = self.key.private_bytes(pem.Encoding.PEM, *form)
        return key + self.certificate.public_bytes(pem.Encoding.PEM)


def new_authority(names: Sequence[str], now: datetime) -> Pair:
    """An authority that may vouch for these host names, for `.local`, and for any address."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _name("ParaSAM lab authority")
    builder = _builder(subject, subject, key, key, now, AUTHORITY_DAYS)
    permitted = x509.NameConstraints([x509.DNSName(n) for n in _vouched_for(names)], None)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .add_extension(permitted, critical=True)
    )
    return Pair(key, builder.sign(key, hashes.SHA256()))


def issued(authority: Pair, names: Sequence[str], addresses: Sequence[str], now: datetime) -> Pair:
    """A certificate to serve these with."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = authority.certificate.subject
    named: list[x509.GeneralName] = [x509.DNSName(n) for n in names]
    named += [x509.IPAddress(ipaddress.ip_address(a)) for a in addresses]
    builder = _builder(_name("ParaSAM lab"), issuer, key, authority.key, now, SERVER_DAYS)
    builder = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(named), critical=False)
    )
    return Pair(key, builder.sign(authority.key, hashes.SHA256()))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signing: ec.EllipticCurvePrivateKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    issuers = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(own, critical=False)
        .add_extension(issuers, critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _vouched_for(names: Sequence[str]) -> list[str]:
    """The names an authority is permitted: these, and whatever mDNS may call this machine."""
    return sorted({*names, "local"})


def permitted_names(authority: Pair) -> list[str]:
    """What an authority may vouch for; none where it does not say."""
    try:
        found = authority.certificate.extensions.get_extension_for_class(x509.NameConstraints)
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in found.value.permitted_subtrees or ()]
