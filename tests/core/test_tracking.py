"""What is followed, voted on, gated and cleaned, with a model that is arithmetic."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter, label

from parasam_core.agreement.overlap import iou
from parasam_core.mask import MaskStack, box_of
from parasam_core.provenance import Provenance
from parasam_core.sam.cleaning import cleaned, largest_body, without_holes
from parasam_core.sam.evidence import Answers, Found, agreed, alone, grown, piece, voted
from parasam_core.sam.presence import SHORTEST, main_run, runs, seed
from parasam_core.sam.tracking import Scan, tracked
from parasam_core.segmenter import doubtful_frames
from parasam_core.space import Space

SHAPE = (60, 80, 100)
FIRST, LAST = 15, 44
GEL, TUMOUR = 12, 90

bools = st.lists(st.booleans(), min_size=24, max_size=24)


@pytest.fixture(scope="module")
def body():
    """A tilted ellipsoid that ends abruptly in both directions, as (z, y, x) bool."""
    z, y, x = np.ogrid[: SHAPE[0], : SHAPE[1], : SHAPE[2]]
    across = ((y - 40 - (z - 30) * 0.4) / 22) ** 2 + ((x - 50) / 30) ** 2
    inside = ((z - 29.5) / 22) ** 2 + across < 1
    inside[:FIRST] = inside[LAST + 1 :] = False
    return inside


@pytest.fixture(scope="module")
def frames(body):
    rng = np.random.default_rng(3)
    return np.where(body, TUMOUR, GEL).astype(np.uint8) + rng.integers(0, 9, SHAPE, np.uint8)


def model_of(body):
    """Outlines what lies in a box; where there is no tumour, an ellipse that fills the box."""

    def ask(z, boxes):
        y, x = np.ogrid[: SHAPE[1], : SHAPE[2]]
        shapes = []
        for x0, y0, x1, y1 in boxes:
            fitted = ((x - (x0 + x1) / 2) / (x1 - x0)) ** 2 + ((y - (y0 + y1) / 2) / (y1 - y0)) ** 2
            around = (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
            shapes.append(around & body[z] if body[z].any() else fitted < 0.2)
        soft = np.stack([gaussian_filter(s.astype(np.float32), 0.7) for s in shapes])
        return Answers(soft, np.full(len(boxes), 0.9, np.float32))

    return ask


@pytest.mark.parametrize("frame", [20, 29, 40])
@pytest.mark.parametrize("jitter", [(0, 0, 0, 0), (-4, 3, 4, -3), (4, 4, -4, -4)])
def test_one_box_is_followed_to_both_ends(body, frames, frame, jitter):
    box = tuple(float(a + b) for a, b in zip(box_of(body[frame]), jitter, strict=True))
    looks = []
    found = tracked(Scan(frames, model_of(body), lambda: looks.append(1)), frame, box)
    assert (min(found), max(found)) == (FIRST, LAST)
    masks = np.zeros(SHAPE, np.bool_)
    for z, one in found.items():
        masks[z] = one.mask
    assert 2 * (masks & body).sum() / (masks.sum() + body.sum()) > 0.97
    assert len(looks) <= 2 * SHAPE[0]
    assert all(0.8 < one.confidence <= 1 for one in found.values())


def test_a_section_that_one_way_loses_the_other_way_brings_back(body, frames):
    """From below, the model sees half of frames 24–26 once; from above it sees them whole."""
    whole = model_of(body)
    seen: dict[int, int] = {}

    def ask(z, boxes):
        answers = whole(z, boxes)
        seen[z] = seen.get(z, 0) + 1
        if 24 <= z <= 26 and seen[z] == 1:
            halved = answers.probability.copy()
            halved[:, :, 50 + 8 :] = 0
            return Answers(halved, answers.score * 0.8)
        return answers

    found = tracked(Scan(frames, ask, lambda: None), 19, grown(box_of(body[19]), 0.03))
    for z in (24, 25, 26):
        assert iou(found[z].mask, body[z]) > 0.9


def test_a_box_on_nothing_gives_nothing(frames):
    def nothing(_, boxes):
        return Answers(np.zeros((len(boxes), *SHAPE[1:]), np.float32), np.zeros(len(boxes)))

    found = tracked(Scan(frames, nothing, lambda: None), 5, (10.0, 10.0, 30.0, 30.0))
    assert not found[5].mask.any()
    assert list(found) == [5]


def disc(x, y=30, radius=12, score=0.9):
    rows, columns = np.ogrid[:60, :80]
    mask = (rows - y) ** 2 + (columns - x) ** 2 < radius**2
    return Found(mask.astype(np.float32), mask, score, 1.0, 1.0)


def test_candidates_that_a_neighbour_does_not_know_count_less():
    leak = disc(40, radius=28)
    right = [disc(40), disc(41)]
    answers = Answers(
        np.stack([f.probability for f in (*right, leak)]), np.array([0.9, 0.9, 0.9], np.float32)
    )
    found = agreed(answers, disc(40).mask)
    assert iou(found.mask, disc(40).mask) > 0.9
    assert found.confidence < agreed(Answers(answers.probability[:2], answers.score[:2]),
                                     disc(40).mask).confidence  # fmt: skip


def test_the_surer_of_two_ways_wins():
    sure, unsure = disc(30, score=0.95), disc(50, score=0.5)
    assert iou(voted(sure, unsure).mask, sure.mask) == 1
    assert iou(voted(unsure, sure).mask, sure.mask) == 1


@given(bools, bools)
def test_confidence_and_overlap_stay_in_bounds(one, other):
    a, b = (np.array(v).reshape(4, 6) for v in (one, other))
    assert 0 <= iou(a, b) == iou(b, a) <= 1
    assert iou(a, a) == 1
    found = alone(Answers(a[None].astype(np.float32), np.array([1.3], np.float32)), b)
    assert 0 <= found.confidence <= 1
    one_piece = piece(a, b)
    assert not (one_piece & ~a).any()
    assert one_piece.any() == a.any()
    assert label(one_piece)[1] <= 1


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_runs_are_long_present_and_apart(present):
    founds = {z: disc(40, score=0.9 if here else 0.1) for z, here in enumerate(present)}
    kept = runs(founds, 0.5)
    assert all(len(run) >= SHORTEST for run in kept)
    assert all(present[z] for run in kept for z in run)
    assert all(b[0] - a[-1] > 1 for a, b in pairwise(kept))


def test_the_tumour_is_the_run_with_most_of_it_and_seeds_are_inside_it():
    founds = {z: disc(20, radius=4) for z in range(10)}
    founds |= {z: disc(50, radius=6 + min(z - 12, 25 - z)) for z in range(12, 26)}
    founds |= {z: disc(10 + 30 * (z % 2)) for z in range(27, 40)}
    assert main_run(founds, 0.5) == list(range(12, 26))
    frame, box = seed(founds, 0.5)
    assert 16 <= frame <= 21
    assert box == tuple(map(float, box_of(founds[frame].mask)))


def test_no_frame_that_is_sure_gives_no_seed():
    assert seed({z: disc(40, score=0.3) for z in range(30)}, 0.5) is None
    assert seed({}, 0.5) is None


def stack(masks, confidence=None):
    details = {} if confidence is None else {"confidence": confidence}
    return MaskStack(masks, Space(masks.shape, (1, 1, 1)), Provenance("m", details=details))


@given(st.lists(st.booleans(), min_size=60, max_size=60))
@settings(max_examples=50)
def test_the_largest_body_is_one_and_no_other_is_larger(voxels):
    masks = np.array(voxels).reshape(3, 4, 5)
    kept = largest_body(masks)
    sizes = np.bincount(label(masks)[0].ravel())[1:]
    assert not (kept & ~masks).any()
    assert kept.sum() == (sizes.max() if sizes.size else 0)


def test_rules_are_applied_when_asked_for_and_named():
    masks = np.zeros((4, 12, 12), np.bool_)
    masks[0:3, 2:9, 2:9] = True
    masks[1, 4, 4] = False
    masks[3, 11, 11] = True
    kept = cleaned(stack(masks), keep_largest=True)
    assert not kept.masks[3].any()
    assert not kept.masks[1, 4, 4]
    assert kept.provenance.details == {"keep_largest": True, "fill_holes": False}
    filled = cleaned(stack(masks), fill_holes=True)
    assert filled.masks[1, 4, 4]
    assert filled.masks[3].any()
    assert np.array_equal(without_holes(filled.masks), filled.masks)


def test_doubtful_are_unsure_frames_and_gaps():
    masks = np.zeros((8, 4, 4), np.bool_)
    masks[[2, 3, 5, 6]] = True
    sure = {"2": 0.9, "3": 0.4, "5": 0.9, "6": 0.95}
    assert doubtful_frames(stack(masks, sure)) == [3, 4]
    assert doubtful_frames(stack(np.zeros_like(masks))) == []
