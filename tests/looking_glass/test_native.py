"""`parasam hologram --native`, as people run it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from parasam_core.cli import main
from parasam_core.scanfile import ScanFile
from tests.looking_glass.fake_bridge import FakeBridge, display, monitor, served
from tests.looking_glass.optics import fields_of, text_of, views_seen
from viewers.looking_glass import bridge as client
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.known_panel import known_panel
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.seen import keep, seen_folder
from viewers.looking_glass.stage import framed, turned
from viewers.looking_glass.still import stage_of_scan

# few pixels of the same lenses, so that drawing is quick
PORTRAIT = text_of("second-portrait", screenW=180, screenH=240)
SMALL = {"quiltX": 800, "quiltY": 602, "tileX": 4, "tileY": 2, "quiltAspect": 0.75}


@pytest.fixture
def fake() -> Iterator[FakeBridge]:
    panel = display(1, calibration=PORTRAIT, defaultQuilt=json.dumps(SMALL))
    with served(FakeBridge(monitor(0), panel)) as bridge:
        yield bridge


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch) -> None:
    """An empty home, and no Bridge."""
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(client, "PORT", 1)
    monkeypatch.chdir(tmp_path)


def run(capsys, scan: Path, *arguments: object) -> dict:
    main(["hologram", str(scan), "--native", "n.png", "--json", *map(str, arguments)])
    return json.loads(capsys.readouterr().out)


def refusal(capsys, scan: Path, *arguments: object) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main(["hologram", str(scan), *map(str, arguments)])
    return left.value.code, capsys.readouterr().err.replace("\n", " ")


def test_bridges_panel_gets_its_own_pixels_and_is_known_again(
    scan, fake, capsys, monkeypatch
) -> None:
    monkeypatch.setattr(client, "PORT", fake.port)
    told = run(capsys, scan)
    assert (told["serial"], told["calibration_from"], told["remark"]) == (
        "LKG-P00042",
        "Bridge",
        "",
    )
    assert (told["width"], told["height"], told["columns"], told["rows"]) == (180, 240, 4, 2)
    with Image.open("n.png") as picture:
        by_bridge = np.asarray(picture)
    assert by_bridge.shape == (240, 180, 3)
    monkeypatch.setattr(client, "PORT", 1)
    assert run(capsys, scan)["calibration_from"].startswith("seen on 20")
    with Image.open("n.png") as picture:
        assert np.array_equal(np.asarray(picture), by_bridge)


def test_each_subpixel_is_that_of_its_view_at_its_place(scan, capsys) -> None:
    keep(PORTRAIT, json.dumps(SMALL))
    run(capsys, scan)
    with Image.open("n.png") as picture:
        panel = np.asarray(picture)[::-1].astype(int)
    layout = Layout(4, 2, 800, 602, 0.75)
    stage = stage_of_scan(ScanFile.open(scan), "truth")
    with Renderer() as renderer:
        renderer.show(stage)
        quilt = renderer.quilt(framed(stage.points, layout, 40, turned()), layout)
    tiles = np.stack([layout.tile(quilt, view)[::-1] for view in range(8)]).astype(int)
    views, sure = views_seen(json.loads(PORTRAIT), 8)
    y = np.clip((np.arange(240) + 0.5) / 240 * 301 - 0.5, 0, 300)[:, None, None]
    x = np.clip((np.arange(180) + 0.5) / 180 * 200 - 0.5, 0, 199)[None, :, None]
    around = [
        tiles[views, round_y(y).astype(int), round_x(x).astype(int), np.arange(3)]
        for round_y in (np.floor, np.ceil)
        for round_x in (np.floor, np.ceil)
    ]
    between = (panel >= np.min(around, axis=0) - 1) & (panel <= np.max(around, axis=0) + 1)
    assert between[sure].all()
    assert (panel > 20).mean() > 0.1


def test_a_file_goes_before_all(scan, fake, capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(client, "PORT", fake.port)
    own = fields_of("second-portrait", screenW=96, screenH=128, serial="PROTOTYPE")
    (tmp_path / "visual.json").write_text(json.dumps(own), "utf-8-sig")
    told = run(capsys, scan, "--calibration", "visual.json", "--device", "portrait")
    assert (told["serial"], told["calibration_from"]) == ("PROTOTYPE", "visual.json")
    assert (told["columns"], told["width"]) == (8, 96)
    assert not fake.conversation
    assert not seen_folder().exists()


def test_people_read_whose_pixels_they_are(scan, capsys) -> None:
    keep(text_of("second-portrait", screenW=60, screenH=80, flipSubp=1), json.dumps(SMALL))
    main(["hologram", str(scan), "--native", "n.png"])
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("n.png: 60×80 pixels for LKG-P00042 alone (calibration: seen on ")
    assert "flipSubp" in second


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--native", "n.jpg"], 2, "ending in .png, got n.jpg"),
        (["--native", "no/n.png"], 2, "folder that is there, got no/n.png"),
        (["--native", "n.png", "--quilt", "q.png"], 2, "not allowed with"),
        (["--quilt", "q.png", "--calibration", "c.json"], 2, "together with --native"),
        (["--native", "n.png", "--calibration", "c.json"], 2, "got c.json: No such file"),
        (["--native", "n.png", "--calibration", "grey.png"], 2, "got grey.png: no text"),
        (["--native", "n.png", "--calibration", "flat.json"], 1, "expected slope other than 0"),
        (["--native", "n.png"], 1, "--calibration FILE.json"),
        (["--native", "n.png", "--device", "portrait"], 1, "Looking Glass Portrait as a preset"),
        (["--native", "n.png", "--device", "cube"], 1, "got 'cube'"),
    ],
)
def test_bad_input_is_refused(scan, capsys, tmp_path, arguments, code, sentence) -> None:
    (tmp_path / "grey.png").write_bytes(b"\x89PNG\xff\xfe")
    (tmp_path / "flat.json").write_text(text_of("second-portrait", slope=0))
    left, said = refusal(capsys, scan, *arguments)
    assert left == code
    assert sentence in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["flat.json", "grey.png"]


def test_a_panel_with_absurd_lenses_is_refused_and_not_kept(
    scan, fake, capsys, monkeypatch
) -> None:
    monkeypatch.setattr(client, "PORT", fake.port)
    fake.displays[1] = display(1, calibration=text_of("second-portrait", pitch=0))
    code, said = refusal(capsys, scan, "--native", "n.png")
    assert code == 1
    assert "expected pitch from" in said
    assert known_panel().source == "preset"
