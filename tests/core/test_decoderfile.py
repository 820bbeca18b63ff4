"""ParaSAM models on disk: what is written is read, on the right base and on no other."""

from __future__ import annotations

import dataclasses
import pickle

import pytest
import torch
from safetensors.torch import save_file

from parasam_core.errors import ModelError
from parasam_core.home import models_folder
from parasam_core.sam import models, store
from parasam_core.sam.card import KEY, Card
from parasam_core.sam.decoderfile import read_card, with_decoder, write_decoder


@pytest.fixture(scope="module")
def base():
    return models.load_lite_medsam()


@pytest.fixture
def card(base):
    return Card(
        "lite-medsam", base.digest, "parasam train 0.1.0", {"epochs": 3}, {"dice": 0.8}, 0.4
    )


def tensors(base, shift=0.0):
    own = base.mask_decoder.state_dict()
    return {f"mask_decoder.{name}": (t + shift).half() for name, t in own.items()}


def test_what_is_written_is_read(base, card, tmp_path):
    write_decoder(tmp_path / "mouse.safetensors", tensors(base, 0.01), card)
    assert read_card(tmp_path / "mouse.safetensors") == card
    model = store.load(str(tmp_path / "mouse.safetensors"))
    assert (model.name, model.card) == ("mouse", card)
    assert model.encoder.signature == base.encoder.signature
    assert model.digest != base.digest
    own, trained = base.mask_decoder.state_dict(), model.mask_decoder.state_dict()
    for name, tensor in own.items():
        assert torch.allclose(trained[name], tensor + 0.01, atol=2e-3), name


def test_a_batch_is_answered_as_the_decoder_itself_answers(base):
    torch.manual_seed(3)
    embeddings, boxes = (
        torch.randn(2, 256, 64, 64) / 10,
        torch.tensor([[0, 0, 255, 255], [9, 30, 99, 70]]),
    )
    with torch.inference_mode():
        logits, scores = base.answer(embeddings, boxes.float())
        for n in range(2):
            sparse, dense = base.prompt_encoder(
                points=None, boxes=boxes[n].float()[None, None], masks=None
            )
            own, score = base.mask_decoder(
                image_embeddings=embeddings[n][None], image_pe=base.prompt_encoder.get_dense_pe(),
                sparse_prompt_embeddings=sparse, dense_prompt_embeddings=dense,
                multimask_output=False,
            )  # fmt: skip
            assert torch.allclose(own[0, 0], logits[n], atol=1e-3)
            assert torch.allclose(score[0, 0], scores[n], atol=1e-5)


def test_a_model_that_was_added_is_listed_and_verified(base, card, tmp_path):
    write_decoder(tmp_path / "m.safetensors", tensors(base), card)
    store.add("mouse-7", tmp_path / "m.safetensors")
    rows = {row["name"]: row for row in store.verified()}
    assert rows["mouse-7"]["state"] == "verified"
    assert store.load("mouse-7").name == "mouse-7"
    (models_folder() / "mouse-7.safetensors").write_bytes(b"no model")
    rows = {row["name"]: row for row in store.verified()}
    assert rows["mouse-7"]["state"] == "damaged"


@pytest.mark.parametrize("name", ["lite-medsam", "", "../x", "a b", "x.safetensors"])
def test_names_that_cannot_be_are_refused(base, card, tmp_path, name):
    write_decoder(tmp_path / "m.safetensors", tensors(base), card)
    with pytest.raises(ModelError, match="a new name"):
        store.add(name, tmp_path / "m.safetensors")


def test_a_wrong_base_is_refused(base, card, tmp_path):
    other = dataclasses.replace(card, base_digest="0" * 64)
    write_decoder(tmp_path / "m.safetensors", tensors(base), other)
    with pytest.raises(ModelError, match=r"digest 0+.*got lite-medsam"):
        with_decoder(base, tmp_path / "m.safetensors")


def test_what_is_no_model_is_refused(base, card, tmp_path):
    path = tmp_path / "m.safetensors"
    with pytest.raises(ModelError, match="not there"):
        store.load(str(path))
    path.write_bytes(pickle.dumps({"code": print}))
    with pytest.raises(ModelError, match="safetensors"):
        store.load(str(path))
    save_file({"a": torch.zeros(2)}, path)
    with pytest.raises(ModelError, match="no card"):
        store.load(str(path))
    save_file({"a": torch.zeros(2)}, path, {KEY: '{"schema": 99}'})
    with pytest.raises(ModelError, match="schema 99"):
        store.load(str(path))
    save_file({"mask_decoder.a": torch.zeros(2)}, path, {KEY: card.as_text()})
    with pytest.raises(ModelError, match="another architecture"):
        store.load(str(path))


def test_weights_that_are_not_finite_are_not_written(base, card, tmp_path):
    bad = tensors(base)
    bad["mask_decoder.iou_token.weight"][0, 0] = float("nan")
    with pytest.raises(ModelError, match="iou_token"):
        write_decoder(tmp_path / "m.safetensors", bad, card)
    assert not list(tmp_path.iterdir())
