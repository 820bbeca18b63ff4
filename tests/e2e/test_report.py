"""A library's report in a real browser: on a screen, on a phone, on paper."""

from __future__ import annotations

import pytest

from parasam_core.api import report


@pytest.fixture(scope="module")
def page(browser, library, tmp_path_factory):
    path = tmp_path_factory.mktemp("report") / "report.html"
    report(library, path)
    opened = browser.new_page()
    asked, said = [], []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.goto(path.as_uri())
    yield opened
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
    assert said == []
    opened.close()


def test_all_pictures_are_drawn(page):
    sizes = page.evaluate("[...document.images].map(i => i.complete ? i.naturalWidth : 0)")
    assert len(sizes) >= 3
    assert min(sizes) > 100


@pytest.mark.parametrize("width", [400, 1280])
def test_nothing_is_cut_off(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    furthest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('h1, h2, h3, p, figure')]"
        ".map(e => e.getBoundingClientRect().right))"
    )
    assert furthest <= width


def test_it_fits_on_paper(page):
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})  # A4 without its margins at 96 dpi
    wide = page.evaluate(
        "Math.max(...[...document.querySelectorAll('table, img')].map(e => e.scrollWidth))"
    )
    assert wide <= 690
    assert page.pdf(prefer_css_page_size=True)[:5] == b"%PDF-"
