"""Which frames of a model's mask a person should look at."""

from datetime import UTC, datetime

import numpy as np

from parasam_core.mask import MaskStack, edited
from parasam_core.provenance import Provenance, signed
from parasam_core.segmenter import DOUBTFUL, doubtful_frames
from parasam_core.space import Space

SPACE = Space((8, 4, 4), (0.1, 0.1, 0.1))
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def mask_of(sure, frames=range(1, 7)):
    masks = np.zeros(SPACE.shape, bool)
    masks[list(frames), 1:3, 1:3] = True
    details = {"confidence": {str(z): c for z, c in sure.items()}}
    return MaskStack(masks, SPACE, Provenance("m", made_by=signed("segment"), details=details))


def test_those_below_the_bound_and_gaps_are_doubtful():
    sure = {1: 0.99, 2: DOUBTFUL, 3: DOUBTFUL - 0.01, 5: 0.9, 6: 0.1}
    mask = mask_of(sure, [1, 2, 3, 5, 6])
    assert mask.confidence == sure
    assert doubtful_frames(mask) == [3, 4, 6]


def test_one_that_a_hand_drew_is_not_and_has_no_confidence():
    mask = mask_of(dict.fromkeys(range(1, 7), 0.2))
    drawn = edited(mask, 3, mask.masks[3], NOW)
    assert drawn.edited_frames == {3}
    assert 3 not in drawn.confidence
    assert doubtful_frames(drawn) == [1, 2, 4, 5, 6]


def test_no_frame_of_a_mask_that_no_model_drew_is():
    mask = mask_of({})
    assert mask.confidence == {}
    assert doubtful_frames(mask) == []


def test_no_frame_is_where_there_is_no_tumour():
    assert doubtful_frames(mask_of({}, [])) == []
