"""A library on one page: every number, every reason, nothing from elsewhere."""

from __future__ import annotations

import base64
import csv
import io
import json
import math
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from parasam_core import api, cli
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.scanfile import write_scan
from parasam_core.space import Space
from tests.core.bodies import SPACING, ball, drawn, sequence_of


def stored(folder, subject, timepoint, masks, name=None):
    """A scan with these labels; None leaves it without."""
    labels = masks if isinstance(masks, dict) else {"manual": masks}
    first = next(iter(labels.values()))
    sequence = replace(sequence_of(first), subject=subject, timepoint=timepoint)
    scan = write_scan(folder / f"{name or f'{subject}_{timepoint}'}.zarr", sequence)
    for label, mask in labels.items():
        scan = scan.write_mask(label, mask)
    return scan


def whole(masks, **details):
    return MaskStack(
        masks, Space(masks.shape, SPACING), Provenance("me", "ab" * 32, "hand", details)
    )


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Two subjects, one of them twice, two observers, an end that is missing, an empty label."""
    folder = tmp_path_factory.mktemp("library")
    small, large = ball(5), ball(10)
    stored(folder, "M1", "d0", {"anna": whole(small), "ben": whole(np.roll(small, 2, axis=2))})
    stored(folder, "M1", "d7", {"anna": whole(large), "ben": whole(np.zeros_like(large))})
    middle = len(large) // 2
    cut = drawn(large, [middle - 8, middle - 4, middle, middle + 4, middle + 8])
    stored(folder, "M2", "d7", cut)
    return folder


@pytest.fixture(scope="module")
def made(library):
    out = library / "out.html"
    report = api.report(library, out)
    table = out.with_suffix(".csv").read_text("utf-8")
    return report, out.read_text("utf-8"), list(csv.DictReader(table.splitlines()))


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.sources, self.links, self.words, self.alts, self.ids = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        self.sources += [of[name] for name in ("src", "data", "xlink:href") if name in of]
        self.links += [of["href"]] if "href" in of else []
        self.ids += [of["id"]] if "id" in of else []
        self.alts += [of["alt"]] if tag == "img" else []
        assert tag not in ("script", "link", "iframe")

    def handle_data(self, data):
        self.words.append(data)


def test_the_table_has_the_numbers_that_measure_gives(made, library):
    _, _, rows = made
    found = api.measure(library / "M1_d7.zarr", "anna")
    [row] = [r for r in rows if (r["scan"], r["rater"]) == ("M1_d7", "anna")]
    assert float(row["volume_mm3"]) == pytest.approx(found.volume_mm3, rel=1e-6)
    assert float(row["low_mm3"]) == pytest.approx(found.interval_mm3[0], rel=1e-6)
    assert float(row["width_mm"]) == pytest.approx(found.extent_mm[1], rel=1e-6)
    assert [int(row[n]) for n in ("first_frame", "last_frame")] == list(found.frames)
    assert row["days"] == "7"
    assert row["digest"] == "ab" * 32
    assert "nan" not in json.dumps(rows).lower()


def test_what_has_no_volume_has_a_reason(made):
    report, text, rows = made
    without = {(r["scan"], r["rater"]): r["reason"] for r in rows if not r["volume_mm3"]}
    assert set(without) == {("M1_d7", "ben"), ("M2_d7", "manual")}
    assert "empty" in without["M1_d7", "ben"]
    assert "up to both ends" in without["M2_d7", "manual"]
    assert all(row.reason for row in report.rows if row.volume_mm3 is None)
    assert "up to both ends" in text


def test_ends_can_be_drawn_or_rounded_off(library, tmp_path):
    for ends in ("drawn", "caps"):
        report = api.report(library / "M2_d7.zarr", tmp_path / "out.html", ends=ends)
        [row] = report.rows
        assert row.volume_mm3 is not None


def test_the_page_needs_nothing_else(made):
    _, text, _ = made
    page = Page(text)
    assert len(page.sources) > 6
    assert all(source.startswith("data:image/") for source in page.sources)
    assert all(link[0] == "#" and link[1:] in page.ids for link in page.links)
    assert all(page.alts)


def test_its_pictures_are_pictures(made):
    _, text, _ = made
    for source in Page(text).sources:
        kind, content = source.removeprefix("data:").split(";base64,")
        data = base64.b64decode(content)
        if kind == "image/svg+xml":
            assert b"</svg>" in data
            assert b"<script" not in data
        else:
            image = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
            assert image.std() > 10


def test_growth_is_told_with_its_doubling_time(made):
    report, text, _ = made
    [one] = report.growths
    assert (one.subject, one.rater) == ("M1", "anna")
    ratio = one.volumes_mm3[1] / one.volumes_mm3[0]
    assert one.doubling_days == pytest.approx(7 * math.log(2) / math.log(ratio))
    assert f"{one.doubling_days:.1f}" in text
    assert set(report.charts) == {"M1"}


def test_calipers_stand_beside_masks(tmp_path):
    """One table, three times of one subject, and a line that no scan is of."""
    for day, size in ((0, 5), (4, 8), (7, 10)):
        large = ball(size + 1)
        anna = np.zeros_like(large)
        inner = tuple(slice(1, 1 + n) for n in ball(size).shape)
        anna[inner] = ball(size)
        stored(tmp_path, "M1", f"d{day}", {"anna": whole(anna), "ben": whole(large)})
    table = tmp_path / "calipers.csv"
    table.write_text("Subject;Timepoint;length_mm;width_mm\nM1;d0;2,6;2,1\nM1;d4;3;2,5\n"
                     "M1;d7;3,3;2,7\nM9;d0;4;3\n")  # fmt: skip
    out = tmp_path / "out.html"
    report = api.report(tmp_path, out, volumes=table)
    calipers = [row.volume_mm3 for row in report.rows if row.rater == "calipers"]
    assert calipers == pytest.approx([2.6 * 2.1**2 / 2, 3 * 2.5**2 / 2, 3.3 * 2.7**2 / 2, 18])
    assert [row.days for row in report.rows if row.rater == "calipers"][:3] == [0, 4, 7]
    assert report.remarks == ("calipers.csv has volumes that no scan is of: M9 d0",)
    assert {one.rater for one in report.growths} == {"anna", "ben", "calipers"}
    limits = {(one.a, one.b): one for one in report.agreement}
    assert limits["anna", "ben"].mm3.bias == pytest.approx(-1, abs=0.02)
    assert limits["anna", "calipers"].n == 3
    [pair] = report.scans[0].pairs
    assert pair.dice == pytest.approx(2 * 5 / 11, abs=0.01)
    text = out.read_text("utf-8")
    assert f"{pair.hd95_mm:.2f}" in text
    assert "calipers.csv, sha256" in text


def test_a_table_that_cannot_be_is_refused_first(library, tmp_path):
    (tmp_path / "t.csv").write_text("subject,timepoint,anna_mm3\nM1,d0,much\n")
    with pytest.raises(SystemExit) as stopped:
        cli.main(["report", str(library), str(tmp_path / "out.html"), "--volumes",
                  str(tmp_path / "t.csv")])  # fmt: skip
    assert stopped.value.code == 1
    assert not (tmp_path / "out.html").exists()


def test_names_are_text_and_never_markup(tmp_path):
    evil = '<img src="http://x/">&'
    stored(tmp_path, evil, "<b>d0</b>", whole(ball(5), note=evil), name="scan")
    api.report(tmp_path, tmp_path / "out.html", title=f"about {evil}")
    page = Page((tmp_path / "out.html").read_text("utf-8"))
    assert all(source.startswith("data:") for source in page.sources)
    assert any(evil in word for word in page.words)


def test_two_scans_of_one_time_are_said(tmp_path, capsys):
    for name in ("first", "second"):
        stored(tmp_path, "M1", "d0", whole(ball(5)), name=name)
    cli.main(["report", str(tmp_path), str(tmp_path / "out.html"), "--json"])
    out, err = capsys.readouterr()
    assert "first and second are all of M1 d0" in json.loads(out)["remarks"][0]
    assert "first and second" in err


def test_a_single_frame_and_a_scan_without_masks(tmp_path):
    masks = np.zeros((1, 30, 40), bool)
    masks[0, 8:20, 10:30] = True
    stored(tmp_path, "M1", "d0", whole(masks))
    write_scan(tmp_path / "bare.zarr", replace(sequence_of(whole(masks)), subject=""))
    report = api.report(tmp_path, tmp_path / "out.html")
    [row] = report.rows
    assert row.volume_mm3 == pytest.approx(240 * math.prod(SPACING))
    assert any("first frame, the last frame" in warning for warning in row.warnings)
    assert "No mask in it yet" in (tmp_path / "out.html").read_text("utf-8")


@pytest.mark.parametrize("out", ["out.pdf", "nowhere/out.html"])
def test_a_place_that_cannot_be_is_refused_first(library, tmp_path, out):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["report", str(library), str(tmp_path / out)])
    assert stopped.value.code == 2
    assert not list(tmp_path.iterdir())


def test_a_folder_without_scans_writes_nothing(tmp_path):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["report", str(tmp_path), str(tmp_path / "out.html")])
    assert stopped.value.code == 1
    assert not list(tmp_path.iterdir())
