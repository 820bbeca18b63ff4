"""A VEVO raw export (`X.raw.xml` beside `X.raw.bmode` or `X.raw.3d.bmode`) → Footage.

The file, little endian: a header of 40 bytes (version 3, frames, info, …), then for every frame a
header of 56 bytes (u32 ticks, f64 ms, u32 number, u32 info, u32 bytes, …) and lines × samples of
uint8, the samples of a line side by side. A line runs down, so a frame is turned to (y, x).

Where they lie: the first sample at `B-Mode/Depth-Offset`, the last at `B-Mode/Depth`; first and
last line `B-Mode/Width` apart; so distances are divided by the count less one. `3D-Step-Size`
counts for a `.3d.bmode` only: other exports state it too, of frames that lie in time.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from parasam_core.capture.footage import Picture
from parasam_core.capture.scale import Scale
from parasam_core.capture.vevo_xml import Parameters
from parasam_core.errors import CaptureError
from parasam_core.segmenter import Progress
from parasam_core.sequence import Box

SOURCE = "XML"
RULE = "(Depth - Depth-Offset) / (Samples - 1), Width / (Lines - 1)"
XML = ".raw.xml"
SWEEP, LOOP = ".raw.3d.bmode", ".raw.bmode"
STEP = "3D-Step-Size"
FILE_HEADER = struct.Struct("<3I28x")
FRAME_HEADER = struct.Struct("<Id3I32x")
VERSION = 3
VALID = 0
FEWEST = 2
WHOLE = "it is cut short or damaged; export it again"


@dataclass(frozen=True)
class VevoRaw:
    """The frames of a raw B-mode file."""

    data: Path
    xml: Path
    count: int
    samples: int
    lines: int
    scale: Scale
    details: dict[str, Any]

    @property
    def files(self) -> tuple[Path, ...]:
        """Parameters and frames."""
        return self.xml, self.data

    @property
    def area(self) -> Box:
        """All of it: a raw frame shows nothing else."""
        return 0, 0, self.lines, self.samples

    def pictures(self, wanted: Iterable[int]) -> Iterator[Picture]:
        """See `Footage.pictures`."""
        packet = self.samples * self.lines
        with self.data.open("rb") as stream:
            for number in wanted:
                stream.seek(_start(number, packet) + FRAME_HEADER.size)
                content = stream.read(packet)
                if len(content) != packet:
                    raise CaptureError(f"expected {self.name_of(number)} to be whole; {WHOLE}")
                lines = np.frombuffer(content, np.uint8).reshape(self.lines, self.samples)
                yield np.ascontiguousarray(lines.T)

    def name_of(self, number: int) -> str:
        """See `Footage.name_of`."""
        return f"frame {number} of {self.data.name}"


def is_vevo_raw(path: Path, head: bytes) -> bool:
    """True for the XML, and for the frames beside it."""
    if not path.is_file():
        return False
    if path.name.casefold().endswith(XML):
        return True
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return (text.startswith(b"<") and b"<parameter" in text) or _is_version_3(head)


def open_vevo_raw(path: Path, progress: Progress) -> VevoRaw:  # noqa: ARG001
    """Read the parameters and check every frame's header.

    Raises:
        CaptureError: the partner is missing, parameters are missing or cannot be, or frames are
            missing, damaged or of another size than the parameters say.
    """
    xml, data = _pair(path)
    parameters = Parameters(xml)
    samples, lines = parameters.count("B-Mode/Samples"), parameters.count("B-Mode/Lines")
    if min(samples, lines) < FEWEST:
        raise CaptureError(
            f"expected at least {FEWEST} samples and lines in {xml}, got {samples} and {lines}"
        )
    scale = _scale(parameters, samples, lines, is_sweep=_is_sweep(data))
    count = _checked_count(data, samples * lines)
    return VevoRaw(data, xml, count, samples, lines, scale, _details(parameters))


def _pair(path: Path) -> tuple[Path, Path]:
    """The XML and the frames, whichever of the two was given."""
    name = path.name.casefold()
    for ending in (SWEEP, LOOP):
        if name.endswith(ending):
            return _there(path.with_name(path.name[: -len(ending)] + XML), path), path
    if not name.endswith(XML):
        raise CaptureError(
            f"expected a VEVO raw export, X{XML} beside X{SWEEP} or X{LOOP}, got {path}"
        )
    found = [path.with_name(path.name[: -len(XML)] + ending) for ending in (SWEEP, LOOP)]
    there = [p for p in found if p.is_file()]
    if len(there) > 1:
        raise CaptureError(f"expected one file of frames beside {path}, got two; give one itself")
    return path, there[0] if there else _there(found[0], path)


def _there(partner: Path, given: Path) -> Path:
    if not partner.is_file():
        raise CaptureError(f"expected {partner.name} beside {given}, got none; copy it there")
    return partner


def _is_sweep(data: Path) -> bool:
    return data.name.casefold().endswith(SWEEP)


def _is_version_3(head: bytes) -> bool:
    if len(head) < FILE_HEADER.size:
        return False
    version, count, info = FILE_HEADER.unpack_from(head)
    return bool(version == VERSION and count < 2**24 and info < 2**16)


def _scale(parameters: Parameters, samples: int, lines: int, *, is_sweep: bool) -> Scale:
    offset, depth = _offset(parameters), parameters.mm("B-Mode/Depth")
    width = parameters.mm("B-Mode/Width")
    step = parameters.mm(STEP) if is_sweep and parameters.has(STEP) else None
    if not 0 <= offset < depth or width <= 0 or (step is not None and step <= 0):
        raise CaptureError(
            f"expected 0 <= Depth-Offset < Depth, and Width and {STEP} > 0, got {offset:g}, "
            f"{depth:g}, {width:g} and {step}"
        )
    return Scale(SOURCE, ((depth - offset) / (samples - 1), width / (lines - 1)), step)


def _offset(parameters: Parameters) -> float:
    name = "B-Mode/Depth-Offset"
    return parameters.mm(name) if parameters.has(name) else 0.0


def _details(parameters: Parameters) -> dict[str, Any]:
    names = ("Series-Name", "Acquired-Date", "Transducer-Name")
    stated = {name: parameters.text(name) for name in names if parameters.text(name)}
    return {"spacing_rule": RULE, "depth_offset_mm": _offset(parameters), **stated}


def _start(number: int, packet: int) -> int:
    return FILE_HEADER.size + number * (FRAME_HEADER.size + packet)


def _checked_count(data: Path, packet: int) -> int:
    """How many frames there are, all of them whole."""
    size = data.stat().st_size
    with data.open("rb") as stream:
        head = stream.read(FILE_HEADER.size)
        if len(head) < FILE_HEADER.size:
            raise CaptureError(f"expected a header of {FILE_HEADER.size} bytes in {data}; {WHOLE}")
        version, count, _ = FILE_HEADER.unpack(head)
        if version != VERSION:
            raise CaptureError(f"expected version {VERSION} of {data}, got {version}")
        if count == 0 or size != _start(count, packet):
            raise CaptureError(
                f"expected {count} frames of {packet} bytes in {data}, as it and its XML say, "
                f"{_start(count, packet)} bytes in all, got {size}; {WHOLE}"
            )
        _check_frames(stream, data, count, packet)
    return int(count)


def _check_frames(stream: BinaryIO, data: Path, count: int, packet: int) -> None:
    before = None
    for index in range(count):
        stream.seek(_start(index, packet))
        _, _, number, info, size = FRAME_HEADER.unpack(stream.read(FRAME_HEADER.size))
        if info != VALID or size != packet:
            raise CaptureError(
                f"expected frame {index} of {data} to be valid and of {packet} bytes, "
                f"got info {info} and {size} bytes; {WHOLE}"
            )
        if before is not None and number != before + 1:
            raise CaptureError(
                f"expected frame {before + 1} after frame {before} in {data}, got {number}; {WHOLE}"
            )
        before = number
