"""Grids: voxels with a header that says where they lie → Footage in the scan's frame.

The scan's frame (x right, y down, z along the sweep) is the patient's left, posterior, superior
(LPS) as it is. Axes that are swapped or turned against it are brought into order; a grid at an
angle is refused, since that would need resampling. Knows nothing about formats.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.footage import Picture
from parasam_core.capture.grey_levels import few_values, grey_levels
from parasam_core.capture.scale import Scale
from parasam_core.errors import CaptureError, GeometryError
from parasam_core.sequence import Box
from parasam_core.space import Space

SOURCE = "header"
ANGLE = 1e-3
LARGEST = 8 << 30
MOST_COUNTED = 16
DENSEST = 1040  # deflate cannot pack more than 1032 bytes into one
BLOCK = 1 << 20
RAW, DEFLATE = "raw", "deflate"
GZIP = b"\x1f\x8b"
MOST_BEYOND = 1 << 20
ANY_DEFLATE = 47  # zlib's window bits that take gzip and zlib


@dataclass(frozen=True)
class Header:
    """What every such format says.

    Attributes:
        dtype: of a voxel, with its byte order.
        sizes: voxels along each axis, the fastest first.
        steps_lps: (3, 3), row k the step along axis k in LPS mm; None where spacing is not said.
        origin_lps: (3,) centre of the first voxel, LPS mm.
        is_label: whether the file says that it is a label.
        layers: values a voxel, side by side in the file.
    """

    dtype: np.dtype[Any]
    sizes: tuple[int, int, int]
    steps_lps: NDArray[np.float64] | None
    origin_lps: NDArray[np.float64]
    is_label: bool = False
    layers: int = 1


@dataclass(frozen=True)
class Segment:
    """One label of several in a grid.

    Attributes:
        value: of its voxels.
        layer: which of the values of a voxel counts.
        name: as the header has it; "" where it has none.
        colour_rgb: 0 to 255; None where the header has none.
    """

    value: int
    layer: int = 0
    name: str = ""
    colour_rgb: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Grid:
    """Voxels in the scan's frame, all in memory.

    Attributes:
        path: the file whose header it is.
        files: all of them.
        voxels: (z, y, x), as stored; (z, y, x, layer) of labels that may overlap.
        space: their grid; of 1 mm where the header says none.
        scale: what the header says; None where it says none.
        is_label: whether the header says that it is a label.
        segments: the labels that the header names.
        details: what was decided.
    """

    path: Path
    files: tuple[Path, ...]
    voxels: NDArray[Any]
    space: Space
    scale: Scale | None
    is_label: bool
    segments: tuple[Segment, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Frames."""
        return int(self.voxels.shape[0])

    @property
    def area(self) -> Box:
        """All of it."""
        _, height, width = self.space.shape
        return 0, 0, width, height

    def as_footage(self) -> Grid:
        """Its voxels as grey levels.

        Raises:
            CaptureError: it is a label (by its header, or since it knows 0 and one other whole
                number only, or 0, 1, 2 … n and mostly 0), or a voxel is not finite.
        """
        if self.is_label or self._looks_like_labels():
            raise not_frames(self.path)
        levels, rule = grey_levels(self.voxels, str(self.path))
        return replace(self, voxels=levels, details={**self.details, "levels": rule})

    def _looks_like_labels(self) -> bool:
        """Whether it knows 0 and one other whole number only, or 0, 1, 2 … n and mostly 0."""
        values = few_values(self.voxels, MOST_COUNTED) or set()
        counted = len(values) > 1 and values == set(range(len(values)))
        mostly_0 = bool(2 * np.count_nonzero(self.voxels) < self.voxels.size)
        return (counted and mostly_0) or (len(values) == 2 and 0 in values)

    def pictures(self, wanted: Iterable[int]) -> Iterator[Picture]:
        """See `Footage.pictures`."""
        for number in wanted:
            yield np.ascontiguousarray(self.voxels[number])

    def name_of(self, number: int) -> str:
        """See `Footage.name_of`."""
        return f"frame {number} of {self.path.name}"


def not_frames(path: Path) -> CaptureError:
    """What is said of a label that is imported without a scan."""
    return CaptureError(
        f"expected frames, got {path}, a label; import the frames first, then give this file with "
        "the scan that it was drawn on"
    )


def checked_sizes(
    sizes: Iterable[int], dtype: np.dtype[Any], path: Path, layers: int = 1
) -> tuple[int, int, int]:
    """Three sizes, the fastest first; axes of one voxel are added or taken off at the end.

    Raises:
        CaptureError: there are more or fewer, one is not > 0, or they are too large in all.
    """
    given = [int(n) for n in sizes]
    three = given[:3] + [1] * (3 - len(given))
    if not given or min(given) < 1 or any(n > 1 for n in given[3:]):
        raise CaptureError(f"expected a grid of three sizes > 0 in {path}, got {given}")
    if math.prod(three) * layers * dtype.itemsize > LARGEST:
        raise CaptureError(
            f"expected at most {LARGEST >> 30} GiB of voxels in {path}, got {three} of {dtype}"
        )
    return three[0], three[1], three[2]


