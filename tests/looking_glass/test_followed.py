"""A window over a running lab shows what is shared there, and its user leads, too."""

from __future__ import annotations

import time

import numpy as np
import pyglet
import pytest

from parasam_core.cli import main
from tests.e2e.library import SPACE, write_library
from tests.looking_glass.companion import company
from tests.looking_glass.test_feed import at
from tests.server.small import served
from viewers.looking_glass import bridge as client
from viewers.looking_glass.device import PRESETS
from viewers.looking_glass.feed import Feed
from viewers.looking_glass.followed import Followed
from viewers.looking_glass.known_panel import known_panel
from viewers.looking_glass.look import Look
from viewers.looking_glass.looking import Looking
from viewers.looking_glass.stage import turned
from viewers.looking_glass.viewing import turned_by
from viewers.looking_glass.window import HologramWindow
from xr_server.app import create_app
from xr_server.library import Library

TITLES = ("M1 d0", "M1 d6", "M2 d0")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    library = write_library(tmp_path_factory.mktemp("followed") / "library")
    with served(create_app(Library(library))) as port:
        yield f"http://127.0.0.1:{port}"


def until(source, wish):
    """The first state that is as wished, asked for as a window does."""
    by_s = time.monotonic() + 30
    while not wish(source.state):
        assert time.monotonic() < by_s, source.state
        time.sleep(0.002)
    return source.state


def is_shown(state):
    return state.shown is not None and len(state.shown.stage().faces) > 0


def test_it_says_that_it_waits_and_shows_what_has_come(lab):
    feed = Feed(lab)
    source = Followed(feed)
    assert (source.state.titles, source.state.shown) == (("no scans yet",), None)
    source.open(0)
    assert source.state.remark == "dialling the lab"
    with feed:
        state = until(source, is_shown)
    assert (state.titles, state.scan, state.remark) == (TITLES, 0, "")
    assert state.shown.frames == SPACE.shape[0]


def test_it_goes_along_and_leads(lab):
    with company(lab) as ann, Feed(lab) as feed:
        source = Followed(feed)
        ann.select("M1_d6", "manual", 11)
        ann.share(view="solid")
        state = until(source, lambda s: is_shown(s) and s.scan == 1 and s.frame == 11)
        assert until(source, lambda s: s.view).view == "whole"
        source.look(12)
        ann.until(at(12))
        assert until(source, lambda s: s.frame == 12).shown is not state.shown
        source.open(2)
        ann.until(lambda scene: scene.selection.scan == "M2_d0")
        until(source, lambda s: s.scan == 2 and s.shown is not None)
        source.open(99)
        ann.share(view="none of ours")
        assert until(source, lambda s: s.view is None).scan == 2


def test_it_lies_as_it_is_held(lab):
    with company(lab) as ann, Feed(lab) as feed:
        source = Followed(feed)
        assert source.state.lie is None
        looking = Looking(source, known_panel("portrait"), Look(view="whole"))
        ann.select("M1_d6", "manual", 11)
        half = np.sqrt(0.5)
        ann.share(pose=[0.0, 0.0, 0.0, 0.0, half, 0.0, half, 10.0])
        until(source, lambda s: is_shown(s) and s.lie)
        looking.follow()
        rig = looking.rig(PRESETS["portrait"].layout)
        # a quarter turn about the upright axis, tipped as a still is
        assert rig.turn @ (1, 0, 0) == pytest.approx(turned(0) @ (0, 0, -1), abs=1e-6)
        looking.become(turned_by(looking.seen, 90, 0))
        rig = looking.rig(PRESETS["portrait"].layout)
        assert rig.turn @ (1, 0, 0) == pytest.approx(turned(0) @ (-1, 0, 0), abs=1e-6)
        ann.share(pose=[0.0] * 7 + [10.0])
        until(source, lambda s: s.lie is None)


def test_what_changes_nothing_to_see_is_the_same_scan(lab):
    with Feed(lab) as feed:
        source = Followed(feed)
        feed_state = feed.state
        while not (feed_state.measured and len(feed_state.slices) == SPACE.shape[0]):
            feed_state = feed.wait(feed_state.version, 1.0)
        before = until(source, is_shown)
        with company(lab):  # somebody comes
            after = until(source, lambda s: s.version > before.version)
            assert after.shown is before.shown


def test_the_command_follows_a_lab_and_leads_it(lab, monkeypatch, tmp_path):
    """The real loop of events over a context without a screen."""
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path))
    monkeypatch.setattr(client, "PORT", 1)
    pyglet.options.headless = True
    from pyglet.window import key

    seen, tick = [], HologramWindow.tick
    by_s = time.monotonic() + 60

    def follow(self, dt=0.0):
        tick(self, dt)
        frame, drawn = self.looking.seen.frame, self.painter.scenes
        if drawn and (not seen or frame != seen[-1]):
            seen.append(frame)
        if seen[-1:] == [11]:
            self._window.dispatch_event("on_key_press", key.UP, 0)
        if seen[-1:] == [12]:
            ann.until(at(12))
        if seen[-1:] == [12] or time.monotonic() > by_s:
            self._window.dispatch_event("on_key_press", key.ESCAPE, 0)

    monkeypatch.setattr(HologramWindow, "tick", follow)
    with company(lab) as ann:
        ann.select("M1_d6", "manual", 11)
        main(["hologram", lab, "--window", "--device", "portrait"])
    assert seen[-2:] == [11, 12]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["http://lab:1", "--quilt", "q.png"], "expected --window with http://lab:1, the address"),
        (["p.zarr", "--window", "--code", "123"], "with the address of a lab, got p.zarr"),
    ],
)
def test_what_follows_nothing_is_refused(arguments, sentence, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["hologram", *arguments])
    assert sentence in capsys.readouterr().err.replace("\n", " ")
