"""The parts of a training, each alone: settings, prompts, plan, loss, validation, variants."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.errors import UsageError
from parasam_core.mask import dice
from parasam_core.sam.adapter import Adapter
from parasam_core.sam.train import Settings
from parasam_core.sam.train.curves import write_curves
from parasam_core.sam.train.loss import iou, loss
from parasam_core.sam.train.plan import Rows, drawn_around, wanted_empty
from parasam_core.sam.train.validate import Validation
from parasam_core.sam.variants import empty_part


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"prompt": "circle"}, "--prompt full, box or mixed"),
        ({"epochs": 0}, "--epochs > 0"),
        ({"batch": -1}, "--batch > 0"),
        ({"rate": float("nan")}, "--rate > 0"),
        ({"validation_share": 1.0}, "--validation-share between 0 and 1"),
        ({"precision": "8"}, "--precision auto"),
        ({"seed": -1}, "--seed of 0 or more"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong, sentence):
    with pytest.raises(UsageError, match=sentence):
        Settings(**wrong)


def test_an_epoch_sees_every_example_once_and_some_empty_parts():
    rows = Rows(np.arange(20).reshape(2, 10).T, np.arange(20, 30), wanted_empty=4)
    seen = rows.of_epoch(seed=1, epoch=2)
    assert (seen == rows.of_epoch(seed=1, epoch=2)).all()
    assert sorted(seen[seen < 20] % 10) == list(range(10))
    assert len(set(seen[seen >= 20])) == 4
    assert (seen != rows.of_epoch(seed=1, epoch=3)).any()
    assert (seen < 10).any()
    assert ((seen >= 10) & (seen < 20)).any()
    assert rows.steps(4) == 4


def test_empty_parts_are_added_only_where_few_examples_are_empty():
    assert wanted_empty(85, 0, 1000) == 15
    assert wanted_empty(85, 0, 7) == 7
    assert wanted_empty(100, 40, 1000) == 0


@given(seed=st.integers(0, 2**32))
@settings(max_examples=20, deadline=None)
def test_boxes_are_drawn_around_the_tumour_and_within_the_image(seed):
    rng = np.random.default_rng(seed)
    contents = torch.tensor([[0.0, 0, 256, 200]])
    box = torch.tensor([[60.0, 50, 160, 120]])
    x0, y0, x1, y1 = drawn_around(box, contents, 256, rng)[0].tolist()
    assert 46 <= x0 <= 63
    assert 39 <= y0 <= 53
    assert 157 <= x1 <= 174
    assert 117 <= y1 <= 131
    whole = drawn_around(contents, contents, 256, rng)[0].tolist()
    assert 0 <= whole[0] <= 7
    assert whole[2] <= 256
    assert whole[3] <= 200


def test_loss_falls_with_a_better_mask_and_with_an_honest_score():
    masks = torch.zeros(2, 256, 256)
    masks[0, 50:100, 60:120] = 1
    right, wrong = (masks * 2 - 1) * 9, (1 - masks * 2) * 9
    of = loss()
    honest, boasting = torch.tensor([1.0, 0.0]), torch.tensor([1.0, 1.0])
    assert of(right, honest, masks).item() == pytest.approx(0.0, abs=0.05)
    assert of(wrong, honest, masks) > of(right, boasting, masks) > of(right, honest, masks)


def test_iou_of_an_empty_mask_is_none():
    empty, full = torch.zeros(1, 4, 4, dtype=torch.bool), torch.ones(1, 4, 4, dtype=torch.bool)
    half = full.clone()
    half[:, 2:] = False
    pairs = [(empty, empty), (full, empty), (half, full), (full, full)]
    assert [iou(a, b).item() for a, b in pairs] == [0, 0, 0.5, 1]


def test_the_presence_gate_keeps_nineteen_of_twenty_tumours():
    scores = np.concatenate([np.linspace(0.4, 1.0, 100), np.linspace(0.0, 0.5, 50)])
    has_tumour = np.arange(150) < 100
    ones = np.ones(100)
    found = Validation({"full": ones * 0.8, "box": ones * 0.9}, scores, has_tumour)
    metrics = found.metrics()
    assert metrics["presence_sensitivity"] == 0.95
    assert 0.8 < metrics["presence_specificity"] < 1
    assert (metrics["dice_full_mean"], metrics["dice_box_median"]) == (0.8, 0.9)
    assert found.merit(0.7) == pytest.approx(0.83)


def test_dice_of_two_empty_masks_is_one():
    empty = np.zeros((3, 3), np.bool_)
    assert dice(empty, empty) == 1
    assert dice(empty, ~empty) == 0


@given(
    st.integers(20, 60), st.integers(20, 60), st.floats(0, 0.9), st.floats(0, 0.9),
    st.floats(0.05, 0.9),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_the_empty_part_holds_no_tumour(height, width, x, y, size):
    mask = np.zeros((height, width), np.bool_)
    y0, x0 = int(y * height), int(x * width)
    mask[y0 : y0 + 1 + int(size * height), x0 : x0 + 1 + int(size * width)] = True
    assert not mask[empty_part(mask)].any()


def test_an_adapter_begins_as_the_identity():
    embeddings = torch.randn(2, 256, 64, 64)
    assert torch.equal(Adapter()(embeddings), embeddings)


def test_curves_are_a_table_and_a_picture(tmp_path):
    names = [f"dice_{p}_{n}" for p in ("full", "box") for n in ("mean", "median")]
    curve = [{"epoch": n, "loss": 1 / n, **dict.fromkeys(names, 0.5)} for n in (1, 2, 3)]
    write_curves(tmp_path / "m.safetensors", curve)
    assert (tmp_path / "m.csv").read_text().splitlines()[1].startswith("1,1.0,0.5")
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")
