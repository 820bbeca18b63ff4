"""The segments that 3D Slicer names in the keys of an NRRD (`Segment0_Name` …).

Segments that overlap lie in layers of their own. Files of 4.10 and earlier state neither layer nor
value: segment k is layer k, 1 inside.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from parasam_core.capture.grids import Segment
from parasam_core.errors import CaptureError

KEY = re.compile(r"Segment(\d{1,4})_(Name|LabelValue|Layer|Color|ID)")
MOST = 256
FULL = 255


def segments_of(keys: dict[str, str], path: Path) -> tuple[Segment, ...]:
    """The segments of a header, in their order; none where it names none.

    Raises:
        CaptureError: a layer, a value or a colour cannot be, or two segments are the same voxels.
    """
    stated: dict[int, dict[str, str]] = defaultdict(dict)
    for key, value in keys.items():
        if match := KEY.fullmatch(key):
            stated[int(match[1])][match[2]] = _unescaped(value)
    found = tuple(_segment(stated[k], place, path) for place, k in enumerate(sorted(stated)))
    if len({(s.layer, s.value) for s in found}) != len(found) or len(found) > MOST:
        raise CaptureError(
            f"expected at most {MOST} segments in {path}, each with a layer and value of its own, "
            f"got {len(found)}; save it again"
        )
    return found


def _segment(stated: dict[str, str], place: int, path: Path) -> Segment:
    alone = "Layer" not in stated and "LabelValue" not in stated
    try:
        layer = int(stated.get("Layer", place if alone else 0))
        value = int(stated.get("LabelValue", 1))
        colour = _colour(stated.get("Color", ""))
    except ValueError as error:
        raise CaptureError(f"expected a segment that can be in {path}, got {error}") from error
    if not 0 <= layer < MOST or not 0 < value < 1 << 16:
        raise CaptureError(
            f"expected a layer from 0 and a value from 1 of every segment in {path}, got layer "
            f"{layer} and value {value}"
        )
    return Segment(value, layer, stated.get("Name", ""), colour)


def _colour(text: str) -> tuple[int, int, int] | None:
    """Three numbers from 0 to 1 → RGB."""
    if not text:
        return None
    red, green, blue = (min(max(float(v), 0.0), 1.0) for v in text.split())
    return round(red * FULL), round(green * FULL), round(blue * FULL)


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] == "n" else m[1], value)
