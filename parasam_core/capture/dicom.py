"""DICOM ultrasound, a file of one or many frames, or a folder of one series → Footage.

Spacing: the region of the B-mode image (0018,6011), in cm; without one, the pixel spacing. The
step: the distance of the planes of a series or of the frames, or the spacing between slices;
ultrasound seldom says any of them, and the thickness of a slice is none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

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
from parasam_core.capture.dicom_planes import (
    Stack,
    measures_of_frames,
    plane_of,
    planes_of_frames,
    stacked,
)
from parasam_core.capture.footage import Picture
from parasam_core.capture.grids import not_frames
from parasam_core.capture.scale import Scale
from parasam_core.errors import CaptureError
from parasam_core.segmenter import Progress
from parasam_core.sequence import Box

if TYPE_CHECKING:
    from pydicom import Dataset  # pydicom takes a fifth of a second to import

SOURCE = "DICOM"
TWO_D, TISSUE, CENTIMETRES = 1, 1, 3
MM_A_CM = 10.0
SAME = 1e-6
LARGEST = 8 << 30
COLOURS = ("RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT")
GREYS = ("MONOCHROME1", "MONOCHROME2")
PALETTE = "PALETTE COLOR"
CATALOGUE = "DICOMDIR"
DEPTHS = (8, 16)


@dataclass(frozen=True)
class DicomFrames:
    """Frames of one file, or of the files of a series.

    Attributes:
        frames_a_file: of every file.
        order: which of all frames comes first, second …
        kind: the photometric interpretation.
        top: the greatest level of grey frames; None of coloured ones.
    """

    files: tuple[Path, ...]
    frames_a_file: int
    order: tuple[int, ...]
    kind: str
    top: int | None
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
            with damage_named(self.name_of(number)):
                picture = self._picture(*self._place_of(number))
            yield picture

    def name_of(self, number: int) -> str:
        """See `Footage.name_of`."""
        file, index = self._place_of(number)
        return f"frame {index} of {file.name}"

    def _place_of(self, number: int) -> tuple[Path, int]:
        file, index = divmod(self.order[number], self.frames_a_file)
        return self.files[file], index

    def _picture(self, file: Path, index: int) -> Picture:
        from pydicom.pixels.processing import apply_color_lut
        from pydicom.pixels.utils import pixel_array

        picture = np.asarray(pixel_array(file, index=index))
        if picture.dtype not in (np.uint8, np.uint16):
            raise ValueError(f"pixels of {picture.dtype}")
        if self.kind == PALETTE:
            return np.asarray(apply_color_lut(picture, read_header(file)))[..., :3]
        if self.top is None:
            return picture
        levels = picture & picture.dtype.type(self.top)  # bits beyond those stored are overlays
        return np.asarray(self.top - levels if self.kind == "MONOCHROME1" else levels)


def is_dicom(path: Path, head: bytes) -> bool:
    """True for a DICOM file, and for a folder that holds nothing else."""
    if path.is_dir():
        files = _files_in(path)
        return bool(files) and all(is_dicom_file(p) for p in files)
    return path.is_file() and head[MAGIC_AT:].startswith(MAGIC)


def frames_stated(path: Path) -> int:
    """How many frames a DICOM file says it has.

    Raises:
        CaptureError: its header is damaged.
    """
    return whole_number(read_header(path), "NumberOfFrames", 1)


def open_dicom(path: Path, progress: Progress) -> DicomFrames:
    """Read the headers, and which pixels lie where.

    Raises:
        CaptureError: damaged, not images of ultrasound's kind, or not one series.
    """
    with damage_named(str(path)):  # pydicom reads values when they are first asked for
        if path.is_dir():
            return _series(_files_in(path), progress)
        return _multi_frame(path)


def _files_in(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.name[0] != "." and p.name != CATALOGUE)


def _multi_frame(path: Path) -> DicomFrames:
    header = read_header(path)
    if is_segmentation(header):
        raise not_frames(path)
    count = whole_number(header, "NumberOfFrames", 1)
    _check_pixels(header, path, count)
    planes = planes_of_frames(header)
    stack = stacked(planes, str(path)) if len(planes) == count else None
    return _footage([path], count, header, stack or Stack(tuple(range(count)), None, None))


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
    stack = stacked([plane_of(h) for h in headers], str(files[0].parent))
    if stack is not None:
        return _footage(files, 1, headers[stack.order[0]], stack)
    numbers = [whole_number(h, "InstanceNumber", 0) for h in headers]
    if sorted(numbers) != list(range(min(numbers), min(numbers) + len(numbers))):
        raise CaptureError(
            f"expected files numbered one after the other in {files[0].parent}, "
            f"got instance numbers {sorted(numbers)[:20]}"
        )
    order = tuple(sorted(range(len(files)), key=lambda i: numbers[i]))
    return _footage(files, 1, headers[order[0]], Stack(order, None, None))


def _footage(files: list[Path], count: int, header: Dataset, stack: Stack) -> DicomFrames:
    pixel_mm, area, details = _scale(header)
    step = _step(stack, header, is_series=count == 1 and len(stack.order) > 1)
    scale = None if pixel_mm is None else Scale(SOURCE, pixel_mm, step, stack.origin_mm)
    kind = str(header.PhotometricInterpretation)
    top = 2 ** whole_number(header, "BitsStored", 8) - 1 if kind in GREYS else None
    return DicomFrames(tuple(files), count, stack.order, kind, top, scale, area, details)


def _step(stack: Stack, header: Dataset, *, is_series: bool) -> float | None:
    """The distance of planes, as the header says it where that is the same; else what it says."""
    said = _said_step(header)
    if stack.step_mm is None:
        return None if is_series else said
    same = said is not None and abs(said / stack.step_mm - 1) < SAME
    return said if same else stack.step_mm


def _said_step(header: Dataset) -> float | None:
    """The spacing between slices of a multi-frame file, or of a single frame."""
    shared = positive(measures_of_frames(header), "SpacingBetweenSlices")
    return shared or positive(header, "SpacingBetweenSlices")


def _check_pixels(header: Dataset, path: Path, count: int) -> None:
    """Refuse what is no picture, and sizes that cannot be, before anything is unpacked."""
    with damage_named(str(path)):
        rows, columns = int(header.Rows), int(header.Columns)
        channels, bits = int(header.get("SamplesPerPixel", 1)), int(header.BitsAllocated)
        kind, signed = str(header.PhotometricInterpretation), int(header.PixelRepresentation)
        packed = header.file_meta.TransferSyntaxUID.is_compressed
    known = (kind in (*GREYS, PALETTE) and channels == 1) or (kind in COLOURS and channels == 3)
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
        area = _clipped(area, width, height)
        inside = 0 <= area[0] < area[2] <= width and 0 <= area[1] < area[3] <= height
        if not inside:
            raise CaptureError(
                f"expected a region inside the frames of {width}×{height} pixels, got {area}"
            )
        return pixel_mm, area, {"regions": len(regions), "regions_of_tissue": len(found)}
    with damage_named("the pixel spacing"):
        stated = header.get("PixelSpacing") or measures_of_frames(header).get("PixelSpacing")
        spacing = [float(v) for v in stated or []]
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


def _clipped(area: Box, width: int, height: int) -> Box:
    """Some state the pixel after the last one, which then lies outside by one."""
    x0, y0, x1, y1 = area
    return x0, y0, width if x1 == width + 1 else x1, height if y1 == height + 1 else y1


def _size(area: Box) -> int:
    return (area[2] - area[0]) * (area[3] - area[1])


def _kind(header: Dataset) -> str:
    """What all frames of a series have in common."""
    names = ("SeriesInstanceUID", "Rows", "Columns", "PhotometricInterpretation", "BitsStored",
             "NumberOfFrames")  # fmt: skip
    pixel_mm, area, _ = _scale(header)
    return repr(([str(header.get(name)) for name in names], pixel_mm, area))
