"""What is packed is read back; what is damaged is refused in one sentence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.errors import GeometryError
from parasam_core.gltf import glb_from_mesh
from parasam_core.gltf_packed import packed_glb
from parasam_core.gltf_unpacked import unpacked_mesh
from parasam_core.mesh import Mesh
from tests.core.test_gltf_packed import axes, ball, blob, farthest_mm, unpacked

WHOLE = packed_glb(blob((9, 11, 13)), {}).glb


@settings(max_examples=15, deadline=None)
@given(axes, st.floats(0.0005, 0.009), st.tuples(*[st.floats(-50, 50)] * 3))
def test_unpacked_is_what_was_packed(half_axes, error_mm, origin):
    mesh = blob(half_axes, origin=origin)
    packed = packed_glb(mesh, {}, error_mm=error_mm)
    back = unpacked_mesh(packed.glb)
    assert farthest_mm(mesh, back) <= packed.error_mm
    assert len(back.faces) == len(mesh.faces)
    assert np.abs(np.linalg.norm(back.normals, axis=1) - 1).max() < 1e-5
    assert back.volume_mm3 == pytest.approx(mesh.volume_mm3, rel=0.02)


@pytest.mark.parametrize("mesh", [blob((9, 11, 13)), ball(6.0, (14, 9, 20))])
def test_it_agrees_with_the_extensions_read_by_their_rules(mesh):
    there = {"sure": mesh.vertices_mm[:, 0].copy()}
    glb = packed_glb(Mesh(mesh.vertices_mm, mesh.faces, mesh.normals, there), {}).glb
    ours, (theirs, _) = unpacked_mesh(glb), unpacked(glb)
    assert (ours.faces == theirs.faces).all()
    assert np.abs(ours.vertices_mm - theirs.vertices_mm).max() < 1e-5
    assert np.abs(ours.normals - theirs.normals).max() < 2e-3
    assert (ours.attributes["sure"] == theirs.attributes["sure"]).all()


def test_a_file_for_other_programs_is_not_one_of_these():
    plain = glb_from_mesh(blob((5, 5, 5)), {})
    with pytest.raises(GeometryError, match="expected a GLB that ParaSAM packed, got"):
        unpacked_mesh(plain)


@given(st.binary(max_size=200))
def test_garbage_is_refused_in_a_sentence(garbage):
    with pytest.raises(GeometryError, match="expected a GLB that ParaSAM packed"):
        unpacked_mesh(garbage)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255), st.integers(0, len(WHOLE)))
def test_a_damaged_file_is_refused_or_holds_a_mesh(at, by, end):
    damaged = bytearray(WHOLE)
    damaged[at] ^= by
    for glb in (bytes(damaged), WHOLE[:end], bytes(damaged[:end])):
        try:
            mesh = unpacked_mesh(glb)
        except GeometryError:
            continue
        assert np.isfinite(mesh.vertices_mm).all()
        assert mesh.faces.max(initial=0) < len(mesh.vertices_mm)
