"""Timepoints as labs write them, in days: `d14`, `day 14`, `wk2`, `14`, `2026-05-01`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

NUMBER = r"([-+]?\d+(?:[.,]\d+)?)"
UNIT_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0}
BEFORE = re.compile(rf"(h|d|w)[a-z]*[\s_.]*{NUMBER}", re.IGNORECASE)
BEHIND = re.compile(rf"{NUMBER}[\s_]*(h|d|w)[a-z]*", re.IGNORECASE)
DATE = re.compile(r"(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})")


def days_of(timepoints: Iterable[str]) -> list[float] | None:
    """When one subject was scanned, in days; dates count from the earliest.

    Args:
        timepoints: of one subject, in any order.

    Returns:
        One number each, in their order; None where one cannot be read, or where some are dates and
        some are not, so that nobody knows how far apart they lie.
    """
    texts = [text.strip() for text in timepoints]
    dates = [_date(text) for text in texts]
    known = [day for day in dates if day is not None]
    if known:
        return [float(day - min(known)) for day in known] if len(known) == len(texts) else None
    found = [_days(text) for text in texts]
    days = [day for day in found if day is not None]
    return days if len(days) == len(texts) else None


def _date(text: str) -> int | None:
    parts = DATE.fullmatch(text)
    if parts is None:
        return None
    try:
        return date(*map(int, parts.groups())).toordinal()
    except ValueError:
        return None


def _days(text: str) -> float | None:
    if re.fullmatch(NUMBER, text):
        return _number(text)
    if before := BEFORE.fullmatch(text):
        return UNIT_DAYS[before[1].lower()] * _number(before[2])
    if behind := BEHIND.fullmatch(text):
        return UNIT_DAYS[behind[2].lower()] * _number(behind[1])
    return None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
