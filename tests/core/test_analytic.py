"""Volumes of bodies that a formula gives, on the original's voxels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from parasam_core.interval import interval
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.solid import fill, surface
from parasam_core.space import Space
from tests.core.analytic import BODIES
from tests.core.bodies import SPACING, drawn, every


@pytest.mark.parametrize("size_mm3", [5, 40, 400])
@pytest.mark.parametrize("shape", BODIES)
def test_voxels_give_the_volume(shape, size_mm3):
    rng = np.random.default_rng(size_mm3)
    masks = BODIES[shape](size_mm3, rng)
    volume = fill(MaskStack(masks, Space(masks.shape, SPACING), Provenance("x")))
    assert volume.volume_mm3 == pytest.approx(size_mm3, rel=0.002)
    assert surface(volume).volume_mm3 == pytest.approx(volume.volume_mm3, rel=0.002)


@pytest.mark.parametrize(("step", "most"), [(5, 0.003), (10, 0.01)])
def test_sparse_outlines_of_all_shapes_have_no_bias(step, most):
    rng = np.random.default_rng(step)
    errors = []
    for shape in [*BODIES.values()] * 6:
        masks = shape(40, rng)
        mask = drawn(masks, every(masks, step, int(rng.integers(step))))
        errors.append(fill(mask, ends="drawn").volume_mm3 / 40 - 1)
    assert abs(np.mean(errors)) < most


def test_intervals_of_all_shapes_hold_the_truth():
    rng = np.random.default_rng(2)
    held = 0
    for shape in [*BODIES.values()] * 10:
        true_mm3 = float(np.exp(rng.uniform(np.log(5), np.log(80))))
        masks = shape(true_mm3, rng)
        step = int(rng.choice([1, 3, 5, 10] if true_mm3 > 20 else [1, 3, 5]))
        mask = drawn(masks, every(masks, step, int(rng.integers(step))))
        volume = fill(mask, ends="drawn")
        found = interval(mask, volume, surface(volume).surface_mm2)
        held += found.low_mm3 <= true_mm3 <= found.high_mm3
    assert held >= 36


def test_the_originals_own_number():
    """237,455 voxels of 0.04718 × 0.04718 × 0.076 mm, which the original called 40.17 mm³."""
    masks = np.zeros((80, 60, 60), np.bool_)
    masks.ravel()[:237_455] = True
    volume = fill(MaskStack(masks, Space(masks.shape, SPACING), Provenance("x")))
    assert volume.voxels == 237_455
    assert volume.volume_mm3 == pytest.approx(237_455 * math.prod(SPACING))
    assert round(volume.volume_mm3, 2) == 40.17
