"""Training as a whole: it learns, it says what it did, and a kill −9 changes nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from parasam_core import api, cli
from parasam_core.errors import DatasetError, ModelError, UsageError
from parasam_core.mask import box_of
from parasam_core.sam import store
from parasam_core.sam.embeddings import Embeddings
from parasam_core.sam.examples import examples_from
from parasam_core.sam.train import loop, train
from parasam_core.sam.train.loop import Loop
from parasam_core.segmenter import no_progress
from tests.conftest import ROOT
from tests.core.sam_train.conftest import BRIEF

KILLED = """
import os, signal, sys
from pathlib import Path
from parasam_core.sam import store
from parasam_core.sam.examples import examples_from
from parasam_core.sam.train import loop, train
from tests.core.sam_train.conftest import BRIEF

loop.STATE_EVERY_S = 0.0

def progress(what, done, total):
    if what == "training" and done == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

train(examples_from([sys.argv[1]]), store.load("lite-medsam"), BRIEF, Path(sys.argv[2]),
      progress=progress)
"""


def test_a_training_leaves_a_model_its_curves_and_no_state(trained):
    beside = sorted(p.suffix for p in trained.path.parent.iterdir())
    assert beside == [".csv", ".png", ".safetensors"]
    assert [row["epoch"] for row in trained.curve] == [1, 2]
    assert trained.curve[1]["loss"] < trained.curve[0]["loss"]
    model = store.load(str(trained.path))
    assert model.card == trained.card
    assert model.adapter is not None
    about = model.card.training
    assert about["settings"]["seed"] == 1
    assert (about["train_images"], about["validation_images"]) == (4, 2)
    assert model.card.presence_score is not None


def test_the_model_outlines_with_the_whole_image_as_box(trained, cases):
    model = store.load(str(trained.path))
    example = examples_from([cases])[0]
    kept = Embeddings(example.source, model.encoder)
    kept.compute([0], no_progress)
    mask = example.mask()
    box = model.preprocess.box((0, 0, mask.shape[1], mask.shape[0]), mask.shape)
    found = model.preprocess.mask(model.decode(kept.of(0), box), mask.shape)
    assert found.shape == mask.shape
    assert box_of(found) is not None


@pytest.mark.parametrize("step", [2, 3])
def test_a_training_that_was_killed_ends_in_the_same_weights(trained, cases, base, tmp_path, step):
    """Step 2 is the last of the first epoch, step 3 the first of the second."""
    out = tmp_path / "killed.safetensors"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(cases), str(out), str(step)], cwd=ROOT, check=False
    )
    assert killed.returncode == -9
    assert sorted(p.name for p in tmp_path.iterdir()) == ["killed.state"]
    resumed = train(examples_from([cases]), base, BRIEF, out, resume=tmp_path / "killed.state")
    assert resumed.curve == trained.curve
    assert_same_weights(resumed, trained)


def assert_same_weights(one, other):
    ours, theirs = load_file(one.path), load_file(other.path)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


KILLED_BEFORE = """
import os, signal, sys
from pathlib import Path
from parasam_core.sam import store
from parasam_core.sam.examples import examples_from
from parasam_core.sam.train import train
from tests.core.sam_train.conftest import BRIEF

def progress(what, done, total):
    if what == "looking at frames" and done == 3:
        os.kill(os.getpid(), signal.SIGKILL)

train(examples_from([sys.argv[1]]), store.load("lite-medsam"), BRIEF, Path(sys.argv[2]),
      progress=progress)
