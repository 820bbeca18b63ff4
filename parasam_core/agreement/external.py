"""Volumes that others measured: VEVO LAB reports, calipers after necropsy, displaced water.

A table (CSV) with columns subject (or animal, mouse) and timepoint (or day, date, visit), and

long   method (or source, or rater) and volume_mm3: a line each;
wide   further columns whose names end in _mm3: each is a way to measure. length_mm and width_mm
       give one more, calipers: width² × length / 2 (Tomayko & Reynolds 1989); with height_mm it is
       the ellipsoid's, π/6 × length × width × height.

Cells are parted by a comma, a semicolon or a tab; behind the latter two a decimal comma may stand.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from parasam_core.agreement.cells import number, text, words
from parasam_core.agreement.columns import Columns, columns_of
from parasam_core.errors import TableError

CALIPERS = "calipers"


@dataclass(frozen=True)
class ExternalVolume:
    """One volume of a table.

    Attributes:
        line: where it stands, from 1.
        subject: the animal.
        timepoint: when.
        rater: who or what measured it.
        volume_mm3: mm³, 0 or more.
    """

    line: int
    subject: str
    timepoint: str
    rater: str
    volume_mm3: float


@dataclass(frozen=True)
class ExternalTable:
    """What a table says.

    Attributes:
        volumes: in the order of the table.
        ignored: columns that were not understood.
    """

    volumes: tuple[ExternalVolume, ...] = ()
    ignored: tuple[str, ...] = ()


def read_volumes(path: Path | str) -> ExternalTable:
    """Read a table of volumes.

    Raises:
        TableError: there is no such file, a column is missing, or a row cannot be, with its line.
    """
    try:
        content = text(Path(path).read_bytes())
    except OSError as error:
        raise TableError(f"expected a table of volumes, got {path}: {error.strerror}") from error
    try:
        return _read(content)
    except (TableError, csv.Error) as error:
        raise TableError(f"{error} ({path})") from error


def _read(content: str) -> ExternalTable:
    head = next((line for line in content.splitlines() if line.strip()), "")
    mark = next((m for m in ";\t" if m in head), ",")
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=mark)
    rows = ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    columns = columns_of(next(rows, (0, [""]))[1])
    found = [v for line, row in rows for v in _of_row(line, row, columns, comma=mark != ",")]
    _check_once(found)
    if not found:
        raise TableError("expected at least one volume in the table, got none")
    return ExternalTable(tuple(found), columns.ignored)


def _of_row(
    line: int, row: list[str], columns: Columns, *, comma: bool
) -> Iterator[ExternalVolume]:
    if len(row) < columns.count or any(cell.strip() for cell in row[columns.count :]):
        raise TableError(f"expected {columns.count} cells in line {line}, got {len(row)}")
    subject, timepoint = words(row[columns.subject]), words(row[columns.timepoint])
    if not subject:
        raise TableError(f"expected a subject in line {line}, got none")
    for n, name in columns.volumes.items():
        rater = name if columns.method is None else words(row[columns.method])
        if not rater:
            raise TableError(f"expected the name of a method in line {line}, got none")
        if row[n].strip() or columns.method is not None:
            volume = number(row[n], f"a volume in mm³ in line {line}", comma=comma)
            yield ExternalVolume(line, subject, timepoint, rater, volume)
    sizes = [row[n] for n in columns.sizes]
    if any(cell.strip() for cell in sizes):
        volume = _by_calipers(sizes, line, comma=comma)
        yield ExternalVolume(line, subject, timepoint, CALIPERS, volume)


def _by_calipers(cells: list[str], line: int, *, comma: bool) -> float:
    """width² × length / 2, or of three sizes π/6 × their product, mm³."""
    lengths = [number(cell, f"a length in mm in line {line}", comma=comma) for cell in cells]
    if lengths[1] > lengths[0]:
        raise TableError(
            f"expected a width that is not above the length in line {line}, "
            f"got {lengths[1]:g} and {lengths[0]:g} mm"
        )
    if len(lengths) == 2:
        return lengths[1] ** 2 * lengths[0] / 2
    return math.pi / 6 * math.prod(lengths)


def _check_once(found: list[ExternalVolume]) -> None:
    lines: dict[tuple[str, str, str], int] = {}
    for one in found:
        key = (one.subject, one.timepoint, one.rater)
        if key in lines:
            raise TableError(
                f"expected one volume by {one.rater} of {one.subject} {one.timepoint}, "
                f"got two, in lines {lines[key]} and {one.line}"
            )
        lines[key] = one.line
