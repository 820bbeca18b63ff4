"""DICOM ultrasound, a file of one or many frames, or a folder of one series → Footage.

Spacing: the region of the B-mode image (0018,6011), in cm; without one, the pixel spacing. The
step: the distance of the planes of a series, or the spacing between slices; ultrasound seldom says
either.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.pixels.utils import pixel_array

from parasam_core.capture.dicom_header import (
    LARGEST_FRAME,
    MAGIC,
    MAGIC_AT,
    damage_named,
    is_dicom_file,
    is_segmentation,
    positive,
    read_header,
    whole_number,
)
from parasam_core.capture.footage import Picture
from parasam_core.capture.grids import not_frames
from parasam_core.capture.scale import Scale
from parasam_core.errors import CaptureError
from parasam_core.segmenter import Progress
from parasam_core.sequence import Box
from parasam_core.space import Triple

SOURCE = "DICOM"
TWO_D, TISSUE, CENTIMETRES = 1, 1, 3
MM_A_CM = 10.0
LARGEST = 8 << 30
COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
GREYS = ("MONOCHROME1", "MONOCHROME2")
DEPTHS = (8, 16)
UPRIGHT = (1, 0, 0, 0, 1, 0)
UNEVEN = 1e-3


@dataclass(frozen=True)
class DicomFrames:
    """Frames of one file, or of the files of a series."""

    files: tuple[Path, ...]
    frames_a_file: int
    inverted: int | None
    scale: Scale | None
    area: Box | None
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Frames of all files."""
        return self.frames_a_file * len(self.files)

    def pictures(self, wanted: Iterable[int]) -> Iterator[Picture]:
        """See `Footage.pictures`."""
        for number in wanted:
            file, index = divmod(number, self.frames_a_file)
            with damage_named(self.name_of(number)):
                picture = np.asarray(pixel_array(self.files[file], index=index))
                if picture.dtype not in (np.uint8, np.uint16):
                    raise ValueError(f"pixels of {picture.dtype}")
                picture = picture if self.inverted is None else self.inverted - picture
            yield picture

    def name_of(self, number: int) -> str:
        """See `Footage.name_of`."""
        file, index = divmod(number, self.frames_a_file)
        return f"frame {index} of {self.files[file].name}"


def is_dicom(path: Path, head: bytes) -> bool:
    """True for a DICOM file, and for a folder that holds nothing else."""
    if path.is_dir():
        files = [p for p in path.iterdir() if not p.name.startswith(".")]
        return bool(files) and all(is_dicom_file(p) for p in files)
    return path.is_file() and head[MAGIC_AT:].startswith(MAGIC)


def open_dicom(path: Path, progress: Progress) -> DicomFrames:
    """Read the headers, and which pixels lie where.

    Raises:
        CaptureError: damaged, not images of ultrasound's kind, or not one series.
    """
    with damage_named(str(path)):  # pydicom reads values when they are first asked for
        if path.is_dir():
            return _series(sorted(p for p in path.iterdir() if p.name[0] != "."), progress)
        return _multi_frame(path)


def _multi_frame(path: Path) -> DicomFrames:
    header = read_header(path)
    if is_segmentation(header):
        raise not_frames(path)
    count = whole_number(header, "NumberOfFrames", 1)
    _check_pixels(header, path, count)
    step = positive(header, "SpacingBetweenSlices") if count > 1 else None
    return _footage((path,), count, header, step, None)


def _series(files: list[Path], progress: Progress) -> DicomFrames:
    """One frame a file, in the order of their planes, or of their numbers."""
    headers = []
    for done, path in enumerate(files, 1):
        headers.append(read_header(path))
        _check_pixels(headers[-1], path, 1)
        progress("reading headers", done, len(files))
    if len(set(map(_kind, headers))) != 1 or whole_number(headers[0], "NumberOfFrames", 1) != 1:
        raise CaptureError(
            f"expected one series of single frames of one size and spacing in {files[0].parent}, "
            "got several; give a folder a series, or one multi-frame file"
        )
    planes = [_plane(h) for h in headers]
    if None not in planes:
        places = [p for p in planes if p is not None]
        order = sorted(range(len(files)), key=lambda i: places[i][0])
        step = _even_step([places[i] for i in order], files[0].parent)
        return _footage(tuple(files[i] for i in order), 1, headers[order[0]], step,
                        places[order[0]])  # fmt: skip
    numbers = [whole_number(h, "InstanceNumber", 0) for h in headers]
    if sorted(numbers) != list(range(min(numbers), min(numbers) + len(numbers))):
        raise CaptureError(
            f"expected files numbered one after the other in {files[0].parent}, "
            f"got instance numbers {sorted(numbers)[:20]}"
        )
    order = sorted(range(len(files)), key=lambda i: numbers[i])
    return _footage(tuple(files[i] for i in order), 1, headers[order[0]], None, None)


def _footage(
    files: tuple[Path, ...], count: int, header: Dataset, step: float | None, origin: Triple | None
) -> DicomFrames:
    pixel_mm, area, details = _scale(header)
    scale = None if pixel_mm is None else Scale(SOURCE, pixel_mm, step, origin)
    dark_is_bright = header.PhotometricInterpretation == "MONOCHROME1"
    inverted = 2 ** whole_number(header, "BitsStored", 8) - 1 if dark_is_bright else None
    return DicomFrames(files, count, inverted, scale, area, details)


