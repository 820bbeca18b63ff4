"""`parasam hologram --bridge`, as people run it, with a fake Bridge beside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from parasam_core.cli import main
from parasam_core.home import holograms_folder
from tests.looking_glass.fake_bridge import FakeBridge, display, monitor, served
from viewers.looking_glass import bridge as client
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.seen import seen_of
from viewers.looking_glass.showing import KEPT, forget_old_quilts, lines_of, new_quilt

SMALL = {"quiltX": 800, "quiltY": 602, "tileX": 4, "tileY": 2, "quiltAspect": 0.75}
CALIBRATION = (Path(__file__).parent / "calibrations/second-portrait.json").read_text("utf-8")
SERIAL = json.loads(CALIBRATION)["serial"]
ON_A_PORT = "import sys, viewers.looking_glass.bridge as b; b.PORT = int(sys.argv.pop(1)); "


@pytest.fixture
def fake() -> Iterator[FakeBridge]:
    """A Portrait as output 1, which says it wants a small quilt."""
    panel = display(1, defaultQuilt=json.dumps(SMALL), calibration=CALIBRATION)
    with served(FakeBridge(monitor(0), panel)) as bridge:
        yield bridge


@pytest.fixture
def here(tmp_path: Path, monkeypatch) -> Path:
    """An empty home."""
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def shown(scan: Path, fake: FakeBridge, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, with real OpenGL."""
    program = f"{ON_A_PORT}from parasam_core.cli import main; main()"
    command = ["hologram", str(scan), "--bridge", *arguments]
    return subprocess.run(
        [sys.executable, "-c", program, str(fake.port), *command],
        env={**os.environ, "DISPLAY": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_scan_is_shown_as_its_panel_expects(scan: Path, fake: FakeBridge, here: Path) -> None:
    ran = shown(scan, fake, "--focus", "-0.2", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    told = json.loads(ran.stdout)
    assert told["panel"] == {
        "index": 1, "serial": SERIAL, "hardware": "portrait", "state": "ok",
    }  # fmt: skip
    assert (told["bridge"]["version"], told["bridge"]["status"]) == ("2.4.7", "Completion")
    assert (told["device"], told["label"]) == ("portrait", "truth")
    assert told["focus_mm"] == pytest.approx(-0.2)
    assert (told["layout_from"], told["view_cone_from"]) == ("bridge", "bridge")
    entry = fake.on_panel[1]
    assert entry["uri"] == told["quilt"]
    assert Path(entry["uri"]).parent == here / "holograms"
    assert entry["uri"].endswith("_qs4x2a0.75.png")
    assert (entry["rows"], entry["cols"], entry["view_count"]) == (2, 4, 8)
    layout = Layout(4, 2, 800, 602, 0.75)
    with Image.open(entry["uri"]) as picture:
        quilt = np.asarray(picture)
    assert quilt.shape == (602, 800, 3)
    assert all((layout.tile(quilt, view).max(axis=2) > 20).mean() > 0.05 for view in range(8))
    seen = seen_of(SERIAL)
    assert seen is not None
    assert json.loads(seen.calibration) == json.loads(CALIBRATION)
    assert json.loads(seen.default_quilt) == SMALL


def test_people_read_what_bridge_answered(scan: Path, fake: FakeBridge, here: Path) -> None:
    fake.answers["play_playlist"] = "Pending"
    ran = shown(scan, fake)
    assert (ran.returncode, ran.stderr) == (0, "")
    panel, quilt, answered, pending = ran.stdout.splitlines()
    assert panel.startswith(f"{SERIAL} (output 1): 8 views, 4×2 on 800×602 (as Bridge says)")
    assert Path(quilt).is_file()
    assert answered == "Looking Glass Bridge 2.4.7 answered: Pending"
    assert pending == "not done yet: play_playlist (Pending)"


def test_a_refused_entry_fails_with_what_bridge_said(scan, fake: FakeBridge, here: Path) -> None:
    fake.answers["insert_playlist_entry"] = "Failure"
    ran = shown(scan, fake, "--json")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.startswith("parasam hologram: expected Looking Glass Bridge to take insert")
    assert "'Failure' (no reason); see whether Bridge may read" in ran.stderr
    assert ran.stderr.count("\n") == 1
    assert fake.on_panel == {}


def no_panel(fake: FakeBridge) -> None:
    fake.displays = [monitor(0)]


def crash(fake: FakeBridge) -> None:
    fake.crashed = True


def fall_silent(fake: FakeBridge) -> None:
    fake.silent = {"bridge_version"}


def talk_nonsense(fake: FakeBridge) -> None:
    fake.raw["bridge_version"] = b"<html>"


def be_elsewhere(fake: FakeBridge) -> None:
    fake.port = 1


def be_well(fake: FakeBridge) -> None:
    pass


def test_a_turntable_is_shown_as_a_film(scan: Path, fake: FakeBridge, here: Path) -> None:
    ran = shown(scan, fake, "--turntable", "0.6", "--json")
    assert ran.returncode == 0, ran.stderr
    told, entry = json.loads(ran.stdout), fake.on_panel[1]
    assert entry["uri"] == told["quilt"]
    assert entry["uri"].endswith("_qs4x2a0.75.mp4")
    assert entry["durationMS"] == 600
    with av.open(entry["uri"]) as film:
        assert (film.streams.video[0].width, film.streams.video[0].frames) == (800, 18)


@pytest.mark.parametrize(
    ("fault", "arguments", "sentence"),
    [
        (no_panel, [], "lists 1 ordinary display(s) and no other"),
        (crash, [], "lists none at all, as after a crash"),
        (fall_silent, [], "to answer bridge_version within 2 s"),
        (talk_nonsense, [], "got b'<html>'"),
        (be_elsewhere, [], "nothing is there; start Bridge"),
        (be_well, ["--device", "go"], f"({SERIAL} (portrait)), got 'go'"),
        (be_well, ["--label", "nobody"], "(truth), got nobody"),
    ],
)
def test_where_nothing_can_be_shown_nothing_is_written(
    scan: Path, fake, here: Path, monkeypatch, capsys, fault, arguments, sentence
) -> None:
    fault(fake)
    monkeypatch.setattr(client, "PORT", fake.port)
    with pytest.raises(SystemExit) as left:
        main(["hologram", str(scan), "--bridge", *arguments])
    printed = capsys.readouterr()
    assert (left.value.code, printed.out) == (1, "")
    assert sentence in printed.err
    assert printed.err.count("\n") == 1
    assert fake.on_panel == {}
    assert not here.exists()


@pytest.mark.parametrize("targets", [[], ["--bridge", "--quilt", "t.png"]])
def test_there_is_one_target(scan: Path, here: Path, capsys, targets) -> None:
    with pytest.raises(SystemExit) as left:
        main(["hologram", str(scan), *targets])
    assert left.value.code == 2
    assert "--quilt" in capsys.readouterr().err


def test_only_the_last_few_quilts_stay(here: Path) -> None:
    written = []
    for _ in range(KEPT + 3):
        written.append(new_quilt(Layout(8, 6, 3360, 3360, 0.75)))
        written[-1].write_bytes(b"png")
    own = holograms_folder() / "mine_qs8x6a0.75.png"
    own.write_bytes(b"png")
    forget_old_quilts(holograms_folder())
    assert set(holograms_folder().iterdir()) == {own, *written[-KEPT:]}


def test_a_quilts_place_is_absolute(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARASAM_HOME", "beside")
    assert new_quilt(Layout(1, 1, 8, 8, 1.0)).parent == tmp_path / "beside" / "holograms"


def test_a_guess_and_a_panel_that_is_not_ready_are_said() -> None:
    told = {
        "panel": {"index": 0, "serial": "LKG-Z1", "hardware": "", "state": "sleeping"},
        "bridge": {"version": "2.4.7", "status": "Completion", "answers": {}},
        "columns": 8, "rows": 6, "width": 3360, "height": 3360, "view_cone_deg": 40.0,
        "layout_from": "preset", "view_cone_from": "assumed", "quilt": "/q.png",
    }  # fmt: skip
    first, *_, last = lines_of(told)
    assert first.endswith("(as its model expects); view cone 40° (a guess)")
    assert last == "Bridge calls the panel's state 'sleeping'"
