import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.errors import EmptyMaskError, UsageError
from parasam_core.extent import extent_mm
from parasam_core.mask import MaskStack
from parasam_core.measure import measure
from parasam_core.mesh import Mesh
from parasam_core.phantom import phantom
from parasam_core.provenance import Provenance
from parasam_core.solid import (
    fill,
    is_watertight,
    levels_of_detail,
    simplified,
    surface,
    write_mesh,
)
from parasam_core.space import Space
from parasam_core.volume import Volume


def ellipsoid(half_mm, spacing_mm, margin=2):
    shape = tuple(int(2 * h / s) + 2 * margin + 1 for h, s in zip(half_mm, spacing_mm, strict=True))
    space = Space(shape, spacing_mm, (1.0, -2.0, 3.0))
    axes = [(np.arange(n) - (n - 1) / 2) * s for n, s in zip(shape, spacing_mm, strict=True)]
    z, y, x = np.meshgrid(*axes, indexing="ij")
    inside = (z / half_mm[0]) ** 2 + (y / half_mm[1]) ** 2 + (x / half_mm[2]) ** 2 < 1
    return Volume(inside, space), 4 / 3 * np.pi * float(np.prod(half_mm))


def test_the_originals_voxels_give_its_volume():
    space = Space((1, 1, 237455), (0.076, 0.04718, 0.04718))
    assert Volume(np.ones(space.shape, bool), space).volume_mm3 == pytest.approx(40.17, abs=0.005)


def test_part_of_a_voxel_counts_as_part():
    space = Space((1, 2, 2), (1, 1, 0.5))
    volume = Volume(np.array([[[1, 0.5], [0.25, 0]]], np.float32), space)
    assert volume.volume_mm3 == pytest.approx(0.875)
    assert volume.voxels == 2


def test_mesh_volume_goes_to_the_ellipsoids_as_the_voxels_shrink():
    errors = []
    for fineness in (1, 2, 4):
        volume, exact = ellipsoid((2.0, 1.5, 1.0), tuple(s / fineness for s in (0.3, 0.2, 0.2)))
        errors.append(abs(surface(volume).volume_mm3 / exact - 1))
    assert errors[2] < errors[0]
    assert errors[2] < 0.005


@settings(max_examples=15, deadline=None)
@given(st.tuples(*[st.floats(0.4, 1.5)] * 3), st.tuples(*[st.floats(0.05, 0.12)] * 3))
def test_every_surface_is_closed_faces_out_and_keeps_the_volume(half_mm, spacing_mm):
    volume, _ = ellipsoid(half_mm, spacing_mm)
    mesh = surface(volume)
    assert is_watertight(mesh)
    assert mesh.volume_mm3 == pytest.approx(volume.volume_mm3, rel=1e-4)
    out = mesh.vertices_mm - mesh.vertices_mm.mean(axis=0)
    assert ((mesh.normals * out).sum(axis=1) > 0).mean() > 0.99


@pytest.mark.parametrize("step_mm", [0.05, 0.15, 0.3, 0.5])
def test_a_coarse_step_blurs_no_tumour_away(step_mm):
    volume, _ = ellipsoid((1.2, 1.0, 0.9), (step_mm, 0.04, 0.04))
    mesh = surface(volume)
    assert is_watertight(mesh)
    assert mesh.volume_mm3 == pytest.approx(volume.volume_mm3, rel=1e-4)
    assert extent_mm(mesh.vertices_mm) == pytest.approx((2.4, 2.0, 1.8), abs=step_mm / 2 + 0.06)


def test_a_tumour_that_fills_the_grid_is_closed_too():
    volume = Volume(np.ones((4, 5, 6), bool), Space((4, 5, 6), (0.1, 0.2, 0.3)))
    mesh = surface(volume)
    assert is_watertight(mesh)
    assert mesh.volume_mm3 == pytest.approx(volume.volume_mm3, rel=1e-4)


def test_the_surface_lies_where_the_voxels_lie():
    volume, _ = ellipsoid((2.0, 1.5, 1.0), (0.1, 0.1, 0.1))
    points = volume.space.mm_from_index(np.argwhere(volume.occupancy))
    mesh = surface(volume)
    assert np.allclose(mesh.vertices_mm.min(axis=0), points.min(axis=0) - 0.05, atol=0.05)
    assert np.allclose(mesh.vertices_mm.max(axis=0), points.max(axis=0) + 0.05, atol=0.05)


