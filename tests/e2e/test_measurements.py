"""The table of all measurements, as CSV too, and the curve of a subject's growth."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import fields
from datetime import UTC, datetime

import numpy as np
import pytest

from parasam_core.api import measure
from parasam_core.marks import Mark
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.report.contents import Row
from parasam_core.scanfile import ScanFile, write_scan
from tests.e2e.lab import Lab
from tests.e2e.library import volume_mm3
from tests.server.small import ball, sequence_of

ROWS = [("M1_d0", "manual"), ("M1_d0", "shifted"), ("M1_d6", "manual"), ("M1_d6", "shifted")]


@pytest.fixture
def table(desk):
    """The dialog, once everything is in it."""
    desk.page.get_by_role("button", name="All measurements").click()
    desk.until("s.measurements.known === 4 && s.measurements.total === 4")
    yield desk.page.get_by_role("dialog", name="All measurements")
    desk.page.keyboard.press("Escape")
    desk.until("s.dialog === null")


def column(table, number):
    return [c.strip() for c in table.locator(f"tbody tr > :nth-child({number})").all_inner_texts()]


def test_every_mask_is_measured(table):
    assert list(zip(column(table, 1), column(table, 4), strict=True)) == ROWS
    volumes = [float(text) for text in column(table, 5)]
    assert volumes == pytest.approx(2 * [volume_mm3("d0")] + 2 * [volume_mm3("d6")], rel=5e-3)
    assert set(column(table, 10)) == {"ruler"}
    assert "Without masks: M2_d0" in table.inner_text()


def test_a_column_sorts_one_way_and_then_the_other(table):
    head = table.get_by_role("button", name="Volume")
    for how, first in (("ascending", "M1_d0"), ("descending", "M1_d6")):
        head.click()
        assert column(table, 1)[0] == first
        assert table.locator("th[aria-sort]").get_attribute("aria-sort") == how


def test_csv_is_copied_and_saved_with_every_digit(table, desk, library):
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    table.get_by_role("button", name="Copy as CSV").click()
    table.get_by_text("4 lines copied").wait_for()
    copied = desk.page.evaluate("navigator.clipboard.readText()")
    with desk.page.expect_download() as download:
        table.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "measurements.csv"
    assert download.value.path().read_text("utf-8") == copied
    rows = list(csv.DictReader(io.StringIO(copied)))
    of_the_command = [field.name for field in fields(Row)]
    assert list(rows[0]) == [name for name in of_the_command if name in rows[0]]
    assert [(row["scan"], row["rater"]) for row in rows] == ROWS
    found = measure(library / "M1_d6.zarr", "shifted", ends="drawn")
    assert float(rows[3]["volume_mm3"]) == found.volume_mm3
    assert float(rows[3]["length_mm"]) == found.extent_mm[0]
    assert (rows[3]["days"], rows[3]["made_by"].split()[-1]) == ("6", "segment")


def test_marks_of_all_scans_are_listed_and_copied(desk, library):
    scan = ScanFile.open(library / "M1_d6.zarr")
    made = datetime(2026, 11, 27, tzinfo=UTC)
    scan.write_marks(
        [
            Mark("d", "distance", ((0.0, 0.0, 0.0), (3.0, 4.0, 0.0)), "rim", "Zoë", made),
            Mark("n", "note", ((1.0, 2.0, 3.0),), "necrosis?", "", made),
        ]
    )
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    try:
        desk.page.keyboard.press("m")
        table = desk.page.get_by_role("region", name="Distances, angles, notes")
        table.get_by_text("necrosis?").wait_for()
        lines = [line.split() for line in table.locator("tbody tr").all_inner_texts()]
        assert lines == [
            ["M1_d6", "M1", "d6", "Distance", "5.00", "mm", "Zoë", "rim"],
            ["M1_d6", "M1", "d6", "Note", "–", "–", "necrosis?"],
        ]
        desk.page.get_by_role("button", name="Copy marks as CSV").click()
        desk.page.get_by_text("2 lines copied").wait_for()
        copied = csv.DictReader(io.StringIO(desk.page.evaluate("navigator.clipboard.readText()")))
        assert [(row["scan"], row["distance_mm"], row["text"]) for row in copied] == [
            ("M1_d6", "5", "rim"),
            ("M1_d6", "", "necrosis?"),
        ]
    finally:
        desk.page.keyboard.press("Escape")
        scan.write_marks([])
    desk.until("s.dialog === null")
    desk.page.keyboard.press("m")
    table.wait_for(state="detached")
    desk.page.keyboard.press("Escape")
    desk.until("s.dialog === null")


def test_a_browser_without_a_clipboard_copies_all_the_same(visit, lab):
    script = "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
    page = visit(lab.url, script=script)
    page.shown()
    page.page.keyboard.press("m")
    page.until("s.measurements.known === 4")
    page.page.get_by_role("button", name="Copy as CSV").click()
    page.page.get_by_text("4 lines copied").wait_for()
    page.page.keyboard.press("Escape")
    page.page.get_by_label("Your name").fill("")
    page.page.get_by_label("Your name").press("Control+v")
    assert page.page.get_by_label("Your name").input_value().startswith("subject,timepoint,days")
    page.close()


def test_a_line_opens_its_scan_and_mask(table, desk):
    table.get_by_role("button", name="M1_d6").nth(1).click()
    desk.until("s.scan === 'M1_d6' && s.label === 'shifted' && s.dialog === null")


def test_the_curve_shows_the_mask_that_is_shown_and_opens_a_scan(desk):
    state = desk.until("s.growth.length === 2")
    days, volumes = zip(*state["growth"], strict=True)
    assert days == (0, 6)
    assert volumes == pytest.approx([volume_mm3("d0"), volume_mm3("d6")])
    card = desk.page.locator("section", has=desk.page.get_by_role("heading", name="Growth of M1"))
    said = re.sub(r"\s+", " ", card.inner_text())
    assert re.search(r"From [\d.]+ to [\d.]+ mm³ in 6 days", said)
    points = card.get_by_role("link")
    assert points.nth(0).get_attribute("aria-current") == "true"
    assert (points.nth(1).get_attribute("aria-label") or "").startswith("d6: ")
    points.nth(1).focus()
    desk.page.keyboard.press("Enter")
    desk.until("s.scan === 'M1_d6' && s.label === 'manual'")
    assert points.nth(1).get_attribute("aria-current") == "true"
    points.nth(0).click()
    desk.until("s.scan === 'M1_d0' && s.label === 'manual'")


def test_without_the_lab_what_has_come_stays_and_says_so(library, visit):
    with Lab(library) as lab:
        page = visit(lab.url)
        page.shown()
        page.page.keyboard.press("m")
        page.until("s.measurements.known === 4")
        page.page.keyboard.press("Escape")
        page.until("s.dialog === null")
        lab.kill()
        page.until("s.connection === 'reconnecting'")
        page.page.keyboard.press("m")
        table = page.page.get_by_role("dialog")
        table.get_by_text("The lab does not answer").wait_for()
        assert table.locator("tbody tr").count() == 4
        assert table.get_by_role("button", name="Copy as CSV").is_enabled()
        page.page.keyboard.press("Escape")
        page.until("s.dialog === null")
        lab.start()
        page.until("s.connection === 'open'")
        page.page.keyboard.press("m")
        table.get_by_text("The lab does not answer").wait_for(state="detached")
        page.until("s.measurements.known === 4")
        page.close()


def test_what_has_nothing_to_show_says_so(tmp_path, visit):
    folder = tmp_path / "library"
    for n, name in enumerate(("before", "after", "late")):
        sequence = sequence_of(name)
        mask = ball(sequence, 1.0 - 0.2 * n)
        if name == "late":
            mask = MaskStack(np.zeros_like(mask.masks), mask.space, Provenance("nothing"))
        write_scan(folder / f"M1_{name}.zarr", sequence).write_mask("a", mask)
    write_scan(folder / "M1_never.zarr", sequence_of("never"))
    with Lab(folder) as lab:
        page = visit(f"{lab.url}#scan=M1_late")
        page.until("s.growth.length === 2")
        side = page.page.locator("aside")
        for words in (
            "Nothing is outlined in the mask a",
            "Nothing to measure in the mask of late",
            "Without a mask named a: never",
            "These timepoints are no days",
        ):
            assert words in side.inner_text()
        assert page.page.locator(".course").count() == 0
        page.page.keyboard.press("m")
        page.until("s.measurements.known === 3")
        line = page.page.get_by_role("row", name="M1_late")
        assert "expected a mask with at least one pixel of tumour" in line.inner_text()
        page.close()
