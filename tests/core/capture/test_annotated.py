"""Annotated captures: the way from a tumour's folder to masks, on screens whose truth is known."""

from __future__ import annotations

import csv
import shutil

import cv2
import numpy as np
import pytest
from PIL import Image

from parasam_core.capture import Wanted, read_annotated
from parasam_core.errors import CaptureError
from parasam_core.scanfile import ScanFile
from tests.core.capture.annotations import INKS, case, write
from tests.core.test_cli import answer_of, assert_one_sentence, parasam

SPACING = (0.076, 0.04, 0.04)
SMALL = {"size": (1024, 768), "scale": (1.6, 1.6), "wide": 300, "high": 240, "jpeg": 0, "gap": 0.0}
PLAIN = {**SMALL, "x0": 150, "y0": 110, "stroke": 2.0, "smooth": True, "radius": 0.25}


def read(made, folder, *, originals=True, **known):
    source = write(made, folder / "KPC1_d3", originals=originals)
    return read_annotated(source, Wanted(SPACING, **known))


def on_screen(mask, roi):
    x0, y0, x1, y1 = roi
    whole = np.zeros((2000, 3000), np.bool_)
    whole[y0:y1, x0:x1] = mask
    return whole


def compared(truth, mask):
    """IoU, and the relative error of the area."""
    return (truth & mask).sum() / (truth | mask).sum(), mask.sum() / truth.sum() - 1


@pytest.fixture(scope="module")
def plain():
    return case(5, **PLAIN, ink="cyan", marks=["ruler", "logo", "text"], frame=True)


@pytest.mark.parametrize("originals", [True, False], ids=["originals", "alone"])
def test_masks_are_the_truth_to_a_fraction_of_a_pixel(tmp_path, originals):
    agreements, errors = [], []
    for seed in range(200, 206):
        made = case(seed, frames=2, size=(1024, 768))
        sequence, outlines = read(made, tmp_path / str(seed), originals=originals)
        mask = outlines.mask()
        for z, finding in enumerate(outlines.findings):
            if originals:
                agreed, error = compared(made.truths[z], mask.masks[z])
            else:
                truth = on_screen(made.screen_truths[z], made.panel)
                agreed, error = compared(truth, on_screen(mask.masks[z], sequence.roi_xyxy))
            assert agreed >= 0.9 or finding.kinds, (seed, z, agreed, made.says)
            agreements.append(agreed)
            errors.append(error)
    assert np.mean(agreements) >= 0.98, agreements
    assert abs(np.mean(errors)) <= 0.005, errors


@pytest.mark.parametrize(
    ("ink", "stroke", "smooth"),
    [("blue", 1, False), ("cyan", 1, True), ("green", 3.5, True), ("yellow", 6, False),
     ("orange", 2, False), ("red", 1.5, True), ("magenta", 5, True)],
)  # fmt: skip
def test_any_colour_and_width_is_read_along_its_centre(tmp_path, ink, stroke, smooth):
    says = {**PLAIN, "stroke": stroke, "smooth": smooth}
    made = case(3, frames=1, **says, ink=ink, marks=["calliper", "arrow"], frame=True)
    _, outlines = read(made, tmp_path)
    agreed, error = compared(made.truths[0], outlines.mask().masks[0])
    assert agreed > 0.98
    assert abs(error) < 0.01


def test_frames_are_the_originals_and_the_folder_names_the_animal(tmp_path, plain):
    sequence, outlines = read(plain, tmp_path)
    assert np.array_equal(sequence.frames, np.stack(plain.originals))
    assert (sequence.subject, sequence.timepoint) == ("KPC1", "d3")
    assert outlines.mask().annotated.all()
    assert sequence.provenance.details["panel_by"] == "originals"


@pytest.mark.parametrize("frame", [True, False])
def test_without_originals_frames_are_the_panel_in_grey(tmp_path, plain, frame):
    made = case(5, frames=4, **PLAIN, ink="cyan", marks=["ruler", "logo"], frame=frame)
    sequence, _ = read(made, tmp_path, originals=False)
    assert np.abs(np.subtract(sequence.roi_xyxy, made.panel)).max() <= 2
    assert sequence.provenance.details["panel_by"] == ("frame" if frame else "change")


