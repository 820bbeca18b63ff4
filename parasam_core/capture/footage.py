"""Footage: what every reader gives, frames that can be read again and again.

Knows nothing about formats.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.scale import Scale
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box

Picture = NDArray[Any]
"""(y, x) grey or (y, x, 3) RGB, uint8 or uint16."""

Grey = NDArray[np.uint8]
"""(y, x) grey levels."""


class Footage(Protocol):
    """The frames of one source, in order."""

    @property
    def count(self) -> int:
        """Number of frames, as many as can be decoded."""
        ...

    @property
    def files(self) -> tuple[Path, ...]:
        """The files whose bytes they are, in order."""
        ...

    @property
    def details(self) -> dict[str, Any]:
        """What the reader decided, for the provenance."""
        ...

    @property
    def scale(self) -> Scale | None:
        """What the source says of its spacing; None where it says nothing."""
        ...

    @property
    def area(self) -> Box | None:
        """The B-mode area (x0, y0, x1, y1), half-open, where the source says it; None to find."""
        ...

    def pictures(self, wanted: Iterable[int]) -> Iterator[Picture]:
        """Frames of these numbers, which ascend.

        Raises:
            CaptureError: one of them cannot be decoded.
        """
        ...

    def name_of(self, number: int) -> str:
        """How a message calls frame `number`."""
        ...


def alike(footage: Footage, wanted: Iterable[int]) -> Iterator[Picture]:
    """Frames of these numbers, all of the first one's size and depth.

    Raises:
        CaptureError: one differs, or cannot be decoded.
    """
    numbers = list(wanted)
    first: Picture | None = None
    for number, picture in zip(numbers, footage.pictures(numbers), strict=True):
        first = picture if first is None else first
        if picture.shape[:2] != first.shape[:2] or picture.dtype != first.dtype:
            raise CaptureError(
                f"expected frames of one size, {_described(first)} as {footage.name_of(numbers[0])}"
                f", got {_described(picture)} in {footage.name_of(number)}"
            )
        yield picture


def greatest_level(footage: Footage) -> int:
    """The brightest value of all frames."""
    return max(int(p.max()) for p in alike(footage, range(footage.count)))


def eight_bit(picture: Picture, bits: int) -> NDArray[np.uint8]:
    """The picture in 8 bits: the lowest `bits` − 8 are dropped."""
    return (picture >> (bits - 8)).astype(np.uint8) if bits > 8 else picture.astype(np.uint8)


def grey_of(picture: NDArray[np.uint8]) -> Grey:
    """Luma of RGB (ITU-R BT.601); grey stays as it is.

    Args:
        picture: (y, x) or (y, x, 3) RGB.
    """
    if picture.ndim == 2:
        return picture
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def _described(picture: Picture) -> str:
    height, width = picture.shape[:2]
    return f"{width}×{height} pixels of {8 * picture.dtype.itemsize} bits"
