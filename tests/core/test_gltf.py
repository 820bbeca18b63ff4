import json
import subprocess

import numpy as np
import pygltflib
import pytest

from parasam_core.gltf import SCENE_FROM_MM, glb_from_mesh, scene_from_index
from parasam_core.solid import surface
from parasam_core.space import Space
from parasam_core.volume import Volume
from tests.conftest import ROOT

VALIDATE = """
import { validateBytes } from 'gltf-validator';
import { readFileSync } from 'node:fs';
const report = await validateBytes(new Uint8Array(readFileSync(process.argv[1])));
console.log(JSON.stringify(report.issues));
"""


@pytest.fixture(scope="module")
def mesh():
    space = Space((20, 24, 30), (0.076, 0.05, 0.04), (0.5, 0.25, -1.0))
    z, y, x = np.indices(space.shape)
    inside = ((z - 9) / 7) ** 2 + ((y - 12) / 9) ** 2 + ((x - 14) / 11) ** 2 < 1
    return surface(Volume(inside, space))


@pytest.fixture(scope="module")
def document(mesh):
    return pygltflib.GLTF2.load_from_bytes(glb_from_mesh(mesh, {"source": "test"}))


def array(document, index, kind, width):
    accessor = document.accessors[index]
    view = document.bufferViews[accessor.bufferView]
    blob = document.binary_blob()[view.byteOffset : view.byteOffset + view.byteLength]
    return np.frombuffer(blob, kind).reshape(-1, width)


def test_positions_are_metres_with_y_up(mesh, document):
    positions = array(document, 0, np.float32, 3)
    turned = mesh.vertices_mm * [1, -1, -1] / 1000
    assert np.allclose(positions, turned, atol=1e-7)


def test_nothing_is_mirrored():
    assert np.linalg.det(SCENE_FROM_MM[:3, :3]) > 0


def test_the_enclosed_volume_and_outward_normals_survive(mesh, document):
    positions = array(document, 0, np.float32, 3).astype(float)
    normals = array(document, 1, np.float32, 3)
    a, b, c = (positions[array(document, 2, np.uint32, 3)[:, i]] for i in range(3))
    enclosed_mm3 = np.einsum("ij,ij->", a, np.cross(b, c)) / 6 * 1e9
    assert enclosed_mm3 == pytest.approx(mesh.volume_mm3, rel=1e-4)
    out = positions - positions.mean(axis=0)
    assert ((normals * out).sum(axis=1) > 0).mean() > 0.99
    assert np.allclose(np.linalg.norm(normals, axis=1), 1, atol=1e-5)


def test_provenance_goes_along(document):
    assert document.asset.extras == {"parasam": {"source": "test"}}
    assert document.asset.generator.startswith("parasam ")


def issues_of(glb, folder):
    """What the Khronos validator has to say."""
    (folder / "t.glb").write_bytes(glb)
    node = ROOT / ".venv" / "bin" / "node"
    ran = subprocess.run(
        [node, "--input-type=module", "-e", VALIDATE, "--", folder / "t.glb"],
        cwd=ROOT / "viewers" / "webxr",
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(ran.stdout)


def test_the_khronos_validator_finds_nothing(tmp_path, mesh):
    issues = issues_of(glb_from_mesh(mesh, {"source": "test"}), tmp_path)
    assert issues["numErrors"] == 0, issues
    assert issues["numWarnings"] == 0, issues


def test_frames_lie_in_the_scene_where_the_mesh_lies():
    space = Space((20, 24, 30), (0.076, 0.05, 0.04), (0.5, 0.25, -1.0))
    x, y, z, _ = scene_from_index(space) @ [3, 2, 1, 1]
    there = space.mm_from_index((1, 2, 3))
    assert np.allclose((x, y, z), there * [1, -1, -1] / 1000)
