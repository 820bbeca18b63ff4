"""Tokens: which browsers are paired, kept on disk as digests until they expire."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from parasam_core.atomic import write_bytes

DAYS_PAIRED = 30
MOST_PAIRED = 64
PRIVATE = 0o600


@dataclass(frozen=True)
class _Paired:
    sha256: str
    until_s: float
    address: str


class Tokens:
    """The tokens that open the lab. What another lab writes to the file, or revokes, holds at once.

    Args:
        file: where they are kept; None keeps them in memory.
        now_s: seconds since 1970.
    """

    def __init__(self, file: Path | None = None, now_s: Callable[[], float] = time.time) -> None:
        self._file = file
        self._now_s = now_s
        self._seen: tuple[int, int] | None = None
        self._paired: list[_Paired] = []

    def __len__(self) -> int:
        return len(self._current())

    def issue(self, address: str) -> str:
        """A new token for a browser at this address; the oldest of too many is revoked."""
        token = secrets.token_urlsafe(32)
        until_s = self._now_s() + DAYS_PAIRED * 86400
        paired = [*self._current(), _Paired(_digest(token), until_s, address)]
        self._keep(paired[-MOST_PAIRED:])
        return token

    def knows(self, token: str) -> bool:
        """Whether it was issued, and is neither revoked nor expired; in constant time."""
        shown = _digest(token)
        found = [secrets.compare_digest(shown, p.sha256) for p in self._current()]
        return any(found)

    def forget_all(self) -> int:
        """Revoke every one; returns how many there were."""
        count = len(self)
        self._keep([])
        return count

    def _current(self) -> list[_Paired]:
        self._read()
        now_s = self._now_s()
        return [p for p in self._paired if p.until_s > now_s]

    def _read(self) -> None:
        """Take what is on disk; a file that is damaged or not there pairs nobody."""
        if self._file is None:
            return
        try:
            status = self._file.stat()
            seen = (status.st_mtime_ns, status.st_ino)
            if seen != self._seen:
                self._paired = [_Paired(**line) for line in json.loads(self._file.read_bytes())]
                self._seen = seen
        except (OSError, ValueError, TypeError):
            self._paired, self._seen = [], None

    def _keep(self, paired: list[_Paired]) -> None:
        self._paired = paired
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            lines = json.dumps([asdict(p) for p in paired], indent=1)
            write_bytes(self._file, lines.encode(), PRIVATE)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
