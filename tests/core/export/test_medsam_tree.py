"""The tree of training images: laws of the split and the fit, and the files."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from parasam_core import api
from parasam_core.errors import DatasetError, LabelError, UsageError
from parasam_core.export.medsam import image_square, label_square
from parasam_core.export.plan import Annotated, dealt_out, planned, tumour_name
from parasam_core.mask import MaskStack
from parasam_core.medsam_tree import (
    MANIFEST,
    Fit,
    Split,
    TreeScan,
    read_manifest,
    subject_key,
)
from parasam_core.scanfile import ScanFile, write_scan
from parasam_core.space import Space
from tests.core.export.conftest import IMPORTED, OUTLINED, lopsided, sequence_of

SPACE = Space((4, 24, 40), (0.076, 0.04, 0.05), (1, 2, 3))
ANNOTATED = np.array([True, False, True, True])
EMPTY = 3

shapes = st.tuples(st.integers(1, 600), st.integers(1, 600))
sizes = st.integers(1, 500)
subjects = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=6)


def tree_scan(number, subject, timepoint="d0"):
    name = f"scan{number}"
    tumour = f"{number}_{tumour_name(subject, timepoint, name)}"  # files of their own, any subject
    return TreeScan(
        tumour, name, "a", subject, timepoint, SPACE, (40, 50), (0, 0, 40, 24), IMPORTED, OUTLINED
    )


# ---- who goes where


@given(st.sets(st.text(), min_size=2, max_size=60), st.integers())
def test_a_fifth_and_at_least_one_is_tested(names, seed):
    parts = dealt_out(names, Split("subject", seed))
    assert set(parts) == names
    tests = sum(p == "Test" for p in parts.values())
    assert 1 <= tests < len(names)
    assert abs(tests - len(names) / 5) < 1
    assert dealt_out(sorted(names, reverse=True), Split("subject", seed)) == parts


@given(
    st.lists(st.tuples(subjects, st.lists(st.integers(0, 3), max_size=4, unique=True)), max_size=9),
    st.integers(),
)
def test_split_by_subject_never_leaks(library, seed):
    found = [Annotated(tree_scan(i, s), tuple(z)) for i, (s, z) in enumerate(library)]
    try:
        manifest = planned(found, size=64, stretch=False, split=Split("subject", seed))
    except DatasetError:
        keys = [subject_key(s) for s, frames in library if frames]
        assert len(set(keys)) < 2 or "" in keys
        return
    parts = {}
    for file in manifest.files:
        parts.setdefault(subject_key(file.subject), set()).add(file.part)
    assert all(len(p) == 1 for p in parts.values())
    assert set.union(*parts.values()) == {"Train", "Test"}
    assert len(manifest.files) == sum(len(frames) for _, frames in library)


@pytest.mark.parametrize("other", ["m1", "M1 ", "Ｍ１"])
def test_one_animal_written_two_ways_is_one(other):
    found = [Annotated(tree_scan(i, s), (0,)) for i, s in enumerate(["M1", other, "M2"])]
    for seed in range(8):
        files = planned(found, size=9, stretch=False, split=Split("subject", seed)).files
        assert files[0].part == files[1].part != files[2].part


def test_seeds_deal_differently_and_a_name_more_moves_few():
    names = {f"M{i}" for i in range(50)}
    deals = [dealt_out(names, Split("subject", seed)) for seed in range(4)]
    assert len({tuple(sorted(d.items())) for d in deals}) == 4
    more = dealt_out(names | {"new"}, Split("subject", 0))
    assert sum(more[n] != deals[0][n] for n in names) <= 1


@given(subjects, subjects, subjects)
def test_names_of_files_stay_in_their_folder(subject, timepoint, scan):
    name = tumour_name(subject, timepoint, scan)
    assert name.isascii()
    assert name[0].isalnum()
    assert not set(name) & set("/\\: ")


# ---- how a frame lies in its square


@given(shapes, sizes)
def test_padding_keeps_the_aspect(shape, size):
    fit = Fit.padded(shape, size)
    assert max(fit.content_yx) == size
    for n, whole in zip(fit.content_yx, shape, strict=True):
        assert abs(n - whole * size / max(shape)) <= 0.5 or n == 1


@given(shapes, sizes, st.booleans(), st.lists(st.tuples(st.floats(0, 599), st.floats(0, 599))))
def test_the_manifest_leads_back_to_the_frames_pixels(shape, size, stretch, points):
    fit = (Fit.stretched if stretch else Fit.padded)(shape, size)
    points = np.reshape(points, (-1, 2))
    back = fit.frame_from_square(fit.square_from_frame(points))
    assert np.allclose(back, points, rtol=0, atol=1e-6)
    corners = fit.square_from_frame([(-0.5, -0.5), (shape[1] - 0.5, shape[0] - 0.5)])
    assert np.allclose(corners, [(-0.5, -0.5), (fit.content_yx[1] - 0.5, fit.content_yx[0] - 0.5)])


@given(shapes, sizes, st.booleans())
def test_pixels_of_the_square_lie_in_mm_where_the_frame_has_them(shape, size, stretch):
    fit = (Fit.stretched if stretch else Fit.padded)(shape, size)
    frames = Space((4, *shape), (0.076, 0.04, 0.05), (1, 2, 3))
    y, x = fit.content_yx
    square = [(0, 0), (x - 1, 0), (0, y - 1)]
    there = fit.space(frames).mm_from_index([(2, py, px) for px, py in square])
    ours = frames.mm_from_index([(2, py, px) for px, py in fit.frame_from_square(square)])
    assert np.allclose(there, ours)


def test_pictures_are_drawn_where_the_fit_says():
    frame = np.zeros((100, 200), np.uint8)
    frame[20:40, 120:180] = 200
    for fit in (Fit.padded(frame.shape, 128), Fit.stretched(frame.shape, 128)):
        image, label = image_square(frame, fit), label_square(frame > 0, fit)
        x0, y0 = fit.square_from_frame((119.5, 19.5)) + 0.5
        x1, y1 = fit.square_from_frame((179.5, 39.5)) + 0.5
        for picture, inside in ((image, image > 100), (label, label > 0)):
            rows, columns = np.nonzero(inside)
            found = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
            assert np.allclose(found, (x0, y0, x1, y1), atol=1), picture
        assert set(np.unique(label)) == {0, 255}
        padding = np.ones(label.shape, np.bool_)
        padding[: fit.content_yx[0], : fit.content_yx[1]] = False
        assert not image[padding].any()


# ---- the files


def write(folder, subject, timepoint, annotated=ANNOTATED):
    sequence = sequence_of(SPACE, subject, timepoint)
    scan = write_scan(folder / f"{subject}_{timepoint}.zarr", sequence)
    masks = lopsided(SPACE.shape)
    masks[EMPTY] = False
    return scan.write_mask("tumour", MaskStack(masks, SPACE, OUTLINED, annotated))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    for subject in ("M1", "M2", "M3"):
        for day in ("d0", "d7"):
            write(folder, subject, day)
    return folder


@pytest.fixture
def library(made, tmp_path):
    return shutil.copytree(made, tmp_path / "library")


def pngs(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.png"))


def pixels(path):
    with Image.open(path) as image:
        assert (image.mode, image.size) == ("L", (64, 64))
        return np.asarray(image)


def test_the_tree_is_as_the_original_had_it(library, tmp_path):
    manifest = api.export_medsam(library, tmp_path / "tree", size=64)
    assert {p.name for p in (tmp_path / "tree").iterdir()} == {"All", "Train", "Test", MANIFEST}
    names = {f"M{s}_{day}_{z}.png" for s in (1, 2, 3) for day in ("d0", "d7") for z in (0, 2, 3)}
    assert {f.name for f in manifest.files} == names
    assert {p.name for p in (tmp_path / "tree/All/labels").iterdir()} == names
    assert manifest.paths() == {*pngs(tmp_path / "tree"), MANIFEST}
    assert manifest.counted()["train"] == 12
    assert len(manifest.counted()["test_subjects"]) == 1


def test_what_is_drawn_is_the_scan(library, tmp_path):
    manifest = api.export_medsam(library, tmp_path / "tree", size=64)
    for file in manifest.files:
        scan = ScanFile.open(library / f"{file.subject}_{file.timepoint}.zarr")
        fit = manifest.fit(file)
        for part in ("All", file.part):
            folder = tmp_path / "tree" / part
            label, image = (pixels(folder / k / file.name) for k in ("labels", "images"))
            mask = scan.mask().masks[file.frame]
            assert np.array_equal(label, label_square(mask, fit))
            assert np.array_equal(image, image_square(scan.sequence().frames[file.frame], fit))
            assert label.any() == (file.frame != EMPTY)


def test_frames_at_their_own_size_come_back_pixel_by_pixel(library, tmp_path):
    manifest = api.export_medsam(library, tmp_path / "tree", size=40)
    for file in manifest.files[:3]:
        y, x = manifest.fit(file).content_yx
        with Image.open(tmp_path / "tree/All/labels" / file.name) as image:
            mask = np.asarray(image)[:y, :x] > 0
        scan = ScanFile.open(library / f"{file.subject}_{file.timepoint}.zarr")
        assert np.array_equal(mask, scan.mask().masks[file.frame])


def test_the_manifest_read_is_the_manifest_written(library, tmp_path):
    manifest = api.export_medsam(library, tmp_path / "tree", size=64, seed=5)
    back = read_manifest(tmp_path / "tree")
    assert back == manifest
    scan = back.scans[0]
    assert (scan.space, scan.image, scan.mask) == (SPACE, IMPORTED, OUTLINED)
    assert (scan.full_frame_shape, scan.roi_xyxy) == ((40, 50), (3, 2, 43, 26))
    assert back.split == Split("subject", 5)
    file = back.files[0]
    assert (file.shape_yx, file.padding_yx) == ((24, 40), (26, 0))
    assert file.spacing_mm == SPACE.spacing_mm


def test_stretching_fills_the_square(library, tmp_path):
    manifest = api.export_medsam(library, tmp_path / "tree", size=64, stretch=True)
    assert manifest.stretched
    assert {f.padding_yx for f in manifest.files} == {(0, 0)}


def test_split_by_frame_deals_out_frames(library, tmp_path):
    manifest = api.export_medsam(library, tmp_path / "tree", size=64, split="frame")
    assert manifest.counted()["test"] == round(18 * 0.2)
    assert len(manifest.counted()["train_subjects"]) == 3


def test_the_same_run_gives_the_same_tree(library, tmp_path):
    api.export_medsam(library, tmp_path / "tree", size=64)
    first = {p: (tmp_path / "tree" / p).read_bytes() for p in pngs(tmp_path / "tree")}
    api.export_medsam(library, tmp_path / "tree", size=64)
    assert {p: (tmp_path / "tree" / p).read_bytes() for p in pngs(tmp_path / "tree")} == first


def other_seed(library, tmp_path):
    """A seed that puts another subject into Test."""
    first = read_manifest(tmp_path / "tree").counted()["test_subjects"]
    for seed in range(1, 50):
        manifest = api.export_medsam(library, tmp_path / "try", seed=seed, size=8)
        shutil.rmtree(tmp_path / "try")
        if manifest.counted()["test_subjects"] != first:
            return seed
    raise AssertionError("no seed deals otherwise")


def test_parts_that_change_in_a_tree_that_is_there_are_refused(library, tmp_path):
    api.export_medsam(library, tmp_path / "tree", size=64)
    before = {p: (tmp_path / "tree" / p).read_bytes() for p in pngs(tmp_path / "tree")}
    seed = other_seed(library, tmp_path)
    for options in ({"seed": seed}, {"split": "frame"}):
        with pytest.raises(DatasetError, match="leaks from Train to Test"):
            api.export_medsam(library, tmp_path / "tree", size=64, **options)
    assert {p: (tmp_path / "tree" / p).read_bytes() for p in pngs(tmp_path / "tree")} == before
    assert {p.name for p in tmp_path.iterdir()} == {"library", "tree"}


def test_a_tree_with_other_scans_is_not_replaced(library, tmp_path):
    api.export_medsam(library, tmp_path / "tree", size=64)
    shutil.rmtree(library / "M1_d7.zarr")
    with pytest.raises(DatasetError, match="M1_d7"):
        api.export_medsam(library, tmp_path / "tree", size=64)


def test_what_is_not_ours_is_left_alone(library, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "all.tex").write_text("all of it")
    with pytest.raises(UsageError, match="other files"):
        api.export_medsam(library, tmp_path / "thesis")
    with pytest.raises(UsageError, match="other files"):
        api.export_medsam(library, library)
    api.export_medsam(library, tmp_path / "tree", size=64)
    (tmp_path / "tree" / "All" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        api.export_medsam(library, tmp_path / "tree", size=64)
    assert (tmp_path / "tree" / "All" / "notes.txt").read_text() == "mine"


def test_an_empty_folder_is_filled(library, tmp_path):
    (tmp_path / "tree").mkdir()
    api.export_medsam(library, tmp_path / "tree", size=64)
    assert pngs(tmp_path / "tree")


def refused(tmp_path, source, words, error=DatasetError, **options):
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(error, match=words):
        api.export_medsam(source, tmp_path / "tree", **options)
    assert sorted(tmp_path.rglob("*")) == before


def test_one_subject_cannot_be_split_by_subject(tmp_path):
    scan = write(tmp_path, "M1", "d0")
    refused(tmp_path, scan.path, "two or more subjects.*--split frame")
    write(tmp_path, "m1", "d7")
    write(tmp_path, "M2", "d0", np.zeros(4, np.bool_))
    refused(tmp_path, tmp_path, "two or more subjects.*got 1")
    files = api.export_medsam(scan.path, tmp_path / "tree", split="frame", size=8).files
    assert sorted(f.part for f in files) == ["Test", "Train", "Train"]


def test_an_animal_without_a_name_may_be_any(tmp_path):
    for subject in ("M1", "M2"):
        write(tmp_path, subject, "d0")
    sequence = sequence_of(SPACE, "", "d0")
    nameless = write_scan(tmp_path / "x.zarr", sequence)
    nameless.write_mask("a", MaskStack(lopsided(SPACE.shape), SPACE, OUTLINED))
    refused(tmp_path, tmp_path, "subject for every scan.*x; import it again with --subject")


def test_two_scans_of_one_name_are_refused(library, tmp_path):
    shutil.copytree(library / "M1_d0.zarr", library / "copy.zarr")
    refused(tmp_path, library, "got M1_d0 and copy|got copy and M1_d0")


def test_every_scan_needs_the_label(library, tmp_path):
    write_scan(library / "M4_d0.zarr", sequence_of(SPACE, "M4", "d0"))
    refused(tmp_path, library, "M4_d0", LabelError)
    refused(tmp_path, library, "got other", LabelError, label="other")


@pytest.mark.parametrize("size", [0, -1, 100_000])
def test_a_size_that_cannot_be_is_refused(library, tmp_path, size):
    refused(tmp_path, library, "expected a size", UsageError, size=size)


def test_a_folder_that_cannot_be_is_refused(library, tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path / "file", tmp_path / "nowhere" / "tree"):
        with pytest.raises(UsageError, match="a folder to write"):
            api.export_medsam(library, place)
    with pytest.raises(UsageError, match="split by subject or frame"):
        api.export_medsam(library, tmp_path / "tree", split="day")


def test_a_full_disk_leaves_nothing(library, tmp_path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("parasam_core.export.medsam._png", full)
    with pytest.raises(OSError, match="No space"):
        api.export_medsam(library, tmp_path / "tree")
    assert [p.name for p in tmp_path.iterdir()] == ["library"]


def edited(change):
    def edit(path):
        stored = json.loads(path.read_text())
        change(stored)
        path.write_text(json.dumps(stored))

    return edit


DAMAGE = {
    "not json": lambda path: path.write_text("{"),
    "deep": lambda path: path.write_text("[" * 100_000),
    "not there": lambda path: path.unlink(),
    "schema": edited(lambda m: m.update(schema=99)),
    "no files": edited(lambda m: m.pop("files")),
    "a path": edited(lambda m: m["files"][0].update(name="../../up_0.png")),
    "twice": edited(lambda m: m["files"].append(m["files"][0])),
    "no scan": edited(lambda m: m["files"][0].update(tumour="nobody")),
    "another part": edited(lambda m: m["files"][0].update(part="All")),
    "a leak": edited(
        lambda m: (m["files"][0].update(part="Train"), m["files"][1].update(part="Test"))
    ),
    "padding": edited(lambda m: m["files"][0].update(padding_yx=[64, 0])),
    "spacing": edited(lambda m: m["files"][0].update(spacing_mm=[0, 1, 1])),
    "infinite": edited(lambda m: m["files"][0].update(frame=float("inf"))),
    "shape": edited(lambda m: m["scans"][0]["space"].update(shape=[1, 2])),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_manifest_is_refused(library, tmp_path, damage):
    api.export_medsam(library, tmp_path / "tree", size=64)
    damage(tmp_path / "tree" / MANIFEST)
    with pytest.raises(DatasetError, match="expected"):
        read_manifest(tmp_path / "tree")
