"""A small library to show: one subject on two days, and a scan that has no masks yet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import write_scan
from parasam_core.sequence import Sequence
from parasam_core.space import Space

SPACE = Space((40, 64, 80), (0.15, 0.09, 0.09))
HALF_AXES_MM = np.array([2.1, 1.5, 1.9])  # (z, y, x)
DAYS = {"d0": 1.0, "d6": 1.25}


def write_library(folder: Path) -> Path:
    """Write the three scans; returns the folder."""
    for day, growth in DAYS.items():
        inside = ellipsoid(HALF_AXES_MM * growth)
        scan = write_scan(folder / f"M1_{day}.zarr", sequence("M1", day, inside))
        scan.write_mask("manual", MaskStack(inside, SPACE, made("segment")))
        scan.write_mask("shifted", MaskStack(np.roll(inside, 3, axis=2), SPACE, made("segment")))
    write_scan(folder / "M2_d0.zarr", sequence("M2", "d0", ellipsoid(HALF_AXES_MM)))
    return folder


def volume_mm3(day: str) -> float:
    """What the page must show for a day's scan."""
    return float(ellipsoid(HALF_AXES_MM * DAYS[day]).sum() * SPACE.voxel_mm3)


def ellipsoid(half_axes_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
    index = np.stack(np.indices(SPACE.shape), axis=-1)
    offset_mm = (index - (np.array(SPACE.shape) - 1) / 2) * SPACE.spacing_mm
    return np.asarray(((offset_mm / half_axes_mm) ** 2).sum(axis=-1) <= 1)


def sequence(subject: str, day: str, inside: NDArray[np.bool_]) -> Sequence:
    """Rayleigh speckle, darker inside."""
    speckle = np.random.default_rng(3).rayleigh(50, SPACE.shape)
    frames = np.clip(np.where(inside, 0.5, 1.2) * speckle, 0, 255).astype(np.uint8)
    height, width = SPACE.shape[1:]
    return Sequence(
        frames, SPACE, subject, day, (height, width), (0, 0, width, height), made("import")
    )


def made(verb: str) -> Provenance:
    return Provenance("e2e", made_by=signed(verb), details={"spacing_source": "ruler"})
