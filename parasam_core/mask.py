"""MaskStack: which voxels are tumour, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parasam_core.errors import GeometryError
from parasam_core.provenance import EDITED_FROM, Provenance, signed
from parasam_core.sequence import Box
from parasam_core.space import Space

EDITED = "edit"
"""The verb of masks that were drawn over by hand."""

EDITED_FRAMES = "edited"
"""Where provenance says which frames were drawn over: frame number as text → when."""

CONFIDENCE = "confidence"
"""Where a model's provenance says how sure it was: frame number as text → 0..1."""


class Masks(Protocol):
    """Masks that come frame by frame, so that not all of them need be in memory."""

    @property
    def space(self) -> Space:
        """The grid of the masks."""
        ...

    @property
    def provenance(self) -> Provenance:
        """What drew them."""
        ...

    @property
    def annotated(self) -> NDArray[np.bool_]:
        """(z,) see `MaskStack`."""
        ...

    def frames(self) -> Iterator[NDArray[np.bool_]]:
        """Each frame's (y, x) mask, in order."""
        ...


@dataclass(frozen=True)
class MaskStack:
    """One mask a frame.

    Attributes:
        masks: (z, y, x) bool, True inside the tumour.
        space: the grid of `masks`.
        provenance: what drew them.
        annotated: (z,) bool, False where nobody and nothing has looked at the frame;
            such a frame is unknown, not background. All True by default.

    Raises:
        GeometryError: masks and space do not agree.
    """

    masks: NDArray[np.bool_]
    space: Space
    provenance: Provenance
    annotated: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        if self.masks.dtype != np.bool_ or self.masks.shape != self.space.shape:
            raise GeometryError(
                f"expected bool masks of shape {self.space.shape} (z, y, x), "
                f"got {self.masks.dtype} of {self.masks.shape}"
            )
        if self.annotated.size == 0:
            object.__setattr__(self, "annotated", np.ones(self.masks.shape[0], np.bool_))
        if self.annotated.shape != self.masks.shape[:1]:
            raise GeometryError(
                f"expected one annotated flag for each of {self.masks.shape[0]} frames, "
                f"got shape {self.annotated.shape}"
            )

    def frames(self) -> Iterator[NDArray[np.bool_]]:
        """Each frame's (y, x) mask, in order."""
        return iter(self.masks)

    @cached_property
    def outlined_frames(self) -> NDArray[np.int64]:
        """(n,) frames that somebody or something looked at and that show tumour, in order."""
        return np.flatnonzero(self.annotated & self.masks.any(axis=(1, 2)))

    @cached_property
    def confidence(self) -> dict[int, float]:
        """How sure a model was of each frame that it drew, 0..1; no frame where none did.

        What a hand has drawn over since is not in it.
        """
        sure = self.provenance.details.get(CONFIDENCE, {})
        return {int(z): float(c) for z, c in sure.items()} if isinstance(sure, Mapping) else {}

    @property
    def edited_frames(self) -> frozenset[int]:
        """Frames that a hand has drawn over since the masks were made."""
        return frozenset(int(z) for z in self.provenance.details.get(EDITED_FRAMES, {}))

    @property
    def frames_with_tumour(self) -> tuple[int, int] | None:
        """First and last frame with at least one pixel of tumour; None where there is none."""
        frames = np.flatnonzero(self.masks.any(axis=(1, 2)))
        return (int(frames[0]), int(frames[-1])) if frames.size else None


def edited(stack: MaskStack, frame: int, mask: NDArray[np.bool_], at: datetime) -> MaskStack:
    """The masks with another on one frame, which somebody has looked at then.

    Args:
        stack: as they were.
        frame: which is another.
        mask: (y, x) bool.
        at: when, which the provenance keeps; a model's confidence in that frame goes.

    Raises:
        GeometryError: the mask is not of the frames' size.
    """
    if mask.shape != stack.space.shape[1:]:
        raise GeometryError(f"expected a mask of {stack.space.shape[1:]} (y, x), got {mask.shape}")
    masks, annotated = stack.masks.copy(), stack.annotated.copy()
    masks[frame], annotated[frame] = mask, True
    made = stack.provenance
    details = _edit_noted(made, frame, at)
    noted = replace(made, made_by=signed(EDITED), details=details)
    return MaskStack(masks, stack.space, noted, annotated)


