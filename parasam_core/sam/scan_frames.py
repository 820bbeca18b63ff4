"""ScanFrames: the frames and masks of a scan on disk as `Outlined` images."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parasam_core.mask import MaskStack
from parasam_core.sam.images import digest_of_frames
from parasam_core.scanfile import ScanFile
from parasam_core.sequence import Sequence

SCANS_IN_MEMORY = 2


class ScanFrames:
    """All frames of a scan; a few scans at a time are in memory.

    Args:
        scan: which.
        label: whose masks.

    Raises:
        LabelError: no such label, or several and none named.
    """

    def __init__(self, scan: ScanFile, label: str | None) -> None:
        self.scan = scan
        self.label = scan.label_named(label)
        self.digest = digest_of_frames(self._sequence.frames)

    def __len__(self) -> int:
        return self.scan.space.shape[0]

    def image(self, index: int) -> NDArray[np.uint8]:
        """A frame, (y, x) uint8."""
        return np.asarray(self._sequence.frames[index])

    def mask(self, index: int) -> NDArray[np.bool_]:
        """A frame's mask, (y, x) bool."""
        return np.asarray(self._masks.masks[index])

    def digest_of(self, index: int) -> str:
        """The scan's digest and the frame's number."""
        return f"{self.digest}:{index}"

    def known(self) -> list[int]:
        """Frames whose annotation is known; an empty one among them shows no tumour."""
        return [int(z) for z in np.flatnonzero(self._masks.annotated)]

    @property
    def _sequence(self) -> Sequence:
        return _sequence_of(self.scan.path)

    @property
    def _masks(self) -> MaskStack:
        return _masks_of(self.scan.path, self.label)


@lru_cache(SCANS_IN_MEMORY)
def _sequence_of(scan: Path) -> Sequence:
    return ScanFile.open(scan).sequence()


@lru_cache(SCANS_IN_MEMORY)
def _masks_of(scan: Path, label: str) -> MaskStack:
    return ScanFile.open(scan).mask(label)
