"""`parasam hologram`, as people run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from parasam_core.cli import main
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.views import VIEWS


def hologram(*arguments: object, cwd: Path, **environment: str):
    return subprocess.run(
        [sys.executable, "-m", "parasam_core.cli", "hologram", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, "DISPLAY": "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_scan_becomes_a_quilt(scan: Path, tmp_path: Path) -> None:
    ran = hologram(scan, "--device", "portrait", "--quilt", "t.png", "--json", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    told = json.loads(ran.stdout)
    assert told["quilt"] == "t.png"
    assert told["studio_name"] == "t_qs8x6a0.75.png"
    assert (told["device"], told["label"]) == ("portrait", "truth")
    assert 0 < told["greatest_shift_px"] <= 5.001
    assert names_in(tmp_path) == ["t.png"]
    with Image.open(tmp_path / "t.png") as picture:
        assert (picture.size, picture.mode) == ((3360, 3360), "RGB")
        quilt = np.asarray(picture)
    layout = PRESETS["portrait"].layout
    for view in range(layout.views):
        lit = layout.tile(quilt, view).max(axis=2) > 20
        assert 0.05 < lit.mean() < 0.9
        assert not lit[[0, -1]].any()
        assert not lit[:, [0, -1]].any()
    assert not np.array_equal(layout.tile(quilt, 0), layout.tile(quilt, 47))


def test_without_json_it_says_what_it_wrote(scan: Path, tmp_path: Path) -> None:
    ran = hologram(scan, "--device", "portrait", "--quilt", "t.png", cwd=tmp_path)
    assert ran.returncode == 0
    assert "48 views for a Looking Glass Portrait" in ran.stdout
    assert "t_qs8x6a0.75.png" in ran.stdout


def test_every_view_and_frame_and_its_words(scan: Path, tmp_path: Path, capsys) -> None:
    ways = [
        [],
        *(["--view", view] for view in VIEWS if view != "cut"),
        ["--frame", "20"],
        ["--no-caption"],
    ]
    drawn = []
    for way in ways:
        out = tmp_path / "v.png"
        main(["hologram", str(scan), "--device", "go", "--still", str(out), "--json", *way])
        told = json.loads(capsys.readouterr().out)
        assert told["view"] == (way[1] if "--view" in way else "cut")
        with Image.open(out) as picture:
            drawn.append(np.asarray(picture))
    for n, one in enumerate(drawn):
        assert one.max() > 100
        assert not any(np.array_equal(one, other) for other in drawn[:n])
    corner = np.s_[-one.shape[0] // 8 :, : one.shape[1] // 3]
    assert [one[corner].max() > 100 for one in drawn] == [True] * 6 + [False]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--quilt", "no/t.png"], 2, "folder that is there, got no/t.png"),
        (["--quilt", "t.jpg"], 2, "ending in .png, got t.jpg"),
        (["--quilt", "folder.png"], 2, "ending in .png, got folder.png"),
        (["--quilt", "t_qs5x9a1.6.png"], 2, "with _qs11x6a0.5625, or without"),
        (["--quilt", "t_qs0x9a1.6.png"], 1, "at least one column and row"),
        ([], 2, "--quilt"),
        (["--quilt", "t.png", "--focus", "middle"], 2, "expected tumour, slice, mm before"),
        (["--quilt", "t.png", "--focus", "-90"], 1, "what is shown ends, got -90 mm"),
        (["--quilt", "t.png", "--device", "cube"], 1, "got 'cube'"),
        (["--quilt", "t.png", "--frame", "9999"], 2, "got 9999"),
        (["--still", "t.png", "--frame", "-1"], 2, "p.zarr from 0 to "),
        (["--rgbd", "t.png", "--frame", "9999"], 2, "got 9999"),
        (["--quilt", "t.mp4", "--turntable", "1", "--frame", "9999"], 2, "got 9999"),
        (["--bridge", "--frame", "9999"], 2, "got 9999"),
        (["--quilt", "t.png", "--view", "x-ray"], 2, "invalid choice: 'x-ray'"),
        (["--quilt", "t.png", "--label", "nobody"], 1, "(truth), got nobody"),
    ],
)
def test_bad_input_is_refused(
    scan: Path, tmp_path: Path, monkeypatch, capsys, arguments, code, sentence
) -> None:
    (tmp_path / "folder.png").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["hologram", str(scan), *arguments])
    assert left.value.code == code
    assert sentence in capsys.readouterr().err.replace("\n", " ")
    assert names_in(tmp_path) == ["folder.png"]


def test_a_scan_that_is_none_is_refused(tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as left:
        main(["hologram", "none.zarr", "--quilt", "t.png"])
    assert left.value.code == 1
    assert "expected a scan folder, got none.zarr" in capsys.readouterr().err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="faults of EGL and Mesa")
@pytest.mark.parametrize(
    "fault",
    [{"__EGL_VENDOR_LIBRARY_DIRS": "/nonexistent"}, {"MESA_GL_VERSION_OVERRIDE": "3.2"}],
    ids=["no EGL driver", "GL 3.2"],
)
def test_without_opengl_it_says_what_to_install(scan: Path, tmp_path: Path, fault) -> None:
    ran = hologram(scan, "--quilt", "t.png", cwd=tmp_path, **fault)
    assert ran.returncode == 1
    assert ran.stderr.startswith("parasam hologram: expected OpenGL 3.3 or later")
    assert "libegl1 libgl1-mesa-dri" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert names_in(tmp_path) == []


def test_help_needs_no_opengl_and_no_torch() -> None:
    program = (
        "import sys, viewers.looking_glass.command as c; "
        "sys.exit(str([m for m in ('pyglet', 'torch', 'zarr', 'trimesh') if m in sys.modules]))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.stderr.strip() == "[]"