def _edit_noted(made: Provenance, frame: int, at: datetime) -> dict[str, Any]:
    details = dict(made.details)
    details.setdefault(EDITED_FROM, made.made_by)
    details[EDITED_FRAMES] = {**details.get(EDITED_FRAMES, {}), str(frame): at.isoformat()}
    sure = details.get(CONFIDENCE)
    if isinstance(sure, Mapping):
        details[CONFIDENCE] = {z: c for z, c in sure.items() if int(z) != frame}
    return details


def box_of(mask: NDArray[np.bool_]) -> Box | None:
    """The smallest half-open box (x0, y0, x1, y1) in pixels around a (y, x) mask; None if empty."""
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def around(shown: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of a (y, x) mask that is not empty, with `reach`'s margin."""
    return reach(np.asarray(shown.any(axis=1))), reach(np.asarray(shown.any(axis=0)))


def reach(hit: NDArray[np.bool_]) -> slice:
    """From the first True of a line to the last, and a quarter of that beyond each."""
    where = np.flatnonzero(hit)
    margin = max(2, (where[-1] - where[0]) // 4)
    return slice(int(max(where[0] - margin, 0)), int(min(where[-1] + margin + 1, hit.size)))


def box_around(mask: NDArray[np.bool_], margin_px: int) -> Box | None:
    """The half-open box so far around a (y, x) mask, within the image; None if it is empty."""
    found = box_of(mask)
    if found is None:
        return None
    x0, y0, x1, y1 = found
    height, width = mask.shape
    return (
        max(x0 - margin_px, 0),
        max(y0 - margin_px, 0),
        min(x1 + margin_px, width),
        min(y1 + margin_px, height),
    )


def mask_from_outline(outline_xy: ArrayLike, shape_yx: tuple[int, int]) -> NDArray[np.bool_]:
    """Fill a closed outline: True where a pixel's centre lies inside (even-odd rule).

    Args:
        outline_xy: (n, 2) corners (x, y) in pixels, pixel centres at whole numbers; the last
            corner joins the first.
        shape_yx: (y, x) of the mask.

    Returns:
        (y, x) bool.

    Raises:
        GeometryError: fewer than three corners, or one that is not finite.
    """
    corners = np.asarray(outline_xy, np.float64)
    if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
        raise GeometryError(
            f"expected an outline of >= 3 corners (x, y), got shape {corners.shape}"
        )
    if not np.isfinite(corners).all():
        raise GeometryError("expected finite outline corners (x, y), got NaN or infinity")
    crossings = np.zeros((shape_yx[0], shape_yx[1] + 1), np.int64)
    for (xa, ya), (xb, yb) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        _count_crossings(crossings, xa, ya, xb, yb)
    inside = np.cumsum(crossings, axis=1)[:, :-1] % 2
    return inside.astype(np.bool_)


def _count_crossings(
    crossings: NDArray[np.int64], xa: float, ya: float, xb: float, yb: float
) -> None:
    """Mark, in every row that an edge crosses, the first pixel centre to its right."""
    top, bottom = sorted((ya, yb))
    first = max(int(np.ceil(top)), 0)
    stop = min(int(np.ceil(bottom)), crossings.shape[0])
    if first >= stop:
        return
    rows = np.arange(first, stop)
    x = xa + (rows - ya) * (xb - xa) / (yb - ya)
    columns = np.clip(np.ceil(x), 0, crossings.shape[1] - 1).astype(np.int64)
    np.add.at(crossings, (rows, columns), 1)