def read_voxels(
    stream: BinaryIO, header: Header, packing: str, path: Path, skip: int = 0
) -> NDArray[Any]:
    """Voxels from where the stream stands, `skip` unpacked bytes further on.

    Returns:
        (slowest, …, fastest), or (slowest, …, fastest, layer) where there is more than one.

    Raises:
        CaptureError: there are fewer bytes than the header says, or they do not unpack.
    """
    count = math.prod(header.sizes) * header.layers
    wanted = skip + count * header.dtype.itemsize
    start = stream.tell()
    there = stream.seek(0, 2) - start
    stream.seek(start)
    if wanted > there * (DENSEST if packing == DEFLATE else 1):
        raise _too_few(path, wanted, f"{there} bytes of file")
    content = _unpacked(stream, wanted, path) if packing == DEFLATE else stream.read(wanted)
    if len(content) < wanted:
        raise _too_few(path, wanted, f"{len(content)}")
    voxels = np.frombuffer(content, header.dtype, count, skip)
    layers = (header.layers,) if header.layers > 1 else ()
    return voxels.reshape(header.sizes[::-1] + layers)


def grid_of(
    path: Path,
    files: tuple[Path, ...],
    header: Header,
    voxels: NDArray[Any],
    segments: tuple[Segment, ...] = (),
) -> Grid:
    """Bring voxels into the scan's frame.

    Args:
        path: the file whose header it is.
        files: all of them.
        header: as read.
        voxels: of `read_voxels`.
        segments: the labels that the header names.

    Raises:
        CaptureError: the grid lies at an angle, or its spacing cannot be.
    """
    if header.steps_lps is None:
        spaced, origin = np.eye(3), np.zeros(3)
    else:
        spaced, origin = header.steps_lps, header.origin_lps
    lengths = np.linalg.norm(spaced, axis=1)
    if not (np.isfinite(spaced).all() and np.isfinite(origin).all() and (lengths > 0).all()):
        raise CaptureError(
            f"expected finite spacing > 0 and origin in {path}, got {spaced.tolist()}"
        )
    axes, turned = _axes_of(spaced / lengths[:, None], path)
    flipped = [k for k in range(3) if turned[k]]
    origin = origin + sum((spaced[k] * (header.sizes[k] - 1) for k in flipped), np.zeros(3))
    order = [axes.index(world) for world in (2, 1, 0)]  # which file axis runs along z, y, x
    upright = np.flip(voxels, tuple(2 - k for k in flipped))
    upright = upright.transpose(*(2 - k for k in order), *range(3, voxels.ndim))
    z, y, x = (float(lengths[k]) for k in order)
    try:
        space = Space(upright.shape[:3], (z, y, x), tuple(origin[::-1].tolist()))
    except GeometryError as error:
        raise CaptureError(f"expected geometry that can be in {path}: {error}") from error
    scale = Scale(SOURCE, (y, x), z, space.origin_mm)
    said = scale if header.steps_lps is not None else None
    details = {"axes": "".join(("-" if turned[k] else "+") + "xyz"[axes[k]] for k in range(3))}
    return Grid(path, files, upright, space, said, header.is_label, segments, details)


def _axes_of(directions: NDArray[np.float64], path: Path) -> tuple[list[int], list[bool]]:
    """For every axis of the file, which axis of the frame it runs along, and whether against it."""
    axes = [int(np.argmax(np.abs(row))) for row in directions]
    nearest = np.zeros((3, 3))
    for k, axis in enumerate(axes):
        nearest[k, axis] = np.sign(directions[k, axis])
    if sorted(axes) != [0, 1, 2] or np.abs(directions - nearest).max() > ANGLE:
        raise CaptureError(
            f"expected axes along the patient's, since nothing is resampled, got {path}, whose "
            f"directions are {np.round(directions, 4).tolist()}; resample it to straight axes first"
        )
    return axes, [bool(nearest[k, axis] < 0) for k, axis in enumerate(axes)]


def _unpacked(stream: BinaryIO, wanted: int, path: Path) -> bytes:
    """At most `wanted` bytes; what follows is unpacked too, as far as the checksum."""
    unpack = zlib.decompressobj(ANY_DEFLATE)
    content, beyond = bytearray(), 0
    try:
        while block := _next_block(unpack, stream):
            if unpack.eof:  # another member of a gzip file
                unpack = zlib.decompressobj(ANY_DEFLATE)
            piece = unpack.decompress(block, BLOCK)
            beyond += max(len(content) + len(piece) - wanted, 0)
            content += piece[: wanted - len(content)]
            if beyond > MOST_BEYOND:
                raise CaptureError(f"expected {wanted} bytes of voxels in {path}, got far more")
    except zlib.error as error:
        raise CaptureError(f"expected voxels that unpack in {path}, got {error}") from error
    if not unpack.eof:
        raise _too_few(path, wanted, f"{len(content)} and no end")
    return bytes(content)


def _next_block(unpack: Any, stream: BinaryIO) -> bytes:
    """What is unpacked next; after the end only another member of a gzip file."""
    block = bytes(unpack.unconsumed_tail or unpack.unused_data or stream.read(BLOCK))
    return b"" if unpack.eof and not block.startswith(GZIP) else block


def _too_few(path: Path, wanted: int, got: str) -> CaptureError:
    return CaptureError(
        f"expected {wanted} bytes of voxels in {path}, as its header says, got {got}; it is cut "
        "short or damaged"
    )
