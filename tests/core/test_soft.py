"""Probabilities along an outline are partial volumes; elsewhere they are doubt."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.errors import EmptyMaskError, GeometryError
from parasam_core.measure import measure
from parasam_core.provenance import Provenance
from parasam_core.soft import SoftMaskStack
from parasam_core.solid import fill, surface
from parasam_core.space import Space

FINER = 6
SPACING = (0.3, 0.25, 0.25)


def in_parts(volume_mm3, shift):
    """(z, y, x) float32: the part of each coarse voxel that lies in a ball, by subsampling."""
    radius = np.cbrt(volume_mm3 * 3 / 4 / np.pi)
    counts = [2 * int(radius / s) + 7 for s in SPACING]
    axes = [
        (((np.arange(n * FINER) + 0.5) / FINER - n / 2 + d) * s / radius) ** 2
        for n, s, d in zip(counts, SPACING, shift, strict=True)
    ]
    fine = axes[0][:, None, None] + axes[1][:, None] + axes[2] < 1
    blocks = fine.reshape(counts[0], FINER, counts[1], FINER, counts[2], FINER)
    return blocks.mean(axis=(1, 3, 5)).astype(np.float32)


def soft(probability, annotated=None):
    space = Space(probability.shape, SPACING)
    if annotated is None:
        return SoftMaskStack(probability, space, Provenance("x"))
    return SoftMaskStack(probability, space, Provenance("x"), annotated)


@settings(max_examples=20, deadline=None)
@given(st.floats(2, 20), st.tuples(*[st.floats(-0.5, 0.5)] * 3))
def test_partial_volumes_give_a_coarse_ball_its_volume(true_mm3, shift):
    found = fill(soft(in_parts(true_mm3, shift)))
    assert found.volume_mm3 == pytest.approx(true_mm3, rel=0.003)


def test_they_are_closer_than_whole_voxels():
    rng = np.random.default_rng(1)
    off = {"hard": 0.0, "soft": 0.0}
    for _ in range(10):
        stack = soft(in_parts(3, rng.uniform(-0.5, 0.5, 3)))
        off["soft"] += abs(fill(stack).volume_mm3 - 3)
        off["hard"] += abs(fill(stack.hard).volume_mm3 - 3)
    assert off["soft"] < off["hard"] / 3


def test_a_haze_of_doubt_is_no_tissue():
    parts = in_parts(10, (0, 0, 0))
    hazy = np.pad(np.clip(parts, 0.02, 0.98), ((0, 0), (40, 40), (40, 40)), constant_values=0.02)
    assert hazy.sum() > 1.1 * parts.sum()
    assert fill(soft(hazy)).volume_mm3 == pytest.approx(10, rel=0.03)


def test_between_outlined_frames_whole_voxels_are_drawn():
    parts = in_parts(20, (0, 0, 0))
    shown = np.flatnonzero((parts >= 0.5).any(axis=(1, 2)))
    annotated = np.zeros(len(parts), bool)
    annotated[[*shown[::2], shown[-1]]] = True
    filled = fill(soft(np.where(annotated[:, None, None], parts, np.float32(0)), annotated))
    assert filled.volume_mm3 == pytest.approx(20, rel=0.03)
    between = filled.occupancy[~annotated]
    assert set(np.unique(between)) == {0, 1}


def test_what_is_measured_is_the_partial_volume():
    stack = soft(in_parts(10, (0.2, 0.1, 0)))
    volume = fill(stack)
    found = measure(stack.hard, volume, surface(volume))
    assert found.volume_mm3 == pytest.approx(10, rel=0.003)
    assert found.mesh_volume_mm3 == pytest.approx(found.volume_mm3, rel=0.002)


@pytest.mark.parametrize("bad", [np.nan, -0.1, 1.1])
def test_what_is_no_probability_is_refused(bad):
    parts = in_parts(3, (0, 0, 0))
    parts[2, 2, 2] = bad
    with pytest.raises(GeometryError, match=r"within 0\.\.1"):
        soft(parts)


def test_of_another_shape_or_empty():
    with pytest.raises(GeometryError, match="shape"):
        SoftMaskStack(np.zeros((2, 3, 4), np.float32), Space((2, 3, 5), SPACING), Provenance("x"))
    with pytest.raises(EmptyMaskError):
        fill(soft(np.full((4, 5, 6), 0.1, np.float32)))
