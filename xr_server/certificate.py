"""The lab's own certificate authority, and the certificate it serves with.

    ca.pem      key and certificate of the authority: made once, and kept, since headsets trust it
    server.pem  key and certificate for this machine's names and addresses: made anew when those
                have changed, or less than 30 days are left

Both are readable by the user alone. The authority can vouch for no other names than this
machine's and `.local`: whoever installs it on a headset does not have to trust it with the web.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as pem
from cryptography.hazmat.primitives.asymmetric import ec

from parasam_core.atomic import write_bytes
from parasam_core.errors import ServerError
from xr_server.addresses import is_address
from xr_server.issuing import Pair, issued, new_authority, permitted_names

RENEW_BEFORE_DAYS = 30
PRIVATE = 0o600


@dataclass(frozen=True)
class Certificate:
    """What the lab is served with over TLS.

    Attributes:
        file: PEM of key and certificate, as TLS servers load it.
        authority_pem: the authority's certificate, for a headset to trust.
        fingerprint: SHA-256 of that, as `AB:CD:…`.
    """

    file: Path
    authority_pem: bytes
    fingerprint: str


def certificate_for(
    folder: Path, names: Sequence[str], addresses: Sequence[str], now: datetime | None = None
) -> Certificate:
    """The certificate for these, made where it is missing, soon expires or names others.

    Args:
        folder: where both are kept.
        names: host names.
        addresses: IP addresses.
        now: the time; None is now.

    Raises:
        ServerError: the authority kept there is damaged, or the folder cannot be written.
    """
    now = now or datetime.now(UTC)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        authority = _authority(folder / "ca.pem", names, now)
        file = folder / "server.pem"
        if not _serves(file, authority, [*names, *addresses], now):
            write_bytes(file, issued(authority, names, addresses, now).as_pem(), PRIVATE)
    except OSError as error:
        raise ServerError(
            f"expected to keep the lab's certificate in {folder}, got {error.strerror}; "
            "set PARASAM_HOME to a folder of yours"
        ) from error
    public = authority.certificate
    digest = public.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(file, public.public_bytes(pem.Encoding.PEM), digest)


def _authority(file: Path, names: Sequence[str], now: datetime) -> Pair:
    """The one that is kept, while it may vouch for these names."""
    if file.is_file():
        kept = _read(file)
        if _is_valid(kept, now) and _may_vouch_for(kept, names):
            return kept
    made = new_authority(names, now)
    write_bytes(file, made.as_pem(), PRIVATE)
    return made


def _read(file: Path) -> Pair:
    text = file.read_bytes()
    try:
        key = pem.load_pem_private_key(text, None)
        certificate = x509.load_pem_x509_certificate(text)
    except ValueError as error:
        raise ServerError(
            f"expected a key and a certificate in {file}, got neither; delete it and start again"
        ) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ServerError(f"expected an EC key in {file}, got another; delete it and start again")
    return Pair(key, certificate)


def _may_vouch_for(authority: Pair, names: Sequence[str]) -> bool:
    permitted = permitted_names(authority)
    return all(any(n == p or n.endswith(f".{p}") for p in permitted) for n in names)


def _serves(file: Path, authority: Pair, wanted: Sequence[str], now: datetime) -> bool:
    try:
        server = _read(file)
        server.certificate.verify_directly_issued_by(authority.certificate)
        found = server.certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except Exception:  # missing, or whatever is wrong with it: it is made anew
        return False
    there = {str(name.value) for name in found.value}
    wished = {str(ipaddress.ip_address(w)) if is_address(w) else w for w in wanted}
    return there == wished and _is_valid(server, now)


def _is_valid(pair: Pair, now: datetime) -> bool:
    left = pair.certificate.not_valid_after_utc - now
    begun = pair.certificate.not_valid_before_utc <= now
    return begun and left > timedelta(days=RENEW_BEFORE_DAYS)
