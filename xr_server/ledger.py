"""Ledger: what took long to find out, a line of JSON each, so that a lab started anew knows it.

It may be deleted at any time: what is not in it is found out again. So is what another version of
ParaSAM wrote, and what cannot be read.
"""

from __future__ import annotations

import json
import logging
from importlib.metadata import version
from pathlib import Path
from typing import Any

from parasam_core.atomic import write_bytes

MOST_LINES = 10_000  # of about 1 kB

log = logging.getLogger(__name__)


class Ledger:
    """Entries by key, the latest of each.

    Args:
        file: where they are; None keeps none.
        most: how many lines there may be before the oldest go.
    """

    def __init__(self, file: Path | None = None, most: int = MOST_LINES) -> None:
        self._file = file
        self._most = most
        self._version = version("parasam")

    def read(self) -> dict[str, Any]:
        """All of them, the oldest first."""
        if self._file is None:
            return {}
        try:
            lines = self._file.read_bytes().splitlines(keepends=True)
            if len(lines) > self._most:
                lines = lines[-self._most // 2 :]
                write_bytes(self._file, b"".join(lines), 0o600)
        except OSError:  # as a rule, there is none yet
            return {}
        entries = [entry for line in lines if (entry := self._entry(line))]
        return dict(entries)

    def add(self, key: str, value: Any) -> None:
        """Write one; where that cannot be, it is only found out again another time."""
        if self._file is None:
            return
        line = json.dumps({"version": self._version, "key": key, "value": value}) + "\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file.touch(0o600)
            with self._file.open("ab") as stream:
                stream.write(line.encode())
        except OSError as error:
            log.warning("%s: not written: %s", self._file, error)

    def _entry(self, line: bytes) -> tuple[str, Any] | None:
        try:
            said = json.loads(line)
            return (str(said["key"]), said["value"]) if said["version"] == self._version else None
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
