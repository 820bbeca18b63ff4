"""What is packed comes back where it was, as closed and as round, in any loader."""

import json
import struct

import meshopt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from parasam_core.errors import GeometryError
from parasam_core.gltf import glb_from_mesh
from parasam_core.gltf_packed import MOST_ERROR_MM, packed_glb
from parasam_core.mesh import Mesh
from parasam_core.solid import is_watertight, surface
from parasam_core.space import Space
from parasam_core.volume import Volume
from tests.core.test_gltf import issues_of

KINDS = {5122: np.int16, 5123: np.uint16, 5125: np.uint32, 5126: np.float32}


def blob(half_axes, spacing=(0.076, 0.05, 0.04), origin=(0.5, 0.25, -1.0)):
    space = Space((24, 28, 32), spacing, origin)
    z, y, x = np.indices(space.shape) - np.reshape([11.5, 13.5, 15.5], (3, 1, 1, 1))
    inside = sum((v / a) ** 2 for v, a in zip((z, y, x), half_axes, strict=True)) < 1
    return surface(Volume(inside, space))


def ball(radius_mm, centre_mm=(0, 0, 0)):
    unit = blob((8, 8, 8), (1, 1, 1), (0, 0, 0))
    points = unit.vertices_mm - unit.vertices_mm.mean(axis=0)
    points *= radius_mm / np.abs(points).max()
    return Mesh((points + centre_mm).astype(np.float32), unit.faces, unit.normals)


def unpacked(glb):
    """The file read by the two extensions' rules: positions in mm of the scan, normals, faces."""
    (length,) = struct.unpack_from("<I", glb, 12)
    document = json.loads(glb[20 : 20 + length])
    body = glb[28 + length :]
    arrays = [_rows(document, body, accessor) for accessor in document["accessors"]]
    points, normals, *more, faces = arrays
    names = [name[1:].lower() for name in document["meshes"][0]["primitives"][0]["attributes"]][2:]
    [node] = document["nodes"]
    metres = points[:, :3] * np.asarray(node["scale"]) + node["translation"]
    out = normals[:, :3] / 32767
    turn = np.array([1, -1, -1])
    return Mesh((metres * turn * 1e3).astype(np.float32), faces.reshape(-1, 3).astype(np.int32),
                (out * turn).astype(np.float32),
                {n: v[:, 0] for n, v in zip(names, more, strict=True)}), document  # fmt: skip


def _rows(document, body, accessor):
    view = document["bufferViews"][accessor["bufferView"]]
    packed = view["extensions"]["EXT_meshopt_compression"]
    data = body[packed["byteOffset"] : packed["byteOffset"] + packed["byteLength"]]
    how = [packed[name] for name in ("count", "byteStride", "mode", "filter")]
    rows = np.ascontiguousarray(meshopt.decode_gltf_buffer(data, *how))
    return rows.view(KINDS[accessor["componentType"]])


def farthest_mm(a, b):
    """From any vertex of either to the nearest of the other."""
    ways = [(a.vertices_mm, b.vertices_mm), (b.vertices_mm, a.vertices_mm)]
    return max(cKDTree(there).query(here)[0].max() for here, there in ways)


axes = st.tuples(st.floats(3, 10), st.floats(3, 12), st.floats(3, 13))


@settings(max_examples=15, deadline=None)
@given(axes, st.floats(0.0005, 0.009), st.tuples(*[st.floats(-50, 50)] * 3))
def test_no_vertex_moves_farther_than_is_said(half_axes, error_mm, origin):
    mesh = blob(half_axes, origin=origin)
    packed = packed_glb(mesh, {}, error_mm=error_mm)
    back, _ = unpacked(packed.glb)
    assert packed.error_mm <= 1.05 * error_mm
    assert farthest_mm(mesh, back) <= packed.error_mm
    assert is_watertight(back)
    assert back.volume_mm3 == pytest.approx(mesh.volume_mm3, rel=0.02)