def test_a_frame_without_outline_is_unknown_not_background(tmp_path, plain):
    blank = case(5, frames=3, **PLAIN, ink="cyan", marks=["calliper", "text"], blank=True)
    made = case(5, frames=3, **PLAIN, ink="cyan", marks=["calliper", "text"])
    made.captures[1] = blank.captures[1]
    _, outlines = read(made, tmp_path)
    assert outlines.mask().annotated.tolist() == [True, False, True]
    assert not outlines.mask().masks[1].any()
    assert outlines.findings[1].kinds


def test_frames_nobody_captured_are_unknown(tmp_path, plain):
    source = write(plain, tmp_path / "T_d0", originals=True)
    (source / "annotations" / "2.png").unlink()
    _, outlines = read_annotated(source, Wanted(SPACING))
    assert outlines.mask().annotated.tolist() == [True, False, True]
    assert outlines.findings[1].kinds == ("no capture",)


def test_an_outline_that_lacks_a_quarter_is_open(tmp_path):
    says = {**PLAIN, "gap": 90.0}
    _, outlines = read(case(5, frames=2, **says, ink="cyan", marks=[], frame=True), tmp_path)
    assert [f.kinds for f in outlines.findings] == [("no outline",)] * 2 or all(
        "open" in f.kinds for f in outlines.findings
    )
    assert not outlines.mask().masks.any()
    assert not outlines.mask().annotated.any()


def test_a_small_gap_is_closed_and_said(tmp_path):
    says = {**PLAIN, "gap": 7.0}
    made = case(5, frames=1, **says, ink="cyan", marks=[], frame=True)
    _, outlines = read(made, tmp_path)
    assert outlines.findings[0].kinds == ("gap",)
    assert compared(made.truths[0], outlines.mask().masks[0])[0] > 0.98


def test_a_colour_that_is_named_is_read_and_no_other(tmp_path, plain):
    _, outlines = read(plain, tmp_path / "a", colour_rgb=INKS["cyan"])
    assert outlines.mask().annotated.all()
    _, others = read(plain, tmp_path / "b", colour_rgb=(255, 0, 0))
    assert not others.mask().masks.any()
    assert any("doubtful" in f.kinds for f in others.findings)
    with pytest.raises(CaptureError, match="not grey"):
        read(plain, tmp_path / "c", colour_rgb=(200, 200, 200))


def test_an_outline_that_stands_still_is_read_in_a_colour_that_is_named_and_doubtful(tmp_path):
    made = case(5, frames=3, **PLAIN, ink="cyan", marks=[], frame=True)
    made.captures[:] = [made.captures[0]] * 3
    made.originals[:] = [made.originals[0]] * 3
    _, outlines = read(made, tmp_path, colour_rgb=INKS["cyan"])
    for z, finding in enumerate(outlines.findings):
        assert compared(made.truths[0], outlines.mask().masks[z])[0] > 0.98
        assert finding.kinds == ("doubtful",)


def test_originals_of_another_tumour_are_refused(tmp_path, plain):
    other = case(6, **PLAIN, ink="cyan", marks=[])
    plain_with_others = case(5, **PLAIN, ink="cyan", marks=[])
    plain_with_others.originals[:] = [np.rot90(o, 2).copy() for o in other.originals]
    with pytest.raises(CaptureError, match="show the originals"):
        read(plain_with_others, tmp_path)


def test_a_capture_of_another_frame_is_said(tmp_path, plain):
    source = write(plain, tmp_path / "T_d0", originals=True)
    shutil.copy(source / "annotations" / "1.png", source / "annotations" / "2.png")
    _, outlines = read_annotated(source, Wanted(SPACING))
    assert "registration weak" in outlines.findings[1].kinds
    assert not outlines.findings[1].annotated


def test_a_window_that_was_moved_is_followed(tmp_path, plain):
    moved = case(5, frames=3, **PLAIN, ink="cyan", marks=[])
    moved.captures[1] = np.roll(moved.captures[1], (23, -41), axis=(0, 1))
    _, outlines = read(moved, tmp_path)
    assert compared(moved.truths[1], outlines.mask().masks[1])[0] > 0.98


