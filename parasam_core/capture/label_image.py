"""A label image drawn elsewhere (NRRD, MetaImage, NIfTI) → MaskStack on a scan's grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from parasam_core.capture.grey_levels import few_values
from parasam_core.capture.grids import Grid
from parasam_core.capture.readers import grid_reader_of
from parasam_core.errors import CaptureError, GeometryError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, digest_of_files, signed
from parasam_core.space import Space

ENDINGS = (".seg.nrrd", ".nii.gz")
MOST_VALUES = 16
NEAR_MM = 1e-4


def label_image(source: Path) -> Grid | None:
    """The grid of a file that holds a label; None for anything else.

    A file holds a label where its header says so, or where its voxels are few whole numbers.

    Raises:
        CaptureError: it is a grid, but damaged.
    """
    read = grid_reader_of(source)
    if read is None:
        return None
    grid = read(source)
    return grid if grid.is_label or few_values(grid.voxels, MOST_VALUES) is not None else None


def label_name(source: Path) -> str:
    """The file's name without its ending."""
    ending = next((e for e in ENDINGS if source.name.lower().endswith(e)), source.suffix)
    return source.name[: len(source.name) - len(ending)]


def mask_of(grid: Grid, space: Space) -> MaskStack:
    """The voxels that are not 0, on a scan's grid; never resampled.

    Args:
        grid: of `label_image`.
        space: the scan's.

    Raises:
        CaptureError: there are several labels in it, or numbers that are not whole.
        GeometryError: it lies elsewhere, or is of another shape or spacing.
    """
    _check_place(grid, space)
    values = few_values(grid.voxels, MOST_VALUES)
    inside = sorted(v for v in values or () if v != 0)
    if values is None or len(inside) > 1:
        shown = ", ".join(str(v) for v in inside) or f"more than {MOST_VALUES}"
        raise CaptureError(
            f"expected one whole number beside 0 in the label {grid.path}, got {shown}; "
            "save one label a file"
        )
    details = {"value": inside[0] if inside else None, "spacing_source": "header"}
    made = Provenance(grid.path.name, digest_of_files(grid.files), signed("import"), details)
    return MaskStack(np.ascontiguousarray(grid.voxels != 0), space, made)


def _check_place(grid: Grid, space: Space) -> None:
    far = [
        abs(a - b)
        for mine, its in ((grid.space.spacing_mm, space.spacing_mm), _last(grid.space, space),
                          (grid.space.origin_mm, space.origin_mm))
        for a, b in zip(mine, its, strict=True)
    ]  # fmt: skip
    if grid.scale is None or grid.space.shape != space.shape or max(far) > NEAR_MM:
        raise GeometryError(
            f"expected a label on the scan's grid, {_shown(space)}, got {grid.path} on "
            f"{_shown(grid.space)}; resample it onto the scan's grid where it was drawn"
        )


def _last(mine: Space, its: Space) -> tuple[list[float], list[float]]:
    """Where the last voxels lie."""
    ends = [space.mm_from_index(np.subtract(space.shape, 1)).tolist() for space in (mine, its)]
    return ends[0], ends[1]


def _shown(space: Space) -> str:
    return f"{space.shape} voxels of {space.spacing_mm} mm from {space.origin_mm} mm (z, y, x)"
