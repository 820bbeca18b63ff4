"""The wheel holds the built page, the shaders, and nothing that only a build needs."""

from __future__ import annotations

import subprocess
import sys
import zipfile

from tests.conftest import ROOT


def test_the_wheel_brings_the_built_page(tmp_path):
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "viewers/webxr/dist/index.html" in names
    assert any(n.startswith("viewers/looking_glass/shaders/") for n in names)
    assert not [n for n in names if "node_modules" in n or n.endswith((".ts", ".tsx"))]
    assert not [n for n in names if n.startswith(("tests/", "assets/"))]
