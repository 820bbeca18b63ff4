"""The page leads a Looking Glass that follows the lab, and is led by its user."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.e2e.lab import Lab
from viewers.looking_glass.feed import Feed
from viewers.looking_glass.snapshot import Snapshot

PATIENCE_S = 30.0


@pytest.fixture
def lab(library):
    """One for this test: nobody of another is still listed."""
    with Lab(library) as started:
        yield started


def until(feed: Feed, wish: Callable[[Snapshot], object]) -> Snapshot:
    by_s, state = time.monotonic() + PATIENCE_S, feed.state
    while not wish(state):
        assert time.monotonic() < by_s, state
        state = feed.wait(state.version, 1.0)
    return state


def test_what_the_page_shows_the_panel_shows(lab, visit):
    with Feed(lab.url) as feed:
        desk = visit(lab.url + "#scan=M1_d6&label=shifted")
        desk.all_here()
        state = until(feed, lambda s: s.scan == "M1_d0" and s.others and s.mesh)
        assert state.advice.startswith("nobody shares the scene; press “Share the scene”")
        desk.page.get_by_role("slider", name="Frame").fill("11")
        desk.page.get_by_role("button", name="Share the scene").click()
        state = until(feed, lambda s: s.label == "shifted" and s.slice and s.slice.frame == 11)
        assert (state.scan, state.frame, state.advice) == ("M1_d6", 11, "")
        assert "Looking Glass" in desk.page.get_by_label("Others in this lab").inner_text()
        desk.page.get_by_role("button", name="Glass", exact=True).click()
        desk.page.get_by_role("slider", name="Frame").fill("25")
        until(feed, lambda s: s.frame == 25 and s.view == "glass")
        feed.look(30)
        desk.until("s.shownFrame === 30")
        feed.open("M1_d0", "manual")
        desk.until("s.scan === 'M1_d0' && s.label === 'manual'")
        desk.all_here()
        desk.page.get_by_role("button", name="d6").click()
        until(feed, lambda s: s.scan == "M1_d6" and s.mesh)
        assert desk.state["frame"] == feed.state.frame
    desk.until("!s.company.people.some(p => p.name === 'Looking Glass')")
    assert desk.errors == []
