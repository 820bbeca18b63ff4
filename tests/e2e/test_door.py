"""A headset comes in from another address: `parasam lab --https`, the code, the page."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import PATIENCE_S
from tests.e2e.lab import Lab
from xr_server.addresses import is_loopback

SHOWN = "s => s && s.mesh && s.mesh.level === s.mesh.levels - 1"


@contextlib.contextmanager
def headset(browser: Browser) -> Iterator[Page]:
    """A browser of its own, whose user goes on past the warning."""
    with contextlib.closing(browser.new_context(ignore_https_errors=True)) as context:
        yield context.new_page()


def wait_until_shown(page: Page) -> None:
    """Not by Playwright's own waiting, which the page's policy forbids."""
    deadline = time.monotonic() + PATIENCE_S
    while not page.evaluate(f"({SHOWN})(window.parasam?.state)"):
        assert time.monotonic() < deadline, page.content()[:1000]
        page.wait_for_timeout(50)


@pytest.fixture
def lab(library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path))
    with Lab(library, "--https") as started:
        if is_loopback(urlsplit(started.url).hostname or ""):
            pytest.skip("this machine has no address but its own")
        yield started


def test_the_link_lets_one_headset_in_and_it_stays_in(browser: Browser, lab: Lab) -> None:
    link = lab.url
    plain = link.split("?")[0]
    with headset(browser) as first, headset(browser) as second:
        first.goto(link)
        first.wait_for_url(plain)
        wait_until_shown(first)
        assert first.evaluate("isSecureContext")
        (cookie,) = first.context.cookies()
        assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
        second.goto(link)  # which was used
        assert "each works once" in second.inner_text("[role=alert]")
        assert second.context.cookies() == []
        lab.kill()
        lab.start()
        first.goto(plain)
        wait_until_shown(first)