def _check_pixels(header: Dataset, path: Path, count: int) -> None:
    """Refuse what is no picture, and sizes that cannot be, before anything is unpacked."""
    with damage_named(str(path)):
        rows, columns = int(header.Rows), int(header.Columns)
        channels, bits = int(header.get("SamplesPerPixel", 1)), int(header.BitsAllocated)
        kind, signed = str(header.PhotometricInterpretation), int(header.PixelRepresentation)
        packed = header.file_meta.TransferSyntaxUID.is_compressed
    known = (kind in GREYS and channels == 1) or (kind in COLOURS and channels == 3)
    if not known or bits not in DEPTHS or signed or min(rows, columns, count) < 1:
        raise CaptureError(
            f"expected unsigned grey or colour frames of 8 or 16 bits in {path}, got {kind} of "
            f"{bits} bits, {count} frames of {columns}×{rows}"
        )
    frame = rows * columns * channels * bits // 8
    if kind == "YBR_FULL_422" and not packed:
        frame = frame * 2 // 3
    there = path.stat().st_size
    if frame > LARGEST_FRAME or frame * count > LARGEST or (not packed and frame * count > there):
        raise CaptureError(
            f"expected {count} frames of {columns}×{rows} in {path}, as it says, got {there} bytes "
            "of file; it is cut short or damaged"
        )


def _scale(header: Dataset) -> tuple[tuple[float, float] | None, Box | None, dict[str, Any]]:
    """Height and width of a pixel in mm, the B-mode area, and what was decided."""
    with damage_named("the calibration"):
        regions = list(header.get("SequenceOfUltrasoundRegions") or [])
        found = [r for r in map(_region, regions) if r is not None]
    if found:
        pixel_mm, area = max(found, key=lambda r: _size(r[1]))
        height, width = int(header.Rows), int(header.Columns)
        inside = 0 <= area[0] < area[2] <= width and 0 <= area[1] < area[3] <= height
        if not inside:
            raise CaptureError(
                f"expected a region inside the frames of {width}×{height} pixels, got {area}"
            )
        return pixel_mm, area, {"regions": len(regions), "regions_of_tissue": len(found)}
    with damage_named("the pixel spacing"):
        spacing = [float(v) for v in header.get("PixelSpacing") or []]
    if len(spacing) == 2 and all(math.isfinite(v) and v > 0 for v in spacing):
        return (spacing[0], spacing[1]), None, {"regions": len(regions), "by": "PixelSpacing"}
    return None, None, {"regions": len(regions)}


def _region(region: Dataset) -> tuple[tuple[float, float], Box] | None:
    """Pixel size in mm and box of a region of tissue in cm; None for any other."""
    kind = (region.get("RegionSpatialFormat"), region.get("RegionDataType"))
    units = (region.get("PhysicalUnitsXDirection"), region.get("PhysicalUnitsYDirection"))
    if kind != (TWO_D, TISSUE) or units != (CENTIMETRES, CENTIMETRES):
        return None
    y, x = (abs(float(region.get(f"PhysicalDelta{a}", 0))) * MM_A_CM for a in "YX")
    if not (math.isfinite(x) and math.isfinite(y) and x > 0 and y > 0):
        return None
    x0, y0, x1, y1 = (int(region[f"RegionLocation{k}"].value) for k in
                      ("MinX0", "MinY0", "MaxX1", "MaxY1"))  # fmt: skip
    return (y, x), (x0, y0, x1 + 1, y1 + 1)


def _size(area: Box) -> int:
    return (area[2] - area[0]) * (area[3] - area[1])


def _kind(header: Dataset) -> str:
    """What all frames of a series have in common."""
    names = ("SeriesInstanceUID", "Rows", "Columns", "PhotometricInterpretation", "BitsStored",
             "NumberOfFrames")  # fmt: skip
    pixel_mm, area, _ = _scale(header)
    return repr(([str(header.get(name)) for name in names], pixel_mm, area))


def _plane(header: Dataset) -> Triple | None:
    """Centre of the first pixel (z, y, x), mm, of a plane across z; None for any other."""
    with damage_named("the plane"):
        place = [float(v) for v in header.get("ImagePositionPatient") or []]
        turned = [float(v) for v in header.get("ImageOrientationPatient") or []]
    if len(place) != 3 or len(turned) != len(UPRIGHT) or not all(map(math.isfinite, place)):
        return None
    if max(abs(a - b) for a, b in zip(turned, UPRIGHT, strict=True)) > UNEVEN:
        return None
    return place[2], place[1], place[0]


def _even_step(planes: list[Triple], folder: Path) -> float | None:
    """The distance of neighbouring planes, which are evenly spaced."""
    if len(planes) < 2:
        return None
    gaps = np.diff([p[0] for p in planes])
    sideways = np.ptp(np.array(planes)[:, 1:], axis=0).max()
    step = float(planes[-1][0] - planes[0][0]) / (len(planes) - 1)
    if step <= 0 or np.abs(gaps - step).max() > 0.01 * step or sideways > 0.01 * step:
        raise CaptureError(
            f"expected planes at one distance in {folder}, got {gaps.min():g} to {gaps.max():g} "
            "mm; a frame is missing or there twice"
        )
    return step
