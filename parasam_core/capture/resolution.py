"""The resolution tags of a TIFF → Scale.

ImageJ states pixels a unit in the tags, the step and the place of the origin in its description;
OME states sizes in its description; others state pixels a cm or an inch.
Programs that know no size write that of a screen or a printer, which is not believed.
"""

from __future__ import annotations

import math
import re
from typing import Any

from parasam_core.capture.lengths import mm_of_unit, positive, positive_mm
from parasam_core.capture.ome import is_ome, scale_of_ome
from parasam_core.capture.scale import Scale
from parasam_core.space import Triple

SOURCE = "tags"
DESCRIPTION, X_RESOLUTION, Y_RESOLUTION, UNIT = 270, 282, 283, 296
MM_OF_UNIT = {2: 25.4, 3: 10.0}
OF_SCREENS_DPI = (72, 96, 100, 120, 144, 150, 192, 200, 220, 240, 254, 300, 360, 400, 600, 720,
                  1200, 1440, 2400)  # fmt: skip
NEAR_DPI = 0.6  # some write whole pixels a cm
INCH_MM = 25.4
IMAGEJ_FIELD = re.compile(
    r"^(ImageJ|unit|zunit|spacing|images|channels|slices|frames|[xyz]origin)=(.*?)\s*$",
    re.MULTILINE,
)


def imagej_fields(description: str) -> dict[str, str]:
    """What ImageJ says of a stack; empty where it did not write the file."""
    fields = dict(IMAGEJ_FIELD.findall(description))
    return fields if "ImageJ" in fields else {}


def scale_of_tags(tags: Any) -> Scale | None:
    """What the tags of the first page say, if they say it in a length.

    Args:
        tags: tag number → value.
    """
    description = str(tags.get(DESCRIPTION, ""))
    if is_ome(description):
        return scale_of_ome(description)
    pixels = [positive(tags.get(tag)) for tag in (Y_RESOLUTION, X_RESOLUTION)]
    if pixels[0] is None or pixels[1] is None:
        return None
    if fields := imagej_fields(description):
        return _of_imagej(fields, pixels[0], pixels[1])
    unit_mm = MM_OF_UNIT.get(tags.get(UNIT, 2))
    if unit_mm is None or _of_a_screen(pixels[1] * INCH_MM / unit_mm):
        return None
    return Scale(SOURCE, (unit_mm / pixels[0], unit_mm / pixels[1]))


def _of_imagej(fields: dict[str, str], y: float, x: float) -> Scale | None:
    unit = fields.get("unit", "")
    unit_mm = mm_of_unit(unit)
    if unit_mm is None:
        return None
    step = positive_mm(fields.get("spacing"), fields.get("zunit", unit))
    pixel_mm = (unit_mm / y, unit_mm / x)
    return Scale(SOURCE, pixel_mm, step, _origin_of_imagej(fields, (step or 0.0, *pixel_mm)))


def _origin_of_imagej(fields: dict[str, str], spacing_mm: Triple) -> Triple | None:
    """ImageJ says where (0, 0, 0) mm lies, in voxels."""
    if not {"xorigin", "yorigin", "zorigin"} & fields.keys():
        return None
    try:
        z, y, x = (-float(fields.get(f"{a}origin", 0)) * s + 0.0
                   for a, s in zip("zyx", spacing_mm, strict=True))  # fmt: skip
    except ValueError:
        return None
    return (z, y, x) if all(map(math.isfinite, (z, y, x))) else None


def _of_a_screen(dots_an_inch: float) -> bool:
    return dots_an_inch < OF_SCREENS_DPI[0] or any(
        abs(dots_an_inch - usual) < NEAR_DPI for usual in OF_SCREENS_DPI
    )
