"""A model's ONNX files, run by others: ONNX Runtime and OpenCV answer as torch does."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest
import torch

from parasam_core import api
from parasam_core.agreement.overlap import dice
from parasam_core.errors import ModelError, UsageError
from parasam_core.mask import box_around
from parasam_core.phantom import phantom
from parasam_core.sam import onnx_files, store
from parasam_core.sam.onnx_files import OnnxFiles
from tests.core.test_cli import answer_of, parasam

NAME = "parasam-busi"


@pytest.fixture(scope="module")
def model():
    return store.load(NAME)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The files, by the command."""
    folder = tmp_path_factory.mktemp("onnx") / "new"
    said = answer_of(parasam("models", "export", NAME, folder, "--json"))
    assert sorted(p.name for p in folder.iterdir()) == [
        f"{NAME}.decoder.onnx",
        f"{NAME}.encoder.onnx",
    ]
    return OnnxFiles(Path(said["encoder"]), Path(said["decoder"]), said["dice"])


@pytest.fixture(scope="module")
def prompts(model):
    """Images and boxes of three of a phantom's frames, in the model's pixels."""
    made = phantom(40, seed=4, spacing_mm=(0.6, 0.05, 0.05))
    frames = np.flatnonzero(made.truth.masks.any(axis=(1, 2)))
    shape = made.sequence.frames.shape[1:]
    return [
        (
            model.preprocess.image(made.sequence.frames[z])[None],
            model.preprocess.box(box_around(made.truth.masks[z], 5), shape)[None],
        )
        for z in frames[[1, len(frames) // 2, -2]]
    ]


@pytest.fixture(scope="module")
def torches(model, prompts):
    """What torch draws for them, and its scores."""
    with torch.inference_mode():
        answers = [model.answer(model.image_encoder(image), box) for image, box in prompts]
    masks = [logits[0].numpy() > 0 for logits, _ in answers]
    assert all(mask.any() for mask in masks)
    return [(mask, float(score[0])) for mask, (_, score) in zip(masks, answers, strict=True)]


def test_onnx_runtime_draws_the_masks_that_torch_draws(written, prompts, torches):
    encoder, decoder = (
        onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        for path in (written.encoder, written.decoder)
    )
    for (image, box), (mask, score) in zip(prompts, torches, strict=True):
        [embedding] = encoder.run(None, {"image": image.numpy()})
        logits, said = decoder.run(None, {"embedding": embedding, "box": box.numpy()})
        assert dice(logits[0] > 0, mask) >= 0.999
        assert said[0] == pytest.approx(score, abs=1e-3)


def test_opencv_draws_the_masks_that_torch_draws(written, prompts, torches):
    encoder, decoder = (
        cv2.dnn.readNetFromONNX(str(path)) for path in (written.encoder, written.decoder)
    )
    for (image, box), (mask, _) in zip(prompts, torches, strict=True):
        encoder.setInput(image.numpy(), "image")
        decoder.setInput(encoder.forward(), "embedding")
        decoder.setInput(box.numpy(), "box")
        logits = decoder.forward("logits")
        assert dice(logits[0] > 0, mask) >= 0.999


def test_the_files_say_how_they_are_used(model, written):
    for path in (written.encoder, written.decoder):
        meta = onnxruntime.InferenceSession(path).get_modelmeta()
        said = {n: json.loads(v) for n, v in meta.custom_metadata_map.items()}
        assert "models export" in meta.producer_name
        assert written.dice >= 0.999
        assert said["digest"] == model.digest
        assert (said["side"], said["scaling"], said["base"]) == (256, "min-max", "lite-medsam")
        assert said["presence_score"] == model.card.presence_score


def test_a_file_that_draws_another_mask_is_not_written(model, tmp_path, monkeypatch):
    another = store.load("lite-medsam")
    monkeypatch.setattr(onnx_files, "Boxed", lambda _, made=onnx_files.Boxed: made(another))
    told = []
    with pytest.raises(ModelError, match="same mask"):
        onnx_files.write_onnx(model, tmp_path / "out", lambda *step: told.append(step))
    assert told == [("exporting", 1, 3), ("exporting", 2, 3)]
    assert not (tmp_path / "out").exists()


def test_a_file_is_no_folder_to_write_to(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="which is a file"):
        api.export_model(NAME, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_models_that_are_not_there_are_named(tmp_path):
    with pytest.raises(ModelError, match="gpt"):
        api.export_model("gpt", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_probe_is_told_from_its_surroundings():
    frame, (x0, y0, x1, y1) = onnx_files._probe(128)
    inside = frame[int(y0) : int(y1), int(x0) : int(x1)]
    assert np.median(inside) < np.median(frame)
