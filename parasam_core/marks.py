"""Marks: what people measured and noted in a scan. Points are kept, values computed from them."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import MarkError

POINTS = {"distance": 2, "angle": 3, "note": 1}
"""How many points a mark of each kind has."""

MOST_MARKS = 500
LONGEST_TEXT = 500
LONGEST_AUTHOR = 40
FARTHEST_MM = 10_000.0

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Mark:
    """A distance, an angle or a note.

    Attributes:
        id: names it within its scan.
        kind: "distance", "angle" (whose vertex is the second point) or "note".
        points_mm: (x, y, z) in the scan's frame, see `Space.mm_from_index`.
        text: what a note says; the name of the others, "" where they have none.
        author: who made it, "" where nobody said.
        made: when, in UTC.

    Raises:
        MarkError: it cannot be one.
    """

    id: str
    kind: str
    points_mm: tuple[Point, ...]
    text: str
    author: str
    made: datetime

    def __post_init__(self) -> None:
        _check_points(self.kind, self.points_mm)
        if self.kind == "note" and not self.text:
            raise MarkError("expected a note that says something, got an empty one")
        for name, text, most in (
            ("text", self.text, LONGEST_TEXT),
            ("author", self.author, LONGEST_AUTHOR),
        ):
            if len(text) > most:
                raise MarkError(f"expected {name} of at most {most} characters, got {len(text)}")

    @property
    def distance_mm(self) -> float | None:
        """From the first point to the second; None where it is no distance."""
        return math.dist(*self.points_mm) if self.kind == "distance" else None

    @property
    def angle_deg(self) -> float | None:
        """At the second point, 0 to 180; None where it is no angle."""
        return angle_deg(*np.array(self.points_mm)) if self.kind == "angle" else None

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `json` writes as it is."""
        made = self.made.astimezone(UTC).isoformat(timespec="milliseconds")
        points = [list(point) for point in self.points_mm]
        return asdict(self) | {"made": made, "points_mm": points}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Mark:
        """Read what `as_json` wrote.

        Raises:
            MarkError: it cannot be a mark.
        """
        try:
            x_y_z = [tuple(float(v) for v in point) for point in stored["points_mm"]]
            points = tuple((x, y, z) for x, y, z in x_y_z)
            made = datetime.fromisoformat(stored["made"])
            words = [str(stored[name]) for name in ("id", "kind", "text", "author")]
        except (KeyError, TypeError, ValueError) as error:
            raise MarkError(f"expected a mark, got one that cannot be read: {error!r}") from error
        return cls(words[0], words[1], points, words[2], words[3], made)


def angle_deg(
    first: NDArray[np.float64], vertex: NDArray[np.float64], last: NDArray[np.float64]
) -> float:
    """The angle at `vertex`, 0 to 180; exact where it is small, too.

    Args:
        first: (3,) a point, mm.
        vertex: (3,) where both sides meet, mm.
        last: (3,) a point, mm.
    """
    one, other = first - vertex, last - vertex
    across = np.linalg.norm(np.cross(one, other))
    return math.degrees(math.atan2(float(across), float(one @ other)))


def _check_points(kind: str, points_mm: tuple[Point, ...]) -> None:
    if kind not in POINTS:
        raise MarkError(f"expected a mark that is one of {', '.join(POINTS)}, got {kind!r}")
    if len(points_mm) != POINTS[kind]:
        raise MarkError(
            f"expected as many points as a {kind} has ({POINTS[kind]}), got {len(points_mm)}"
        )
    if not all(abs(v) <= FARTHEST_MM for point in points_mm for v in point):
        raise MarkError(f"expected points within {FARTHEST_MM:g} mm, got {points_mm}")
