"""A label image drawn elsewhere (NRRD, MetaImage, NIfTI, TIFF, DICOM) → masks on a scan's grid.

Its voxels must be the scan's: all of them, or a part cut out along them, as 3D Slicer does. What
lies between the scan's voxels is refused, since nothing is resampled.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.grey_levels import few_values
from parasam_core.capture.grids import Grid, Segment
from parasam_core.capture.readers import label_reader_of
from parasam_core.errors import CaptureError, GeometryError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, digest_of_files, signed
from parasam_core.sequence import Box
from parasam_core.space import Shape, Space

ENDINGS = (".seg.nrrd", ".nii.gz")
MOST_VALUES = 16
NEAR_VOXELS = 1e-3
FARTHEST_VOXELS = 0.02
ROUNDED = 2e-6  # of 32-bit floats, and of texts with six digits
NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_.\-]+")
LONGEST_NAME = 64


def label_image(source: Path) -> Grid | None:
    """The grid of a file that holds labels; None for anything else.

    A file holds labels where its header says so, or where its voxels are few whole numbers.

    Raises:
        CaptureError: it is a grid, but damaged.
    """
    read = label_reader_of(source)
    grid = None if read is None else read(source)
    if grid is None or grid.is_label or few_values(grid.voxels, MOST_VALUES) is not None:
        return grid
    return None


def label_name(source: Path) -> str:
    """The file's name without its ending."""
    ending = next((e for e in ENDINGS if source.name.lower().endswith(e)), source.suffix)
    return source.name[: len(source.name) - len(ending)]


def labels_in(grid: Grid) -> dict[str, Segment]:
    """Every label by its name: the file's where there is one label, else the segment's, or the
    file's with the value.

    Raises:
        CaptureError: there are numbers that are not whole, or too many.
    """
    found = [*grid.segments, *_unnamed(grid)]
    stem = label_name(grid.path)
    if len(found) == 1:
        return {stem: found[0]}
    names = [_as_name(s.name) or f"{stem}_{s.value}" for s in found]
    taken = {name for name in names if names.count(name) > 1}
    unique = [
        f"{name}_{s.value}" if name in taken else name for name, s in zip(names, found, strict=True)
    ]
    if len(set(unique)) != len(unique):
        raise CaptureError(
            f"expected segments with names of their own in {grid.path}, got {len(names)} with "
            f"{len(set(names))} names"
        )
    return dict(zip(unique, found, strict=True))


def cut_to_area(grid: Grid, space: Space, full_frame_shape: tuple[int, int], roi: Box) -> Grid:
    """A label that was drawn on the frames as captured, cut to the scan's area; others as they are.

    Args:
        grid: of `label_image`.
        space: the scan's.
        full_frame_shape: (y, x) in pixels of the frames as captured.
        roi: the scan's area in them.

    Raises:
        GeometryError: labels lie beyond the area.
    """
    whole = (space.shape[0], *full_frame_shape)
    if grid.space.shape != whole or whole == space.shape:
        return grid
    x0, y0, x1, y1 = roi
    inside = grid.voxels[:, y0:y1, x0:x1]
    if np.count_nonzero(inside) != np.count_nonzero(grid.voxels):
        raise GeometryError(
            f"expected a label inside the B-mode area of the scan, columns {x0} to {x1} and rows "
            f"{y0} to {y1}, got {grid.path}, which reaches beyond it"
        )
    cut = grid.space.cropped((0, y0, x0), (whole[0], y1, x1))
    if space.origin_mm == grid.space.origin_mm == (0, 0, 0):  # neither says where it lies
        cut = Space(cut.shape, cut.spacing_mm)
    return replace(grid, voxels=inside, space=cut, details={"cut_to_area_xyxy": list(roi)})


@np.errstate(all="ignore")
def place_on(grid: Grid, space: Space) -> Shape:
    """Where the grid's first voxel lies among the scan's (z, y, x).

    Raises:
        GeometryError: it lies between the scan's voxels, or labels lie beyond them.
    """
    if grid.scale is None:
        raise GeometryError(
            f"expected a label that says where its voxels lie, got {grid.path}, which does not; "
            "save it as .nrrd or .nii.gz with the scan's spacing and origin"
        )
    first, last = (
        space.index_from_mm(grid.space.mm_from_index(index))
        for index in ((0, 0, 0), np.subtract(grid.space.shape, 1))
    )
    whole = np.rint(first)
    reach = np.abs([space.origin_mm, grid.space.origin_mm]).max() + max(space.extent_mm)
    near = np.minimum(NEAR_VOXELS + ROUNDED * reach / np.array(space.spacing_mm), FARTHEST_VOXELS)
    size = np.array(grid.space.shape)
    step = np.abs(np.divide(grid.space.spacing_mm, space.spacing_mm) - 1)
    off = np.maximum(np.abs(first - whole), np.abs(last - (whole + size - 1)))
    fits = np.maximum(off, step) <= near  # False of what is not finite
    if not fits.all():
        raise _elsewhere(grid, space)
    start = (int(whole[0]), int(whole[1]), int(whole[2]))
    if not _holds_all(grid, space, start):
        raise _elsewhere(grid, space)
    return start


