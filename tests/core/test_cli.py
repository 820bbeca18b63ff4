"""The command as acceptance runs it: real processes, exit codes, one clear sentence."""

from __future__ import annotations

import json
import os
import subprocess

import numpy as np
import pytest
import tifffile

from parasam_core.commands.segmenting import ranges
from parasam_core.phantom import phantom
from parasam_core.scanfile import ScanFile, write_scan
from tests.conftest import ROOT

PARASAM = ROOT / ".venv" / "bin" / "parasam"


def parasam(*arguments, cwd=None):
    return subprocess.run(
        [PARASAM, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, env=os.environ
    )


def answer_of(ran):
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def assert_one_sentence(ran, code, *words):
    assert ran.returncode == code, (ran.stdout, ran.stderr)
    assert "Traceback" not in ran.stderr
    assert ran.stdout == ""
    last = ran.stderr.strip().splitlines()[-1]
    assert last.startswith("parasam"), ran.stderr
    assert code == 2 or len(ran.stderr.strip().splitlines()) == 1, ran.stderr
    for word in words:
        assert word in last, last


@pytest.fixture(scope="module")
def sweep():
    return phantom(6, seed=2, spacing_mm=(0.3, 0.05, 0.05), subject="P1", timepoint="d0")


@pytest.fixture(scope="module")
def library(tmp_path_factory, sweep):
    folder = tmp_path_factory.mktemp("library")
    write_scan(folder / "P1_d0.zarr", sweep.sequence).write_mask("truth", sweep.truth)
    return folder


def test_a_stack_of_frames_becomes_a_volume_and_a_mesh(tmp_path, sweep):
    tifffile.imwrite(tmp_path / "sweep.tif", sweep.sequence.frames)
    spacing = sweep.sequence.space.spacing_mm
    brought = answer_of(
        parasam("import", "sweep.tif", "P1_d0.zarr", "--spacing", *spacing, "--subject", "P1",
                "--timepoint", "d0", "--json", cwd=tmp_path)
    )  # fmt: skip
    assert brought["shape"] == list(sweep.sequence.space.shape)
    assert brought["provenance"]["details"]["spacing_source"] == "user"
    scan = ScanFile.open(tmp_path / "P1_d0.zarr")
    assert np.array_equal(scan.sequence().frames, sweep.sequence.frames)
    assert (scan.subject, scan.timepoint) == ("P1", "d0")

    first, last = sweep.truth.frames_with_tumour
    middle = (first + last) // 2
    boxes = {str(z): box_around(sweep.truth.masks[z]) for z in (first + 1, middle, last - 1)}
    (tmp_path / "boxes.json").write_text(json.dumps(boxes))
    outlined = answer_of(
        parasam("segment", "P1_d0.zarr", "--boxes", "boxes.json", "--json", cwd=tmp_path)
    )
    assert outlined["label"] == "parasam"
    assert outlined["model"] == "lite-medsam"
    assert set(outlined["doubtful_frames"]) <= set(range(first, last + 1))
    assert first <= outlined["frames_with_tumour"][0] <= outlined["frames_with_tumour"][1] <= last

    measured = answer_of(parasam("measure", "P1_d0.zarr", "--json", cwd=tmp_path))
    contract = {
        "volume_mm3", "voxels", "surface_mm2", "extent_mm", "caliper_mm3", "frames", "spacing_mm",
        "mesh_volume_mm3",
    }  # fmt: skip
    beyond = {
        "interval_mm3", "interval_parts_mm3", "outlined_frames", "filled_frames", "warnings",
        "ellipsoid_mm3", "cavalieri_mm3", "longest_section_mm", "longest_section_frame", "bodies",
        "box_mm", "extrapolated_mm3",
    }  # fmt: skip
    assert set(measured) == contract | beyond
    assert measured["volume_mm3"] == pytest.approx(6, rel=0.25)
    assert measured["spacing_mm"] == list(spacing)
    assert measured["volume_mm3"] == pytest.approx(measured["voxels"] * np.prod(spacing))

    drawn = answer_of(parasam("mesh", "P1_d0.zarr", "t.glb", "--json", cwd=tmp_path))
    assert drawn["mesh_volume_mm3"] == pytest.approx(measured["volume_mm3"], rel=0.005)
    coarse = answer_of(
        parasam("mesh", "P1_d0.zarr", "c.stl", "--triangles", "800", "--json", cwd=tmp_path)
    )
    assert coarse["triangles"] <= 880
    voxels = answer_of(
        parasam("mesh", "P1_d0.zarr", "v.obj", "--style", "blocks", "--json", cwd=tmp_path)
    )
    assert voxels["mesh_volume_mm3"] == pytest.approx(measured["volume_mm3"], rel=1e-5)
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "P1_d0.zarr", "boxes.json", "c.stl", "sweep.tif", "t.glb", "v.obj",
    ]  # fmt: skip


def box_around(mask):
    rows, columns = np.nonzero(mask)
    return [
        int(columns.min()) - 2,
        int(rows.min()) - 2,
        int(columns.max()) + 3,
        int(rows.max()) + 3,
    ]


def test_measuring_for_reading(library):
    ran = parasam("measure", library / "P1_d0.zarr")
    assert ran.returncode == 0
    assert "volume" in ran.stdout
    assert "mm³" in ran.stdout
    assert ran.stderr == ""


def test_doubtful_frames_are_shown_as_ranges():
    assert ranges([3, 7, 8, 9, 11]) == "3, 7–9, 11"


