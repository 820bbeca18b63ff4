"""Boxes in, masks out: a `Segmenter` over a SAM-family model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.sam.embeddings import Embeddings
from parasam_core.sam.models import SamModel
from parasam_core.segmenter import Progress, boxes_between, checked_boxes, no_progress
from parasam_core.sequence import Box, Sequence


class SamSegmenter:
    """See `segmenter.Segmenter`; one box a frame, interpolated between the given ones."""

    def __init__(self, model: SamModel) -> None:
        self._model = model
        self.name = model.name

    def segment(
        self, sequence: Sequence, boxes: Mapping[int, Box], progress: Progress = no_progress
    ) -> MaskStack:
        """Masks for every frame from the first to the last box; other frames stay empty.

        Raises:
            PromptError: no box, or one that does not fit.
        """
        every = boxes_between(checked_boxes(boxes, sequence))
        embeddings = Embeddings(sequence, self._model)
        embeddings.compute(every, progress)
        masks = np.zeros(sequence.space.shape, np.bool_)
        ways = self._model.preprocess
        for done, (z, box) in enumerate(every.items(), start=1):
            prompt = ways.box(box, masks.shape[1:])
            logits = self._model.decode(embeddings.of(z), prompt)
            masks[z] = ways.mask(logits, masks.shape[1:])
            progress("outlining", done, len(every))
        return MaskStack(masks, sequence.space, self._provenance(boxes, sequence))

    def _provenance(self, boxes: Mapping[int, Box], sequence: Sequence) -> Provenance:
        return Provenance(
            source=self._model.name,
            digest=self._model.digest,
            made_by=signed("segment"),
            details={
                "boxes_xyxy": {str(z): list(box) for z, box in sorted(boxes.items())},
                "frames_digest": sequence.provenance.digest,
                "spacing_source": sequence.provenance.details.get("spacing_source", ""),
            },
        )
