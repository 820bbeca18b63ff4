"""Variants: changed copies of images, which get embeddings of their own.

A decoder that learns from kept embeddings cannot change images as it goes; it is given several
of each instead. Everything is decided by the image's number and the source's digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from parasam_core.mask import box_of
from parasam_core.sam.examples import Example
from parasam_core.sam.images import Outlined

GAMMAS = (0.7, 1.4)
GAINS = (0.8, 1.25)
LEAST_CROP = 0.3
"""Of the image's shorter side, so that what is left still looks like ultrasound."""


class Changed:
    """Other grey levels, through a gain and a gamma; in every second copy left is right, too.

    Args:
        source: of the images.
        number: of the copy, from 0, which is mirrored.
    """

    def __init__(self, source: Outlined, number: int) -> None:
        self._source = source
        self._columns = slice(None, None, -1 if number % 2 == 0 else 1)
        self._name = f"changed {number}"
        self.digest = f"{self._name} {source.digest}"

    def __len__(self) -> int:
        return len(self._source)

    def image(self, index: int) -> NDArray[np.uint8]:
        """(y, x) uint8."""
        rng = _rng(self.digest_of(index))
        gamma = np.exp(rng.uniform(*np.log(GAMMAS)))
        gain = np.exp(rng.uniform(*np.log(GAINS)))
        levels = np.clip((np.arange(256) / 255) ** gamma * gain * 255, 0, 255)
        return np.asarray(np.rint(levels).astype(np.uint8)[self._source.image(index)])[
            :, self._columns
        ]

    def mask(self, index: int) -> NDArray[np.bool_]:
        """(y, x) bool."""
        return self._source.mask(index)[:, self._columns]

    def digest_of(self, index: int) -> str:
        """Another image's than the source's."""
        return f"{self._name} {self._source.digest_of(index)}"


class TumourFree:
    """The largest part beside, above or below the tumour: an image that shows none.

    Args:
        source: of the images.
    """

    def __init__(self, source: Outlined) -> None:
        self._source = source
        parts = [str(empty_part(source.mask(n))) for n in range(len(source))]
        cut = hashlib.sha256("".join(parts).encode()).hexdigest()
        self.digest = f"tumour-free {cut} {source.digest}"

    def __len__(self) -> int:
        return len(self._source)

    def image(self, index: int) -> NDArray[np.uint8]:
        """(y, x) uint8."""
        return self._source.image(index)[empty_part(self._source.mask(index))]

    def mask(self, index: int) -> NDArray[np.bool_]:
        """(y, x) bool, all False."""
        return self._source.mask(index)[empty_part(self._source.mask(index))]

    def digest_of(self, index: int) -> str:
        """Another image's than the source's."""
        return f"tumour-free {self._source.digest_of(index)}"


def changed(examples: Sequence[Example], number: int) -> list[Example]:
    """Every example once more, changed; see `Changed`."""
    kinds = {key: Changed(source, number) for key, source in _sources(examples).items()}
    return [
        replace(e, name=f"{e.name} changed {number}", source=kinds[id(e.source)]) for e in examples
    ]


def tumour_free(examples: Sequence[Example]) -> list[Example]:
    """Empty parts of those examples whose tumour leaves one that is large enough."""
    kinds = {key: TumourFree(source) for key, source in _sources(examples).items()}
    return [
        replace(e, name=f"{e.name} without tumour", source=kinds[id(e.source)])
        for e in examples
        if _leaves_room(e.mask())
    ]


def _sources(examples: Sequence[Example]) -> dict[int, Outlined]:
    return {id(e.source): e.source for e in examples}


def empty_part(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of the largest strip beside the box of a (y, x) mask."""
    height, width = mask.shape
    box = box_of(mask)
    if box is None:
        return slice(height), slice(width)
    x0, y0, x1, y1 = box
    strips = [
        (slice(height), slice(x0)),
        (slice(height), slice(x1, width)),
        (slice(y0), slice(width)),
        (slice(y1, height), slice(width)),
    ]
    return max(strips, key=lambda s: _shorter(s, mask.shape))


def _shorter(part: tuple[slice, slice], shape_yx: tuple[int, ...]) -> tuple[int, int]:
    sides = [len(range(*s.indices(n))) for s, n in zip(part, shape_yx, strict=True)]
    return min(sides), max(sides)


def _leaves_room(mask: NDArray[np.bool_]) -> bool:
    shortest = _shorter(empty_part(mask), mask.shape)[0]
    return bool(mask.any()) and shortest >= LEAST_CROP * min(mask.shape)


def _rng(key: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big"))
