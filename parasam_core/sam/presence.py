"""Where a scan shows a tumour at all, when nobody has said so. Free of torch.

A model that was trained to need no box draws a shape in every frame. A tumour is what it is sure
of, and what goes on from frame to frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from parasam_core.agreement.overlap import iou
from parasam_core.sam.evidence import FloatBox, Found, float_box_of

SHORTEST = 5
"""Frames of the shortest run that is taken for a tumour."""

LINKED = 0.5
"""IoU of masks in frames side by side that show one body."""

SMALLEST, LARGEST = 0.002, 0.6
"""Shares of the frame that a section can be."""


def is_present(found: Found, least_score: float) -> bool:
    """Whether one frame's mask can be a tumour."""
    share = found.mask.mean()
    return found.score >= least_score and SMALLEST <= share <= LARGEST


def runs(founds: Mapping[int, Found], least_score: float) -> list[list[int]]:
    """Frames side by side whose masks can be one tumour; shorter runs are left out.

    Args:
        founds: the frames, each asked without a box.
        least_score: a mask with less is none.
    """
    present = [z for z in sorted(founds) if is_present(founds[z], least_score)]
    found: list[list[int]] = []
    for z in present:
        goes_on = bool(found) and found[-1][-1] == z - 1
        if goes_on and iou(founds[z - 1].mask, founds[z].mask) >= LINKED:
            found[-1].append(z)
        else:
            found.append([z])
    return [run for run in found if len(run) >= SHORTEST]


def main_run(founds: Mapping[int, Found], least_score: float) -> list[int]:
    """The run with most tumour, each pixel counted by its frame's score; empty where none is."""
    found = runs(founds, least_score)
    return max(found, key=lambda run: _tumour(run, founds), default=[])


def steadiest(run: Sequence[int], founds: Mapping[int, Found]) -> int:
    """The frame of a run that is most like its neighbours, well scored and not at a tip."""
    largest = max(float(founds[z].mask.sum()) for z in run)

    def worth(index: int) -> float:
        mine = founds[run[index]]
        beside = [founds[z].mask for z in run[max(index - 2, 0) : index + 3]]
        alike = float(np.mean([iou(mine.mask, other) for other in beside]))
        return float(mine.score * alike * np.sqrt(mine.mask.sum() / largest))

    return run[max(range(len(run)), key=worth)]


def seed(founds: Mapping[int, Found], least_score: float) -> tuple[int, FloatBox] | None:
    """The frame and box that a tumour is followed from; None where there is no tumour.

    Args:
        founds: the frames, each asked without a box.
        least_score: a mask with less is none.
    """
    run = main_run(founds, least_score)
    if not run:
        return None
    frame = steadiest(run, founds)
    box = float_box_of(founds[frame].mask)
    return None if box is None else (frame, box)


def _tumour(run: Sequence[int], founds: Mapping[int, Found]) -> float:
    return float(sum(founds[z].score * founds[z].mask.sum() for z in run))
