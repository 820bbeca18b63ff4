"""Lengths as files state them → mm."""

from __future__ import annotations

import math
from typing import Any

MM_OF_NAME = {"mm": 1.0, "millimeter": 1.0, "millimetre": 1.0, "cm": 10.0, "centimeter": 10.0,
              "m": 1e3, "um": 1e-3, "µm": 1e-3, "μm": 1e-3, "\\u00b5m": 1e-3, "micron": 1e-3,
              "microns": 1e-3, "nm": 1e-6, "in": 25.4, "inch": 25.4}  # fmt: skip


def mm_of_unit(name: str) -> float | None:
    """How many mm a unit is; None for one that is no length."""
    return MM_OF_NAME.get(name.strip().casefold())


def positive(value: Any) -> float | None:
    """A finite number > 0; None for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) and number > 0 else None


def positive_mm(value: Any, unit: str) -> float | None:
    """A length > 0 in mm; None where it or its unit is none."""
    number, unit_mm = positive(value), mm_of_unit(unit)
    return None if number is None or unit_mm is None else number * unit_mm
