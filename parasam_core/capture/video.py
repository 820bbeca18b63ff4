"""Video files → Footage, through FFmpeg as OpenCV brings it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2

from parasam_core.capture.footage import Picture
from parasam_core.capture.scale import Scale
from parasam_core.errors import CaptureError
from parasam_core.segmenter import Progress
from parasam_core.sequence import Box

# the user gets one sentence of ours; FFmpeg reads its variable when it is first used
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

AVI = (b"RIFF", b"AVI ")
QUICKTIME_ATOMS = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide")


@dataclass(frozen=True)
class Video:
    """The frames of a video file."""

    path: Path
    count: int
    details: dict[str, Any] = field(default_factory=dict)
    scale: Scale | None = None
    area: Box | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The file."""
        return (self.path,)

    def pictures(self, wanted: Iterable[int]) -> Iterator[Picture]:
        """See `Footage.pictures`."""
        capture = _opened(self.path)
        at = -1
        for number in wanted:
            while at < number:
                if not capture.grab():
                    raise CaptureError(f"expected frame {number} of {self.path}, got none")
                at += 1
            yield cv2.cvtColor(capture.retrieve()[1], cv2.COLOR_BGR2RGB)

    def name_of(self, number: int) -> str:
        """See `Footage.name_of`."""
        return f"frame {number} of {self.path.name}"


def is_video(path: Path, head: bytes) -> bool:
    """True for AVI, and for MP4 and its kin."""
    return path.is_file() and ((head[:4], head[8:12]) == AVI or head[4:8] in QUICKTIME_ATOMS)


def open_video(path: Path, progress: Progress) -> Video:
    """Decode the whole file once, to know how many frames there truly are.

    Raises:
        CaptureError: nothing can be decoded, or fewer frames than the file says it has.
    """
    capture = _opened(path)
    stated = int(capture.get(cv2.CAP_PROP_FRAME_COUNT))
    count = 0
    while capture.grab():
        count += 1
        progress(f"checking {path.name}", count, max(stated, count))
    if count == 0:
        raise CaptureError(f"expected a video with frames, got {path}, of which none decodes")
    if count < stated:
        raise CaptureError(
            f"expected the {stated} frames that {path} says it has, got {count}: "
            "it is cut short or damaged; export it again"
        )
    return Video(path, count)


def _opened(path: Path) -> cv2.VideoCapture:
    # an absolute path, so that FFmpeg takes no part of a name for a protocol
    capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise CaptureError(
            f"expected a video that can be decoded, got {path}: it is damaged, cut short, "
            "or in a codec that FFmpeg does not read"
        )
    return capture