"""


def test_embedding_that_was_killed_ends_in_the_same_weights(
    trained, cases, base, tmp_path, monkeypatch
):
    monkeypatch.setenv("PARASAM_HOME", str(tmp_path / "home"))
    out = tmp_path / "killed.safetensors"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED_BEFORE, str(cases), str(out)], cwd=ROOT, check=False
    )
    assert killed.returncode == -9
    kept = {p: p.stat().st_mtime_ns for p in (tmp_path / "home").rglob("c/*/0/0/0")}
    assert len(kept) >= 3
    ours = train(examples_from([cases]), base, BRIEF, out)
    assert {p: p.stat().st_mtime_ns for p in kept} == kept
    assert ours.curve == trained.curve
    assert_same_weights(ours, trained)


def impatient(what, done, total):
    if what == "training" and done == 2:
        raise KeyboardInterrupt


def test_the_state_of_another_training_is_refused(cases, base, tmp_path, monkeypatch):
    out = tmp_path / "m.safetensors"
    monkeypatch.setattr(loop, "STATE_EVERY_S", 0.0)
    with pytest.raises(KeyboardInterrupt):
        train(examples_from([cases]), base, BRIEF, out, progress=impatient)
    other = replace(BRIEF, rate=1e-3)
    with pytest.raises(ModelError, match="got another settings"):
        train(examples_from([cases]), base, other, out, resume=tmp_path / "m.state")
    (tmp_path / "m.state").write_bytes(b"no state")
    with pytest.raises(ModelError, match="expected the state of a training"):
        train(examples_from([cases]), base, BRIEF, out, resume=tmp_path / "m.state")
    with pytest.raises(ModelError, match="expected the state of a training"):
        train(examples_from([cases]), base, BRIEF, out, resume=tmp_path / "none.state")


def test_a_batch_that_does_not_fit_the_gpu_goes_in_pieces(
    trained, cases, base, tmp_path, monkeypatch
):
    whole = Loop._gradients

    def small_gpu(loop, rows, boxes):
        if len(rows) > loop._pieces:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return whole(loop, rows, boxes)

    monkeypatch.setattr(Loop, "_gradients", small_gpu)
    brief = replace(BRIEF, epochs=1)
    pieces = train(examples_from([cases]), base, brief, tmp_path / "pieces.safetensors")
    monkeypatch.undo()
    at_once = train(examples_from([cases]), base, brief, tmp_path / "whole.safetensors")
    assert pieces.curve[0]["loss"] == pytest.approx(at_once.curve[0]["loss"], abs=2e-3)


def test_a_place_that_cannot_be_is_refused_before_any_work(cases, base, tmp_path):
    for out in (tmp_path / "m.pth", tmp_path / "none" / "m.safetensors"):
        with pytest.raises(UsageError, match=r"expected --out FILE\.safetensors"):
            api.train([cases], out)


def test_one_subject_is_refused(cases, base, tmp_path):
    alone = [replace(e, subject="m1") for e in examples_from([cases])]
    with pytest.raises(DatasetError, match="two subjects"):
        train(alone, base, BRIEF, tmp_path / "m.safetensors")


def test_the_command_trains_and_says_what_it_reached(trained, cases, tmp_path, capsys):
    out = tmp_path / "m.safetensors"
    cli.main(["train", str(cases), "--out", str(out), "--epochs", "1", "--batch", "3",
              "--seed", "1", "--validation-share", "0.3", "--no-adapter", "--json"])  # fmt: skip
    result = json.loads(capsys.readouterr().out)
    assert result["model"] == str(out)
    assert 0 <= result["metrics"]["dice_full_mean"] <= 1
    assert store.load(str(out)).adapter is None


def test_the_command_refuses_what_is_no_data(tmp_path, capsys):
    with pytest.raises(SystemExit) as stopped:
        cli.main(["train", str(tmp_path), "--out", str(tmp_path / "m.safetensors")])
    assert stopped.value.code == 1
    assert "expected a scan, a library" in capsys.readouterr().err


def test_masks_on_the_grid_lie_where_the_model_sees_them(cases, base):
    from parasam_core.sam.train.table import Table

    examples = examples_from([cases])
    table = Table(examples, base.encoder)
    masks = table.masks(np.arange(6)).numpy() > 0.5
    for example, mask, box in zip(examples, masks, table.boxes, strict=True):
        assert box_of(mask) == pytest.approx(box.tolist(), abs=1.6)
        assert box.tolist() == pytest.approx([v * 2.56 for v in box_of(example.mask())], abs=0.2)
    assert table.contents[0].tolist() == pytest.approx([0, 0, 256, 205], abs=0.5)
