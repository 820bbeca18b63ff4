"""The interval holds the true volume, and warnings say what is wrong with a number."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from parasam_core.interval import interval
from parasam_core.mask import MaskStack
from parasam_core.measure import measure
from parasam_core.provenance import Provenance
from parasam_core.solid import fill, surface
from parasam_core.space import Space
from tests.core.bodies import SPACING, ball, drawn, every


def surface_of_a_ball_mm2(volume_mm3):
    """The least that any body of this volume has."""
    return float(np.cbrt(36 * np.pi * volume_mm3**2))


def test_intervals_of_phantoms_hold_the_truth():
    """At least 90 of 100, and the sections' part alone nearly as often; widths as documented."""
    rng = np.random.default_rng(8)
    held, by_sections, widths = 0, 0, []
    for _ in range(100):
        true_mm3 = float(np.exp(rng.uniform(np.log(5), np.log(80))))
        masks = ball(true_mm3, rng.uniform(0.7, 1.4, 3), rng.uniform(-0.5, 0.5, 3))
        step = int(rng.choice([1, 3, 5, 10] if true_mm3 > 20 else [1, 3, 5]))
        mask = drawn(masks, every(masks, step, int(rng.integers(step))))
        volume = fill(mask)
        found = interval(mask, volume, surface_of_a_ball_mm2(volume.volume_mm3))
        held += found.low_mm3 <= true_mm3 <= found.high_mm3
        off_mm3 = abs(volume.volume_mm3 - true_mm3)
        by_sections += off_mm3 <= found.parts_mm3["sections"] + 0.002 * true_mm3
        widths.append((found.high_mm3 - found.low_mm3) / 2 / true_mm3)
    assert held >= 90
    assert by_sections >= 85
    assert 0.02 < np.median(widths) < 0.07


def test_fewer_sections_make_it_wider():
    masks = ball(40)
    halves = []
    for step in (1, 5, 10):
        mask = drawn(masks, every(masks, step))
        found = interval(mask, fill(mask), surface_of_a_ball_mm2(40))
        halves.append(found.high_mm3 - found.low_mm3)
    assert halves == sorted(halves)
    assert halves[0] < halves[2]


def test_a_model_that_is_not_sure_makes_it_wider():
    masks = ball(40)
    space = Space(masks.shape, SPACING)
    shown = np.flatnonzero(masks.any(axis=(1, 2)))
    parts = []
    for confidence in (1.0, 0.9):
        details = {"confidence": {str(z): confidence for z in shown}}
        mask = MaskStack(masks, space, Provenance("model", details=details))
        parts.append(interval(mask, fill(mask), 60.0).parts_mm3["model"])
    assert parts == pytest.approx([0, 4], abs=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_what_caps_add_is_told_and_widens_the_interval(seed):
    rng = np.random.default_rng(seed)
    masks = ball(40, rng.uniform(0.7, 1.4, 3))
    shown = np.flatnonzero(masks.any(axis=(1, 2)))
    left = len(shown) // 6
    mask = drawn(masks, shown[left:-left:3])
    found = [interval(mask, fill(mask, ends=ends), 60.0) for ends in ("drawn", "caps")]
    missing_mm3 = 40 - fill(mask, ends="drawn").volume_mm3
    assert found[0].extrapolated_mm3 == 0
    assert found[1].extrapolated_mm3 == pytest.approx(missing_mm3, rel=0.4)
    assert found[1].parts_mm3["ends"] == found[1].extrapolated_mm3
    assert any("beyond the outlines" in warning for warning in found[1].warnings)
    assert found[1].low_mm3 <= 40 <= found[1].high_mm3


def test_what_is_cut_off_few_or_small_is_said():
    masks = ball(5)
    cut = masks[:, 12:]
    mask = MaskStack(cut, Space(cut.shape, SPACING), Provenance("x"))
    [warning] = interval(mask, fill(mask), 10.0).warnings
    assert warning.startswith("the tumour touches the upper edge")
    sparse = drawn(masks, every(masks, 10))
    assert "only 4 sections" in interval(sparse, fill(sparse), 10.0).warnings[0]
    coarse = replace(mask, masks=masks[:, ::4, ::4], space=Space(masks[:, ::4, ::4].shape, SPACING))
    assert any("pixels across" in w for w in interval(coarse, fill(coarse), 10.0).warnings)


def test_a_measurement_says_how_sure_it_is_and_what_was_filled():
    masks = ball(5)
    mask = drawn(masks, every(masks, 5))
    volume = fill(mask)
    found = measure(mask, volume, surface(volume))
    low, high = found.interval_mm3
    assert low < found.volume_mm3 < high
    frames = found.frames[1] - found.frames[0] + 1
    assert found.outlined_frames + found.filled_frames == frames
    assert found.filled_frames > found.outlined_frames
    assert json.loads(json.dumps(found.as_json()))["warnings"] == list(found.warnings)


@pytest.mark.parametrize("spacing", [(76.0, 47.0, 47.0), (0.0001, 0.04, 0.04)])
def test_a_spacing_that_is_hardly_in_mm_is_said(spacing):
    masks = ball(5)
    mask = MaskStack(masks, Space(masks.shape, spacing), Provenance("x"))
    [first, *_] = interval(mask, fill(mask), 1.0).warnings
    assert "check that it is in mm" in first
