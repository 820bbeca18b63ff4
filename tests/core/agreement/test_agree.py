"""`parasam agree`: who is compared with whom, what is said, and what is refused."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from parasam_core import api, cli
from parasam_core.agreement.bland_altman import bland_altman
from parasam_core.agreement.edges import edge_distances
from parasam_core.agreement.grids import resampled
from parasam_core.agreement.overlap import dice
from parasam_core.agreement.picture import picture
from parasam_core.errors import UsageError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.scanfile import write_scan
from parasam_core.space import Space
from tests.core.bodies import SPACING, ball, drawn, every, sequence_of

SHAPE = (44, 70, 70)


def body(volume_mm3, shift=(0, 0, 0)):
    """An ellipsoid in the middle of a grid that is the same for all."""
    found = ball(volume_mm3, shift=shift)
    before = [(n - m) // 2 for n, m in zip(SHAPE, found.shape, strict=True)]
    wide = [(b, n - m - b) for b, n, m in zip(before, SHAPE, found.shape, strict=True)]
    return np.pad(found, wide)


def stack(masks, spacing=SPACING, origin=(0, 0, 0)):
    return MaskStack(masks, Space(masks.shape, spacing, origin), Provenance("x"))


def scan_of(path, masks, subject="M1", timepoint="d0"):
    """A scan with labels; masks are arrays or stacks."""
    stacks = {n: m if isinstance(m, MaskStack) else stack(m) for n, m in masks.items()}
    sequence = sequence_of(next(iter(stacks.values())))
    scan = write_scan(path, replace(sequence, subject=subject, timepoint=timepoint))
    for name, mask in stacks.items():
        scan = scan.write_mask(name, mask)
    return scan


def agree(capsys, *arguments):
    cli.main(["agree", *map(str, arguments), "--json"])
    return json.loads(capsys.readouterr().out)


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["agree", *map(str, arguments)])
    said = capsys.readouterr()
    assert said.out == ""
    [line] = said.err.strip().splitlines()
    return stopped.value.code, line


def assert_nulls_have_reasons(found):
    """In every dictionary with a null there is a reason."""
    if isinstance(found, dict):
        assert None not in found.values() or found["reason"], found
    for one in found.values() if isinstance(found, dict) else found:
        if isinstance(one, (dict, list)):
            assert_nulls_have_reasons(one)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Four tumours by two observers, and a table of calipers and of displaced water."""
    folder = tmp_path_factory.mktemp("library")
    lines = ["subject,timepoint,Calipers (mm³),water_mm3"]
    for n, volume in enumerate((3, 4, 5, 6)):
        masks = {"alice": body(volume), "bob": body(volume * (1.02 + 0.02 * (n % 2)), (0, 0.4, 0))}
        scan_of(folder / f"M{n}_d0.zarr", masks, subject=f"M{n // 2}", timepoint=f"d{n % 2}")
        lines.append(f"M{n // 2},d{n % 2},{volume * 1.1 + n % 2:.2f},{volume if n else ''}")
    (folder / "v.csv").write_text("\n".join([*lines, "M9,d0,5,"]) + "\n")
    return folder


def test_labels_of_a_scan_are_compared(tmp_path, capsys):
    a, b = body(5), body(5.5, (0.3, 0.6, 0))
    scan = scan_of(tmp_path / "s.zarr", {"alice": a, "bob": b, "carol": a})
    found = agree(capsys, scan.path, "--tolerance", "0.07")
    assert_nulls_have_reasons(found)
    [case] = found["cases"]
    assert (case["case"], case["subject"], case["timepoint"]) == ("M1 d0", "M1", "d0")
    volumes = {one["rater"]: one["volume_mm3"] for one in case["raters"]}
    assert volumes["alice"] == pytest.approx(a.sum() * np.prod(SPACING))
    pairs = {(p["a"], p["b"]): p for p in case["pairs"]}
    far, one = edge_distances(a, b, SPACING), pairs["alice", "bob"]
    assert one["dice"] == dice(a, b)
    assert (one["hd95_mm"], one["assd_mm"]) == (far.hd95_mm, far.assd_mm)
    assert (found["tolerance_mm"], one["nsd"]) == (0.07, far.nsd(0.07))
    assert one["volume_difference_mm3"] == pytest.approx(volumes["alice"] - volumes["bob"])
    same = pairs["alice", "carol"]
    assert (same["dice"], same["hd95_mm"], same["nsd"], same["cohen_kappa"]) == (1, 0, 1, 1)
    assert one["cohen_kappa"] < case["fleiss_kappa"] < 1
    some = agree(capsys, scan.path, "--labels", "alice, bob")
    assert [p["b"] for p in some["cases"][0]["pairs"]] == ["bob"]
    assert (
        agree(capsys, scan.path, scan.path, tmp_path)["cases"] == agree(capsys, tmp_path)["cases"]
    )


