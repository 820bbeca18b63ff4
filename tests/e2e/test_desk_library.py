"""The library on the desk page: thumbnails, search, two hundred scans."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from parasam_core.scanfile import ScanFile, write_scan
from tests.e2e.lab import Lab
from tests.server.small import ball, sequence_of

MANY = 200
SHOWN = """[...document.querySelectorAll('nav img')].filter(i => {
  const {top, bottom} = i.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}).every(i => i.complete && i.naturalWidth > 0)"""


def cards(page):
    return page.page.locator("nav button")


def until_true(page, script):
    for _ in range(250):
        if page.page.evaluate(script):
            return
        page.page.wait_for_timeout(40)
    raise AssertionError(script)


def test_every_scan_has_its_picture(desk):
    until_true(desk, SHOWN)
    pictures = desk.page.locator("nav img")
    assert pictures.count() == 3
    sizes = pictures.evaluate_all("all => all.map(i => [i.naturalWidth, i.naturalHeight])")
    assert sizes == [[160, 128]] * 3


def test_a_mask_that_comes_while_the_page_is_open_is_on_the_picture(own_lab, own_library, visit):
    page = visit(own_lab.url)
    page.shown()
    sources = "[...document.querySelectorAll('nav img')].map(i => i.src)"
    before = page.page.evaluate(sources)
    scan = own_library / "M1_b.zarr"
    sequence = sequence_of("d6")
    ScanFile.open(scan).write_mask("late", ball(sequence))
    until_true(page, f"{sources}.some(src => src.includes('late'))")
    assert page.page.evaluate(sources)[0] == before[0]
    until_true(page, SHOWN)
    page.close()


@pytest.fixture
def own_library(tmp_path: Path) -> Path:
    for name, day in (("M1_a", "d0"), ("M1_b", "d6")):
        write_scan(tmp_path / "library" / f"{name}.zarr", sequence_of(day))
    return tmp_path / "library"


@pytest.fixture
def own_lab(own_library: Path):
    with Lab(own_library) as started:
        yield started


def test_searching_finds_by_subject_timepoint_and_mask_and_enter_opens(desk):
    page = desk.page
    page.keyboard.press("/")
    field = page.get_by_role("searchbox", name="Search the scans")
    assert field.evaluate("e => e === document.activeElement")
    page.keyboard.type("m1 d6")
    assert cards(desk).count() == 1
    page.keyboard.press("Enter")
    desk.until("s.scan === 'M1_d6'")
    field.fill("nothing like this")
    assert cards(desk).count() == 0
    assert "No scan has “nothing like this”" in page.locator("nav").inner_text()
    page.keyboard.press("Escape")
    assert cards(desk).count() == 3
    assert field.input_value() == ""


def test_n_and_p_go_through_what_is_found(desk):
    desk.page.locator("canvas").first.focus()
    desk.page.keyboard.press("n")
    desk.until("s.scan === 'M1_d6'")
    desk.page.keyboard.press("n")
    desk.until("s.scan === 'M2_d0'")
    desk.page.keyboard.press("n")  # there is none
    desk.page.keyboard.press("p")
    desk.until("s.scan === 'M1_d6'")


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """Forty animals on five days, each the same scan."""
    folder = tmp_path_factory.mktemp("many") / "library"
    sequence = sequence_of("d0")
    first = write_scan(folder / "first.zarr", sequence)
    first.write_mask("manual", ball(sequence))
    for number in range(MANY):
        subject, day = f"A{number // 5:03}", f"d{number % 5 * 3}"
        target = folder / f"{subject}_{day}.zarr"
        shutil.copytree(first.path, target, copy_function=os.link)
        described = (target / "zarr.json").read_text("utf-8")
        described = described.replace('"subject": "M1"', f'"subject": "{subject}"')
        described = described.replace('"timepoint": "d0"', f'"timepoint": "{day}"')
        (target / "zarr.json").unlink()
        (target / "zarr.json").write_text(described, "utf-8")
    shutil.rmtree(first.path)
    return folder


def test_two_hundred_scans_are_listed_and_their_pictures_come_into_view(many, visit):
    with Lab(many) as lab:
        page = visit(lab.url)
        page.shown()
        assert cards(page).count() == MANY
        until_true(page, SHOWN)
        loaded = "[...document.querySelectorAll('nav img')].filter(i => i.naturalWidth > 0).length"
        assert page.page.evaluate(loaded) < MANY / 2
        last = page.page.locator("nav img").last
        last.scroll_into_view_if_needed()
        until_true(page, "[...document.querySelectorAll('nav img')].at(-1).naturalWidth > 0")
        page.page.get_by_role("button", name="Past the scans").focus()
        page.page.keyboard.press("Enter")
        focused = "document.activeElement.textContent"
        assert page.page.evaluate(focused) == "All measurements"
        page.page.get_by_role("searchbox").fill("a039")
        assert cards(page).count() == 5
        assert page.errors == []
        page.close()


def test_the_scan_that_is_open_is_in_view_and_the_page_stands_still(many, visit):
    with Lab(many) as lab:
        page = visit(f"{lab.url}#scan=A030_d6", size=(1280, 1200))
        page.shown()
        card = page.page.locator("nav button[aria-current=true]")
        until_true(page, IN_LIST)
        assert "d6" in card.text_content()
        assert page.page.evaluate("document.querySelector('aside').scrollTop") == 0
        page.page.keyboard.press("n")
        page.until("s.scan === 'A030_d9'")
        until_true(page, IN_LIST)
        page.close()


IN_LIST = """(() => {
  const [card, list] = ['nav button[aria-current=true]', 'nav'].map(
    s => document.querySelector(s).getBoundingClientRect());
  return card.top >= list.top && card.bottom <= list.bottom + 1;
})()"""


def test_pictures_that_cannot_come_come_once_the_lab_answers(many, visit):
    with Lab(many) as lab:
        page = visit(lab.url, size=(1280, 1200))
        page.shown()
        until_true(page, SHOWN)
        lab.kill()
        page.until("s.connection === 'reconnecting'")
        page.page.evaluate("document.querySelector('nav').scrollTop = 1e6")
        until_true(page, "document.querySelectorAll('nav span.thumbnail').length > 3")
        lab.start()
        page.until("s.connection === 'open'")
        until_true(page, f"document.querySelectorAll('nav span.thumbnail').length === 0 && {SHOWN}")
        page.close()
