"""Payloads by their digest, so that the lab need not send again what it has sent once."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from xr_server.protocol import WireError, WithPayload

MOST_BYTES = 512 << 20
MOST_NAMED = 1000
"""Digests that `Hello.holds` takes."""


class LetGoError(Exception):
    """The lab counts on a payload that was let go: say hello anew, with what is held."""


class Held:
    """The payloads used last, as many as there is room for.

    Args:
        most_bytes: room, bytes; the latest is kept, however large.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._payloads: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._promised: set[str] = set()

    def named(self) -> list[str]:
        """What `Hello.holds` says of a line that has just been taken up."""
        digests = list(self._payloads)[-MOST_NAMED:]
        self._promised = set(digests)
        return digests

    def whole(self, header: WithPayload, sent: memoryview) -> bytes:
        """The payload of a message: as it was sent, or as it is held.

        Raises:
            LetGoError: it was not sent, as it was held once.
            WireError: it was not sent and never held, or is not what its header says.
        """
        if len(sent):
            self._keep(header.sha256, bytes(sent))
        elif header.sha256 not in self._payloads:
            if header.sha256 in self._promised:
                raise LetGoError
            raise WireError(f"expected the payload of {header.key()}, got its header alone")
        self._payloads.move_to_end(header.sha256)
        self._promised.add(header.sha256)  # once it is acked, the lab counts on it
        return self._payloads[header.sha256]

    def _keep(self, sha256: str, payload: bytes) -> None:
        if hashlib.sha256(payload).hexdigest() != sha256:
            raise WireError(f"expected the payload of digest {sha256[:8]}…, got another")
        self._bytes += len(payload) - len(self._payloads.get(sha256, b""))
        self._payloads[sha256] = payload
        while self._bytes > self._most_bytes and len(self._payloads) > 1:
            _, gone = self._payloads.popitem(last=False)
            self._bytes -= len(gone)
