"""Examples: every kind of place, geometry kept, nothing unknown taken for background."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from parasam_core import api
from parasam_core.errors import DatasetError, LabelError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, signed
from parasam_core.sam.examples import examples_from
from parasam_core.sam.images import Frames
from parasam_core.sam.scan_frames import ScanFrames
from parasam_core.sam.split import Parts, split
from parasam_core.sam.variants import changed, tumour_free
from parasam_core.scanfile import write_scan


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(5)
    for n in range(6):
        grey = rng.integers(0, 255, (40 + n, 60), np.uint8)
        mask = np.zeros(grey.shape, np.uint8)
        mask[10:20, 5 + n : 30] = 255
        put(tmp_path, f"case_{n}", grey, mask)
    return tmp_path


def put(folder, name, grey, mask, masks="labels"):
    for kind, levels in (("images", grey), (masks, mask)):
        (folder / kind).mkdir(exist_ok=True)
        Image.fromarray(levels).save(folder / kind / f"{name}.png")


def scan_at(path, sequence, masks, *, subject="M1", annotated=None):
    made = Provenance("hand", made_by=signed("import"))
    known = np.ones(len(masks), np.bool_) if annotated is None else annotated
    scan = write_scan(path, replace(sequence, subject=subject))
    return scan.write_mask("manual", MaskStack(masks, sequence.space, made, known))


def test_a_plain_folder_gives_every_pair_and_a_subject_each(folder):
    found = examples_from([folder])
    assert [e.name for e in found] == [f"case_{n}" for n in range(6)]
    assert len({e.subject for e in found}) == len({e.digest for e in found}) == 6
    assert found[2].image().shape == found[2].mask().shape == (42, 60)
    assert found[2].mask().sum() == 10 * 23
    assert found[0].spacing_mm is None


def test_masks_may_be_called_masks_and_images_may_be_deep_or_coloured(folder):
    (folder / "labels").rename(folder / "masks")
    deep = np.arange(40 * 60, dtype=np.uint16).reshape(40, 60)
    Image.fromarray(deep).save(folder / "images" / "case_0.png")
    Image.fromarray(np.full((41, 60, 3), 9, np.uint8)).save(folder / "images" / "case_1.png")
    found = examples_from([folder])
    assert (found[0].image().min(), found[0].image().max()) == (0, 255)
    assert found[1].image().tolist() == np.full((41, 60), 9).tolist()


def test_a_scan_gives_the_frames_that_somebody_knows(tmp_path, small_sequence, small_mask):
    annotated = np.arange(12) % 2 == 0
    scan_at(tmp_path / "a.zarr", small_sequence, small_mask.masks, annotated=annotated)
    found = examples_from([tmp_path / "a.zarr"])
    assert [e.index for e in found] == [0, 2, 4, 6, 8, 10]
    assert {e.subject for e in found} == {"m1"}
    assert found[0].spacing_mm == (0.04, 0.05)
    assert not found[0].mask().any()
    assert found[2].mask().sum() == 12 * 20
    assert (found[3].image() == small_sequence.frames[6]).all()


def test_a_scan_has_the_same_embeddings_for_training_and_for_outlining(
    tmp_path, small_sequence, small_mask
):
    scan = scan_at(tmp_path / "a.zarr", small_sequence, small_mask.masks)
    assert ScanFrames(scan, None).digest == Frames(scan.sequence()).digest


def test_a_library_leaves_out_scans_without_labels(tmp_path, small_sequence, small_mask):
    scan_at(tmp_path / "a.zarr", small_sequence, small_mask.masks)
    write_scan(tmp_path / "b.zarr", small_sequence)
    assert {e.name.split(" ")[0] for e in examples_from([tmp_path])} == {"a"}
    with pytest.raises(LabelError):
        examples_from([tmp_path / "b.zarr"])


def test_a_tree_gives_its_frames_without_padding(tmp_path, small_sequence, small_mask):
    for subject in ("M1", "M2"):
        path = tmp_path / f"lib/{subject}.zarr"
        scan_at(path, small_sequence, small_mask.masks, subject=subject)
    api.export_medsam(tmp_path / "lib", tmp_path / "tree", size=64)
    found = examples_from([tmp_path / "tree"])
    assert len(found) == 24
    assert {e.subject for e in found} == {"m1", "m2"}
    assert found[5].image().shape == found[5].mask().shape == (51, 64)
    assert found[5].spacing_mm == pytest.approx((0.04 * 32 / 51, 0.05 * 40 / 64))
    train = examples_from([tmp_path / "tree"], part="Train")
    assert len(train) == 12
    assert len({e.subject for e in train}) == 1


def test_places_are_mixed(folder, tmp_path, small_sequence, small_mask):
    scan_at(tmp_path / "a.zarr", small_sequence, small_mask.masks)
    assert len(examples_from([folder, tmp_path / "a.zarr"])) == 6 + 12


def lose_a_mask(folder):
    (folder / "labels" / "case_3.png").unlink()


def lose_an_image(folder):
    (folder / "images" / "case_3.png").unlink()


def cut_a_mask(folder):
    Image.fromarray(np.zeros((9, 9), np.uint8)).save(folder / "labels" / "case_3.png")


def empty_all_masks(folder):
    for path in (folder / "labels").iterdir():
        with Image.open(path) as image:
            empty = Image.new("L", image.size)
        empty.save(path)


def damage_an_image(folder):
    (folder / "images" / "case_3.png").write_bytes(b"no image")


def lose_all(folder):
    for kind in ("images", "labels"):
        shutil.rmtree(folder / kind)
        (folder / kind).mkdir()


def lose_folders(folder):
    shutil.rmtree(folder / "labels")


def name_one_twice(folder):
    shutil.copy(folder / "images" / "case_3.png", folder / "images" / "case_3.bmp")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lose_a_mask, "expected a mask for every image, got none for case_3"),
        (lose_an_image, "expected an image for every mask, got none for case_3"),
        (cut_a_mask, "expected a mask of the image's size"),
        (empty_all_masks, "expected a tumour in some masks, got 6 empty ones"),
        (damage_an_image, "expected an image that can be read"),
        (lose_all, "expected images with masks, got none"),
        (lose_folders, "which is none"),
        (name_one_twice, "expected every name once"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused(folder, spoil, sentence):
    spoil(folder)
    with pytest.raises(DatasetError, match=sentence):
        examples_from([folder])


def test_nan_is_refused(folder):
    levels = np.ones((40, 60), np.float32)
    levels[3, 4] = np.nan
    Image.fromarray(levels).save(folder / "images" / "case_0.tif")
    (folder / "images" / "case_0.png").unlink()
    with pytest.raises(DatasetError, match=r"NaN or infinity in .*case_0"):
        examples_from([folder])[0].image()


def test_subjects_are_dealt_out_whole_and_alike_for_a_seed(folder):
    found = [replace(e, subject=f"m{e.index // 2}") for e in examples_from([folder])]
    parts = split(found, seed=3)
    assert parts == split(found, seed=3)
    assert len(parts.validation) == 2
    assert not {e.subject for e in parts.train} & {e.subject for e in parts.validation}
    assert len({split(found, seed=s).validation for s in range(9)}) > 1


def test_subjects_that_share_an_image_go_together(folder):
    shutil.copy(folder / "images" / "case_0.png", folder / "images" / "case_6.png")
    shutil.copy(folder / "labels" / "case_0.png", folder / "labels" / "case_6.png")
    found = examples_from([folder])
    for seed in range(8):
        parts = split(found, seed, validation_share=0.4)
        twins = {e.name in ("case_0", "case_6") for e in parts.validation}
        names = {e.name for e in parts.validation}
        assert ("case_0" in names) == ("case_6" in names), twins


def test_leakage_is_refused(folder):
    found = examples_from([folder])
    with pytest.raises(DatasetError, match="expected every subject in one part"):
        Parts((found[0],), (replace(found[1], subject=found[0].subject),))
    with pytest.raises(DatasetError, match="expected every image in one part"):
        Parts((found[0],), (replace(found[0], subject="another"),))


def test_too_little_to_split_is_refused(folder):
    found = examples_from([folder])
    with pytest.raises(DatasetError, match="expected two images or more"):
        split(found[:1], 0)
    with pytest.raises(DatasetError, match="expected two subjects or more"):
        split([replace(e, subject="m1") for e in found], 0)


def test_changed_copies_keep_the_geometry_and_get_names_of_their_own(folder):
    found = examples_from([folder])
    mirrored, toned = changed(found, 0), changed(found, 1)
    for one, left, same in zip(found, mirrored, toned, strict=True):
        assert (left.mask() == one.mask()[:, ::-1]).all()
        assert (same.mask() == one.mask()).all()
        assert len({one.digest, left.digest, same.digest}) == 3
        assert {one.subject, left.subject, same.subject} == {one.subject}
        order = np.argsort(one.image(), axis=None, kind="stable")
        assert (np.diff(same.image().ravel()[order].astype(int)) >= 0).all()
    again = changed(examples_from([folder]), 0)
    assert (again[3].image() == mirrored[3].image()).all()


def test_tumour_free_parts_hold_none_and_follow_the_masks(folder):
    found = tumour_free(examples_from([folder]))
    assert len(found) == 6
    assert not any(e.mask().any() for e in found)
    assert all(e.image().shape == e.mask().shape for e in found)
    before = found[0].source.digest
    whole = np.full((40, 60), 255, np.uint8)
    Image.fromarray(whole).save(folder / "labels" / "case_0.png")
    after = tumour_free(examples_from([folder]))
    assert after[0].name.startswith("case_1")
    assert after[0].source.digest != before
