"""The image encoder's last stage: cut off, trained, put back."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file
from segment_anything.modeling import ImageEncoderViT

from parasam_core import cli
from parasam_core.sam import store
from parasam_core.sam.encoder import Encoder
from parasam_core.sam.examples import examples_from
from parasam_core.sam.last_stage import cut, joined
from parasam_core.sam.train import train
from tests.conftest import ROOT
from tests.core.sam_train.conftest import BRIEF

DEEPER = replace(BRIEF, last_stage=True, copies=0)

KILLED = """
import os, signal, sys
from pathlib import Path
from parasam_core.sam import store
from parasam_core.sam.examples import examples_from
from parasam_core.sam.train import loop, train
from tests.core.sam_train.test_last_stage import DEEPER

loop.STATE_EVERY_S = 0.0

def progress(what, done, total):
    if what == "training" and done == 3:
        os.kill(os.getpid(), signal.SIGKILL)

train(examples_from([sys.argv[1]]), store.load("lite-medsam"), DEEPER, Path(sys.argv[2]),
      progress=progress)
"""


@pytest.fixture(scope="module")
def deeper(cases, base, tmp_path_factory):
    out = tmp_path_factory.mktemp("deeper") / "deeper.safetensors"
    return train(examples_from([cases]), base, DEEPER, out)


@pytest.fixture
def vit(base):
    torch.manual_seed(5)
    small = ImageEncoderViT(depth=3, embed_dim=32, num_heads=2, use_rel_pos=True, window_size=14,
                            global_attn_indexes=(2,))  # fmt: skip
    return Encoder("a small ViT", small.eval(), base.preprocess)


@pytest.mark.parametrize(("kind", "side", "channels"), [("tiny", 256, 320), ("vit", 1024, 32)])
@torch.inference_mode()
def test_both_parts_together_are_the_whole(base, vit, kind, side, channels):
    encoder = vit if kind == "vit" else base.encoder
    trunk, last = cut(encoder)
    image = torch.rand(1, 3, side, side)
    kept = trunk.module(image)
    whole = encoder.module(image)
    assert kept.shape[1:] == trunk.shape == (channels, 64, 64)
    assert trunk.signature != encoder.signature
    assert torch.equal(last(kept), whole)
    assert torch.equal(joined(encoder.module, last.state_dict())(image), whole)
    moved = {n: t * 1.1 for n, t in last.state_dict().items()}
    assert not torch.allclose(joined(encoder.module, moved)(image), whole, atol=1e-2)
    assert torch.equal(encoder.module(image), whole)


def test_batch_statistics_stay_as_they_are(base):
    last = cut(base.encoder)[1].train()
    before = {n: t.clone() for n, t in last.named_buffers() if "running" in n}
    assert before
    last(torch.randn(2, 320, 64, 64))
    assert all(torch.equal(t, before[n]) for n, t in last.named_buffers() if n in before)


def test_the_model_looks_at_images_in_its_own_way(deeper, trained, base):
    model = store.load(str(deeper.path))
    assert model.card.training["settings"]["last_stage"]
    assert deeper.curve[1]["loss"] < deeper.curve[0]["loss"]
    assert model.encoder.signature != base.encoder.signature
    assert store.load(str(trained.path)).encoder.signature == base.encoder.signature
    image = torch.rand(1, 3, 256, 256)
    with torch.inference_mode():
        own, theirs = (m.encoder.module(image) for m in (model, base))
    assert not torch.allclose(own, theirs, atol=1e-3)
    stored = load_file(deeper.path)
    assert {name.split(".")[0] for name in stored} == {"mask_decoder", "adapter", "last_stage"}


def test_a_training_that_was_killed_ends_in_the_same_weights(deeper, cases, base, tmp_path):
    out = tmp_path / "killed.safetensors"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(cases), str(out)], cwd=ROOT, check=False, env=os.environ
    )
    assert killed.returncode == -9
    resumed = train(examples_from([cases]), base, DEEPER, out, resume=tmp_path / "killed.state")
    assert resumed.curve == deeper.curve
    ours, theirs = load_file(out), load_file(deeper.path)
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_going_on_from_such_a_model_keeps_its_encoder(deeper, cases, tmp_path):
    out = tmp_path / "on.safetensors"
    cli.main(["train", str(cases), "--base", str(deeper.path), "--out", str(out), "--epochs", "1",
              "--batch", "3", "--validation-share", "0.3", "--seed", "1"])  # fmt: skip
    before, after = load_file(deeper.path), load_file(out)
    kept = [name for name in before if name.startswith("last_stage.")]
    assert kept
    assert all(torch.equal(before[name], after[name]) for name in kept)
    assert store.load(str(out)).own_encoder