def test_levels_of_detail_are_coarse_first_and_keep_the_volume():
    volume, _ = ellipsoid((3.0, 2.5, 2.0), (0.08, 0.05, 0.05))
    mesh = surface(volume)
    levels = levels_of_detail(mesh, (20_000, 5_000))
    assert [len(m.faces) for m in levels[:2]] == pytest.approx([5_000, 20_000], rel=0.02)
    assert levels[-1] is mesh
    for level in levels:
        assert is_watertight(level)
        assert level.volume_mm3 == pytest.approx(volume.volume_mm3, rel=1e-4)


@pytest.mark.parametrize("seed", range(6))
def test_a_ragged_tumour_stays_closed_at_every_level(seed):
    """Outlines that jump from frame to frame, as a model draws them, fold when simplified."""
    random = np.random.default_rng(seed)
    y, x = np.indices((70, 80))
    frames = []
    for z in range(40):
        reach = 26 * np.sin(np.pi * (z + 1) / 41) * random.uniform(0.8, 1.1)
        ragged = 1 + 0.15 * np.sin(random.integers(3, 9) * np.arctan2(y - 35, x - 40))
        frames.append(np.hypot(y - 35, x - 40) < reach * ragged)
    volume = Volume(np.array(frames), Space((40, 70, 80), (0.1, 0.04, 0.04)))
    mesh = surface(volume)
    for triangles in (500, 2_000, 8_000, 15_000):
        simple = simplified(mesh, triangles)
        assert is_watertight(simple)
        assert len(simple.faces) <= triangles * 1.1
        assert simple.volume_mm3 == pytest.approx(volume.volume_mm3, rel=1e-4)


def test_a_mesh_that_is_coarse_already_stays_as_it_is():
    mesh = surface(ellipsoid((0.5, 0.5, 0.5), (0.1, 0.1, 0.1))[0])
    assert simplified(mesh, 10**6) is mesh
    assert levels_of_detail(mesh) == [mesh]


def test_nothing_makes_no_surface():
    space = Space((2, 2, 2), (1, 1, 1))
    with pytest.raises(EmptyMaskError, match="at least one"):
        surface(Volume(np.zeros(space.shape, bool), space))
    with pytest.raises(EmptyMaskError, match="at least one"):
        fill(MaskStack(np.zeros(space.shape, bool), space, Provenance("x")))


def test_extents_of_an_ellipsoid_turned_any_way():
    volume, exact = ellipsoid((3.0, 2.0, 1.2), (0.06, 0.05, 0.05))
    mesh = surface(volume)
    turn, _ = np.linalg.qr(np.random.default_rng(5).standard_normal((3, 3)))
    assert extent_mm(mesh.vertices_mm @ turn) == pytest.approx((6.0, 4.0, 2.4), rel=0.03)
    mask = MaskStack(volume.occupancy, volume.space, Provenance("x"))
    found = measure(mask, volume, mesh)
    assert found.extent_mm == pytest.approx((6.0, 4.0, 2.4), rel=0.03)
    assert found.volume_mm3 == pytest.approx(exact, rel=0.005)
    length, width, _ = found.extent_mm
    assert found.caliper_mm3 == pytest.approx(width**2 * length / 2)


def test_surface_of_a_ball():
    volume, _ = ellipsoid((1.5, 1.5, 1.5), (0.05, 0.05, 0.05))
    assert surface(volume).surface_mm2 == pytest.approx(4 * np.pi * 1.5**2, rel=0.01)


@pytest.mark.parametrize("suffix", ["stl", "ply", "obj"])
def test_other_mesh_files_are_read_back_in_mm(tmp_path, suffix):
    import trimesh

    mesh = surface(ellipsoid((0.8, 0.6, 0.5), (0.1, 0.1, 0.1))[0])
    write_mesh(tmp_path / f"t.{suffix}", mesh, Provenance("x"))
    back = trimesh.load(tmp_path / f"t.{suffix}")
    assert back.is_watertight
    assert back.volume == pytest.approx(mesh.volume_mm3, rel=1e-3)
    assert np.allclose(back.bounds[0], mesh.vertices_mm.min(axis=0), atol=1e-3)


@pytest.mark.parametrize("name", ["t.fbx", "t", "nowhere/t.glb"])
def test_a_mesh_file_that_cannot_be_is_refused(tmp_path, name):
    mesh = Mesh(np.eye(3, dtype=np.float32), np.array([[0, 1, 2]], np.int32), np.eye(3, dtype="f4"))
    with pytest.raises(UsageError, match="expected a"):
        write_mesh(tmp_path / name, mesh, Provenance("x"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("volume_mm3", "seed"), [(5, 1), (5, 2), (5, 3), (40, 1), (40, 2)])
def test_the_true_mask_of_a_phantom_has_its_volume(volume_mm3, seed):
    made = phantom(volume_mm3, seed=seed)
    assert fill(made.truth).volume_mm3 == pytest.approx(volume_mm3, rel=0.002)