def test_models_are_listed():
    rows = answer_of(parasam("models", "list", "--json"))["models"]
    assert (rows[0]["name"], rows[0]["state"]) == ("lite-medsam", "ready")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["measure", "nowhere.zarr"], 1, ["nowhere.zarr", "not a folder"]),
        (["measure", "P1_d0.zarr", "--label", "nobody"], 1, ["truth", "nobody"]),
        (["measure", "."], 1, ["written by ParaSAM"]),
        (["mesh", "P1_d0.zarr", "t.fbx"], 2, [".glb"]),
        (["mesh", "P1_d0.zarr", "nowhere/t.glb"], 2, ["nowhere"]),
        (["mesh", "P1_d0.zarr", "t.glb", "--triangles", "0"], 2, ["--triangles"]),
        (["mesh", "P1_d0.zarr", "t.glb", "--style", "blocks", "--triangles", "900"], 2, ["blocks"]),
        (["segment", "P1_d0.zarr"], 2, ["--box"]),
        (["segment", "P1_d0.zarr", "--box", "12"], 2, ["FRAME:X0,Y0,X1,Y1"]),
        (["segment", "P1_d0.zarr", "--box", "3:1,2,3"], 2, ["X0,Y0,X1,Y1"]),
        (["segment", "P1_d0.zarr", "--box", "3:0,0,9999,9"], 1, ["expected a box"]),
        (["segment", "P1_d0.zarr", "--box", "999:0,0,9,9"], 1, ["expected a frame"]),
        (["segment", "P1_d0.zarr", "--box", "3:0,0,9,9", "--model", "yolo"], 1, ["yolo", "sam"]),
        (["segment", "P1_d0.zarr", "--box", "3:0,0,9,9", "--model", "medsam"], 1, ["models add"]),
        (["segment", "P1_d0.zarr", "--box", "3:0,0,9,9", "--label", "truth"], 1, ["phantom"]),
        (["segment", "P1_d0.zarr", "--box", "3:0,0,9,9", "--label", "../x"], 1, ["label name"]),
        (["segment", "P1_d0.zarr", "--auto", "--box", "3:0,0,9,9"], 2, ["--box", "--auto"]),
        (["segment", "P1_d0.zarr", "--auto", "--model", "lite-medsam"], 1, ["parasam train"]),
        (["segment", "P1_d0.zarr", "--boxes", "nowhere.json"], 1, ["nowhere.json"]),
        (["import", "nowhere.avi", "s.zarr", "--spacing", "1", "1", "1"], 1, ["nowhere.avi"]),
        (["import", "P1_d0.zarr", "s.zarr", "--spacing", "1", "1"], 2, ["--spacing"]),
        (["import", "P1_d0.zarr", "s", "--spacing", "1", "1", "1"], 1, [".zarr"]),
        (["import", "x.avi", "s.zarr"], 1, ["x.avi"]),
        (["models", "add", "medsam", "nowhere.pth"], 1, ["nowhere.pth"]),
        (["models", "add", "gpt", "nowhere.pth"], 1, ["gpt"]),
        (["nonsense"], 2, ["nonsense"]),
        ([], 2, []),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_what_cannot_be_is_refused_in_one_sentence(library, arguments, code, words):
    before = sorted(p.name for p in library.rglob("*"))
    assert_one_sentence(parasam(*arguments, cwd=library), code, *words)
    assert sorted(p.name for p in library.rglob("*")) == before


@pytest.mark.parametrize(
    ("spacing", "code"),
    [(("0", "1", "1"), 1), (("nan", "1", "1"), 1), (("-1", "1", "1"), 1), (("a", "1", "1"), 2)],
)
def test_a_spacing_that_cannot_be_is_refused(tmp_path, sweep, spacing, code):
    tifffile.imwrite(tmp_path / "sweep.tif", sweep.sequence.frames[:5])
    ran = parasam("import", "sweep.tif", "s.zarr", "--spacing", *spacing, cwd=tmp_path)
    assert_one_sentence(ran, code, "spacing")
    assert [p.name for p in tmp_path.iterdir()] == ["sweep.tif"]


def test_a_spacing_that_is_hardly_in_mm_is_warned_of(tmp_path, sweep):
    tifffile.imwrite(tmp_path / "sweep.tif", sweep.sequence.frames[:5])
    ran = parasam("import", "sweep.tif", "s.zarr", "--spacing", "76", "35", "35", cwd=tmp_path)
    assert ran.returncode == 0
    assert "check that it is in mm" in ran.stderr


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"a": [0, 0, 9, 9]}', '{"3": [0, 0, 9]}', '{"3": [0, 0, 9, "x"]}']
)
def test_a_file_of_boxes_that_is_none_is_refused(tmp_path, library, content):
    (tmp_path / "boxes.json").write_text(content)
    ran = parasam("segment", library / "P1_d0.zarr", "--boxes", tmp_path / "boxes.json")
    assert_one_sentence(ran, 1, "boxes.json")


def test_two_labels_and_none_named_lists_them(tmp_path, sweep):
    scan = write_scan(tmp_path / "P1_d0.zarr", sweep.sequence).write_mask("a", sweep.truth)
    scan.write_mask("b", sweep.truth)
    assert_one_sentence(parasam("measure", scan.path), 1, "several: a, b")


def test_the_demo_library_is_written_and_measured(tmp_path):
    scans = answer_of(parasam("demo", tmp_path / "demo", "--json"))["scans"]
    volumes = [answer_of(parasam("measure", s, "--json"))["volume_mm3"] for s in scans]
    assert volumes == pytest.approx([40, 95], rel=0.002)
