from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser import LabPage, launch
from tests.e2e.lab import Lab
from tests.e2e.library import write_library

Visit = Callable[..., LabPage]


@pytest.fixture(scope="package")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()


@pytest.fixture(scope="package")
def lab(library: Path) -> Iterator[Lab]:
    with Lab(library) as started:
        yield started


@pytest.fixture(scope="module")
def visit(browser: Browser) -> Iterator[Visit]:
    """Opens pages that live as long as the module; none may ask another host for anything."""
    opened: list[LabPage] = []

    def open_page(url: str, **how: object) -> LabPage:
        opened.append(LabPage(browser, url, **how))  # type: ignore[arg-type]
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()
    assert [url for page in opened for url in page.foreign] == []


@pytest.fixture(scope="module")
def shared_desk(visit: Visit, lab: Lab) -> LabPage:
    return visit(lab.url)


@pytest.fixture
def desk(shared_desk: LabPage) -> Iterator[LabPage]:
    """A page on a screen: the first scan, its first mask, cut at frame 20."""
    shared_desk.shown()
    if (shared_desk.state["scan"], shared_desk.state["label"]) != ("M1_d0", "manual"):
        shared_desk.page.evaluate("location.hash = '#scan=M1_d0&label=manual'")
        shared_desk.until("s.scan === 'M1_d0' && s.label === 'manual' && s.mesh")
    shared_desk.page.get_by_role("button", name="Cut").click()
    shared_desk.page.get_by_role("slider", name="Frame").fill("20")
    shared_desk.until("s.frame === 20")
    shared_desk.shown()
    yield shared_desk
    assert shared_desk.errors == []


@pytest.fixture(scope="module")
def shared_quest(visit: Visit, lab: Lab) -> LabPage:
    return visit(lab.url, size=(640, 480), headset=True)


@pytest.fixture
def quest(shared_quest: LabPage) -> Iterator[LabPage]:
    """A page with a Quest 3 whose session has not begun, at frame 20."""
    shared_quest.shown()
    shared_quest.page.get_by_role("slider", name="Frame").fill("20")
    shared_quest.until("s.shownFrame === 20")
    yield shared_quest
    shared_quest.leave()
    assert shared_quest.errors == []
