"""Cells of a table as spreadsheets write them: letters, names, numbers."""

from __future__ import annotations

import math
import re

from parasam_core.errors import CONTROL, TableError

LARGEST = 1e6
"""mm³: a litre, which no mouse's tumour has."""
NUMBER = re.compile(r"(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?", re.IGNORECASE)


def text(raw: bytes) -> str:
    """What spreadsheets write: UTF-8 or UTF-16 with a mark in front, or Windows' Latin letters."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def words(cell: str) -> str:
    """A name on one line."""
    return " ".join(CONTROL.sub(" ", cell).split())


def number(cell: str, what: str, *, comma: bool) -> float:
    """What a cell says, 0 or more.

    Args:
        cell: digits, with a point or an exponent or neither.
        what: it should hold, and where it stands.
        comma: a decimal comma may stand instead of the point.

    Raises:
        TableError: it is no such number, or beyond `LARGEST`.
    """
    text = cell.strip()
    if comma and "." not in text:
        text = text.replace(",", ".")
    value = float(text) if NUMBER.fullmatch(text) else math.inf
    if value > LARGEST:
        hint = "" if comma or "," not in text else "; a decimal comma needs ; between the cells"
        raise TableError(
            f"expected {what}, 0 to {LARGEST:g}, got {cell.strip() or 'nothing'!r}{hint}"
        )
    return value
