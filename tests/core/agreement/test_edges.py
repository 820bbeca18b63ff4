"""Dice, IoU, HD95, ASSD and NSD: their laws, MONAI's figures, and other ways to the same ones."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.ndimage import binary_erosion, binary_opening
from scipy.spatial.distance import cdist

from parasam_core.agreement.edges import edge, edge_distances
from parasam_core.agreement.overlap import dice, iou
from parasam_core.errors import EmptyMaskError, GeometryError

PLANES = hnp.arrays(np.bool_, (7, 9))
SPACINGS = st.tuples(*[st.floats(0.02, 3)] * 2)
TOLERANCE = 0.15


def monai(a, b, spacing, tolerance):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from monai.metrics.hausdorff_distance import compute_hausdorff_distance
        from monai.metrics.surface_dice import compute_surface_dice
        from monai.metrics.surface_distance import compute_average_surface_distance

        pair = [torch.from_numpy(m.astype(np.float32))[None, None] for m in (a, b)]
        given = {"include_background": True, "spacing": list(spacing)}
        far = compute_hausdorff_distance(*pair, percentile=95, **given)
        mean = compute_average_surface_distance(*pair, symmetric=True, **given)
        near = compute_surface_dice(*pair, class_thresholds=[tolerance], **given)
    return [float(value[0, 0]) for value in (far, mean, near)]


def ours(a, b, spacing, tolerance):
    found = edge_distances(a, b, spacing)
    return [found.hd95_mm, found.assd_mm, found.nsd(tolerance)]


def by_all_pairs(a, b, spacing, tolerance):
    points = [np.argwhere(m & ~binary_erosion(m)) * spacing for m in (a, b)]
    table = cdist(*points)
    ways = table.min(axis=1), table.min(axis=0)
    both = np.concatenate(ways)
    return [max(np.percentile(w, 95) for w in ways), both.mean(), (both <= tolerance).mean()]


def random_pair(seed, shape):
    """Blots of many sizes, some of them at the image's border."""
    rng = np.random.default_rng(seed)
    noise = [rng.random(shape) for _ in range(2)]
    share = rng.uniform(0.3, 0.9)
    a, b = (binary_opening(n < share) | (n < 0.02) for n in noise)
    a.flat[rng.integers(a.size)] = b.flat[rng.integers(b.size)] = True
    return a, a ^ b if rng.random() < 0.3 and (a ^ b).any() else b


@pytest.mark.parametrize("seed", range(40))
def test_distances_are_those_of_monai_and_of_all_pairs(seed):
    rng = np.random.default_rng(seed)
    shape = (17, 23) if seed % 2 else (8, 13, 11)
    a, b = random_pair(seed, shape)
    spacing = rng.uniform(0.03, 0.4, len(shape))
    found = ours(a, b, spacing, TOLERANCE)
    assert found == pytest.approx(monai(a, b, spacing, TOLERANCE), abs=1e-6)
    assert found == pytest.approx(by_all_pairs(a, b, spacing, TOLERANCE), abs=1e-9)


@pytest.mark.parametrize("corner", [(0, 0, 0), (4, 5, 6)])
def test_at_the_border_of_the_image_all_beyond_is_outside(corner):
    a, b = np.zeros((2, 9, 11, 13), bool)
    z, y, x = corner
    a[z : z + 5, y : y + 6, x : x + 7] = True
    b[:, 2:9, 3:10] = True
    spacing = (0.076, 0.047, 0.05)
    found = ours(a, b, spacing, 0.1)
    assert found == pytest.approx(monai(a, b, spacing, 0.1), abs=1e-6)
    wide = [np.pad(m, 3) for m in (a, b)]
    assert found == ours(*wide, spacing, 0.1)
    assert edge(np.ones((3, 4), bool)).sum() == 10


def test_a_tolerance_of_whole_voxels_takes_them_in_as_monai_does():
    a = np.zeros((20, 20), bool)
    a[5:12, 5:12] = True
    for shift in (1, 2, 3):
        b = np.roll(a, shift, axis=1)
        for step in (0.05, 0.1, 0.3, 0.7):
            tolerance = 2 * step
            near = edge_distances(a, b, (step, step)).nsd(tolerance)
            assert near == pytest.approx(monai(a, b, (step, step), tolerance)[2], abs=1e-6)
            assert (near == 1) == (shift <= 2)


def test_hausdorff_and_mean_as_simpleitk_measures_them():
    """Its distance is from every voxel of a mask, not of its edge; for convex ones both are one."""
    import SimpleITK as sitk  # noqa: N813

    z, y, x = np.indices((24, 30, 32)) - np.array([12, 15, 16])[:, None, None, None]
    a = (z / 7) ** 2 + (y / 9) ** 2 + (x / 10) ** 2 < 1
    b = (z / 8) ** 2 + ((y - 2) / 8) ** 2 + (x / 11) ** 2 < 1
    spacing = (0.3, 0.1, 0.2)
    images = [sitk.GetImageFromArray(m.astype(np.uint8)) for m in (a, b)]
    for image in images:
        image.SetSpacing(spacing[::-1])
    whole = sitk.HausdorffDistanceImageFilter()
    whole.Execute(*images)
    found = edge_distances(a, b, spacing)
    farthest = max(found.there_mm.max(), found.back_mm.max())
    assert farthest == pytest.approx(whole.GetHausdorffDistance(), abs=1e-6)
    overlap = sitk.LabelOverlapMeasuresImageFilter()
    overlap.Execute(*images)
    assert dice(a, b) == pytest.approx(overlap.GetDiceCoefficient(), abs=1e-12)
    assert iou(a, b) == pytest.approx(overlap.GetJaccardCoefficient(), abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(PLANES, PLANES, SPACINGS, st.floats(0.1, 10))
def test_the_laws_of_distances(a, b, spacing, times):
    a[3, 4] = b[2, 2] = True
    ab, ba = edge_distances(a, b, spacing), edge_distances(b, a, spacing)
    assert (ab.hd95_mm, ab.nsd(0.2)) == (ba.hd95_mm, ba.nsd(0.2))
    assert ab.assd_mm == pytest.approx(ba.assd_mm, rel=1e-12)
    assert 0 <= ab.nsd(0) <= ab.nsd(0.3) <= ab.nsd(1e6) == 1
    assert ours(a, a, spacing, 0) == [0, 0, 1]
    larger = edge_distances(a, b, np.multiply(spacing, times))
    assert larger.hd95_mm == pytest.approx(ab.hd95_mm * times, rel=1e-9)
    assert larger.assd_mm == pytest.approx(ab.assd_mm * times, rel=1e-9)


@given(PLANES, PLANES)
def test_the_laws_of_overlaps(a, b):
    assert dice(a, b) == dice(b, a)
    assert 0 <= iou(a, b) <= dice(a, b) <= 1
    assert iou(a, b) == pytest.approx(dice(a, b) / (2 - dice(a, b)))
    assert dice(a, a) == iou(a, a) == 1
    assert dice(a, ~a) == iou(a, ~a) == 0


def test_what_cannot_be_measured_is_refused():
    full, empty = np.ones((3, 4), bool), np.zeros((3, 4), bool)
    with pytest.raises(EmptyMaskError, match="not empty"):
        edge_distances(full, empty, (1, 1))
    with pytest.raises(GeometryError, match="a spacing for each axis"):
        edge_distances(full, full, (1, 1, 1))
