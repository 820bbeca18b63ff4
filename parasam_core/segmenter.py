"""What a model is asked and what it answers, free of torch."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from collections.abc import Sequence as Items
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import PromptError
from parasam_core.mask import MaskStack
from parasam_core.sequence import Box, Sequence

Progress = Callable[[str, int, int], None]
"""Called with (what, done, total) after every step of long work."""


Point = tuple[int, int, bool]
"""(x, y) in pixels of the full frame, and whether it is inside the tumour."""


@dataclass(frozen=True)
class Outline:
    """A model's answer to a prompt on one frame.

    Attributes:
        mask: (y, x) bool on the B-mode area.
        score: 0..1, what the model expects of the mask's IoU.
    """

    mask: NDArray[np.bool_]
    score: float


DOUBTFUL = 0.85
"""Confidence below which a frame is listed for a person to look at."""


def no_progress(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


class Segmenter(Protocol):
    """Anything that outlines the tumour of a sequence."""

    name: str

    def segment(
        self, sequence: Sequence, boxes: Mapping[int, Box], progress: Progress = no_progress
    ) -> MaskStack:
        """Masks from boxes; their provenance says how sure each frame is.

        One box is followed in both directions to where the tumour ends. Several are linear
        between each other, and frames before the first and after the last one stay empty.

        Args:
            sequence: the frames.
            boxes: frame number → (x0, y0, x1, y1), half-open, in pixels of the full frame.
            progress: told about every frame.

        Raises:
            PromptError: no box, or one that does not fit.
        """
        ...

    def find(self, sequence: Sequence, progress: Progress = no_progress) -> MaskStack:
        """Masks without any prompt; all empty where there is no tumour.

        Args:
            sequence: the frames.
            progress: told about every frame.

        Raises:
            ModelError: the model was not trained for it.
        """
        ...

    def frame(
        self, sequence: Sequence, number: int, box: Box | None = None, points: Items[Point] = ()
    ) -> Outline:
        """One frame's mask from a box, points, or both; its embedding is kept.

        LiteMedSAM and MedSAM were trained on boxes alone: points guide them poorly.

        Args:
            sequence: the frames.
            number: which frame.
            box: (x0, y0, x1, y1), half-open, in pixels of the full frame.
            points: inside the tumour or outside of it.

        Raises:
            PromptError: neither box nor point, or one that does not fit.
        """
        ...


def doubtful_frames(mask: MaskStack) -> list[int]:
    """Frames that a person should look at: unsure ones, and gaps between frames with tumour.

    Args:
        mask: what a segmenter found. Frames that a hand has drawn since are not doubtful, nor is
            any of a mask that no model drew.
    """
    ends, sure, seen = mask.frames_with_tumour, mask.confidence, mask.edited_frames
    if ends is None or not sure:
        return []
    asked = (z for z in range(ends[0], ends[1] + 1) if z not in seen)
    return [z for z in asked if sure.get(z, 0.0) < DOUBTFUL]


def read_boxes(path: Path | str) -> dict[int, Box]:
    """A JSON file of `{"frame": [x0, y0, x1, y1]}`, half-open, in pixels of the full frame.

    Raises:
        PromptError: there is no such file, or it is not one of boxes.
    """
    wanted = 'a JSON file of {"FRAME": [X0, Y0, X1, Y1]}'
    try:
        stored = json.loads(Path(path).read_text("utf-8"))
    except FileNotFoundError:
        raise PromptError(f"expected {wanted}, got {path}, which is not there") from None
    except (ValueError, OSError) as error:
        raise PromptError(f"expected {wanted}, got {path}: {error}") from None
    if not isinstance(stored, dict) or not stored:
        raise PromptError(f"expected {wanted}, got {path} without any frame")
    return dict(_stored_box(key, value, path) for key, value in stored.items())


def _stored_box(key: str, value: Any, path: Path | str) -> tuple[int, Box]:
    if not key.isdecimal():
        raise PromptError(f"expected frame numbers as keys of {path}, got {key!r}")
    if (
        not isinstance(value, list)
        or len(value) != 4
        or not all(isinstance(v, int | float) and math.isfinite(v) for v in value)
    ):
        raise PromptError(
            f"expected four numbers x0, y0, x1, y1 for frame {key} of {path}, got {value}"
        )
    x0, y0, x1, y1 = (round(v) for v in value)
    return int(key), (x0, y0, x1, y1)


def checked_box(box: Box, sequence: Sequence, frame: int) -> Box:
    """A box of the full frame in pixels of the B-mode area, cut to it.

    Raises:
        PromptError: the frame is not there; the box is empty, leaves the full frame, or misses
            the B-mode area.
    """
    _check_frame(frame, sequence)
    height, width = sequence.full_frame_shape
    x0, y0, x1, y1 = box
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise PromptError(
            f"expected a box x0,y0,x1,y1 with x0 < x1 and y0 < y1 inside the full frame of "
            f"{width}×{height} pixels on frame {frame}, got {x0},{y0},{x1},{y1}"
        )
    left, top, right, bottom = sequence.roi_xyxy
    inside = (
        max(x0, left) - left,
        max(y0, top) - top,
        min(x1, right) - left,
        min(y1, bottom) - top,
    )
    if inside[0] >= inside[2] or inside[1] >= inside[3]:
        raise PromptError(
            f"expected a box that meets the B-mode area (columns {left}–{right}, "
            f"rows {top}–{bottom}) on frame {frame}, got {x0},{y0},{x1},{y1}"
        )
    return inside


def checked_points(
    points: Items[Point], sequence: Sequence, frame: int
) -> list[tuple[float, float]]:
    """Points of the full frame as (x, y) in pixels of the B-mode area.

    Raises:
        PromptError: the frame is not there, or a point is not in the B-mode area.
    """
    _check_frame(frame, sequence)
    left, top, right, bottom = sequence.roi_xyxy
    for x, y, _ in points:
        if not (left <= x < right and top <= y < bottom):
            raise PromptError(
                f"expected a point in the B-mode area (columns {left}–{right}, rows "
                f"{top}–{bottom}) on frame {frame}, got {x},{y}"
            )
    return [(float(x - left), float(y - top)) for x, y, _ in points]


def check_shows_something(frame: int, sequence: Sequence) -> None:
    """Refuse a prompt on a frame of one grey level.

    Raises:
        PromptError: it is one.
    """
    grey = sequence.frames[frame]
    if grey.min() == grey.max():
        raise PromptError(
            f"expected a frame that shows something, got frame {frame}, which is all of grey "
            f"level {grey.min()}; prompt another"
        )


def _check_frame(frame: int, sequence: Sequence) -> None:
    if not 0 <= frame < sequence.space.shape[0]:
        raise PromptError(
            f"expected a frame between 0 and {sequence.space.shape[0] - 1}, got {frame}"
        )


def checked_boxes(boxes: Mapping[int, Box], sequence: Sequence) -> dict[int, Box]:
    """All boxes in pixels of the B-mode area.

    Raises:
        PromptError: no box at all, or one that does not fit: see `checked_box`.
    """
    if not boxes:
        raise PromptError("expected at least one box FRAME:X0,Y0,X1,Y1, got none")
    return {frame: checked_box(box, sequence, frame) for frame, box in boxes.items()}


def boxes_between(boxes: Mapping[int, Box]) -> dict[int, tuple[float, float, float, float]]:
    """A box for every frame from the first to the last given one, linear between them.

    Args:
        boxes: frame number → (x0, y0, x1, y1) in pixels; at least one.
    """
    known = sorted(boxes)
    between: dict[int, tuple[float, float, float, float]] = {}
    for start, stop in pairwise(known):
        for frame in range(start, stop):
            t = (frame - start) / (stop - start)
            mixed = [a + t * (b - a) for a, b in zip(boxes[start], boxes[stop], strict=True)]
            between[frame] = (mixed[0], mixed[1], mixed[2], mixed[3])
    x0, y0, x1, y1 = boxes[known[-1]]
    between[known[-1]] = (float(x0), float(y0), float(x1), float(y1))
    return between
