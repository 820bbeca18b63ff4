import dataclasses
import json
import shutil
from datetime import UTC, datetime

import numpy as np
import pytest
import zarr

from parasam_core import scanfile
from parasam_core.atomic import write_bytes
from parasam_core.errors import GeometryError, LabelError, ScanError
from parasam_core.mask import MaskStack, edited
from parasam_core.provenance import Provenance, signed
from parasam_core.scanfile import ScanFile, scans_in, write_scan
from parasam_core.space import Space


@pytest.fixture
def scan(tmp_path, small_sequence, small_mask):
    return write_scan(tmp_path / "M1_d0.zarr", small_sequence).write_mask("parasam", small_mask)


def test_what_was_written_is_read(scan, small_sequence, small_mask):
    back = ScanFile.open(scan.path)
    assert (back.name, back.subject, back.timepoint) == ("M1_d0", "M1", "d0")
    sequence = back.sequence()
    assert np.array_equal(sequence.frames, small_sequence.frames)
    assert sequence.space == small_sequence.space
    assert sequence.roi_xyxy == small_sequence.roi_xyxy
    assert sequence.full_frame_shape == small_sequence.full_frame_shape
    assert sequence.provenance == small_sequence.provenance
    mask = back.mask()
    assert np.array_equal(mask.masks, small_mask.masks)
    assert mask.provenance == small_mask.provenance
    assert mask.annotated.all()


def test_frames_nobody_looked_at_stay_unknown(scan, small_mask):
    known = np.arange(12) % 3 == 0
    drawn = MaskStack(small_mask.masks, scan.space, small_mask.provenance, known)
    assert np.array_equal(scan.write_mask("sparse", drawn).mask("sparse").annotated, known)


def test_ome_zarr_opens_it_as_it_is(scan, small_sequence, small_mask):
    from ome_zarr.io import parse_url
    from ome_zarr.reader import Reader

    nodes = {n.zarr.basename(): n for n in Reader(parse_url(scan.path))()}
    image = nodes["M1_d0.zarr"]
    assert [a["unit"] for a in image.metadata["axes"]] == ["millimeter"] * 3
    scale, _ = image.metadata["coordinateTransformations"][0]
    assert tuple(scale["scale"]) == small_sequence.space.spacing_mm
    assert np.array_equal(np.asarray(image.data[0]), small_sequence.frames)
    assert np.array_equal(np.asarray(nodes["parasam"].data[0]) > 0, small_mask.masks)


def test_the_ome_model_takes_image_and_label(scan):
    from ome_zarr_models.v05 import Image, ImageLabel

    Image.from_zarr(zarr.open_group(scan.path, mode="r"))
    ImageLabel.from_zarr(zarr.open_group(scan.path / "labels" / "parasam", mode="r"))


def test_a_label_may_be_left_out_where_there_is_one(scan, small_mask):
    assert scan.label_named(None) == "parasam"
    two = scan.write_mask("other", small_mask)
    with pytest.raises(LabelError, match="several: other, parasam"):
        two.label_named(None)
    with pytest.raises(LabelError, match="got nobody"):
        two.mask("nobody")


def test_a_scan_without_labels_says_how_to_make_one(tmp_path, small_sequence):
    scan = write_scan(tmp_path / "a.zarr", small_sequence)
    with pytest.raises(LabelError, match="parasam segment"):
        scan.mask()


def test_the_same_verb_replaces_its_label_and_no_other_does(scan, small_mask):
    less = MaskStack(small_mask.masks & False, scan.space, small_mask.provenance)
    assert not scan.write_mask("parasam", less).mask().masks.any()
    by_hand = Provenance("VEVO LAB", made_by=signed("import"))
    drawn = MaskStack(small_mask.masks, scan.space, by_hand)
    with pytest.raises(LabelError, match="`segment` made"):
        scan.write_mask("parasam", drawn)


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 65, "a b"])
def test_a_label_name_that_cannot_be_is_refused(scan, small_mask, name):
    with pytest.raises(LabelError, match="label name"):
        scan.write_mask(name, small_mask)


