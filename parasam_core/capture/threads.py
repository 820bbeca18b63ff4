"""How many threads this process may use: all cores, unless it is one of several at work."""

from __future__ import annotations

import os

VARIABLE = "PARASAM_THREADS"


def threads() -> int:
    """As many as `PARASAM_THREADS` says, else as there are cores."""
    stated = os.environ.get(VARIABLE, "")
    return int(stated) if stated.isdecimal() and int(stated) > 0 else os.cpu_count() or 1
