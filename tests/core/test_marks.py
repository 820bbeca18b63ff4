"""Distances, angles and notes: what they are worth, and that a scan keeps them."""

import json
import warnings
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
import zarr
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from parasam_core.cli import main
from parasam_core.errors import MarkError, ScanError
from parasam_core.marks import FARTHEST_MM, LONGEST_AUTHOR, LONGEST_TEXT, MOST_MARKS, Mark
from parasam_core.scanfile import ScanFile, write_scan

MADE = datetime(2026, 11, 27, 8, 30, 15, 250_000, UTC)
DISTANCE = Mark("d", "distance", ((1.0, 2.0, 3.0), (4.0, 6.0, 3.0)), "", "Zoë", MADE)
ANGLE = Mark("a", "angle", ((1.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 2.0, 0.0)), "rim", "", MADE)
NOTE = Mark("n", "note", ((0.5, 0.25, -1.0),), "necrosis?", "Ann", MADE)

numbers = st.floats(-50, 50)
points = st.tuples(numbers, numbers, numbers)


@pytest.fixture
def scan(tmp_path, small_sequence, small_mask):
    return write_scan(tmp_path / "M1_d0.zarr", small_sequence).write_mask("parasam", small_mask)


def test_values_are_of_the_points():
    assert (DISTANCE.distance_mm, DISTANCE.angle_deg) == (5.0, None)
    assert (ANGLE.distance_mm, ANGLE.angle_deg) == (None, pytest.approx(90.0))
    assert (NOTE.distance_mm, NOTE.angle_deg) == (None, None)


def test_points_on_one_another_are_nothing_apart():
    here = (1.0, 2.0, 3.0)
    assert replace(DISTANCE, points_mm=(here, here)).distance_mm == 0
    assert replace(ANGLE, points_mm=(here, here, here)).angle_deg == 0


@pytest.mark.parametrize("degrees", [0, 1e-5, 30, 90, 135, 179.99999, 180])
def test_an_angle_is_that_of_the_turn_however_it_lies(degrees):
    turn = Rotation.random(rng=4)
    sides = turn.apply([(3, 0, 0), 5 * Rotation.from_euler("z", degrees, True).apply((1, 0, 0))])
    at = np.array([7.0, -2.0, 1.0])
    corners = tuple(map(tuple, (at + sides[0], at, at + sides[1])))
    assert replace(ANGLE, points_mm=corners).angle_deg == pytest.approx(degrees, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"kind": "area"}, "one of distance, angle, note, got 'area'"),
        ({"points_mm": DISTANCE.points_mm[:1]}, r"as many points as a distance has \(2\), got 1"),
        ({"points_mm": ((0.0, 0.0, 0.0), (0.0, 0.0, np.nan))}, "within 10000 mm"),
        ({"points_mm": ((0.0, 0.0, 0.0), (0.0, 0.0, 2 * FARTHEST_MM))}, "within 10000 mm"),
        ({"text": "a" * (LONGEST_TEXT + 1)}, "text of at most 500 characters, got 501"),
        ({"author": "a" * (LONGEST_AUTHOR + 1)}, "author of at most 40 characters, got 41"),
        ({"kind": "note", "points_mm": NOTE.points_mm, "text": ""}, "a note that says something"),
    ],
)
def test_what_cannot_be_a_mark_is_refused(change, sentence):
    with pytest.raises(MarkError, match=sentence):
        replace(DISTANCE, **change)


@given(points, points, st.text(max_size=20))
def test_what_is_written_is_read(one, other, text):
    mark = replace(DISTANCE, points_mm=(one, other), text=text)
    assert Mark.from_json(json.loads(json.dumps(mark.as_json()))) == mark


@pytest.mark.parametrize(
    "change", [{"points_mm": [[1, 2]]}, {"points_mm": None}, {"made": "today"}, {"kind": None}]
)
def test_what_cannot_be_read_is_a_sentence(change):
    with pytest.raises(MarkError, match="expected a mark"):
        Mark.from_json(DISTANCE.as_json() | change)


def test_a_scan_keeps_marks_beside_frames_and_labels(scan):
    assert (scan.marks(), scan.marks_changed_ns) == ((), 0)
    before = (scan.path / "zarr.json").stat().st_mtime_ns
    scan.write_marks([DISTANCE, ANGLE, NOTE])
    again = ScanFile.open(scan.path)
    assert again.marks() == (DISTANCE, ANGLE, NOTE)
    assert again.labels == ("parasam",)
    assert again.marks_changed_ns > 0
    assert (scan.path / "zarr.json").stat().st_mtime_ns == before
    scan.write_marks([NOTE])
    assert scan.marks() == (NOTE,)
    assert [p.name for p in (scan.path / "marks").iterdir()] == ["zarr.json"]


def test_other_readers_open_a_scan_with_marks(scan, small_sequence):
    from ome_zarr.io import parse_url
    from ome_zarr.reader import Reader
    from ome_zarr_models.v05 import Image

    scan.write_marks([DISTANCE])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        names = {name for name, _ in zarr.open_group(scan.path, mode="r").members()}
    assert names == {"0", "labels", "marks"}
    Image.from_zarr(zarr.open_group(scan.path, mode="r"))
    nodes = {n.zarr.basename(): n for n in Reader(parse_url(scan.path))()}
    assert np.array_equal(np.asarray(nodes["M1_d0.zarr"].data[0]), small_sequence.frames)


def test_too_many_marks_are_refused_and_nothing_is_lost(scan):
    scan.write_marks([NOTE])
    with pytest.raises(MarkError, match="at most 500 marks in a scan, got 501"):
        scan.write_marks([NOTE] * (MOST_MARKS + 1))
    assert scan.marks() == (NOTE,)


@pytest.mark.parametrize("content", ["", "[]", '{"attributes": {"parasam": {"marks": [1]}}}'])
def test_damaged_marks_are_named_and_the_rest_of_the_scan_opens(scan, content):
    scan.write_marks([NOTE])
    (scan.path / "marks" / "zarr.json").write_text(content)
    again = ScanFile.open(scan.path)
    assert again.mask().masks.any()
    with pytest.raises(ScanError, match="marks, which is damaged"):
        again.marks()


def test_the_command_lists_them_with_their_values(scan, tmp_path, capsys):
    main(["marks", str(scan.path)])
    assert capsys.readouterr().out == "nothing was measured or noted in this scan\n"
    scan.write_marks([DISTANCE, ANGLE, NOTE])
    main(["marks", str(scan.path)])
    assert capsys.readouterr().out.splitlines() == [
        "distance     5.00 mm  (Zoë)",
        "angle          90.0°  rim",
        "note      at 0.50, 0.25, -1.00 mm  necrosis?  (Ann)",
    ]
    table = tmp_path / "marks.csv"
    main(["marks", str(scan.path), "--json", "--csv", str(table)])
    listed = json.loads(capsys.readouterr().out)["marks"]
    assert [(m["distance_mm"], m["angle_deg"]) for m in listed] == [
        (5.0, None), (None, pytest.approx(90.0)), (None, None),
    ]  # fmt: skip
    assert listed[2]["points_mm"] == [[0.5, 0.25, -1.0]]
    assert table.read_text("utf-8").splitlines()[:2] == [
        "id,kind,text,author,made,distance_mm,angle_deg,points_mm",
        "d,distance,,Zoë,2026-11-27T08:30:15.250+00:00,5,,1; 2; 3; 4; 6; 3",
    ]
