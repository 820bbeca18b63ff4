"""Every mask of the library measured in the background, once, and nobody waits for it."""

import shutil
import threading
import time
from dataclasses import fields

import httpx
import numpy as np
import pytest

from parasam_core.api import measure
from parasam_core.mask import MaskStack
from parasam_core.report.contents import Row
from tests.server.small import served
from xr_server.app import create_app
from xr_server.ledger import Ledger
from xr_server.library import Library
from xr_server.survey import MeasuredMask, Survey, measured_mask


def whole(survey, subject=None):
    """The table once it is whole."""
    deadline = time.monotonic() + 30
    while len((table := survey.table(subject)).rows) < table.total:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return table


@pytest.fixture
def survey(library):
    started = Survey(library)
    yield started
    started.close()


@pytest.fixture
def measured(monkeypatch):
    """What is measured, in order; each waits for `go`."""
    begun, go = [], threading.Event()

    def slow(scan, label):
        begun.append((scan.name, label))
        assert go.wait(30)
        return measured_mask(scan, label)

    monkeypatch.setattr("xr_server.survey.measured_mask", slow)
    return begun, go


def copy(folder, name, subject, timepoint):
    """M1_d0 as another scan."""
    target = shutil.copytree(folder / "M1_d0.zarr", folder / f"{name}.zarr")
    described = target / "zarr.json"
    text = described.read_text("utf-8")
    assert '"subject": "M1"' in text
    text = text.replace('"subject": "M1"', f'"subject": "{subject}"')
    described.write_text(text.replace('"timepoint": "d0"', f'"timepoint": "{timepoint}"'), "utf-8")


def test_the_numbers_are_those_of_the_command(survey, library):
    ball, empty = whole(survey).rows
    found = measure(library.scan("M1_d0"), "a", ends="drawn")
    assert (ball.scan, ball.rater, ball.days, ball.spacing_source) == ("M1_d0", "a", 0, "user")
    assert ball.volume_mm3 == found.volume_mm3
    assert (ball.low_mm3, ball.high_mm3) == found.interval_mm3
    assert (ball.length_mm, ball.width_mm, ball.height_mm) == found.extent_mm
    assert (empty.rater, empty.volume_mm3) == ("empty", None)
    assert empty.reason.startswith("expected a mask with at least one pixel of tumour")


def test_columns_are_named_as_those_of_the_command():
    assert {f.name for f in fields(MeasuredMask)} <= {f.name for f in fields(Row)}


def test_what_is_asked_for_last_is_measured_next_and_all_once(library_folder, measured):
    begun, go = measured
    copy(library_folder, "M2_d0", "M2", "d0")
    survey = Survey(Library(library_folder))
    assert (survey.table().rows, survey.table().total) == ((), 4)
    while not begun:
        time.sleep(0.001)
    assert survey.table("M2").total == 2
    go.set()
    whole(survey, "M2")
    rows = whole(survey).rows
    survey.close()
    assert [(r.scan, r.rater) for r in rows] == [
        ("M1_d0", "a"), ("M1_d0", "empty"), ("M2_d0", "a"), ("M2_d0", "empty"),
    ]  # fmt: skip
    assert sorted(begun) == sorted(set(begun))
    assert {scan for scan, _ in begun[1:3]} == {"M2_d0"}


def test_days_are_those_of_all_timepoints_of_a_subject(library_folder):
    copy(library_folder, "M1_b", "M1", "2026-05-08")
    for name, date in (("M3_a", "2026-05-01"), ("M3_b", "2026-05-15")):
        copy(library_folder, name, "M3", date)
    survey = Survey(Library(library_folder))
    days = {(row.scan, row.days) for row in whole(survey).rows}
    survey.close()
    assert days == {("M1_d0", None), ("M1_b", None), ("M3_a", 0.0), ("M3_b", 14.0)}


def test_a_mask_that_was_written_anew_is_measured_anew(survey, library):
    before = whole(survey).rows[0]
    scan = library.scan("M1_d0")
    mask = scan.mask("a")
    scan.write_mask("a", MaskStack(mask.masks & (np.arange(41) < 20), mask.space, mask.provenance))
    assert whole(survey).rows[0].volume_mm3 < before.volume_mm3


def test_what_cannot_be_measured_says_why(library, monkeypatch, caplog):
    def broken(scan, label):
        raise ZeroDivisionError(label)

    monkeypatch.setattr("xr_server.survey.measured_mask", broken)
    survey = Survey(library)
    reasons = {row.reason for row in whole(survey).rows}
    survey.close()
    assert reasons == {"ParaSAM failed; see the lab's log"}
    assert "measuring M1_d0 a" in caplog.text


def test_over_http_nobody_waits_and_what_the_caller_has_is_not_sent_again(library, measured):
    _, go = measured
    with (
        served(create_app(library)) as port,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as web,
    ):
        begun = web.get("/api/measurements")
        assert begun.json() == {"rows": [], "total": 2}
        held = {"if-none-match": begun.headers["etag"]}
        assert web.get("/api/measurements", headers=held).status_code == 304
        assert web.get("/api/scans/M1_d0").status_code == 200
        go.set()
        deadline = time.monotonic() + 30
        while len((table := web.get("/api/measurements").json())["rows"]) < 2:
            assert time.monotonic() < deadline
        assert [row["rater"] for row in table["rows"]] == ["a", "empty"]
        assert web.get("/api/measurements?subject=nobody").json() == {"rows": [], "total": 0}
        assert web.get(f"/api/measurements?subject={'x' * 201}").status_code == 422


def test_a_lab_started_anew_measures_nothing_again(library, tmp_path, measured):
    begun, go = measured
    go.set()
    first = Survey(library, ledger=Ledger(tmp_path / "lab" / "m.jsonl"))
    before = whole(first)
    first.close()
    assert len(begun) == 2
    again = Survey(library, ledger=Ledger(tmp_path / "lab" / "m.jsonl"))
    assert whole(again) == before
    again.close()
    assert begun[2:] == [("M1_d0", "empty")]  # that failed, and may be otherwise by now


def test_a_ledger_that_cannot_be_used_keeps_nothing(library, tmp_path):
    (tmp_path / "a").write_text("a file where a folder should be")
    survey = Survey(library, ledger=Ledger(tmp_path / "a" / "m.jsonl"))
    assert len(whole(survey).rows) == 2
    survey.close()
