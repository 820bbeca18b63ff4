"""Audit: who came to the door and what became of it, a line of JSON each; never a code or token."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

from parasam_core.errors import ServerError

LARGEST_BYTES = 1 << 20
OLDER_KEPT = 3

log = logging.getLogger(__name__)


class Audit:
    """The log at the door.

    Args:
        file: where it is written, and moved to `.1`, `.2` … when it is full; None writes nothing.

    Raises:
        ServerError: it cannot be written there.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._handler: RotatingFileHandler | None = None
        if file is not None:
            _make(file)
            self._handler = RotatingFileHandler(
                file, maxBytes=LARGEST_BYTES, backupCount=OLDER_KEPT, encoding="utf-8", delay=True
            )

    def write(self, address: str, what: str, outcome: str) -> None:
        """A line.

        Args:
            address: of the caller.
            what: was asked for: "pairing", "origin" …
            outcome: what became of it.
        """
        time = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "address": address, "what": what, "outcome": outcome}
        log.info("%s: %s: %s", address, what, outcome)
        if self._handler is not None:
            self._handler.emit(logging.makeLogRecord({"msg": json.dumps(line)}))

    def close(self) -> None:
        """Close the file."""
        if self._handler is not None:
            self._handler.close()


def _make(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(0o600)
        file.open("ab").close()
    except OSError as error:
        raise ServerError(
            f"expected to write the audit log {file}, got {error.strerror}; "
            "set PARASAM_HOME to a folder of yours"
        ) from error
