"""The parts of a training, each alone: settings, prompts, plan, loss, validation, variants."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.agreement.overlap import dice
from parasam_core.errors import UsageError
from parasam_core.sam.adapter import Adapter, corners_of
from parasam_core.sam.train import Settings
from parasam_core.sam.train.average import averaged
from parasam_core.sam.train.curves import write_curves
from parasam_core.sam.train.loss import iou, loss
from parasam_core.sam.train.plan import Rows, drawn_around, prompts, wanted_empty
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
        ({"empty": float("nan")}, "--empty of 0 or more"),
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
    of = loss(1.0)
    honest, boasting = torch.tensor([1.0, 0.0]), torch.tensor([1.0, 1.0])
    assert of(right, honest, masks).item() == pytest.approx(0.0, abs=0.05)
    assert of(wrong, honest, masks) > of(right, boasting, masks) > of(right, honest, masks)


def test_an_empty_mask_may_ask_for_an_honest_score_alone():
    masks, of = torch.zeros(3, 256, 256), loss(0.0)
    drawn = torch.full((3, 256, 256), -9.0)
    drawn[:, 30:60, 30:60] = 9
    logits = drawn.clone().requires_grad_()
    assert of(logits, torch.zeros(3), masks).item() == 0
    assert of(logits, torch.ones(3), masks).item() > 0
    masks[0, 30:90, 30:90] = 1
    of(logits, torch.zeros(3), masks).backward()
    assert [bool(gradient.any()) for gradient in logits.grad] == [True, False, False]
    logits.grad = None
    loss(0.5)(logits, torch.zeros(3), masks).backward()
    assert logits.grad.flatten(1).any(1).all()


@pytest.mark.parametrize("empty", [0.0, 1.0])
def test_a_batch_costs_what_its_pieces_cost_together(empty):
    rng = torch.Generator().manual_seed(1)
    logits, scores = torch.randn(4, 256, 256, generator=rng), torch.rand(4, generator=rng)
    masks, of = torch.zeros(4, 256, 256), loss(empty)
    masks[:2, 40:90, 20:120] = 1
    pieces = [of(logits[n : n + 1], scores[n : n + 1], masks[n : n + 1]) for n in range(4)]
    assert of(logits, scores, masks).item() == pytest.approx(sum(pieces).item() / 4, rel=1e-4)


@given(seed=st.integers(0, 2**32), share=st.floats(0, 1))
@settings(max_examples=20, deadline=None)
def test_where_no_tumour_is_the_whole_image_is_asked_about(seed, share):
    class Half:
        contents = torch.tensor([[0.0, 0, 256, 200]] * 40)
        boxes = torch.tensor([[60.0, 50, 160, 120], [torch.nan] * 4]).repeat(20, 1)

    asked = prompts(Half, np.arange(40), share, 256, np.random.default_rng(seed))
    assert torch.equal(asked[1::2], Half.contents[1::2])
    assert torch.isfinite(asked).all()
    whole = (asked[::2] == Half.contents[::2]).all(1).float().mean().item()
    assert whole == pytest.approx(share, abs=0.4)


def test_an_average_follows_and_forgets_how_it_began():
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(module.weight)
    average = averaged(module, torch.device("cpu"))
    average.update_parameters(module)
    torch.nn.init.ones_(module.weight)
    seen = []
    for _ in range(200):
        average.update_parameters(module)
        seen.append(average.module.weight.item())
    assert seen == sorted(seen)
    assert 0.5 < seen[0] < 1
    assert seen[-1] > 0.95


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
    embeddings, corners = torch.randn(2, 256, 64, 64), torch.randn(2, 2, 256)
    assert torch.equal(Adapter()(embeddings, corners), embeddings)


def test_an_adapter_adds_as_much_as_a_prompt_says():
    adapter = Adapter()
    torch.nn.init.normal_(adapter.widen.weight)
    torch.nn.init.ones_(adapter.gate.weight)
    embeddings = torch.randn(1, 256, 64, 64)
    corners = torch.tensor([0.0, -1 / 512, 1 / 512])[:, None, None].expand(3, 2, 256)
    added = adapter(embeddings, corners) - embeddings
    assert added.shape == (3, 256, 64, 64)
    assert added[1].abs().max() < 1e-4
    assert torch.allclose(added[2], 2 * added[0], atol=1e-4)


def test_a_box_among_points_is_told_by_its_place():
    sparse = torch.arange(4.0)[None, :, None].expand(2, 4, 256)
    assert corners_of(sparse, boxed=True)[0, :, 0].tolist() == [2, 3]
    assert not corners_of(sparse, boxed=False).any()
    assert corners_of(sparse[:, :1], boxed=False).shape == (2, 2, 256)


def test_curves_are_a_table_and_a_picture(tmp_path):
    names = [f"dice_{p}_{n}" for p in ("full", "box") for n in ("mean", "median")]
    curve = [{"epoch": n, "loss": 1 / n, **dict.fromkeys(names, 0.5)} for n in (1, 2, 3)]
    write_curves(tmp_path / "m.safetensors", curve)
    assert (tmp_path / "m.csv").read_text().splitlines()[1].startswith("1,1.0,0.5")
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")
