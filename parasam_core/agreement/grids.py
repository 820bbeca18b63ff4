"""The grid on which the masks of a case are compared."""

from __future__ import annotations

from math import prod

import numpy as np
from numpy.typing import NDArray

from parasam_core.agreement.cases import Case
from parasam_core.errors import GeometryError
from parasam_core.scanfile import ScanFile
from parasam_core.space import Space, covering

MOST_VOXELS = 1 << 30


def grid_of(case: Case, *, resample: bool) -> Space:
    """The grid that a case's masks are compared on.

    Args:
        case: with one rater or more.
        resample: where grids differ, take the finest, carried on to cover all.

    Raises:
        GeometryError: grids differ, and `resample` is False; or they do not meet, or are so
            different that a common one would be huge.
    """
    first = case.raters[0].scan
    other = next((r.scan for r in case.raters if not r.scan.space.same_grid(first.space)), None)
    if other is None:
        return first.space
    if not resample:
        raise GeometryError(
            f"expected masks on one grid, got {_said(first)} and {_said(other)}; --resample "
            "compares them on the finest"
        )
    grid = covering(rater.scan.space for rater in case.raters)
    if prod(grid.shape) > MOST_VOXELS:
        raise GeometryError(
            f"expected grids that a common one of at most {MOST_VOXELS} voxels covers, got "
            f"{case.name}, which needs {prod(grid.shape)}"
        )
    return grid


def resampled(mask: NDArray[np.bool_], space: Space, onto: Space) -> NDArray[np.bool_]:
    """A (z, y, x) mask on another grid: each voxel as the one that its centre lies in."""
    index = space.nearest(onto)
    found = mask[np.ix_(*index)]
    for axis, along in enumerate(index):
        np.moveaxis(found, axis, 0)[along < 0] = False
    return found


def _said(scan: ScanFile) -> str:
    z, y, x = scan.space.shape
    spacing = " × ".join(f"{mm:g}" for mm in scan.space.spacing_mm)
    origin = ", ".join(f"{mm:g}" for mm in scan.space.origin_mm)
    return f"{scan.path} ({z} × {y} × {x} voxels of {spacing} mm from {origin} mm)"
