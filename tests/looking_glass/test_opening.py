"""Where the live window opens, and what is said where it cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pyglet
import pytest

from parasam_core.cli import main
from tests.looking_glass.optics import text_of
from viewers.looking_glass import bridge as client
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.known_panel import KnownPanel, panel_that_says
from viewers.looking_glass.live import lines_of_panel
from viewers.looking_glass.opening import panel_screen
from viewers.looking_glass.window import HologramWindow

QUILT = json.dumps({"quiltX": 843, "quiltY": 561, "tileX": 4, "tileY": 2, "quiltAspect": 0.75})


@dataclass(frozen=True)
class Screen:
    """As pyglet lists them."""

    x: int
    y: int
    width: int
    height: int


DESK, GLASS = Screen(0, 0, 1920, 1080), Screen(1920, 0, 1536, 2048)


@pytest.fixture(scope="module")
def panel() -> KnownPanel:
    return panel_that_says(text_of("second-portrait"), QUILT, source="a test")


def test_the_panel_is_the_screen_of_its_size_at_its_place(panel) -> None:
    assert panel_screen([DESK, GLASS], panel, (1920, 0)) is GLASS
    twin = replace(GLASS, x=4000)
    assert panel_screen([DESK, GLASS, twin], panel, (4000, 0)) is twin
    assert panel_screen([GLASS], panel, (1920, 0)) is GLASS


def test_without_a_place_it_is_the_only_other_screen_of_its_size(panel) -> None:
    assert panel_screen([DESK, GLASS], panel, None) is GLASS
    assert panel_screen([DESK, GLASS, replace(GLASS, x=4000)], panel, None) is None
    assert panel_screen([GLASS, DESK], panel, None) is None  # the desktop itself


@pytest.mark.parametrize("place", [None, (1920, 0)])
def test_another_size_is_another_screen(panel, place) -> None:
    scaled = replace(GLASS, width=1535)
    assert panel_screen([DESK, scaled], panel, place) is None
    assert panel_screen([DESK, replace(GLASS, x=7)], panel, (1920, 0)) is None


def test_without_lenses_no_screen_is_a_panel(panel) -> None:
    unknown = replace(panel, calibration=None)
    assert panel_screen([DESK, GLASS], unknown, (1920, 0)) is None


def live(scan: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "parasam_core.cli", "hologram", str(scan), "--window", *arguments],
        cwd=cwd,
        env={**os.environ, "DISPLAY": "", "WAYLAND_DISPLAY": "", "PARASAM_HOME": str(cwd)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a desktop is always there")
def test_without_a_display_it_says_what_works(scan: Path, tmp_path: Path) -> None:
    ran = live(scan, tmp_path)
    assert ran.returncode == 1
    assert ran.stderr.startswith("parasam hologram: expected a desktop with OpenGL 3.3")
    assert "--quilt OUT.png" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_people_read_why_it_is_only_a_preview(panel) -> None:
    unknown = replace(panel, calibration=None, source="preset")
    (first, second) = lines_of_panel(unknown, "nothing is there", is_there=False)
    assert first == "drawn for a Looking Glass Portrait (LKG-P00042) (preset); H lists the keys"
    assert second.endswith("lenses are not known: nothing is there")
    assert "1536×2048" in lines_of_panel(panel, "", is_there=False)[1]
    assert len(lines_of_panel(panel, "", is_there=True)) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--label", "nobody"], 1, "(truth), got nobody"),
        (["--quilt", "q.png"], 2, "not allowed with"),
        (["--calibration", "none.json"], 2, "got none.json"),
        (["--device", "cube"], 1, "got 'cube'"),
        (["--frame", "9999"], 2, "got 9999"),
        (["--focus", "90"], 1, "what is shown ends, got 90 mm"),
    ],
)
def test_bad_input_is_refused(
    scan: Path, capsys, monkeypatch, tmp_path, arguments, code, sentence
) -> None:
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path))
    monkeypatch.setattr(client, "PORT", 1)
    pyglet.options.headless = True
    with pytest.raises(SystemExit) as left:
        main(["hologram", str(scan), "--window", *arguments])
    assert left.value.code == code
    assert sentence in capsys.readouterr().err.replace("\n", " ")


def test_a_library_without_scans_is_refused(tmp_path, capsys) -> None:
    with pytest.raises(SystemExit):
        main(["hologram", str(tmp_path), "--window"])
    assert "at least one scan" in capsys.readouterr().err.replace("\n", " ")


def test_the_command_shows_a_library_until_it_is_left(
    scan: Path, monkeypatch, capsys, tmp_path
) -> None:
    """The real loop of events over a context without a screen, left by its own key."""
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path))
    monkeypatch.setattr(client, "PORT", 1)
    pyglet.options.headless = True
    from pyglet.window import key

    shown, seen = [], []

    def leave(self: HologramWindow, dt: float = 0.0) -> None:
        tick(self, dt)
        shown.append((self.drawn, self.painter.scenes, self.looking.title))
        seen.append((self.looking.seen.view, self.looking.seen.frame))
        self._window.dispatch_event("on_key_press", key.ESCAPE, 0)

    tick = HologramWindow.tick
    monkeypatch.setattr(HologramWindow, "tick", leave)
    how = ["--device", "portrait", "--view", "glass", "--frame", "7"]
    main(["hologram", str(scan.parent), "--window", *how])
    assert len(shown) == 1
    assert seen == [("glass", 7)]
    assert shown[0][:2] == (1, 1)
    assert shown[0][2].endswith("ParaSAM")
    assert "Looking Glass Portrait" in capsys.readouterr().err
    with Renderer():  # another context can still be made
        pass
