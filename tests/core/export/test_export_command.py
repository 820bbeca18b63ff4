"""`parasam export` as acceptance runs it."""

from __future__ import annotations

import numpy as np
import pytest

from parasam_core.mask import MaskStack
from parasam_core.scanfile import write_scan
from tests.core.export import readers
from tests.core.export.conftest import OUTLINED, SPACE, lopsided, sequence_of
from tests.core.test_cli import answer_of, assert_one_sentence, parasam


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    mask = MaskStack(lopsided(SPACE.shape), SPACE, OUTLINED)
    for subject in ("M1", "M2"):
        scan = write_scan(folder / f"{subject}_d0.zarr", sequence_of(SPACE, subject))
        scan.write_mask("tumour", mask)
    scan.write_mask("second", mask)
    return folder


def test_a_label_and_the_series_it_lies_on(library, tmp_path):
    done = answer_of(parasam("export", library / "M1_d0.zarr", "a.dcm", "--json", cwd=tmp_path))
    assert done["out"] == "a.dcm"
    assert done["series"] == "a_series"
    assert done["label"] == "tumour"
    read = readers.by_highdicom(tmp_path / "a.dcm")
    assert read.volume_mm3 == pytest.approx(done["volume_mm3"])
    assert done["voxels"] == np.count_nonzero(read.voxels)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.dcm", "a_series"]


def test_frames_for_reading(library, tmp_path):
    ran = parasam("export", library / "M1_d0.zarr", "a.nii.gz", "--image", cwd=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "a.nii.gz: frames\n", "")
    assert readers.by_nibabel(tmp_path / "a.nii.gz").voxels.shape == SPACE.shape


def test_training_images_of_a_library(library, tmp_path):
    (tmp_path / "many").mkdir()
    scan = write_scan(tmp_path / "many" / "M1.zarr", sequence_of(SPACE))
    scan.write_mask("a", MaskStack(lopsided(SPACE.shape), SPACE, OUTLINED))
    ran = parasam("export", "many", "--medsam", "tree", "--split", "frame", "--size", "32",
                  "--stretch", "--seed", "3", "--json", cwd=tmp_path)  # fmt: skip
    done = answer_of(ran)
    assert "beside those of Train" in ran.stderr
    assert done["warnings"] == [ran.stderr.strip().removeprefix("parasam export: ")]
    assert (done["images"], done["train"], done["test"]) == (6, 5, 1)
    assert (done["size"], done["stretched"]) == (32, True)
    assert (done["split"]["by"], done["split"]["seed"]) == ("frame", 3)
    assert len(list((tmp_path / "tree" / "All" / "images").iterdir())) == 6


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["M1_d0.zarr"], 2, ["--medsam"]),
        (["M1_d0.zarr", "a.nrrd", "--medsam", "tree"], 2, ["one of the two"]),
        (["M1_d0.zarr", "a.doc"], 2, [".seg.nrrd"]),
        (["M1_d0.zarr", "a.glb"], 2, ["parasam mesh"]),
        (["M1_d0.zarr", "nowhere/a.nrrd"], 2, ["nowhere"]),
        (["M1_d0.zarr", "a.dcm", "--image"], 2, ["for frames"]),
        (["M1_d0.zarr", "a.nrrd", "--size", "64"], 2, ["--size", "--medsam"]),
        (["M1_d0.zarr", "--medsam", "tree", "--image"], 2, ["--image"]),
        (["M1_d0.zarr", "--medsam", "tree", "--size", "x"], 2, ["--size"]),
        (["M1_d0.zarr", "--medsam", "tree", "--split", "day"], 2, ["--split"]),
        (["M1_d0.zarr", "--medsam", "tree"], 1, ["two or more subjects", "--split frame"]),
        (["M1_d0.zarr", "--medsam", ".", "--split", "frame"], 2, ["other files"]),
        (["M2_d0.zarr", "a.nrrd"], 1, ["several: second, tumour"]),
        ([".", "--medsam", "tree"], 1, ["several: second, tumour"]),
        (["nowhere.zarr", "a.nrrd"], 1, ["nowhere.zarr"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
def test_what_cannot_be_is_refused_in_one_sentence(library, arguments, code, words):
    before = sorted(p.name for p in library.rglob("*"))
    assert_one_sentence(parasam("export", *arguments, cwd=library), code, *words)
    assert sorted(p.name for p in library.rglob("*")) == before
