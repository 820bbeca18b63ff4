"""The resolution tags of a TIFF → Scale.

ImageJ states pixels a unit and the step in its description; others state pixels a cm or an inch.
Programs that know no size write that of a screen or a printer, which is not believed.
"""

from __future__ import annotations

import math
import re
from typing import Any

from parasam_core.capture.scale import Scale

SOURCE = "tags"
DESCRIPTION, X_RESOLUTION, Y_RESOLUTION, UNIT = 270, 282, 283, 296
MM_OF_UNIT = {2: 25.4, 3: 10.0}
OF_SCREENS_DPI = (72, 96, 100, 120, 144, 150, 192, 200, 220, 240, 254, 300, 360, 400, 600, 720,
                  1200, 1440, 2400)  # fmt: skip
NEAR_DPI = 0.6  # some write whole pixels a cm
INCH_MM = 25.4
MM_OF_NAME = {"mm": 1.0, "millimeter": 1.0, "millimetre": 1.0, "cm": 10.0, "centimeter": 10.0,
              "um": 1e-3, "µm": 1e-3, "μm": 1e-3, "\\u00b5m": 1e-3, "micron": 1e-3, "microns": 1e-3,
              "nm": 1e-6}  # fmt: skip
IMAGEJ_FIELD = re.compile(r"^(ImageJ|unit|spacing)=(.*?)\s*$", re.MULTILINE)


def scale_of_tags(tags: Any) -> Scale | None:
    """What the tags of the first page say, if they say it in a length.

    Args:
        tags: tag number → value.
    """
    pixels = [_positive(tags.get(tag)) for tag in (Y_RESOLUTION, X_RESOLUTION)]
    if pixels[0] is None or pixels[1] is None:
        return None
    fields = dict(IMAGEJ_FIELD.findall(str(tags.get(DESCRIPTION, ""))))
    if "ImageJ" in fields:
        return _of_imagej(fields, pixels[0], pixels[1])
    unit_mm = MM_OF_UNIT.get(tags.get(UNIT, 2))
    if unit_mm is None or _of_a_screen(pixels[1] * INCH_MM / unit_mm):
        return None
    return Scale(SOURCE, (unit_mm / pixels[0], unit_mm / pixels[1]))


def _of_imagej(fields: dict[str, str], y: float, x: float) -> Scale | None:
    unit_mm = MM_OF_NAME.get(fields.get("unit", "").casefold())
    if unit_mm is None:
        return None
    step = _positive(fields.get("spacing"))
    return Scale(SOURCE, (unit_mm / y, unit_mm / x), None if step is None else step * unit_mm)


def _of_a_screen(dots_an_inch: float) -> bool:
    return dots_an_inch < OF_SCREENS_DPI[0] or any(
        abs(dots_an_inch - usual) < NEAR_DPI for usual in OF_SCREENS_DPI
    )


def _positive(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) and number > 0 else None