def test_a_mesh_of_a_usual_size_keeps_two_thousandths_of_a_millimetre():
    mesh = ball(6.0, (14, 9, 20))
    packed = packed_glb(mesh, {})
    assert packed.error_mm < 0.00201
    assert farthest_mm(mesh, unpacked(packed.glb)[0]) <= packed.error_mm


def test_normals_turn_by_less_than_a_quarter_of_a_degree():
    mesh = blob((9, 11, 13))
    back, _ = unpacked(packed_glb(mesh, {}).glb)
    _, nearest = cKDTree(mesh.vertices_mm).query(back.vertices_mm)
    sines = np.linalg.norm(np.cross(mesh.normals[nearest].astype(float), back.normals), axis=1)
    assert np.degrees(np.arcsin(sines)).max() < 0.25


def test_faces_are_the_same_wound_the_same():
    mesh = blob((9, 11, 13))
    back, _ = unpacked(packed_glb(mesh, {}).glb)
    _, was = cKDTree(mesh.vertices_mm).query(back.vertices_mm)
    assert {_from_lowest(f) for f in was[back.faces]} == {_from_lowest(f) for f in mesh.faces}


def _from_lowest(face):
    corners = [int(c) for c in face]
    first = corners.index(min(corners))
    return tuple(corners[first:] + corners[:first])


def test_what_else_is_said_of_vertices_goes_along_exactly(tmp_path):
    plain = blob((9, 11, 13))
    there = {"sure": plain.vertices_mm[:, 0].copy(), "off_mm": plain.normals[:, 1].copy()}
    packed = packed_glb(Mesh(plain.vertices_mm, plain.faces, plain.normals, there), {}).glb
    back, _ = unpacked(packed)
    _, was = cKDTree(plain.vertices_mm).query(back.vertices_mm)
    assert set(back.attributes) == set(there)
    assert all((back.attributes[name] == there[name][was]).all() for name in there)
    assert issues_of(packed, tmp_path)["numErrors"] == 0


def test_vertices_that_no_face_has_are_left_out():
    whole = blob((9, 11, 13))
    stray = np.zeros((5, 3), np.float32)
    padded = Mesh(np.concatenate([stray, whole.vertices_mm]), whole.faces + 5,
                  np.concatenate([stray, whole.normals]))  # fmt: skip
    assert len(unpacked(packed_glb(padded, {}).glb)[0].vertices_mm) == len(whole.vertices_mm)


def test_it_is_a_fifth_of_the_plain_file_or_less():
    mesh = blob((9, 11, 13))
    assert 5 * len(packed_glb(mesh, {}).glb) < len(glb_from_mesh(mesh, {}))


def test_one_so_large_that_a_vertex_would_move_too_far_is_refused():
    held = packed_glb(ball(370.0), {})
    assert held.error_mm < MOST_ERROR_MM
    with pytest.raises(GeometryError, match=r"to 0.01 mm, got one .* mm long; check"):
        packed_glb(ball(400.0), {})


def test_one_without_triangles_is_refused():
    nothing = np.zeros((0, 3), np.float32)
    with pytest.raises(GeometryError, match="expected a mesh with triangles"):
        packed_glb(Mesh(nothing, nothing.astype(np.int32), nothing), {})


def test_provenance_goes_along():
    _, document = unpacked(packed_glb(blob((5, 5, 5)), {"source": "test"}).glb)
    assert document["asset"]["extras"] == {"parasam": {"source": "test"}}


@pytest.mark.parametrize("half_axes", [(3, 4, 5), (9, 11, 13)])
def test_the_khronos_validator_finds_nothing_wrong(tmp_path, half_axes):
    issues = issues_of(packed_glb(blob(half_axes), {"source": "test"}).glb, tmp_path)
    assert issues["numErrors"] == 0, issues
    assert issues["numWarnings"] == 0, issues