def test_masks_of_another_space_are_refused(scan, small_mask):
    other = Space(scan.space.shape, (1, 1, 1))
    with pytest.raises(GeometryError, match="expected masks on"):
        scan.write_mask("x", MaskStack(small_mask.masks, other, small_mask.provenance))


def test_a_scan_that_is_there_stays_unless_asked(scan, small_sequence):
    with pytest.raises(ScanError, match="--overwrite"):
        write_scan(scan.path, small_sequence)
    assert write_scan(scan.path, small_sequence, overwrite=True).labels == ()


def test_a_folder_that_is_not_ours_is_never_overwritten(tmp_path, small_sequence):
    (tmp_path / "mine.zarr").mkdir()
    (tmp_path / "mine.zarr" / "thesis.txt").write_text("all of it")
    with pytest.raises(ScanError, match="expected a scan written by ParaSAM"):
        write_scan(tmp_path / "mine.zarr", small_sequence, overwrite=True)
    assert (tmp_path / "mine.zarr" / "thesis.txt").read_text() == "all of it"


def test_a_failed_write_leaves_nothing(tmp_path, small_sequence, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("parasam_core.scanfile.FramesOnDisk.fill", full)
    with pytest.raises(OSError, match="No space"):
        write_scan(tmp_path / "a.zarr", small_sequence)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a.txt", "a", "a.zarr.zip"])
def test_a_scan_name_must_end_in_zarr(tmp_path, small_sequence, name):
    with pytest.raises(ScanError, match=r"ending in \.zarr"):
        write_scan(tmp_path / name, small_sequence)


def break_json(folder):
    (folder / "zarr.json").write_text("{")


def break_schema(folder):
    text = (folder / "zarr.json").read_text()
    (folder / "zarr.json").write_text(text.replace('"schema": 1', '"schema": 99'))


def break_spacing(folder):
    stored = json.loads((folder / "zarr.json").read_text())
    del stored["attributes"]["ome"]["multiscales"]
    (folder / "zarr.json").write_text(json.dumps(stored))


def remove_image(folder):
    shutil.rmtree(folder / "0")


@pytest.mark.parametrize("damage", [break_json, break_schema, break_spacing, remove_image])
def test_a_damaged_scan_is_named(scan, damage):
    damage(scan.path)
    with pytest.raises(ScanError, match="expected a") as caught:
        ScanFile.open(scan.path)
    assert str(scan.path) in str(caught.value)


def test_missing_and_truncated_pixels_are_damage_not_zeros(scan):
    chunk = scan.path / "0" / "c" / "1" / "0" / "0"
    chunk.write_bytes(chunk.read_bytes()[:100])
    with pytest.raises(ScanError, match="damaged"):
        ScanFile.open(scan.path).sequence()
    chunk.unlink()
    with pytest.raises(ScanError, match="1 of its pieces are missing"):
        ScanFile.open(scan.path).sequence()


def test_a_path_that_is_no_scan(tmp_path):
    for path in (tmp_path / "nowhere.zarr", tmp_path):
        with pytest.raises(ScanError, match="expected a scan"):
            ScanFile.open(path)


def test_a_library_lists_by_subject_and_day(tmp_path, small_sequence):
    from dataclasses import replace

    for subject, day in (("B", "d0"), ("A", "d10"), ("A", "d2")):
        sequence = replace(small_sequence, subject=subject, timepoint=day)
        write_scan(tmp_path / f"{subject}_{day}.zarr", sequence)
    assert [s.name for s in scans_in(tmp_path)] == ["A_d2", "A_d10", "B_d0"]
    assert [s.name for s in scans_in(tmp_path / "B_d0.zarr")] == ["B_d0"]


def test_a_library_without_scans_is_refused(tmp_path):
    with pytest.raises(ScanError, match="at least one scan"):
        scans_in(tmp_path)
    with pytest.raises(ScanError, match="expected a scan or a folder"):
        scans_in(tmp_path / "nowhere")


def test_frames_that_come_one_by_one_are_those_that_are_stored(tmp_path, small_sequence):
    frames = small_sequence.frames
    with scanfile.new_scan(tmp_path / "a.zarr") as partial:
        room = scanfile.frames_on_disk(partial, frames.shape)
        for z, frame in enumerate(frames):
            room[z] = frame
        scanfile.write_frames(partial, dataclasses.replace(small_sequence, frames=room))
    assert np.array_equal(ScanFile.open(tmp_path / "a.zarr").sequence().frames, frames)


def test_frames_that_are_missing_or_out_of_turn_are_refused(tmp_path, small_sequence):
    frames = small_sequence.frames
    room = scanfile.frames_on_disk(tmp_path / "a", frames.shape)
    with pytest.raises(GeometryError, match="frame 0 next"):
        room[3] = frames[3]
    room[0] = frames[0]
    with pytest.raises(GeometryError, match="got 1"):
        room.finish()


def drawn_over(mask, frame):
    other = np.roll(mask.masks[frame], 3, axis=0)
    return edited(mask, frame, other, datetime(2026, 1, 2, 3, 4, tzinfo=UTC))


@pytest.mark.parametrize("frame", [0, 7, 8, 11])
def test_one_frame_is_stored_anew_and_the_rest_is_untouched(scan, small_mask, frame):
    label = scan.path / "labels" / "parasam"
    before = {f: f.stat().st_ino for f in label.rglob("*") if f.is_file()}
    after = drawn_over(small_mask, frame)
    scan.write_frame("parasam", after, frame)
    back = ScanFile.open(scan.path).mask()
    assert np.array_equal(back.masks, after.masks)
    assert back.provenance == after.provenance
    written = {f.name for f, inode in before.items() if f.stat().st_ino != inode}
    assert written == {"zarr.json", "0"}
    assert {f for f in label.rglob("*") if f.is_file()} == set(before)


def test_who_looks_at_a_frame_is_surer_of_it_than_the_model(small_mask):
    sure = {"confidence": {"3": 0.5, "4": 0.6}}
    made = Provenance("model", made_by=signed("segment"), details=sure)
    unsure = MaskStack(small_mask.masks, small_mask.space, made, np.zeros(12, np.bool_))
    once = drawn_over(unsure, 3)
    assert np.flatnonzero(once.annotated).tolist() == [3]
    twice = drawn_over(once, 4).provenance
    assert (twice.verb, twice.first_verb, twice.details["confidence"]) == ("edit", "segment", {})
    assert sorted(twice.details["edited"]) == ["3", "4"]
    assert unsure.provenance.details["confidence"] == {"3": 0.5, "4": 0.6}


def test_what_was_drawn_by_hand_is_not_outlined_over(scan, small_mask):
    scan.write_frame("parasam", drawn_over(small_mask, 3), 3)
    with pytest.raises(LabelError, match="which `edit` made"):
        scan.check_label_free("parasam", "segment")


@pytest.mark.parametrize("stage", ["zarr.json", "0"])
def test_a_frame_that_cannot_be_stored_leaves_what_was_there(scan, small_mask, monkeypatch, stage):
    """Should it end between the two files, the provenance says more than the pixels, never less."""

    def full(target, content):
        if target.name == stage:
            raise OSError(28, "No space left on device")
        write_bytes(target, content)

    monkeypatch.setattr(scanfile, "write_bytes", full)
    with pytest.raises(OSError, match="No space"):
        scan.write_frame("parasam", drawn_over(small_mask, 3), 3)
    back = ScanFile.open(scan.path).mask()
    assert np.array_equal(back.masks, small_mask.masks)
    assert ("edited" in back.provenance.details) == (stage == "0")


def test_a_frame_of_another_size_or_label_is_refused(scan, small_mask):
    with pytest.raises(GeometryError, match="expected a mask of"):
        edited(small_mask, 3, small_mask.masks[3, 1:], datetime.now(UTC))
    with pytest.raises(LabelError, match="got nobody"):
        scan.write_frame("nobody", small_mask, 3)
    (scan.path / "labels" / "parasam" / "0" / "c" / "1" / "0" / "0").unlink()
    with pytest.raises(ScanError, match="pieces are missing"):
        scan.write_frame("parasam", small_mask, 3)
