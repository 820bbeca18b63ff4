"""axe finds nothing, on any page and with any dialog open; no page is wider than its window."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.axe import AXE, violations
from tests.e2e.browser import DESKTOP, PHONE, LabPage
from tests.server.small import served
from xr_server.addresses import is_loopback, own_addresses
from xr_server.app import create_app
from xr_server.doors import Doors
from xr_server.library import Library
from xr_server.pairing import Pairing

NARROW = (320, 640)
SIZES = pytest.mark.parametrize("size", [DESKTOP, (800, 700), PHONE, NARROW], ids=str)
FAR = [a for a in own_addresses() if not is_loopback(a) and ":" not in a]


@pytest.fixture
def opened(visit, lab, request) -> LabPage:
    page = visit(lab.url, size=request.getfixturevalue("size"), script=AXE)
    page.shown()
    page.until("s.growth.length === 2 && s.volumeMm3 !== null")
    return page


def overflow(page: Page) -> int:
    return int(
        page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    )


@SIZES
def test_the_lab(opened, size):
    assert violations(opened.page) == []
    assert overflow(opened.page) == 0
    opened.page.evaluate("location.hash = '#scan=M1_d0&label=nobody'")
    opened.until("s.failure")
    assert violations(opened.page) == []
    opened.page.evaluate("location.hash = '#scan=M2_d0'")
    opened.until("s.scan === 'M2_d0' && !s.failure")
    assert violations(opened.page) == []
    opened.close()


@SIZES
def test_the_lab_with_all_its_tools_out(opened, size):
    opened.page.get_by_role("button", name="Take the probe").click()
    opened.page.get_by_role("button", name="Planes").click()
    opened.page.wait_for_timeout(300)
    assert violations(opened.page) == []
    assert overflow(opened.page) == 0
    opened.close()


@SIZES
def test_its_dialogs(opened, size):
    for key, name in (("?", "Keys"), ("m", "All measurements")):
        opened.page.keyboard.press(key)
        dialog = opened.page.get_by_role("dialog", name=name)
        dialog.wait_for()
        if key == "m":
            dialog.get_by_role("table").wait_for()
        box = dialog.bounding_box()
        assert box is not None
        assert 0 <= box["x"] < box["x"] + box["width"] <= size[0]
        assert 0 <= box["y"] < box["y"] + box["height"] <= size[1]
        assert violations(opened.page) == []
        assert overflow(opened.page) == 0
        opened.page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
    opened.close()


@contextlib.contextmanager
def plain(browser: Browser, url: str) -> Iterator[Page]:
    with contextlib.closing(browser.new_context(viewport={"width": 320, "height": 640})) as context:
        page = context.new_page()
        page.add_init_script(AXE)
        page.goto(url)
        yield page


def test_the_doctor(browser, lab):
    with plain(browser, f"{lab.url}doctor") as page:
        page.wait_for_selector("body[data-done]", timeout=30_000)
        assert violations(page) == []
        assert overflow(page) == 0


@pytest.mark.skipif(not FAR, reason="this machine has no address but its own")
def test_the_page_to_pair(browser, library):
    doors = Doors(any_address=True, pairing=Pairing())
    app = create_app(Library(library), doors=doors)
    with (
        served(app, host="0.0.0.0") as port,  # noqa: S104
        plain(browser, f"http://{FAR[0]}:{port}/") as page,
    ):
        for code in (None, "WRONGX"):
            if code:
                page.get_by_label("Code").fill(code)
                page.get_by_role("button", name="Pair").click()
                page.get_by_role("alert").wait_for()
            assert violations(page) == []
            assert overflow(page) == 0
