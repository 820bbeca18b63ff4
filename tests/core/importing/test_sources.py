"""What a folder holds: every kind of source, and what is left alone and why."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from parasam_core.capture.sources import MOST_DEEP, Source, sources_below
from parasam_core.errors import CaptureError
from parasam_core.importing.names import scan_names

AVI = b"RIFF\0\0\0\0AVI LIST"


def put(root, *names, content=b"x"):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def images(folder, *names):
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        Image.new("L", (4, 4)).save(folder / name)


def found(root, beside=()):
    sources = sources_below(root, beside)
    left = {one.path.relative_to(root).as_posix(): one.why for one in sources.left_alone}
    return [s.path.relative_to(root).as_posix() for s in sources.found], left


def test_a_lab_of_the_original_layout(tmp_path):
    for tumour in ("MD2/K3_d0", "MD1/K10_d0", "MD1/K2_d7"):
        images(tmp_path / "Imgs" / tumour / "annotations", "1.png", "2.png")
        images(tmp_path / "Imgs" / tumour / "originals", "1.tif", "2.tif")
    put(tmp_path, "Imgs/MD1/readme.txt", "Imgs/.DS_Store", "Imgs/Thumbs.db")
    sources = sources_below(tmp_path)
    assert [(s.path.name, s.subject, s.timepoint) for s in sources.found] == [
        ("K2_d7", "K2", "d7"), ("K10_d0", "K10", "d0"), ("K3_d0", "K3", "d0"),
    ]  # fmt: skip
    assert [(one.path.name, one.why) for one in sources.left_alone] == [
        ("readme.txt", "nothing that is read")
    ]


def test_every_kind_of_source_is_found(tmp_path):
    put(tmp_path, "a/sweep.avi", content=AVI)
    put(tmp_path, "raw/X.raw.xml", "raw/X.raw.3d.bmode", "raw/X.raw.pamode")
    put(tmp_path, "both/Y.raw.xml", "both/Y.raw.3d.bmode", "both/Y.raw.bmode")
    put(tmp_path, "none/Z.raw.xml", "lost/W.raw.bmode")
    put(tmp_path, "grid/t.nrrd", "grid/t.seg.nrrd", "grid/u.mhd", "grid/u.raw", "grid/v.nii.gz")
    images(tmp_path / "frames", *(f"f{n}.png" for n in range(3)))
    tifffile.imwrite(
        tmp_path / "stack.tif", np.zeros((5, 4, 4), np.uint8), photometric="minisblack"
    )
    names, left = found(tmp_path)
    assert names == [
        "stack.tif", "a/sweep.avi", "both/Y.raw.3d.bmode", "both/Y.raw.bmode", "frames",
        "grid/t.nrrd", "grid/u.mhd", "grid/v.nii.gz", "lost/W.raw.bmode", "raw/X.raw.xml",
    ]  # fmt: skip
    assert left["grid/t.seg.nrrd"].startswith("a label")
    assert left["none/Z.raw.xml"].startswith("parameters without")
    assert left["raw/X.raw.pamode"] == "not B-mode frames"


def test_a_damaged_source_is_one_so_that_it_fails_aloud(tmp_path):
    put(tmp_path, "a_d0/sweep.avi", content=b"")
    put(tmp_path, "b_d0/scan.dcm", "b_d0/stack.tif")
    assert found(tmp_path)[0] == ["a_d0/sweep.avi", "b_d0/stack.tif", "b_d0/scan.dcm"]


def test_stray_images_are_left_alone(tmp_path):
    put(tmp_path, "K1_d0/sweep.avi", content=AVI)
    images(tmp_path / "K1_d0", "thumb.png")
    images(tmp_path, "overview.png", "plan.jpg")
    names, left = found(tmp_path)
    assert names == ["K1_d0/sweep.avi"]
    assert left["."] == "2 images that are no numbered series"
    assert "single image" in left["K1_d0/thumb.png"]


def test_a_folder_that_is_one_source_is_one(tmp_path):
    images(tmp_path / "f", *(f"{n}.png" for n in range(3)))
    (one,) = sources_below(tmp_path / "f").found
    assert (one.path, one.stem) == (tmp_path / "f", "f")
    images(tmp_path / "M_d2" / "originals", *(f"{n}.png" for n in range(3)))
    (two,) = sources_below(tmp_path / "M_d2").found
    assert (two.stem, two.subject, two.timepoint) == ("M_d2", "M", "d2")


def test_scans_results_loops_and_depths_are_not_entered(tmp_path):
    put(tmp_path, "a_d0/sweep.avi", "lib/x.zarr/0/0.avi", "lib/import.csv", "q.zarr/f.avi",
        content=AVI)  # fmt: skip
    (tmp_path / "a_d0" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a_d0")
    put(tmp_path, "/".join("d" * (MOST_DEEP + 1)) + "/deep.avi", content=AVI)
    names, left = found(tmp_path, [tmp_path / "lib"])
    assert names == ["a_d0/sweep.avi"]
    assert left.pop("q.zarr") == "a scan"
    assert left.pop("/".join("d" * (MOST_DEEP + 1))) == f"more than {MOST_DEEP} folders down"
    assert set(left.values()) == {"a link to a folder that was looked into"}


def test_pairs_of_images_and_labels_are_for_training(tmp_path):
    for kind in ("images", "masks"):
        images(tmp_path / "busi" / kind, "benign_1.png", "malignant_1.png")
    names, left = found(tmp_path)
    assert (names, list(left)) == ([], ["busi"])
    assert "parasam train" in left["busi"]


def test_what_is_not_there_is_refused(tmp_path):
    with pytest.raises(CaptureError, match="does not exist"):
        sources_below(tmp_path / "nowhere")


# ---- names

ROOT = Path("/lab")
parts = st.sampled_from(["MD1", "md1", "MD2", "K1_d0", "k1_d0", "x y", "é", "..."])
paths = st.lists(parts, min_size=1, max_size=4).map(lambda p: ROOT.joinpath(*p))


@given(st.sets(paths, min_size=1, max_size=12), st.randoms())
def test_every_scan_has_a_name_of_its_own_whatever_the_order(some, random):
    sources = [Source(p, p.name) for p in sorted(some)]
    names = scan_names(sources, ROOT)
    assert len({n.casefold() for n in names}) == len(names)
    assert all(n and "/" not in n and not n.startswith(".") for n in names)
    shuffled = random.sample(sources, len(sources))
    assert dict(zip(shuffled, scan_names(shuffled, ROOT), strict=True)) == dict(
        zip(sources, names, strict=True)
    )


@pytest.mark.parametrize(
    ("given_paths", "names"),
    [
        (["MD1/K_d0", "MD2/K_d0", "MD2/L_d0"], ["MD1_K_d0", "MD2_K_d0", "L_d0"]),
        (["MD1/K_d0", "MD2/k_D0"], ["MD1_K_d0", "MD2_k_D0"]),
        (["a/x/K", "b/x/K"], ["a_x_K", "b_x_K"]),
        (["K (2)", "K [2]"], ["K-2-1", "K-2-2"]),
    ],
)
def test_those_called_alike_get_their_folders_name(given_paths, names):
    sources = [Source(ROOT / p, Path(p).name) for p in given_paths]
    assert scan_names(sources, ROOT) == names


def test_two_files_of_one_name_get_their_ending(tmp_path):
    put(tmp_path, "a.avi", "a.mp4", content=AVI)
    assert scan_names(sources_below(tmp_path).found, tmp_path) == ["a_avi", "a_mp4"]
    shutil.rmtree(tmp_path)


def test_a_number_is_a_day_in_a_tumours_name_only(tmp_path):
    images(tmp_path / "KPC3933_0" / "annotations", "1.png", "2.png")
    put(tmp_path, "sweep_12.avi", content=AVI)
    found = {s.stem: (s.subject, s.timepoint) for s in sources_below(tmp_path).found}
    assert found == {"KPC3933_0": ("KPC3933", "0"), "sweep_12": ("", "")}
