"""A DICOM segmentation (binary or label map) → Grid of its segments.

Every frame is placed by its own plane; planes without a frame are empty. Segments of a binary one
may overlap, so each is a layer of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.dicom_header import (
    LARGEST_FRAME,
    MAGIC,
    MAGIC_AT,
    SEGMENTATIONS,
    damage_named,
    positive,
    read_header,
    whole_number,
)
from parasam_core.capture.grids import Grid, Header, Segment, checked_sizes, grid_of
from parasam_core.errors import CaptureError

if TYPE_CHECKING:
    from pydicom import Dataset  # pydicom takes a fifth of a second to import

BINARY, LABELMAP = "BINARY", "LABELMAP"
BITS = {BINARY: (1,), LABELMAP: (8, 16)}
MOST_SEGMENTS = 256
MOST_PLANES = 1 << 14
NEAR = 0.01  # of a step, or of a mm across it
ALIKE = 1e-4


@dataclass(frozen=True)
class _Plane:
    """One frame: centre of its first pixel and its axes in LPS, pixel size and step in mm."""

    place: NDArray[np.float64]
    along: NDArray[np.float64]
    size: NDArray[np.float64]
    step: float | None
    thickness: float | None
    segment: int


def is_dicom_seg(path: Path, head: bytes) -> bool:
    """True for a DICOM segmentation."""
    if not (path.is_file() and head[MAGIC_AT:].startswith(MAGIC)):
        return False
    from pydicom.filereader import read_file_meta_info

    try:
        with damage_named(str(path)):
            return str(read_file_meta_info(path).MediaStorageSOPClassUID) in SEGMENTATIONS
    except CaptureError:
        return False


def read_dicom_seg(path: Path) -> Grid:
    """Header and voxels.

    Raises:
        CaptureError: it is damaged, of a kind that is not read, or its planes make no grid.
    """
    with damage_named(str(path)):  # pydicom reads values when they are first asked for
        return _read(path)


def _read(path: Path) -> Grid:
    header = read_header(path)
    kind = _checked_kind(header, path)
    with damage_named(f"the segments of {path}"):
        segments = _segments(header, kind)
    with damage_named(f"the planes of {path}"):
        planes = _planes(header, kind)
    steps, starts = _lattice(planes, path)
    first = planes[starts.index(0)]
    layers = len(segments) if kind == BINARY else 1
    dtype = np.dtype(np.uint8 if whole_number(header, "BitsAllocated", 8) < 16 else np.uint16)
    sizes = (int(header.Columns), int(header.Rows), max(starts) + 1)
    shape = checked_sizes(sizes, dtype, path, layers)
    grid_header = Header(dtype, shape, steps, first.place, is_label=True, layers=layers)
    voxels = np.zeros((*shape[::-1], layers), dtype)
    numbers = [s.value for s in segments]
    named = tuple(Segment(1, k, s.name) if kind == BINARY else s for k, s in enumerate(segments))
    for plane, start, pixels in zip(planes, starts, _frames(header, path), strict=True):
        voxels[start, ..., numbers.index(plane.segment) if kind == BINARY else 0] = pixels
    return grid_of(path, (path,), grid_header, voxels[..., 0] if layers == 1 else voxels, named)


def _checked_kind(header: Dataset, path: Path) -> str:
    """What its pixels mean, of a size that can be."""
    with damage_named(str(path)):
        kind, bits = str(header.SegmentationType), int(header.BitsAllocated)
        rows, columns = int(header.Rows), int(header.Columns)
        count = int(header.get("NumberOfFrames") or 1)
        packed = header.file_meta.TransferSyntaxUID.is_compressed
        groups = len(header.PerFrameFunctionalGroupsSequence)
    if bits not in BITS.get(kind, ()) or min(rows, columns) < 1:
        raise CaptureError(
            f"expected a binary segmentation or a label map in {path}, got {kind} of {bits} bits; "
            "save it as a binary one"
        )
    needed = rows * columns * count * bits // 8
    there = path.stat().st_size
    large = rows * columns > LARGEST_FRAME or (not packed and needed > there)
    if count != groups or large:
        raise CaptureError(
            f"expected {count} frames of {columns}×{rows} in {path}, as it says, got {groups} "
            f"planes in {there} bytes of file; it is cut short or damaged"
        )
    return kind


def _segments(header: Dataset, kind: str) -> list[Segment]:
    """Its segments; the background of a label map is none."""
    found = [
        Segment(int(item.SegmentNumber), 0, str(item.get("SegmentLabel", "")))
        for item in header.SegmentSequence
    ]
    found = [s for s in found if s.value > 0 or kind == BINARY]
    if not 0 < len(found) <= MOST_SEGMENTS or len({s.value for s in found}) != len(found):
        raise ValueError(f"{len(found)} segments")
    return found


def _planes(header: Dataset, kind: str) -> list[_Plane]:
    from pydicom import Dataset

    shared = header.get("SharedFunctionalGroupsSequence") or [Dataset()]
    return [_plane(g, shared[0], kind) for g in header.PerFrameFunctionalGroupsSequence]


def _plane(own: Dataset, shared: Dataset, kind: str) -> _Plane:
    def group(name: str) -> Dataset:
        item: Dataset = (own.get(name) or shared.get(name))[0]
        return item

    measures = group("PixelMeasuresSequence")
    along = _numbers(group("PlaneOrientationSequence").ImageOrientationPatient, 6).reshape(2, 3)
    segment = 0
    if kind == BINARY:
        segment = int(group("SegmentIdentificationSequence").ReferencedSegmentNumber)
    return _Plane(
        _numbers(group("PlanePositionSequence").ImagePositionPatient, 3),
        along,
        _numbers(measures.PixelSpacing, 2),
        positive(measures, "SpacingBetweenSlices"),
        positive(measures, "SliceThickness"),
        segment,
    )


def _numbers(values: Any, count: int) -> NDArray[np.float64]:
    found = np.array([float(v) for v in values])
    if found.shape != (count,) or not np.isfinite(found).all():
        raise ValueError(f"expected {count} finite numbers, got {found.tolist()}")
    return found


def _lattice(planes: list[_Plane], path: Path) -> tuple[NDArray[np.float64], list[int]]:
    """(3, 3) steps along column, row and plane in LPS mm, and which plane each frame is."""
    one = planes[0]
    normal = np.cross(*one.along)
    if any(np.abs(p.along - one.along).max() > ALIKE for p in planes) or any(
        np.abs(p.size - one.size).max() > ALIKE * one.size.min() for p in planes
    ):
        raise CaptureError(f"expected planes of one direction and pixel size in {path}, got more")
    places = np.array([p.place for p in planes])
    depths = places @ normal
    across = places - depths[:, None] * normal
    step = _step(depths, one.step) or one.thickness
    if step is None:
        raise CaptureError(f"expected the distance of planes in {path}, got none")
    starts = (depths - depths.min()) / step
    whole = np.rint(starts)
    pairs = {(int(k), p.segment) for k, p in zip(whole.clip(max=MOST_PLANES), planes, strict=True)}
    uneven = np.abs(starts - whole).max() > NEAR or np.ptp(across, axis=0).max() > NEAR * step
    if uneven or whole.max() >= MOST_PLANES or len(pairs) != len(planes):
        raise CaptureError(
            f"expected planes at one distance in {path}, each once a segment, got others; save "
            "it again on the scan's own planes"
        )
    row, column = one.along
    steps = np.array([row * one.size[1], column * one.size[0], normal * step])
    return steps, [int(k) for k in whole]


def _step(depths: NDArray[np.float64], stated: float | None) -> float | None:
    """The distance of neighbouring planes: the least that occurs, unless less is stated."""
    gaps = np.diff(np.unique(depths))
    real = gaps[gaps > ALIKE * (gaps.max() if gaps.size else 1.0)]
    least = float(real.min()) if real.size else None
    if least is None or (stated is not None and stated < least * (1 - NEAR)):
        return stated
    return least


def _frames(header: Dataset, path: Path) -> Iterator[NDArray[Any]]:
    """(y, x) pixels of the frames, one at a time."""
    if header.BitsAllocated > 1 or header.file_meta.TransferSyntaxUID.is_compressed:
        from pydicom.pixels.utils import iter_pixels

        yield from iter_pixels(path)
        return
    rows, columns = int(header.Rows), int(header.Columns)
    packed = np.frombuffer(header.PixelData, np.uint8)
    for k in range(len(header.PerFrameFunctionalGroupsSequence)):
        start, stop = k * rows * columns, (k + 1) * rows * columns  # bits: frames share bytes
        bits = np.unpackbits(packed[start // 8 : (stop + 7) // 8], bitorder="little")
        yield bits[start % 8 :][: rows * columns].reshape(rows, columns)
