"""Where the image is for certain: what changes in one piece, or is textured in one piece.

Knows nothing about sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.evidence import BLACK, Evidence, Map
from parasam_core.sequence import Box

GRID_LINES = 240
"""Lines of the coarse grid: two pixels of a small screen a cell."""
OPENED_CELLS = 5
"""What is thinner is a line or a letter."""
RARE = 0.15
"""A pointer that passes changes less often than this."""
FEWEST_LEVELS = 0.5
"""Tissue changes so much somewhere, in grey levels, or nothing does."""
LOWEST_LEVELS = 0.3
LOWEST_SHARE = 0.1
"""And faint tissue, this share of what the liveliest does."""
TEXTURED = 0.5
ALIGNED_CELLS = 3
RING_SHARE = 0.15
"""A transducer's face rings for a smaller share of the depth than this."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Core:
    """Boxes (x0, y0, x1, y1), pixels, to a cell of a coarse grid.

    Attributes:
        live: what changes in one piece.
        whole: that with the still tissue that it is one with.
        moving: the share of that tissue that is live.
        rival: the share of `whole` that the next largest such piece has.
    """

    live: Box
    whole: Box
    moving: float
    rival: float


def core_of(evidence: Evidence) -> Core | None:
    """The largest piece of tissue that changes somewhere; None where nothing changes.

    The largest, not the liveliest: an M-mode strip changes more than an image that is all but
    frozen.
    """
    cell = max(1.0, min(evidence.shape) / GRID_LINES)
    live = _live(_coarse(np.where(evidence.often > RARE, evidence.much, 0), cell))
    pieces, boxes = _pieces(live)
    if not boxes:
        return None
    around, wider = _pieces(live | (_coarse(evidence.texture, cell) > TEXTURED))
    held = [_held(pieces == n, around) for n in range(1, len(boxes) + 1)]
    whole = [wider[n - 1] if n else box for n, box in zip(held, boxes, strict=True)]
    best = max(range(len(boxes)), key=lambda n: (_size(whole[n]), _size(boxes[n])))
    others = [_size(w) for w, b in zip(whole, boxes, strict=True) if w != whole[best]]
    tissue = around == held[best] if held[best] else pieces == best + 1
    ring = _ring(boxes[best], boxes, _coarse(evidence.still, cell))
    ratio = np.divide(evidence.shape, live.shape)
    return Core(
        _pixels(_joined([boxes[best], *ring]), ratio),
        _pixels(_joined([whole[best], *ring]), ratio),
        float((live & tissue).sum() / tissue.sum()),
        max(others, default=0) / _size(whole[best]),
    )


def _held(piece: Mask, around: NDArray[np.int32]) -> int:
    """The number of the tissue that holds most of a piece; 0 where none does."""
    return int(np.bincount(around[piece & (around > 0)], minlength=1).argmax())


def _ring(box: Box, boxes: list[Box], still: Map) -> list[Box]:
    """Thin pieces just as wide as the box, above it, with hardly anything but black between.

    A transducer's face rings; black gel may part that from the tissue.
    """
    x0, y0, x1, y1 = box
    found = []
    for u0, v0, u1, v1 in boxes:
        aligned = max(abs(u0 - x0), abs(u1 - x1)) <= ALIGNED_CELLS
        thin = v1 - v0 <= RING_SHARE * (y1 - y0)
        between = np.median(still[v1:y0, x0:x1], axis=1)
        if aligned and thin and 0 < between.size < y1 - y0 and (between < BLACK).mean() > 0.5:
            found.append((u0, v0, u1, v1))
    return found


def _joined(boxes: list[Box]) -> Box:
    low, high = np.min(boxes, axis=0), np.max(boxes, axis=0)
    return int(low[0]), int(low[1]), int(high[2]), int(high[3])


def _size(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _coarse(level: Map, cell: float) -> Map:
    height, width = level.shape
    size = (round(width / cell), round(height / cell))
    return np.asarray(cv2.resize(np.ascontiguousarray(level), size, interpolation=cv2.INTER_AREA))


def _live(much: Map) -> Mask:
    near = cv2.blur(much, (3, 3))
    seeds = near[near > FEWEST_LEVELS]
    if not seeds.size:
        return np.zeros(much.shape, np.bool_)
    least = max(LOWEST_LEVELS, LOWEST_SHARE * float((seeds * seeds).sum() / seeds.sum()))
    return np.asarray(near > least)


def _pieces(mask: Mask) -> tuple[NDArray[np.int32], list[Box]]:
    """Pieces of a mask that are no lines or letters, numbered from 1, and their boxes."""
    square = np.ones((OPENED_CELLS, OPENED_CELLS), np.uint8)
    padded = np.pad(mask.view(np.uint8), OPENED_CELLS, mode="edge")
    opened = cv2.morphologyEx(padded, cv2.MORPH_OPEN, square)
    inner = np.ascontiguousarray(opened[OPENED_CELLS:-OPENED_CELLS, OPENED_CELLS:-OPENED_CELLS])
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(inner, connectivity=4)
    boxes = [(int(x), int(y), int(x + w), int(y + h)) for x, y, w, h, _ in stats[1:count]]
    return np.asarray(pieces, np.int32), boxes


def _pixels(box: Box, ratio: NDArray[np.float64]) -> Box:
    down, across = ratio
    x0, y0, x1, y1 = box
    return round(x0 * across), round(y0 * down), round(x1 * across), round(y1 * down)
