"""Comparison of models: measures that obey their laws, and files that say what was found."""

from __future__ import annotations

import csv
import json

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp
from PIL import Image

from parasam_core import api
from parasam_core.errors import DatasetError, UsageError
from parasam_core.sam.compare.compare import prompt_of
from parasam_core.sam.compare.judge import Judgement, agreement
from parasam_core.sam.compare.summary import summary
from parasam_core.sam.examples import examples_from
from tests.core.test_cli import answer_of, assert_one_sentence, parasam

MASKS = hnp.arrays(np.bool_, (9, 11))


def disc(shape, centre_yx, radius):
    y, x = np.ogrid[: shape[0], : shape[1]]
    return np.hypot(y - centre_yx[0], x - centre_yx[1]) < radius


@settings(deadline=None, max_examples=40)
@given(MASKS, MASKS)
def test_overlaps_obey_their_laws(a, b):
    ab, ba = agreement(a, b, (0.1, 0.2)), agreement(b, a, (0.1, 0.2))
    assert ab.dice == ba.dice
    assert ab.iou == pytest.approx(ab.dice / (2 - ab.dice))
    assert 0 <= ab.iou <= ab.dice <= 1
    assert ab.nsd == pytest.approx(ba.nsd)
    assert (ab.hd95_mm is None) == (ab.hd95_px is None) == (a.any() != b.any())
    same = agreement(a, a, (0.1, 0.2))
    assert (same.dice, same.hd95_mm, same.nsd) == (1.0, 0.0, 1.0)


def test_distances_are_in_mm_along_each_axis():
    a = disc((80, 90), (40, 40), 15)
    right, down = np.roll(a, 4, axis=1), np.roll(a, 4, axis=0)
    across, along = agreement(a, right, (0.1, 0.05)), agreement(a, down, (0.1, 0.05))
    assert across.hd95_mm == pytest.approx(0.2, abs=0.03)
    assert along.hd95_mm == pytest.approx(0.4, abs=0.05)
    assert agreement(a, right, None).hd95_mm is None
    assert agreement(a, right, None).hd95_px == pytest.approx(4, abs=0.5)


def judged(subject, dice):
    return Judgement("m", "e", subject, "box", 0.9, dice, 0.5, None, 1.0, 0.5, 9, 9)


def test_the_interval_is_of_subjects_not_of_frames():
    rng = np.random.default_rng(1)
    animals = [(f"m{n}", float(rng.uniform(0.5, 0.9))) for n in range(8)]
    frames = [judged(name, dice) for name, dice in animals for _ in range(50)]
    few = [judged(name, dice) for name, dice in animals]
    wide, same = summary(frames)["dice"]["interval"], summary(few)["dice"]["interval"]
    assert wide == same
    assert wide[0] < summary(few)["dice"]["mean"] < wide[1]
    assert summary(few)["hd95_mm"] == {
        "mean": None, "median": None, "p90": None, "interval": None, "n": 0,
    }  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Dark discs in speckle, and one image without any."""
    path = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(0)
    for kind in ("images", "labels"):
        (path / kind).mkdir()
    for n in range(4):
        mask = disc((120, 150), (60, 50 + 12 * n), 25 if n else 0)
        image = rng.normal(np.where(mask, 40, 130), 25).clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(path / "images" / f"t{n}.png"), cv2.GaussianBlur(image, (0, 0), 1))
        cv2.imwrite(str(path / "labels" / f"t{n}.png"), mask.astype(np.uint8) * 255)
    return path


def test_the_command_compares_and_draws(folder, tmp_path):
    done = answer_of(
        parasam("compare", folder, "--models", "lite-medsam", "--prompt", "box",
                "--figures", tmp_path / "figures", "--json")
    )  # fmt: skip
    (row,) = done["models"]
    assert row["model"] == "lite-medsam"
    assert row["n"] == 3  # a box can only be drawn where there is a tumour
    assert row["dice"]["mean"] > 0.9
    assert set(row["dice"]) == {"mean", "median", "p10", "interval", "n"}
    assert row["hd95_mm"]["mean"] is None
    written = (tmp_path / "figures" / "comparison.csv").read_text()
    table = list(csv.DictReader(written.splitlines()))
    assert [r["example"] for r in table] == ["t1", "t2", "t3"]
    assert json.loads((tmp_path / "figures" / "comparison.json").read_text("utf-8")) == done
    for name in ("sheet", "t1", "t2", "t3"):
        with Image.open(tmp_path / "figures" / f"{name}.png") as picture:
            assert min(picture.size) > 200


def test_the_whole_image_is_asked_of_empty_ones_too(folder):
    comparison = api.compare([folder], ["lite-medsam"], prompt="full")
    assert len(comparison.examples) == 4
    empty = comparison.judgements["lite-medsam"][0]
    assert (empty.true_px, empty.hd95_px) == (0, None)
    assert (
        comparison.mask("lite-medsam", 1).sum() == comparison.judgements["lite-medsam"][1].found_px
    )


def test_the_box_is_five_pixels_around_and_inside_the_image(folder):
    example = examples_from([folder])[1]
    rows, columns = np.nonzero(example.mask())
    assert prompt_of(example, "box") == (
        columns.min() - 5, rows.min() - 5, columns.max() + 6, rows.max() + 6,
    )  # fmt: skip
    assert prompt_of(example, "full") == (0, 0, 150, 120)


def test_what_cannot_be_compared_is_refused(folder, tmp_path):
    with pytest.raises(UsageError, match="different names"):
        api.compare([folder], ["lite-medsam", "lite-medsam"])
    with pytest.raises(UsageError, match="none"):
        api.compare([folder], [])
    with pytest.raises(DatasetError):
        api.compare([tmp_path], ["lite-medsam"])
    ran = parasam("compare", folder, "--models", "gpt")
    assert_one_sentence(ran, 1, "gpt")
