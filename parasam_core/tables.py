"""Dataclasses as a CSV table, one a line: how every table of ParaSAM is written."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from parasam_core.errors import UsageError


def as_csv(rows: Sequence[Any], kind: type) -> str:
    """A table with the fields' names as its head.

    Args:
        rows: instances of `kind`.
        kind: a dataclass.
    """
    names = [f.name for f in fields(kind)]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in names])
    return out.getvalue()


def check_csv_target(path: Path) -> None:
    """Refuse a file name before any work is done for it.

    Raises:
        UsageError: it does not end in .csv, or its folder is not there.
    """
    if path.suffix.lower() != ".csv" or not path.parent.is_dir() or path.is_dir():
        raise UsageError(f"expected a file ending in .csv in a folder that is there, got {path}")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return "; ".join(map(_cell, value))
    return f"{value:.7g}" if isinstance(value, float) else str(value)