def test_scans_of_one_label_are_one_tumour_when_given_by_name(tmp_path, capsys):
    scans = [
        scan_of(tmp_path / f"{name}.zarr", {"manual": body(5, (0, x, 0))}, subject=subject)
        for name, x, subject in (("A", 0, ""), ("B", 0.5, ""), ("C", 0, "M3"), ("D", 0, "M4"))
    ]
    cli.main(["agree", *(str(scan.path) for scan in scans[2:])])
    assert "scans of M3 d0, M4 d0 are taken for the same tumour" in capsys.readouterr().err
    scans.pop()
    [case] = agree(capsys, *[scan.path for scan in scans])["cases"]
    assert case["warnings"] == []
    assert (case["case"], case["subject"]) == ("A, B, C", "")
    assert [one["rater"] for one in case["raters"]] == ["A", "B", "C"]
    code, said = refused(capsys, tmp_path)
    assert code == 2
    assert "two masks of one tumour" in said


def test_scans_of_one_subject_and_timepoint_are_one_case(tmp_path, capsys):
    first = scan_of(tmp_path / "A.zarr", {"alice": body(5)})
    second = scan_of(tmp_path / "B.zarr", {"bob": body(6)})
    [case] = agree(capsys, first.path, second.path)["cases"]
    assert [one["rater"] for one in case["raters"]] == ["alice", "bob"]
    second.write_mask("alice", stack(body(5)))
    [case] = agree(capsys, tmp_path)["cases"]
    assert [one["rater"] for one in case["raters"]] == ["A/alice", "B/alice", "B/bob"]


def test_volumes_of_others_join_in_and_all_is_written(library, tmp_path, capsys):
    cli.main(["agree", str(library), "--volumes", str(library / "v.csv"), "--out",
              str(tmp_path / "out"), "--json"])  # fmt: skip
    printed = capsys.readouterr()
    assert "line 6: no scan of M9 d0 is given; its volume by Calipers is left out" in printed.err
    found = json.loads((tmp_path / "out" / "agreement.json").read_text("utf-8"))
    assert found == json.loads(printed.out)
    assert_nulls_have_reasons(found)
    assert [one["line"] for one in found["unmatched"]] == [6]
    assert len(found["external"]) == 7
    [difference, _] = found["external"][0]["differences"]
    assert difference["volume_difference_mm3"] == pytest.approx(3 - 3.3, abs=0.02)
    limits = {(b["a"], b["b"]): b for b in found["bland_altman"]}
    assert len(limits) == 6
    alice = limits["alice", "Calipers"]
    assert (alice["n"], alice["subjects"]) == (4, 2)
    assert alice["bias_mm3"] == pytest.approx(-0.95, abs=0.02)
    assert limits["bob", "water"]["n"] == found["icc"]["n"] == 3
    assert found["icc"]["raters"] == ["alice", "bob", "Calipers", "water"]
    assert 0 < found["icc"]["icc_2_1"] < 1
    pictures = sorted(p.name for p in (tmp_path / "out").glob("*.png"))
    assert len(pictures) == 6
    with Image.open(tmp_path / "out" / "bland_altman_alice_Calipers.png") as image:
        assert image.size[0] > 1000
    tables = [
        (tmp_path / "out" / f"{n}.csv").read_text().splitlines() for n in ("volumes", "pairs")
    ]
    volumes, pairs = ([*csv.DictReader(lines)] for lines in tables)
    assert [row["source"] for row in volumes].count("external") == 7
    assert [(row["a"], row["reason"]) for row in pairs] == [("alice", "")] * 4
    assert not list((tmp_path / "out").glob(".*"))


def test_the_table_for_reading_says_it_all(library, capsys):
    cli.main(["agree", str(library), "--volumes", str(library / "v.csv")])
    said = capsys.readouterr().out
    for words in ("M0 d0", "alice − bob", "kappa", "over 4 cases", "limits mm³", "ICC(2,1)",
                  "ICC of alice, bob, Calipers, water on 3 cases"):  # fmt: skip
        assert words in said
    assert "nan" not in said
    assert "None" not in said


