"""Images: what is embedded, by number, read when asked for.

Frames of a sequence, files of a folder and changed copies of either are all of this kind.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from parasam_core.sequence import Sequence


class Images(Protocol):
    """Grey images by number."""

    @property
    def digest(self) -> str:
        """sha256, hex, of everything that decides what they show."""
        ...

    def __len__(self) -> int: ...

    def image(self, index: int) -> NDArray[np.uint8]:
        """(y, x) uint8."""
        ...


class Outlined(Images, Protocol):
    """Images with masks."""

    def mask(self, index: int) -> NDArray[np.bool_]:
        """(y, x) bool, of the image's size."""
        ...

    def digest_of(self, index: int) -> str:
        """The same for the same image, wherever it is stored under another name."""
        ...


class Frames:
    """The frames of a sequence as `Images`."""

    def __init__(self, sequence: Sequence) -> None:
        self._frames = sequence.frames
        self.digest = digest_of_frames(sequence.frames)

    def __len__(self) -> int:
        return len(self._frames)

    def image(self, index: int) -> NDArray[np.uint8]:
        """A frame, (y, x) uint8."""
        return np.asarray(self._frames[index])


def digest_of_frames(frames: NDArray[np.uint8]) -> str:
    """sha256, hex, of (z, y, x) grey levels and their shape."""
    total = hashlib.sha256(np.ascontiguousarray(frames).data)
    total.update(str(frames.shape).encode())
    return total.hexdigest()
