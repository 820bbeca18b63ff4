"""What a mesh says of each vertex: distances to another mask, confidence; files keep it."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pygltflib
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core import api
from parasam_core.errors import GeometryError, LabelError, UsageError
from parasam_core.gltf import glb_from_mesh
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import write_scan
from parasam_core.solid import simplified, surface, write_mesh
from parasam_core.solid.attributes import check_one_space, with_confidence, with_distance
from parasam_core.solid.distance import signed_distance_mm
from parasam_core.space import Space
from parasam_core.volume import Volume
from tests.conftest import ROOT
from tests.core.bodies import SPACING, every, sequence_of
from tests.core.test_gltf import VALIDATE, array

SPACE = Space((50, 80, 80), SPACING, (0.5, -1.0, 2.0))
MIDDLE_MM = np.array([2 + 39.5 * SPACING[2], -1 + 39.5 * SPACING[1], 0.5 + 24.5 * SPACING[0]])


def ball_mask(radius_mm, shift_xyz=(0, 0, 0), details=None):
    points = SPACE.mm_from_index(np.moveaxis(np.indices(SPACE.shape), 0, -1))
    inside = np.linalg.norm(points - MIDDLE_MM - shift_xyz, axis=-1) < radius_mm
    return MaskStack(
        inside, SPACE, Provenance("x", made_by=signed("segment"), details=details or {})
    )


def mesh_of(mask):
    return surface(Volume(mask.masks, mask.space))


@pytest.fixture(scope="module")
def pair():
    return ball_mask(1.4), ball_mask(1.2, (0.3, 0.1, -0.2))


@pytest.fixture(scope="module")
def compared(pair):
    one, other = map(mesh_of, pair)
    sure = {str(z): 0.5 + z / 100 for z in range(6, 44)}
    mask = ball_mask(1.4, details={"confidence": sure})
    return with_confidence(with_distance(one, other), mask)


@pytest.fixture(scope="module")
def scan(tmp_path_factory, pair):
    folder = tmp_path_factory.mktemp("scans")
    one, other = pair
    found = write_scan(folder / "P1_d0.zarr", sequence_of(one)).write_mask("a", one)
    found.write_mask("b", other)
    sparse = np.zeros(len(one.masks), bool)
    sparse[every(one.masks, 5)[1:-1]] = True
    drawn = replace(one, masks=one.masks & sparse[:, None, None], annotated=sparse)
    return found.write_mask("sparse", drawn)


@settings(max_examples=6, deadline=None)
@given(st.tuples(*[st.floats(-0.3, 0.3)] * 3), st.floats(0.7, 1.3))
def test_distances_of_balls_are_known(shift, radius_mm):
    one, other = mesh_of(ball_mask(1.0)), mesh_of(ball_mask(radius_mm, shift))
    distance = signed_distance_mm(one.vertices_mm, other)
    known = np.linalg.norm(one.vertices_mm - MIDDLE_MM - shift, axis=1) - radius_mm
    assert np.abs(distance - known).max() < SPACING[0] / 2  # where a frame just touches the ball
    assert np.abs(distance - known).mean() < 0.004


def test_a_surface_is_nowhere_off_itself(pair):
    mesh = mesh_of(pair[0])
    assert np.abs(signed_distance_mm(mesh.vertices_mm, mesh)).max() < 1e-6


def test_a_far_point_is_as_far_as_it_is(pair):
    mesh = mesh_of(pair[0])
    far = np.float32([MIDDLE_MM, MIDDLE_MM])
    far[0, 2] += 40
    assert signed_distance_mm(far, mesh) == pytest.approx([38.6, -1.4], abs=0.03)


def test_a_simpler_mesh_keeps_what_was_known(compared, pair):
    simple = simplified(compared, 2_000)
    assert set(simple.attributes) == {"distance_mm", "confidence"}
    anew = signed_distance_mm(simple.vertices_mm, mesh_of(pair[1]))
    assert np.abs(simple.attributes["distance_mm"] - anew).max() < 0.06


def test_each_vertex_has_the_confidence_of_the_frame_next_to_it(pair):
    mesh = mesh_of(pair[0])
    mask = ball_mask(1.4, details={"confidence": {"30": 0.25, "10": 0.75, "20": 0.5}})
    confidence = with_confidence(mesh, mask).attributes["confidence"]
    z = SPACE.index_from_mm(mesh.vertices_mm)[:, 0]
    assert np.array_equal(confidence, np.select([z < 15, z < 25], [0.75, 0.5], 0.25))
    assert with_confidence(mesh, pair[0]) is mesh
    assert with_confidence(mesh, ball_mask(1.4, details={"confidence": {}})) is mesh


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("distance_mm", np.zeros(3, np.float32)),
        ("distance_mm", np.zeros(4)),
        ("distance_mm", np.array([0, 1, np.nan, 2], np.float32)),
        ("Distance", np.zeros(4, np.float32)),
        ("", np.zeros(4, np.float32)),
    ],
)
def test_an_attribute_that_cannot_be_is_refused(name, values):
    corners = np.vstack([np.zeros(3), np.eye(3)]).astype(np.float32)
    faces = np.array([[0, 2, 1]], np.int32)
    mesh = replace(mesh_of(ball_mask(0.4)), vertices_mm=corners, faces=faces, normals=corners)
    with pytest.raises(GeometryError, match="expected"):
        replace(mesh, attributes={name: values})


def test_masks_on_different_grids_are_refused(pair):
    other = replace(pair[1], space=Space(SPACE.shape, SPACING))
    check_one_space(*pair)
    with pytest.raises(GeometryError, match="one grid"):
        check_one_space(pair[0], other)


def test_a_glb_holds_them_as_custom_attributes(compared):
    document = pygltflib.GLTF2.load_from_bytes(glb_from_mesh(compared, {}))
    attributes = document.meshes[0].primitives[0].attributes
    for name in ("distance_mm", "confidence"):
        index = getattr(attributes, f"_{name.upper()}")
        accessor = document.accessors[index]
        assert (accessor.type, accessor.componentType) == ("SCALAR", pygltflib.FLOAT)
        values = array(document, index, np.float32, 1).ravel()
        assert np.array_equal(values, compared.attributes[name])


def test_the_khronos_validator_finds_nothing_in_them(tmp_path, compared):
    (tmp_path / "t.glb").write_bytes(glb_from_mesh(compared, {"source": "test"}))
    node = ROOT / ".venv" / "bin" / "node"
    ran = subprocess.run(
        [node, "--input-type=module", "-e", VALIDATE, "--", tmp_path / "t.glb"],
        cwd=ROOT / "viewers" / "webxr", capture_output=True, text=True, check=True,
    )  # fmt: skip
    issues = json.loads(ran.stdout)
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues


def test_trimesh_reads_them_back(tmp_path, compared):
    for suffix in ("glb", "ply"):
        write_mesh(tmp_path / f"t.{suffix}", compared, Provenance("x"))
    glb = trimesh.load(tmp_path / "t.glb", process=False, force="mesh").vertex_attributes
    ply = trimesh.load(tmp_path / "t.ply", process=False).metadata["_ply_raw"]["vertex"]["data"]
    for name, values in compared.attributes.items():
        assert np.array_equal(np.ravel(glb[f"_{name.upper()}"]), values)
        assert np.array_equal(np.ravel(ply[name]), values)


def test_the_command_writes_distances(scan):
    ran = subprocess.run(
        [sys.executable, "-m", "parasam_core.cli", "mesh", scan.path, scan.path.parent / "t.glb",
         "--label", "a", "--against", "b", "--triangles", "3000", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    low, high = json.loads(ran.stdout)["attributes"]["distance_mm"]
    reach = np.linalg.norm((0.3, 0.1, -0.2))
    assert (low, high) == pytest.approx((0.2 - reach, 0.2 + reach), abs=0.02)


def test_what_cannot_be_written_is_refused_before_anything_is_made(scan, tmp_path):
    with pytest.raises(UsageError, match="holds distances"):
        api.write_mesh(scan, tmp_path / "t.stl", label="a", against="b")
    with pytest.raises(LabelError, match="nobody"):
        api.write_mesh(scan, tmp_path / "t.glb", label="a", against="nobody")
    with pytest.raises(UsageError, match="smooth or blocks"):
        api.write_mesh(scan, tmp_path / "t.glb", label="a", style="wool")
    assert list(tmp_path.iterdir()) == []


def test_a_mesh_wants_the_ends_that_measure_wants(scan, tmp_path):
    with pytest.raises(GeometryError, match="both ends"):
        api.write_mesh(scan, tmp_path / "t.ply", label="sparse")
    drawn, capped = (
        api.write_mesh(scan, tmp_path / "t.ply", label="sparse", ends=ends).volume_mm3
        for ends in ("drawn", "caps")
    )
    assert drawn < capped
    assert capped == pytest.approx(api.measure(scan, "sparse", ends="caps").volume_mm3, rel=1e-4)
