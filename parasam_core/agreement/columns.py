"""Columns of a table of volumes, by what is written above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parasam_core.agreement.cells import words
from parasam_core.errors import TableError

OTHER_WORDS = {
    "subject": ("animal", "animal_id", "mouse", "mouse_id", "subject_id"),
    "timepoint": ("time_point", "time", "day", "date", "visit"),
}
METHODS = ("method", "source", "rater")
SIZES = ("length_mm", "width_mm", "height_mm")
UNIT = re.compile(r"[\s_\-]*[(\[]?\s*mm\s*(?:\^?\s*3|³)\s*[)\]]?\s*$", re.IGNORECASE)
LENGTH = re.compile(r"[\s_\-]*[(\[]\s*mm\s*[)\]]\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Columns:
    """Where in a row what stands; numbers count from 0.

    Attributes:
        subject: the animal.
        timepoint: when.
        method: how the volume was found; None in a wide table, where each way has a column.
        volumes: by column the way's name; in a long table the one column of all.
        sizes: columns of length, width and height, mm; the last, or all, may be missing.
        ignored: what stands above columns that were not understood.
        count: how many there are.
    """

    subject: int
    timepoint: int
    method: int | None
    volumes: dict[int, str]
    sizes: tuple[int, ...]
    ignored: tuple[str, ...]
    count: int


def columns_of(head: Sequence[str]) -> Columns:
    """Find the columns.

    Args:
        head: the cells of the first line.

    Raises:
        TableError: what is needed is missing, or a name stands there twice.
    """
    names = _known_as([_plain(cell) for cell in head])
    twice = sorted({n for n in names if n and names.count(n) > 1})
    if twice:
        raise TableError(f"expected columns of different names, got {', '.join(twice)} twice")
    missing = [n for n in ("subject", "timepoint") if n not in names]
    if missing:
        raise TableError(
            f"expected columns subject and timepoint, got no {' and no '.join(missing)} among "
            f"{', '.join(head)}"
        )
    subject, timepoint = names.index("subject"), names.index("timepoint")
    method = next((names.index(m) for m in METHODS if m in names), None)
    volumes = _volumes(head, names, method)
    sizes = _sizes(names) if method is None else ()
    if not volumes and not sizes:
        raise TableError(
            "expected a column of volumes whose name ends in _mm3, or length_mm and width_mm, "
            f"got {', '.join(head)}"
        )
    used = {subject, timepoint, method, *volumes, *sizes}
    ignored = tuple(c.strip() for n, c in enumerate(head) if n not in used and c.strip())
    return Columns(subject, timepoint, method, volumes, sizes, ignored, len(head))


def _volumes(head: Sequence[str], names: Sequence[str], method: int | None) -> dict[int, str]:
    ours = [n for n, name in enumerate(names) if name.endswith("_mm3")]
    found = {n: words(UNIT.sub("", head[n])) for n in ours}
    if method is None:
        return found
    if list(found) != [n for n, name in enumerate(names) if name == "volume_mm3"] or not found:
        raise TableError(
            f"expected volume_mm3 as the only column of volumes beside {names[method]}, "
            f"got {', '.join(head[n] for n in found) or 'none'}"
        )
    return found


def _sizes(names: Sequence[str]) -> tuple[int, ...]:
    there = [name in names for name in SIZES]
    if not any(there):
        return ()
    if not all(there[:2]):
        raise TableError("expected length_mm and width_mm together, got one of them")
    return tuple(names.index(name) for name in SIZES if name in names)


def _plain(cell: str) -> str:
    """Small letters, joined by _, with the unit behind: "Volume (mm³)" is volume_mm3."""
    text = LENGTH.sub(" mm", UNIT.sub(" mm3", cell.strip().lower()))
    return re.sub(r"[\s_\-]+", "_", text).strip("_")


def _known_as(names: list[str]) -> list[str]:
    """With the first other word for subject and timepoint in place of one that is not there."""
    for name, others in OTHER_WORDS.items():
        other = next((n for n in names if n in others), None)
        if name not in names and other is not None:
            names = [name if n == other else n for n in names]
    return names
