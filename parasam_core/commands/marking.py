"""`parasam marks`: what people measured and noted in a scan."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from parasam_core.atomic import write_bytes
from parasam_core.console import answer
from parasam_core.marks import Mark, Point
from parasam_core.tables import as_csv, check_csv_target
from parasam_core.verbs import Verb


@dataclass(frozen=True)
class Row:
    """A mark as a line of a table.

    Attributes:
        distance_mm: of a distance; None of others.
        angle_deg: of an angle; None of others.
        points_mm: x, y, z of one point after another, in the scan's frame.
    """

    id: str
    kind: str
    text: str
    author: str
    made: str
    distance_mm: float | None
    angle_deg: float | None
    points_mm: tuple[float, ...]


def _add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scan", type=Path)
    parser.add_argument("--csv", type=Path, metavar="FILE.csv", help="as a table, a line a mark")


def _list(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile

    if options.csv is not None:
        check_csv_target(options.csv)
    marks = ScanFile.open(options.scan).marks()
    if options.csv is not None:
        write_bytes(options.csv, as_csv([_row(mark) for mark in marks], Row).encode())
    listed = [
        mark.as_json() | {"distance_mm": mark.distance_mm, "angle_deg": mark.angle_deg}
        for mark in marks
    ]
    lines = [_line(mark) for mark in marks] or ["nothing was measured or noted in this scan"]
    answer({"marks": listed}, lines, as_json=options.json)


def _row(mark: Mark) -> Row:
    return Row(
        id=mark.id,
        kind=mark.kind,
        text=mark.text,
        author=mark.author,
        made=mark.as_json()["made"],
        distance_mm=mark.distance_mm,
        angle_deg=mark.angle_deg,
        points_mm=tuple(v for point in mark.points_mm for v in point),
    )


def _line(mark: Mark) -> str:
    if mark.distance_mm is not None:
        value = f"{mark.distance_mm:.2f} mm"
    elif mark.angle_deg is not None:
        value = f"{mark.angle_deg:.1f}°"
    else:
        value = f"at {_place(mark.points_mm[0])} mm"
    words = [f"{mark.kind:8}", f"{value:>10}", mark.text, f"({mark.author})" if mark.author else ""]
    return "  ".join(word for word in words if word)


def _place(point: Point) -> str:
    return ", ".join(f"{v:.2f}" for v in point)


VERB = Verb("marks", "distances, angles and notes that were put into a scan", _add, _list)
