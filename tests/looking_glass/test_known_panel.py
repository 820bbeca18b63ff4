"""Bridge's word, else what was seen, else a preset; and which it was."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from parasam_core.errors import RenderError
from tests.looking_glass.optics import text_of
from viewers.looking_glass.calibration import read_calibration
from viewers.looking_glass.device import DEFAULT, PRESETS
from viewers.looking_glass.known_panel import known_panel
from viewers.looking_glass.seen import keep, last_seen, seen_folder, seen_of

PORTRAIT = text_of("second-portrait")
LANDSCAPE = text_of("third-16-landscape")
# as a panel said it, against the tables' 7×7
QUILT = json.dumps({"quiltX": 7680, "quiltY": 4320, "tileX": 8, "tileY": 6, "quiltAspect": 1.77778})


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path / "home"))


def test_bridges_word_goes_first() -> None:
    panel = known_panel(calibration=LANDSCAPE, default_quilt=QUILT)
    assert (panel.source, panel.remark) == ("Bridge", "")
    assert panel.calibration == read_calibration(LANDSCAPE)
    assert panel.device.name == "LKG-J00007"
    assert panel.device.title == 'Looking Glass 16" Landscape (LKG-J00007)'
    assert (panel.device.layout.columns, panel.device.layout.rows) == (8, 6)
    assert (panel.device.view_cone_deg, panel.device.screen) == (50, (3840, 2160))


@pytest.mark.parametrize("asked", ["LKG-J00007", "lkg-j00007", " 16-gen3-landscape", None])
def test_without_bridge_it_is_what_was_seen_last(asked) -> None:
    known_panel(calibration=LANDSCAPE, default_quilt=QUILT)
    panel = known_panel(asked)
    assert panel.source == f"seen on {datetime.now(UTC):%Y-%m-%d}"
    assert panel.calibration == read_calibration(LANDSCAPE)
    assert panel.device.layout.columns == 8


@pytest.mark.parametrize(
    ("asked", "name"), [(None, DEFAULT), ("portrait", "portrait"), ("LKG-P00042", "portrait"),
                        ("27-portrait", "27-portrait"), ("8.9", "8.9")],
)  # fmt: skip
def test_else_it_is_a_preset(asked, name: str) -> None:
    if asked is not None:
        keep(text_of("second-portrait", serial="LKG-A1"))
    panel = known_panel(asked)
    assert (panel.device, panel.calibration, panel.source) == (PRESETS[name], None, "preset")


def test_of_several_the_latest_is_taken() -> None:
    for serial in ("LKG-P1", "LKG-P2", "LKG-A3", "LKG-P1"):
        keep(text_of("second-portrait", serial=serial))
    assert known_panel().device.name == "LKG-P1"
    assert known_panel("16-gen2").device.name == "LKG-A3"
    assert known_panel("LKG-P2").device.name == "LKG-P2"


def test_a_newer_answer_of_a_panel_takes_the_place_of_the_old_one() -> None:
    known_panel(calibration=PORTRAIT)
    known_panel(calibration=text_of("second-portrait", center={"value": 0.25}))
    assert known_panel().calibration.center == 0.25
    assert [file.name for file in seen_folder().iterdir()] == ["LKG-P00042.json"]


def test_without_a_quilt_of_its_own_a_panel_has_its_models() -> None:
    assert known_panel(calibration=PORTRAIT).device.layout == PRESETS["portrait"].layout
    assert known_panel(None, PORTRAIT, "{}").source == "Bridge"
    assert known_panel().device.layout == PRESETS["portrait"].layout
    # old serial numbers name no model, but only one has such a screen
    old = known_panel(calibration=text_of("first-8.9"))
    assert (old.device.layout, old.device.view_cone_deg) == (PRESETS["8.9"].layout, 40)


def test_without_a_cone_of_its_own_a_panel_has_its_models() -> None:
    fields = json.loads(text_of("third-16-landscape"))
    del fields["viewCone"]
    assert known_panel(calibration=json.dumps(fields)).device.view_cone_deg == 50
    fields["serial"] = "PROTOTYPE"
    nameless = known_panel("16-gen2", json.dumps(fields), QUILT)
    assert nameless.source == "preset"
    assert "expected viewCone" in nameless.remark


@pytest.mark.parametrize(
    ("calibration", "quilt", "named"),
    [(text_of("second-portrait", pitch=0), "", "pitch"),
     (PORTRAIT, json.dumps({"tileX": 0}), "tileX"),
     ("{", "", "JSON"),
     (text_of("third-16-landscape", serial="PROTOTYPE"), "", "defaultQuilt")],
)  # fmt: skip
def test_when_bridge_lies_the_next_best_is_taken_and_said(calibration, quilt, named: str) -> None:
    panel = known_panel("portrait", calibration, quilt)
    assert (panel.device, panel.source) == (PRESETS["portrait"], "preset")
    assert panel.remark.startswith("what Bridge says was not taken: expected ")
    assert named in panel.remark
    assert last_seen() is None
    keep(PORTRAIT)
    assert known_panel("portrait", calibration, quilt).source.startswith("seen on")


def test_another_panel_than_the_one_asked_for_is_kept_but_not_taken() -> None:
    panel = known_panel("go", PORTRAIT)
    assert (panel.device, panel.source) == (PRESETS["go"], "preset")
    assert panel.remark == "Bridge has a Looking Glass Portrait (LKG-P00042), go was asked for"
    assert known_panel("portrait").device.name == "LKG-P00042"
    for asked in ("portrait", "lkg-p00042"):
        assert known_panel(asked, PORTRAIT).source == "Bridge"


def test_fields_that_are_not_heeded_are_said() -> None:
    panel = known_panel(calibration=text_of("second-portrait", flipSubp=1))
    assert panel.source == "Bridge"
    assert "sets flipSubp, which is not heeded" in panel.remark


@pytest.mark.parametrize("asked", ["cube", "LKG-Z1", "../LKG-P00042", ""])
def test_an_unknown_panel_is_refused(asked: str) -> None:
    keep(PORTRAIT)
    with pytest.raises(RenderError, match="expected a Looking Glass among"):
        known_panel(asked)


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b'{"at": 1}', b"\xff\xfe", b'{"calibration": "{}", '
               b'"default_quilt": "", "at": "2026-11-27T10:00:00"}', b"[" * 100_000],
    ids=range(7),
)  # fmt: skip
def test_a_damaged_file_was_never_seen(damage: bytes) -> None:
    keep(PORTRAIT)
    (seen_folder() / "LKG-P00042.json").write_bytes(damage)
    assert seen_of("LKG-P00042") is None
    assert known_panel("LKG-P00042").source == "preset"


def test_a_name_that_leaves_the_folder_was_never_seen(tmp_path: Path) -> None:
    keep(PORTRAIT)
    (seen_folder() / "LKG-P00042.json").rename(seen_folder().parent / "LKG-P00042.json")
    assert seen_of("../LKG-P00042") is None


def test_a_panel_that_was_seen_and_lacks_a_layout_is_not_taken() -> None:
    keep(text_of("third-16-landscape", serial="PROTOTYPE"))
    panel = known_panel()
    assert panel.source == "preset"
    assert panel.remark.startswith("PROTOTYPE, seen on 20")
    assert "expected a defaultQuilt" in panel.remark


def test_what_cannot_be_a_panels_is_not_kept() -> None:
    for calibration, quilt in ((text_of("second-portrait", slope=0), ""), (PORTRAIT, "[]")):
        with pytest.raises(RenderError):
            keep(calibration, quilt)
    assert not seen_folder().exists()


def test_where_nothing_can_be_kept_the_panel_is_shown_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    panel = known_panel(calibration=PORTRAIT)
    assert panel.source == "Bridge"
    assert "expected to write" in panel.remark
    assert "PARASAM_HOME" in panel.remark


def test_nothing_half_written_stays(tmp_path: Path, monkeypatch) -> None:
    keep(PORTRAIT)
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.raises(RenderError, match="disk full"):
        keep(text_of("second-portrait", center=0.5))
    monkeypatch.undo()
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path / "home"))
    assert [file.name for file in seen_folder().iterdir()] == ["LKG-P00042.json"]
    assert known_panel().calibration == read_calibration(PORTRAIT)
