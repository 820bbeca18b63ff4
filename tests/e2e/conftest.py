from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.browser import LabPage, chromium
from tests.e2e.lab import Lab
from tests.e2e.library import write_library


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = chromium(playwright)
        yield started
        started.close()


@pytest.fixture(scope="session")
def lab(library: Path) -> Iterator[Lab]:
    with Lab(library) as started:
        yield started


OpenPage = Callable[..., LabPage]


@pytest.fixture
def visit(browser: Browser) -> Iterator[OpenPage]:
    """Opens pages; none may ask another host for anything."""
    opened: list[LabPage] = []

    def open_page(url: str, **how: object) -> LabPage:
        opened.append(LabPage(browser, url, **how))  # type: ignore[arg-type]
        return opened[-1]

    yield open_page
    for page in opened:
        page.close()
    assert [url for page in opened for url in page.foreign] == []


@pytest.fixture
def open_page(visit: OpenPage, lab: Lab) -> Iterator[OpenPage]:
    """Opens pages of the shared lab; their consoles must stay free of errors."""
    opened: list[LabPage] = []

    def open_lab(query: str = "", **how: object) -> LabPage:
        opened.append(visit(lab.url + query, **how))
        return opened[-1]

    yield open_lab
    assert [error for page in opened for error in page.errors] == []
