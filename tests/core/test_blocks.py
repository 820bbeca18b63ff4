"""The mesh of true voxels: their volume, closed by place, facing out, nothing inside."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.errors import EmptyMaskError
from parasam_core.solid import blocks
from parasam_core.space import Space
from parasam_core.volume import Volume
from tests.core.bodies import SPACING, ball


def volume_of(masks):
    return Volume(np.asarray(masks), Space(np.shape(masks), SPACING, (1.0, -2.0, 3.0)))


def edges_by_place(mesh):
    """How often each edge is there, one way and the other."""
    _, place = np.unique(mesh.vertices_mm, axis=0, return_inverse=True)
    ends = place.ravel()[mesh.faces][:, [(0, 1), (1, 2), (2, 0)]].reshape(-1, 2)
    return Counter(map(tuple, ends.tolist()))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.05, 1.0))
def test_any_voxels_are_enclosed_exactly(seed, share):
    masks = np.random.default_rng(seed).random((4, 5, 6)) < share
    masks[1, 2, 3] = True
    volume = volume_of(masks)
    mesh = blocks(volume)
    assert mesh.volume_mm3 == pytest.approx(volume.voxels * volume.space.voxel_mm3, rel=1e-5)
    edges = edges_by_place(mesh)
    assert all(edges[b, a] == count for (a, b), count in edges.items())


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_only_faces_between_full_and_empty_are_drawn(seed):
    masks = np.random.default_rng(seed).random((4, 5, 6)) < 0.6
    masks[0, 0, 0] = True
    seen = sum(np.count_nonzero(np.diff(np.pad(masks, 1).astype(int), axis=a)) for a in range(3))
    assert len(blocks(volume_of(masks)).faces) == 2 * seen


def test_one_voxel_is_a_box_at_its_place():
    masks = np.zeros((3, 4, 5), bool)
    masks[1, 2, 4] = True
    mesh = blocks(volume_of(masks))
    assert len(mesh.faces) == 12
    middle = np.array([3 + 4 * SPACING[2], -2 + 2 * SPACING[1], 1 + SPACING[0]])
    half = np.array(SPACING[::-1]) / 2
    assert mesh.vertices_mm.min(axis=0) == pytest.approx(middle - half, abs=1e-6)
    assert mesh.vertices_mm.max(axis=0) == pytest.approx(middle + half, abs=1e-6)
    assert ((mesh.vertices_mm - middle) * mesh.normals).sum(axis=1).min() > 0


def test_normals_are_those_of_the_faces():
    mesh = blocks(volume_of(ball(0.5)))
    a, b, c = (mesh.vertices_mm[mesh.faces[:, i]].astype(float) for i in range(3))
    across = np.cross(b - a, c - a)
    across /= np.linalg.norm(across, axis=1)[:, None]
    assert np.allclose(across, mesh.normals[mesh.faces[:, 0]], atol=1e-4)


def test_a_voxel_that_is_half_tumour_is_drawn_whole():
    masks = np.array([[[0.5, 0.49, 1.0]]], np.float32)
    mesh = blocks(volume_of(masks))
    assert mesh.volume_mm3 == pytest.approx(2 * np.prod(SPACING), rel=1e-5)


def test_nothing_makes_no_blocks():
    with pytest.raises(EmptyMaskError, match="at least one voxel"):
        blocks(volume_of(np.zeros((2, 2, 2), bool)))
