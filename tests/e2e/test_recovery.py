"""The server dies and comes back; the page goes on by itself, in a headset too."""

from __future__ import annotations

import pytest

from tests.e2e.lab import Lab


@pytest.fixture
def own_lab(library):
    with Lab(library) as started:
        yield started


def test_the_page_keeps_what_it_shows_and_finds_the_server_again(own_lab, visit):
    page = visit(own_lab.url)
    page.shown()
    page.page.keyboard.press("PageUp")
    before = page.until("s.shownFrame === 30")
    own_lab.kill()
    gone = page.until("s.connection === 'reconnecting'")
    assert gone["mesh"] == before["mesh"]
    assert "does not answer" in page.page.locator(".message").inner_text()
    page.page.keyboard.press("ArrowRight")
    assert page.until("s.shownFrame === 31")["connection"] == "reconnecting"
    own_lab.start()
    page.until("s.connection === 'open'")
    page.page.get_by_role("button", name="d6").click()
    assert page.until("s.scan === 'M1_d6' && s.volumeMm3")["failure"] is None
    page.shown()


def test_it_does_so_in_a_headset_too(own_lab, visit):
    page = visit(own_lab.url, size=(640, 480), headset=True)
    page.shown()
    held = page.enter("VR")
    own_lab.kill()
    page.until("s.connection === 'reconnecting'")
    page.frames(3)
    own_lab.start()
    back = page.until("s.connection === 'open'")
    assert back["xr"]["mode"] == "immersive-vr"
    assert back["tumourMatrixWorld"] == held["tumourMatrixWorld"]
    page.device("headset.controllers.right.updateAxes('thumbstick', 1, 0)")
    page.device("headset.controllers.right.updateAxes('thumbstick', 0, 0)")
    page.until("s.shownFrame > 20")


def test_a_page_that_comes_first_waits_for_the_server(own_lab, visit):
    page = visit(own_lab.url)
    page.until("s.connection === 'open'")
    own_lab.kill()
    page.until("s.connection === 'reconnecting'")
    own_lab.start()
    page.shown()