def test_numbers_that_do_not_match_are_refused(tmp_path, plain):
    source = write(plain, tmp_path / "T_d0", originals=True)
    shutil.copy(source / "annotations" / "1.png", source / "annotations" / "9.png")
    with pytest.raises(CaptureError, match="numbered 9"):
        read_annotated(source, Wanted(SPACING))
    (source / "annotations" / "9.png").unlink()
    shutil.copy(source / "annotations" / "1.png", source / "annotations" / "01.png")
    with pytest.raises(CaptureError, match="once"):
        read_annotated(source, Wanted(SPACING))
    (source / "annotations" / "01.png").unlink()
    (source / "originals" / "T1_d0_C1_2.tif").unlink()
    with pytest.raises(CaptureError, match="2"):
        read_annotated(source, Wanted(SPACING))


def test_a_capture_of_one_pixel_is_flagged_beside_originals_and_refused_alone(tmp_path, plain):
    source = write(plain, tmp_path / "T_d0", originals=True)
    Image.new("RGB", (1, 1), (0, 200, 255)).save(source / "annotations" / "2.png")
    _, outlines = read_annotated(source, Wanted(SPACING))
    assert outlines.findings[1].kinds == ("panel not found",)
    assert not outlines.findings[1].annotated
    shutil.rmtree(source / "originals")
    with pytest.raises(CaptureError, match=r"of 1024×768 pixels, got 2\.png of 1×1"):
        read_annotated(source, Wanted(SPACING))


def test_depth_and_kind_of_pixel_do_not_matter(tmp_path, plain):
    source = write(plain, tmp_path / "T_d0", originals=True)
    _, before = read_annotated(source, Wanted(SPACING))
    first, second, third = (source / "annotations" / f"{n}.png" for n in (1, 2, 3))
    Image.open(first).convert("RGBA").save(first)
    Image.open(second).quantize(256).save(second)
    cv2.imwrite(str(third), cv2.imread(str(third)).astype(np.uint16) * 257)
    for n, original in enumerate(plain.originals, 1):
        deep = original.astype(np.uint16) * 257
        cv2.imwrite(str(source / "originals" / f"T1_d0_C1_{n}.tif"), deep)
    sequence, after = read_annotated(source, Wanted(SPACING))
    assert np.array_equal(sequence.frames, np.stack(plain.originals))
    for z in range(3):
        assert compared(before.mask().masks[z], after.mask().masks[z])[0] > 0.99


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_capture_cut_short_is_refused(tmp_path, suffix):
    made = case(5, frames=2, **{**PLAIN, "jpeg": 90 if suffix == "jpg" else 0}, ink="red", marks=[])
    source = write(made, tmp_path / "T_d0", originals=True)
    path = source / "annotations" / f"2.{suffix}"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(CaptureError, match=f"2.{suffix}"):
        read_annotated(source, Wanted(SPACING))


def test_the_command_writes_the_label_and_the_contact_sheets(tmp_path, plain):
    write(plain, tmp_path / "KPC1_d3", originals=True)
    done = answer_of(
        parasam("import", "KPC1_d3", "K.zarr", "--spacing", *SPACING, "--qa", "qa",
                "--colour", "40,200,255", "--json", cwd=tmp_path)
    )  # fmt: skip
    assert done["shape"] == [3, 240, 300]
    assert done["labels"] == ["manual"]
    scan = ScanFile.open(tmp_path / "K.zarr")
    assert scan.labels == ("manual",)
    assert compared(plain.truths[0], scan.mask("manual").masks[0])[0] > 0.98
    table = (tmp_path / "qa" / "findings.csv").read_text("utf-8")
    rows = list(csv.DictReader(table.splitlines()))
    assert [r["annotated"] for r in rows] == ["yes"] * 3
    with Image.open(tmp_path / "qa" / "sheet-000.png") as sheet:
        assert sheet.size == (1440, 22 + 3 * 202)


def test_the_command_refuses_a_colour_for_what_has_no_outline(tmp_path, plain):
    for n, original in enumerate(plain.originals):
        cv2.imwrite(str(tmp_path / f"{n}.png"), original)
    ran = parasam("import", tmp_path, tmp_path / "x.zarr", "--spacing", *SPACING, "--colour", "red")
    assert_one_sentence(ran, 2, "annotated captures only")
    assert not (tmp_path / "x.zarr").exists()
