"""A Looking Glass through the page: its maker's module, loaded when asked, and what may lack."""

from __future__ import annotations

import base64
import io

import httpx
import numpy as np
import pytest
from PIL import Image

from tests.e2e.bridge import PORTRAIT, bridge
from tests.e2e.browser import IWER, LabPage
from tests.e2e.lab import Lab

MODULE = IWER.parents[2] / "@lookingglass/webxr/dist/bundle/webxr.js"
PICTURE = """(() => {
  const canvas = document.querySelector('canvas');
  return canvas && canvas.width > 300 ? canvas.toDataURL('image/png') : '';
})()"""


@pytest.fixture(scope="module")
def with_module(library):
    with Lab(library, "--looking-glass", str(MODULE)) as lab:
        yield lab


@pytest.fixture
def holograms(browser, with_module):
    """Opens pages that show on a Looking Glass, closed after the test."""
    opened = []

    def open_page(**how):
        page = LabPage(browser, f"{with_module.url}?looking-glass=1", **how)
        opened.append(page)
        page.shown()
        return page

    yield open_page
    for page in opened:
        page.close()


def entered(page):
    """The window for the panel."""
    windows = []
    page.page.context.on("page", lambda window: windows.append(window))
    page.page.get_by_role("button", name="Enter the Looking Glass").click()
    page.until("s.xr.mode === 'immersive-vr' && s.magnification > 1")
    assert len(windows) == 1
    return windows[0]


def picture_in(window):
    """(y, x, 3) uint8 of what the panel is to show."""
    for _ in range(100):
        url = window.evaluate(PICTURE)
        if url:
            png = base64.b64decode(url.split(",")[1])
            pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
            if pixels.max() > 100:
                return pixels
        window.wait_for_timeout(100)
    raise AssertionError("nothing was drawn for the panel")


def test_it_is_asked_for_and_the_lab_says_how_to_give_the_module(visit, lab):
    page = visit(lab.url)
    page.shown()
    assert page.state["hologram"] == "off"
    page.page.get_by_role("button", name="Show on a Looking Glass").click()
    page.until("s.hologram === 'missing'")
    page.shown()
    card = page.page.locator("section", has_text="Looking Glass").last
    assert "--looking-glass FILE" in card.inner_text()


def test_without_bridge_it_is_said_and_the_window_shows_views_all_the_same(holograms):
    page = holograms()
    assert page.until("s.hologram === 'no bridge'")
    window = entered(page)
    pixels = picture_in(window).astype(int)
    assert (pixels[..., 0] - pixels[..., 2] > 40).mean() > 0.01  # the tumour's red
    window.close(run_before_unload=True)
    page.until("s.xr.mode === null && s.magnification === 1")


def test_with_a_panel_the_picture_is_as_large_as_the_panel(holograms):
    with bridge(PORTRAIT):
        page = holograms()
        page.until("s.hologram === 'ready'")
        window = entered(page)
        assert picture_in(window).shape == (2048, 1536, 3)
        page.page.get_by_role("button", name="Leave the Looking Glass").dispatch_event("click")
        page.until("s.xr.mode === null")


def test_bridge_without_a_panel_is_told_from_no_bridge(holograms):
    with bridge():
        page = holograms()
        page.until("s.hologram === 'no panel'")


def test_a_window_that_the_browser_refuses_is_said(holograms):
    page = holograms(script="window.open = () => null;")
    page.until("s.hologram === 'no bridge'")
    page.page.get_by_role("button", name="Enter the Looking Glass").click()
    state = page.until("s.failure !== null", patience_s=40)
    assert "allow pop-ups" in state["failure"]
    page.until("s.xr.mode === null")


def test_a_headset_of_the_browsers_own_stays(holograms):
    page = holograms(headset=True, size=(640, 480))
    page.until("s.hologram === 'native'")
    page.enter("VR")
    assert page.state["xr"]["inputs"] == ["controller", "controller"]


def test_the_policy_lets_the_page_to_bridge_only_where_a_module_was_given(lab, with_module):
    for one, is_let in ((lab, False), (with_module, True)):
        policy = httpx.get(one.url, trust_env=False).headers["content-security-policy"]
        assert ("ws://localhost:11222" in policy) is is_let