def test_grids_that_differ_are_resampled_on_request_only(tmp_path, capsys):
    fine = stack(body(5))
    coarse = stack(body(5)[::2, ::2, ::2], tuple(2 * s for s in SPACING), (0.02, 0, 0))
    scans = [scan_of(tmp_path / f"{n}.zarr", {n: m}) for n, m in (("a", fine), ("b", coarse))]
    code, said = refused(capsys, tmp_path, "--out", tmp_path / "out")
    assert code == 1
    assert all(words in said for words in ("a.zarr", "b.zarr", "22 × 35 × 35", "--resample"))
    assert not (tmp_path / "out").exists()
    [case] = agree(capsys, tmp_path, "--resample")["cases"]
    assert case["pairs"][0]["dice"] > 0.94
    assert case["raters"][1]["voxels"] == scans[1].mask("b").masks.sum()
    again = resampled(fine.masks, fine.space, fine.space)
    assert np.array_equal(again, fine.masks)


def test_an_empty_label_has_reasons_instead_of_distances(tmp_path, capsys):
    empty = np.zeros(SHAPE, bool)
    scan_of(tmp_path / "s.zarr", {"alice": body(5), "bob": empty, "carol": empty})
    found = agree(capsys, tmp_path)
    assert_nulls_have_reasons(found)
    one, _, none = found["cases"][0]["pairs"]
    assert (one["dice"], one["nsd"], one["hd95_mm"], one["cohen_kappa"]) == (0, 0, None, 0)
    assert one["reason"] == "bob empty: no edges to measure between"
    assert one["volume_difference_percent"] == 200
    assert (none["dice"], none["nsd"], none["assd_mm"], none["cohen_kappa"]) == (1, 1, None, None)
    assert "bob and carol empty" in none["reason"]
    assert "1 case" in found["bland_altman"][0]["reason"]


def test_frames_between_outlined_ones_are_filled(tmp_path, capsys):
    whole = body(5)
    scan_of(tmp_path / "s.zarr", {"all": whole, "some": drawn(whole, every(whole, 4))})
    [pair] = agree(capsys, tmp_path)["cases"][0]["pairs"]
    assert pair["dice"] > 0.98


def test_what_cannot_be_compared_is_refused(library, tmp_path, capsys):
    scan = library / "M0_d0.zarr"
    (tmp_path / "file").write_text("")
    (tmp_path / "clash.csv").write_text("subject,timepoint,alice_mm3\nM0,d0,4\n")
    out = tmp_path / "out"
    for arguments, code, words in (
        ([scan, "--labels", "alice"], 2, "two masks of one tumour"),
        ([scan, "--labels", "alice,dave"], 1, "alice, bob), got dave"),
        ([scan, "--tolerance", "0"], 2, "above 0, got 0.0"),
        ([scan, "--tolerance", "nan"], 2, "above 0, got nan"),
        ([scan, "--out", tmp_path / "file"], 2, "folder to write to"),
        ([scan, "--out", tmp_path / "no" / "where"], 2, "folder to write to"),
        ([scan, "--volumes", tmp_path / "clash.csv"], 1, "got alice in line 2"),
        ([scan, "--volumes", tmp_path / "nowhere.csv"], 1, "nowhere.csv"),
        ([tmp_path / "nowhere.zarr"], 1, "nowhere.zarr"),
        ([tmp_path], 1, "at least one scan"),
    ):
        more = [] if "--out" in arguments else ["--out", out]
        assert_that = refused(capsys, *arguments, *more)
        assert assert_that[0] == code, assert_that
        assert words in assert_that[1], assert_that
    assert not out.exists()


def test_the_same_in_python(library):
    seen = []
    found = api.agree([library], progress=lambda what, done, total: seen.append((done, total)))
    assert found.as_json()["cases"][0]["fleiss_kappa"] == found.cases[0].fleiss_kappa
    assert seen[-1] == (12, 12)
    with pytest.raises(UsageError, match="two masks"):
        api.agree([library], labels=["alice"])


@pytest.mark.parametrize(
    ("a", "b"), [((4, 5, 6), (4, 5, 6)), ((4, 5, 6), (5, 6, 7)), ((0, 5, 6), (0, 5.5, 6))]
)
def test_a_picture_of_differences_that_hardly_differ(a, b):
    drawn_as = Image.open(io.BytesIO(picture(bland_altman("a_$x$", "b", a, b, 3))))
    assert drawn_as.size[1] > 500
