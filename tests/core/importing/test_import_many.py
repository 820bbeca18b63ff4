"""A folder of tumours → a library: real processes, real kills, and a second run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tifffile

from parasam_core import api
from parasam_core.atomic import finish_for_the_dead
from parasam_core.capture.sources import sources_below
from parasam_core.importing.crew import Died, crew
from parasam_core.importing.many import Asked, Task, Unwatched, _with_twins, import_one
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import no_progress
from tests.core.capture.annotations import case, write
from tests.core.importing.tasks import end

SPACING = (0.076, 0.04, 0.04)
PLAIN = {"size": (800, 600), "scale": (1.6, 1.6), "wide": 200, "high": 150, "jpeg": 0, "gap": 0.0,
         "x0": 150, "y0": 110, "stroke": 2.0, "smooth": True, "radius": 0.25}  # fmt: skip


def command(*arguments):
    return [sys.executable, "-m", "parasam_core.cli", *map(str, arguments)]


def imported(*arguments, code=0):
    ran = subprocess.run(
        command("import", *arguments, "--spacing", *SPACING, "--json"),
        capture_output=True, text=True, timeout=400,
    )  # fmt: skip
    assert ran.returncode == code, ran.stderr
    assert "Traceback" not in ran.stderr
    return json.loads(ran.stdout), ran.stderr


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    made = case(5, frames=3, **PLAIN, ink="cyan", marks=["ruler"], frame=True)
    return write(made, tmp_path_factory.mktemp("drawn") / "T_d0", originals=True)


@pytest.fixture
def lab(tmp_path, drawn):
    """Three tumours with outlines, two of one name, and a stack."""
    for tumour in ("MD1/K1_d0", "MD2/K1_d0", "MD2/K2_d7"):
        shutil.copytree(drawn, tmp_path / "Imgs" / tumour)
    frames = np.random.default_rng(1).integers(0, 255, (5, 40, 50), np.uint8)
    tifffile.imwrite(tmp_path / "Imgs/K9_d1.tif", frames, photometric="minisblack")
    return tmp_path / "Imgs"


def states(answer):
    return {Path(s["scan"]).name: s["state"] for s in answer["scans"]}


def test_a_library_is_made_and_made_again_only_where_it_must(tmp_path, lab):
    cut = lab / "MD2/K2_d7/annotations/2.png"
    whole = cut.read_bytes()
    cut.write_bytes(whole[:2000])
    library = tmp_path / "lib"
    first, said = imported(lab, library, code=1)
    assert states(first) == {
        "K9_d1.zarr": "imported", "MD1_K1_d0.zarr": "imported", "MD2_K1_d0.zarr": "imported",
        "K2_d7.zarr": "failed",
    }  # fmt: skip
    assert said.strip().splitlines()[-1].endswith("1 of 4 failed")
    row = first["scans"][1]
    scan = ScanFile.open(library / "MD1_K1_d0.zarr")
    assert (row["subject"], row["timepoint"], row["frames"], row["annotated"]) == ("K1", "d0", 3, 3)
    assert row["volume_mm3"] == pytest.approx(api.measure(scan, "manual").volume_mm3)
    assert row["notes"] == ["of the same subject and timepoint as MD2_K1_d0.zarr"]
    assert sorted(p.name for p in library.iterdir()) == [
        "K9_d1.zarr", "MD1_K1_d0.zarr", "MD2_K1_d0.zarr", "import.csv",
    ]  # fmt: skip

    cut.write_bytes(whole)
    shutil.copy(lab / "MD1/K1_d0/annotations/1.png", lab / "MD1/K1_d0/annotations/2.png")
    (library / ".K2_d7.zarr.partial-999999999").mkdir()
    second, _ = imported(lab, library)
    assert states(second) == {
        "K9_d1.zarr": "there already", "MD1_K1_d0.zarr": "changed",
        "MD2_K1_d0.zarr": "there already", "K2_d7.zarr": "imported",
    }  # fmt: skip
    assert not list(library.glob(".*"))


def test_one_killed_run_is_taken_up_by_the_next(tmp_path, lab):
    library = tmp_path / "lib"
    run = subprocess.Popen(
        command("import", lab, library, "--spacing", *SPACING, "--jobs", 1),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    until = time.monotonic() + 200
    while not list(library.glob("*.zarr")) and time.monotonic() < until:
        time.sleep(0.02)
    run.kill()
    run.wait()
    there = {p.name for p in library.glob("*.zarr")}
    assert there
    for path in library.glob("*.zarr"):  # what is there is whole, its label included
        scan = ScanFile.open(path)
        assert scan.labels == (() if path.name == "K9_d1.zarr" else ("manual",))
    answer, _ = imported(lab, library)
    assert len(answer["scans"]) == 4
    assert {n for n, s in states(answer).items() if s == "there already"} >= there
    assert not list(library.glob(".*partial*"))


def test_ctrl_c_leaves_nothing_half_done(tmp_path, lab):
    library = tmp_path / "lib"
    run = subprocess.Popen(
        command("import", lab, library, "--spacing", *SPACING, "--jobs", 1),
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    until = time.monotonic() + 200
    while not list(library.glob("*.zarr")) and time.monotonic() < until:
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=200)
    assert run.returncode == 130
    assert "stopped" in said
    assert "Traceback" not in said
    assert not list(library.glob(".*"))


def test_a_process_that_dies_fails_its_own_task_only():
    tasks = [0, signal.SIGSEGV, 0, signal.SIGKILL]
    ended = dict(crew(tasks, end, jobs=1, watch=Unwatched()))
    assert ended == {0: "well", 1: Died(-signal.SIGSEGV), 2: "well", 3: Died(-signal.SIGKILL)}


def one(lab, tmp_path, **asked):
    (source,) = sources_below(lab / "K9_d1.tif").found
    task = Task(source, tmp_path / "K9_d1.zarr", Asked(**asked))
    return import_one(task, no_progress)


def test_other_options_are_a_change_and_overwrite_replaces(tmp_path, lab):
    assert one(lab, tmp_path).state == "failed"  # no spacing
    assert one(lab, tmp_path, spacing_mm=SPACING).state == "imported"
    assert one(lab, tmp_path, spacing_mm=list(SPACING)).state == "there already"
    assert one(lab, tmp_path, spacing_mm=SPACING, overwrite=True).state == "there already"
    changed = one(lab, tmp_path, spacing_mm=SPACING, step_mm=0.08)
    assert (changed.state, changed.error.split(";")[0]) == (
        "changed", "the scan was made with other options",
    )  # fmt: skip
    assert one(lab, tmp_path, spacing_mm=SPACING, subject="M5").state == "changed"
    row = one(lab, tmp_path, spacing_mm=SPACING, step_mm=0.08, overwrite=True)
    assert (row.state, row.spacing_mm[0], row.volume_mm3) == ("imported", 0.08, None)
    (tmp_path / "K9_d1.zarr" / "0" / "c" / "0" / "0" / "0").unlink()
    damaged = one(lab, tmp_path, spacing_mm=SPACING, step_mm=0.08)
    assert (damaged.state, "damaged" in damaged.error) == ("failed", True)
    assert _with_twins([row], tmp_path)[0].notes == []


def test_what_the_dead_left_is_finished(tmp_path):
    for name in (".a.zarr.partial-999999999", ".b.zarr.old-999999999", ".c.zarr.old-999999999",
                 "c.zarr", f".d.zarr.partial-{os.getppid()}", ".hidden"):  # fmt: skip
        (tmp_path / name).mkdir()
    finish_for_the_dead(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {
        "b.zarr", "c.zarr", f".d.zarr.partial-{os.getppid()}", ".hidden",
    }  # fmt: skip


def test_what_cannot_be_is_refused_and_nothing_made(tmp_path, lab):
    for arguments, code, words in (
        ([lab, tmp_path / "x.zarr"], 2, "holds 4"),
        ([lab, lab / "K9_d1.tif"], 2, "a folder of scans"),
        ([lab / "K9_d1.tif", tmp_path / "lib", "--colour", "red"], 2, "annotated captures only"),
        ([tmp_path / "nowhere", tmp_path / "lib"], 1, "does not exist"),
    ):
        ran = subprocess.run(command("import", *arguments), capture_output=True, text=True)
        assert (ran.returncode, words in ran.stderr) == (code, True), ran.stderr
    assert {p.name for p in tmp_path.iterdir()} == {"Imgs"}
