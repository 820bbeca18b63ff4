"""Boxes, points or nothing in, masks out: a `Segmenter` over a SAM-family model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Sequence as Items
from itertools import count
from typing import Any

import numpy as np

from parasam_core.errors import ModelError, PromptError
from parasam_core.mask import CONFIDENCE, MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.sam.asking import Asker
from parasam_core.sam.embeddings import Embeddings
from parasam_core.sam.evidence import FloatBox, Found, agreed, alone
from parasam_core.sam.models import SamModel
from parasam_core.sam.presence import seed
from parasam_core.sam.tracking import Scan, tracked
from parasam_core.segmenter import (
    Outline,
    Point,
    Progress,
    boxes_between,
    check_shows_something,
    checked_box,
    checked_boxes,
    checked_points,
    no_progress,
)
from parasam_core.sequence import Box, Sequence

LEAST_SCORE = 0.5
"""Below which a mask is no tumour, for models whose card does not say."""


class SamSegmenter:
    """See `segmenter.Segmenter`."""

    def __init__(self, model: SamModel) -> None:
        self._model = model
        self.name = model.name

    def segment(
        self, sequence: Sequence, boxes: Mapping[int, Box], progress: Progress = no_progress
    ) -> MaskStack:
        """Follow one box, or go from box to box; see `segmenter.Segmenter`.

        Raises:
            PromptError: no box, or one that does not fit.
        """
        inside = checked_boxes(boxes, sequence)
        for z in inside:
            check_shows_something(z, sequence)
        found = (
            self._followed(sequence, inside, progress)
            if len(inside) == 1
            else self._between(sequence, inside, progress)
        )
        given = {str(z): list(box) for z, box in sorted(boxes.items())}
        way = "followed" if len(inside) == 1 else "interpolated"
        return self._stack(sequence, found, {"boxes_xyxy": given, "way": way})

    def find(self, sequence: Sequence, progress: Progress = no_progress) -> MaskStack:
        """Ask every frame without a box, then follow what the steadiest of them shows.

        Raises:
            ModelError: the model was not trained for it.
        """
        card = self._model.card
        if card is None:
            raise ModelError(
                f"expected a ParaSAM model to find a tumour without a box, got {self.name}; "
                "train one with `parasam train` and name it with --model"
            )
        least = LEAST_SCORE if card.presence_score is None else card.presence_score
        ask = self._asker(sequence, range(len(sequence.frames)), progress)
        founds = _asked_without_box(sequence, ask, progress)
        start = seed(founds, least)
        details = {"way": "auto", "presence_score": least}
        if start is None:
            return self._stack(sequence, {}, details)
        found = _tracked(sequence, ask, start, progress)
        return self._stack(sequence, found, {**details, "seed_frame": start[0]})

    def frame(
        self, sequence: Sequence, number: int, box: Box | None = None, points: Items[Point] = ()
    ) -> Outline:
        """One frame's mask from a box, points, or both; its embedding is kept.

        Raises:
            PromptError: neither box nor point, or one that does not fit.
        """
        if box is None and not points:
            raise PromptError(f"expected a box or a point on frame {number}, got none")
        where = checked_points(points, sequence, number)
        inside = None if box is None else checked_box(box, sequence, number)
        check_shows_something(number, sequence)
        ask = self._asker(sequence, [number], no_progress)
        answers = ask.pointed(number, inside, where, [kind for *_, kind in points])
        found = alone(answers, None)
        return Outline(found.mask, float(np.clip(found.score, 0, 1)))

    def _followed(
        self, sequence: Sequence, boxes: Mapping[int, Box], progress: Progress
    ) -> dict[int, Found]:
        [(frame, box)] = boxes.items()
        ask = self._asker(sequence, range(len(sequence.frames)), progress)
        return _tracked(sequence, ask, (frame, box), progress)

    def _between(
        self, sequence: Sequence, boxes: Mapping[int, Box], progress: Progress
    ) -> dict[int, Found]:
        every = boxes_between(boxes)
        ask = self._asker(sequence, every, progress)
        found: dict[int, Found] = {}
        for done, (z, box) in enumerate(every.items(), start=1):
            before = found[z - 1].mask if z - 1 in found else None
            found[z] = alone(ask(z, [box]), before)
            progress("outlining", done, len(every))
        return found

    def _asker(self, sequence: Sequence, frames: Iterable[int], progress: Progress) -> Asker:
        embeddings = Embeddings(sequence, self._model.encoder)
        embeddings.compute(frames, progress)
        height, width = sequence.frames.shape[1:]
        return Asker(self._model, embeddings, (height, width))

    def _stack(
        self, sequence: Sequence, found: Mapping[int, Found], details: dict[str, Any]
    ) -> MaskStack:
        masks = np.zeros(sequence.space.shape, np.bool_)
        sure = {}
        for z in sorted(found):
            masks[z] = found[z].mask
            if masks[z].any():
                sure[str(z)] = round(found[z].confidence, 3)
        made = Provenance(
            source=self._model.name,
            digest=self._model.digest,
            made_by=signed("segment"),
            details={
                **details,
                CONFIDENCE: sure,
                "frames_digest": sequence.provenance.digest,
                "spacing_source": sequence.provenance.details.get("spacing_source", ""),
            },
        )
        return MaskStack(masks, sequence.space, made)


def _asked_without_box(sequence: Sequence, ask: Asker, progress: Progress) -> dict[int, Found]:
    """Every frame that shows something, with the whole of it as box."""
    frames, height, width = sequence.frames.shape
    whole = (0.0, 0.0, float(width), float(height))
    founds: dict[int, Found] = {}
    for z, frame in enumerate(sequence.frames):
        if frame.min() < frame.max():
            founds[z] = agreed(ask(z, [whole]), None)
        progress("searching", z + 1, frames)
    return founds


def _tracked(
    sequence: Sequence, ask: Asker, start: tuple[int, FloatBox], progress: Progress
) -> dict[int, Found]:
    """`tracking.tracked`, with progress: every frame is looked at twice at most."""
    most = 2 * len(sequence.frames)
    looks = count(1)
    scan = Scan(sequence.frames, ask, lambda: progress("following", next(looks), most))
    found = tracked(scan, *start)
    progress("following", most, most)
    return found
