"""The smallest box around a body, turned any way."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from parasam_core.extent import box_mm, corners_of, diameters, extent_mm
from parasam_core.solid import surface
from parasam_core.space import Space
from parasam_core.volume import Volume
from tests.core.bodies import SPACING, ball, lobed, torus, two

TETRAHEDRON = np.array([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)], float)


def turned(points, seed):
    return points @ Rotation.random(rng=seed).as_matrix()


def surface_of(masks):
    return surface(Volume(masks, Space(masks.shape, SPACING))).vertices_mm


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.floats(0.5, 9.0)] * 3), st.integers(0, 10**6))
def test_a_box_has_its_own_sides_however_it_lies(sides, seed):
    corners = np.array(np.meshgrid(*[(-s / 2, s / 2) for s in sides])).reshape(3, -1).T
    inside = np.random.default_rng(seed).uniform(-0.5, 0.5, (50, 3)) * sides
    found = box_mm(turned(np.concatenate([corners, inside]), seed) + 20)
    assert found == pytest.approx(sorted(sides, reverse=True), rel=0.01)


def test_a_tetrahedrons_smallest_box_lies_flush_with_none_of_its_faces():
    for seed in range(4):
        assert np.prod(box_mm(turned(TETRAHEDRON, seed))) == pytest.approx(8, rel=1e-3)
    assert np.prod(trimesh.bounds.oriented_bounds(TETRAHEDRON)[1]) > 10


def test_an_ellipsoids_box_has_its_diameters():
    points = surface_of(ball(20, (1.5, 1.0, 0.7)))
    diameters = 2 * np.cbrt(20 * 3 / 4 / np.pi) * np.array([1.5, 1.0, 0.7]) / np.cbrt(1.05)
    assert box_mm(corners_of(turned(points, 3))) == pytest.approx(diameters, rel=0.01)


@pytest.mark.parametrize("shape", [ball, lobed, torus, two])
def test_it_is_no_larger_than_the_smallest_box_flush_with_a_face(shape):
    points = turned(surface_of(shape(5)), 11)
    _, theirs = trimesh.bounds.oriented_bounds(points)
    corners = corners_of(points)
    ours = box_mm(corners)
    assert np.prod(ours) <= np.prod(theirs) * 1.001
    assert ours[0] >= ours[1] >= ours[2]
    assert ours[0] <= extent_mm(corners)[0]


def test_corners_are_enough():
    points = surface_of(lobed(5))
    assert extent_mm(corners_of(points)) == pytest.approx(extent_mm(points))


def test_an_ellipsoids_diameters_run_along_its_axes_through_its_middle():
    points = surface_of(ball(20, (1.5, 1.0, 0.7)))
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    lengths = 2 * np.cbrt(20 * 3 / 4 / np.pi) * np.array([1.5, 1.0, 0.7]) / np.cbrt(1.05)
    axes = []
    for found, length in zip(diameters(corners_of(points)), lengths, strict=True):
        one, other = np.array(found.ends_mm)
        assert found.length_mm == pytest.approx(length, rel=0.01)
        assert (one + other) / 2 == pytest.approx(middle, abs=0.2)
        axes.append((other - one) / found.length_mm)
    assert np.abs(np.array(axes) @ np.transpose(axes)) == pytest.approx(np.eye(3), abs=1e-9)


@pytest.mark.parametrize("shape", [ball, lobed, torus, two])
def test_diameters_are_between_points_of_the_body_that_reach_farthest(shape):
    points = turned(surface_of(shape(5)), 7)
    found = diameters(points)
    assert extent_mm(points) == tuple(d.length_mm for d in found)
    assert np.array(found[0].feet_mm) == pytest.approx(np.array(found[0].ends_mm))
    for diameter in found:
        feet, ends = np.array(diameter.feet_mm), np.array(diameter.ends_mm)
        along = (ends[1] - ends[0]) / diameter.length_mm
        assert np.linalg.norm(points[:, None] - feet, axis=2).min(axis=0).max() == 0
        assert (feet - ends) @ along == pytest.approx([0, 0], abs=1e-9)
    assert np.ptp(points @ along) == pytest.approx(found[2].length_mm)
