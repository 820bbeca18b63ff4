"""Surfaces of voxels: closed, outward, and of the voxels' volume whatever the shape."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.ndimage import label
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from skimage.measure import marching_cubes

from parasam_core.mesh import Mesh
from parasam_core.solid import is_watertight, levels_of_detail, surface
from parasam_core.solid.isosurface import isosurface
from parasam_core.solid.normals import mesh_of
from parasam_core.space import Space
from parasam_core.volume import Volume
from tests.core.bodies import SPACING, ball, lobed, mm_grid, torus, two

BODIES = {"ball": ball, "lobed": lobed, "torus": torus, "two": two}
SIZES_MM3 = (5, 40, 400)
SHARE = 0.002


def volume_of(masks):
    return Volume(masks, Space(masks.shape, SPACING, (1.0, -2.0, 3.0)))


@pytest.mark.parametrize("size_mm3", SIZES_MM3)
@pytest.mark.parametrize("shape", BODIES)
def test_every_shape_keeps_its_volume_and_is_closed(shape, size_mm3):
    volume = volume_of(BODIES[shape](size_mm3))
    assert volume.volume_mm3 == pytest.approx(size_mm3, rel=0.15)
    for mesh in levels_of_detail(surface(volume)):
        assert is_watertight(mesh)
        assert mesh.volume_mm3 == pytest.approx(volume.volume_mm3, rel=1e-5)


@pytest.mark.parametrize("size_mm3", SIZES_MM3)
@pytest.mark.parametrize("shape", BODIES)
def test_the_bare_surface_cuts_off_little_of_the_voxels_edges(shape, size_mm3):
    volume = volume_of(BODIES[shape](size_mm3))
    mesh = surface(volume, smoothing=0)
    assert is_watertight(mesh)
    assert -0.003 < mesh.volume_mm3 / volume.volume_mm3 - 1 < 0


@pytest.mark.parametrize("smoothing", [0, 10])
def test_two_bodies_stay_where_they_are(smoothing):
    volume = volume_of(two(40))
    mesh = surface(volume, smoothing=smoothing)
    voxels, count = label(volume.occupancy)
    parts = bodies_of(mesh)
    assert len(parts) == count == 2
    centres = [
        volume.space.mm_from_index(np.argwhere(voxels == i + 1).mean(axis=0)) for i in (0, 1)
    ]
    for part, centre in zip(sorted(parts, key=lambda p: p.vertices_mm[:, 0].min()),
                            sorted(centres, key=lambda c: c[0]), strict=True):  # fmt: skip
        assert centroid_mm(part) == pytest.approx(centre, abs=0.002)


@pytest.mark.parametrize("size_mm3", [5, 0.5, 0.05])
def test_a_small_body_beside_a_large_one_keeps_its_own_volume(size_mm3):
    """The blur takes most of a small one; what it takes is not given to the large one."""
    radius, small = np.cbrt(np.array([40, size_mm3]) * 3 / 4 / np.pi)
    z, y, x = mm_grid([radius, radius, radius + small + 0.6])
    masks = z**2 + y**2 + (x + small + 0.4) ** 2 < radius**2
    masks |= z**2 + y**2 + (x - radius - 0.2) ** 2 < small**2
    volume = volume_of(masks)
    voxels, count = label(masks)
    mesh = surface(volume)
    assert is_watertight(mesh)
    wanted = np.bincount(voxels.ravel())[1:] * volume.space.voxel_mm3
    assert count == 2
    found = sorted(part.volume_mm3 for part in bodies_of(mesh))
    assert found == pytest.approx(sorted(wanted), rel=1e-4)


def test_a_soft_mask_keeps_its_volume_its_edge_too():
    z, y, x = mm_grid([1.5] * 3)
    soft = np.clip(0.5 + (1 - np.sqrt(z**2 + y**2 + x**2)) / 0.5, 0, 1).astype(np.float32)
    volume = volume_of(soft)
    mesh = surface(volume)
    assert is_watertight(mesh)
    assert mesh.volume_mm3 == pytest.approx(volume.volume_mm3, rel=1e-5)


def test_a_hollow_belongs_to_the_body_around_it():
    z, y, x = mm_grid([2.0] * 3)
    r2 = z**2 + y**2 + x**2
    volume = volume_of((r2 < 4) & (r2 > 0.8))
    mesh = surface(volume)
    outer, hollow = sorted(bodies_of(mesh), key=lambda part: -part.volume_mm3)
    assert hollow.volume_mm3 < 0 < outer.volume_mm3
    assert mesh.volume_mm3 == pytest.approx(volume.volume_mm3, rel=1e-5)
    assert -hollow.volume_mm3 == pytest.approx(4 / 3 * np.pi * 0.8**1.5, rel=0.1)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.2, 0.8), st.booleans())
def test_any_field_has_a_closed_surface_that_faces_out(seed, level, hard):
    """Noise has every case of marching cubes, those with corners across from each other too."""
    field = np.random.default_rng(seed).random((9, 8, 10), np.float32)
    field = np.pad((field > level).astype(np.float32) if hard else field, 1)
    points, faces = isosurface(field, level)
    mesh = mesh_of(np.ascontiguousarray(points[:, ::-1]), faces)
    assert is_watertight(mesh)
    assert 0 < mesh.volume_mm3 < field.size
    assert np.isfinite(mesh.normals).all()


def test_the_isosurface_is_scikit_images():
    z, y, x = np.ogrid[-1:1:40j, -1:1:50j, -1:1:60j]
    field = np.float32(1) - np.sqrt(z**2 + 2 * y**2 + 1.5 * x**2).astype(np.float32)
    field = np.maximum(np.pad(field, 1), 0)
    points, faces = isosurface(field, 0.3)
    theirs, their_faces, _, _ = marching_cubes(field, level=0.3, gradient_direction="descent")
    assert len(faces) == len(their_faces)
    order, other = np.lexsort(points.T.round(3)), np.lexsort(theirs.T.round(3))
    assert np.allclose(points[order], theirs[other], atol=2e-3)
    mine = mesh_of(np.ascontiguousarray(points[:, ::-1]), faces).volume_mm3
    assert mine == pytest.approx(mesh_of(theirs[:, ::-1], their_faces).volume_mm3, rel=1e-4)


@settings(max_examples=30, deadline=None)
@example(1)
@example(13)
@example(500)
@given(st.integers(0, 10**6))
def test_scraps_of_a_few_voxels_keep_their_volume(seed):
    random = np.random.default_rng(seed)
    masks = random.random((5, 6, 7)) < random.uniform(0.05, 0.9)
    masks[2, 3, 3] = True
    volume = volume_of(masks)
    mesh = surface(volume)
    assert is_watertight(mesh)
    assert mesh.volume_mm3 == pytest.approx(volume.volume_mm3, rel=SHARE)


def bodies_of(mesh):
    ends = (mesh.faces[:, 0], mesh.faces[:, 1])
    links = coo_array((np.ones(len(mesh.faces)), ends), shape=(len(mesh.vertices_mm),) * 2)
    count, which = connected_components(links)
    return [Mesh(mesh.vertices_mm, mesh.faces[which[mesh.faces[:, 0]] == i], mesh.normals)
            for i in range(count)]  # fmt: skip


def centroid_mm(mesh):
    """Of what is enclosed: tetrahedra from the origin, each with its signed volume."""
    corners = mesh.vertices_mm[mesh.faces].astype(float)
    parts = np.einsum("ij,ij->i", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6
    return parts @ corners.sum(axis=1) / 4 / parts.sum()