def mask_of(grid: Grid, segment: Segment, space: Space, start: Shape) -> MaskStack:
    """One label on a scan's grid.

    Args:
        grid: of `label_image`.
        segment: of `labels_in`.
        space: the scan's.
        start: of `place_on`.
    """
    masks = np.zeros(space.shape, np.bool_)
    theirs, ours = _overlap(grid, space, start)
    masks[ours] = _layer(grid, segment.layer)[theirs] == segment.value
    details: dict[str, Any] = {"value": segment.value, "spacing_source": "header"}
    if segment.name:
        details["segment"] = segment.name
    if segment.colour_rgb:
        details["colour_rgb"] = list(segment.colour_rgb)
    if grid.space.shape != space.shape or any(start):
        details["placed_zyx"] = list(start)
    if "cut_to_area_xyxy" in grid.details:
        details["cut_to_area_xyxy"] = grid.details["cut_to_area_xyxy"]
    made = Provenance(grid.path.name, digest_of_files(grid.files), signed("import"), details)
    return MaskStack(masks, space, made)


def _unnamed(grid: Grid) -> list[Segment]:
    """Values that no segment of the header names; all values where it names none."""
    named = {(s.layer, s.value) for s in grid.segments}
    count = 1 if grid.voxels.ndim == 3 else grid.voxels.shape[3]
    if any(s.layer >= count for s in grid.segments):
        raise CaptureError(f"expected segments in {count} layers in {grid.path}, got one in more")
    found = []
    for layer in range(count):
        most = MOST_VALUES + len(grid.segments)
        values = few_values(_layer(grid, layer), most)
        if values is None:
            raise CaptureError(
                f"expected at most {most} whole numbers from 0 in the label {grid.path}, got others"
            )
        found += [Segment(v, layer) for v in sorted(values) if v and (layer, v) not in named]
    return found or ([] if grid.segments else [Segment(1)])


def _layer(grid: Grid, layer: int) -> NDArray[Any]:
    return grid.voxels if grid.voxels.ndim == 3 else grid.voxels[..., layer]


def _as_name(text: str) -> str:
    """A segment's name as a label's; "" where nothing of it is left."""
    return NOT_IN_NAMES.sub("_", text).strip("_.-")[:LONGEST_NAME]


def _overlap(grid: Grid, space: Space, start: Shape) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """What the two have in common, in the grid's voxels and in the scan's."""
    theirs, ours = [], []
    for at, size, whole in zip(start, grid.space.shape, space.shape, strict=True):
        first, stop = max(at, 0), min(at + size, whole)
        ours.append(slice(first, stop))
        theirs.append(slice(first - at, stop - at))
    return tuple(theirs), tuple(ours)


def _holds_all(grid: Grid, space: Space, start: Shape) -> bool:
    """Whether no label lies beyond the scan. Only a header that names segments may reach beyond
    it: elsewhere a larger grid is another picture, whose place is not to be trusted.
    """
    inside = all(
        at >= 0 and at + size <= whole
        for at, size, whole in zip(start, grid.space.shape, space.shape, strict=True)
    )
    if inside or not grid.segments:
        return inside
    theirs, ours = _overlap(grid, space, start)
    common = all(s.start < s.stop for s in ours)
    return common and np.count_nonzero(grid.voxels[theirs]) == np.count_nonzero(grid.voxels)


def _elsewhere(grid: Grid, space: Space) -> GeometryError:
    return GeometryError(
        f"expected a label on the scan's voxels, {_shown(space)}, got {grid.path} on "
        f"{_shown(grid.space)}; resample it onto the scan's grid where it was drawn"
    )


def _shown(space: Space) -> str:
    return f"{space.shape} voxels of {space.spacing_mm} mm from {space.origin_mm} mm (z, y, x)"
