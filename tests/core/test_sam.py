from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from parasam_core.agreement.overlap import dice
from parasam_core.errors import ModelError, PromptError
from parasam_core.home import models_folder
from parasam_core.mask import box_around, box_of
from parasam_core.phantom import phantom
from parasam_core.sam import SamSegmenter, load_segmenter, store
from parasam_core.sam.adapter import Adapter
from parasam_core.sam.boxed import Boxed
from parasam_core.sam.card import Card
from parasam_core.sam.embeddings import Embeddings
from parasam_core.sam.evidence import Answers
from parasam_core.sam.preprocess import LITE_MEDSAM, MEDSAM, SAM
from parasam_core.sam.runtime import InBatches, each, fastest, fastest_answer, in_bfloat16
from parasam_core.segmenter import boxes_between

shapes = st.tuples(st.integers(40, 700), st.integers(40, 700))


@pytest.fixture(scope="session")
def lite():
    return store.load("lite-medsam")


@pytest.fixture(scope="module")
def sweep():
    return phantom(12, seed=4, spacing_mm=(0.3, 0.05, 0.05))


@pytest.mark.parametrize("ways", [SAM, MEDSAM, LITE_MEDSAM])
@given(shape=shapes)
@settings(max_examples=8, deadline=None)
def test_a_mask_comes_back_where_its_box_was(ways, shape):
    """A box drawn into the model's square as logits comes back as that box."""
    height, width = shape
    box = (width // 5, height // 4, width - width // 6, height - height // 7)
    x0, y0, x1, y1 = ways.box(box, shape).tolist()
    rows, columns = (torch.arange(256) + 0.5 for _ in range(2))
    scale = ways.side / 256
    inside_y = torch.minimum(rows * scale - y0, y1 - rows * scale)[:, None]
    inside_x = torch.minimum(columns * scale - x0, x1 - columns * scale)[None, :]
    back = box_of(ways.mask(torch.minimum(inside_y, inside_x), shape))
    tolerance = 1.5 + max(shape) / 256
    assert back == pytest.approx(box, abs=tolerance)


@pytest.mark.parametrize("ways", [SAM, MEDSAM, LITE_MEDSAM])
def test_images_are_square_three_channels_and_finite(ways):
    frame = np.random.default_rng(0).integers(0, 255, (120, 200), np.uint8)
    for image in (ways.image(frame), ways.image(np.full((90, 40), 7, np.uint8))):
        assert image.shape == (3, ways.side, ways.side)
        assert torch.isfinite(image).all()


def test_each_model_scales_grey_levels_its_own_way():
    frame = np.array([[50, 100], [150, 250]], np.uint8).repeat(100, 0).repeat(100, 1)
    sam = SAM.image(frame)
    assert sam[0, 0, 0].item() == pytest.approx((50 - 123.675) / 58.395, abs=1e-4)
    for ways in (MEDSAM, LITE_MEDSAM):
        image = ways.image(frame)
        assert (image.min().item(), image.max().item()) == pytest.approx((0, 1), abs=1e-4)


def test_padding_is_right_and_below_and_stretching_leaves_none():
    frame = np.full((100, 200), 200, np.uint8)
    frame[0, 0] = 0
    lite = LITE_MEDSAM.image(frame)
    assert (lite[:, 129:] == 0).all()
    assert (lite[:, 5:128, 5:] > 0.9).all()
    assert (MEDSAM.image(frame)[:, 10:, 10:] > 0.9).all()


def test_segment_anythings_own_preprocessing_agrees():
    from segment_anything.build_sam import build_sam_vit_b
    from segment_anything.utils.transforms import ResizeLongestSide

    frame = np.random.default_rng(1).integers(0, 255, (300, 410), np.uint8)
    frame = np.asarray(torch.nn.functional.avg_pool2d(torch.tensor(frame[None] / 1.0), 5, 1, 2)[0])
    frame = frame.astype(np.uint8)
    theirs = build_sam_vit_b().preprocess(
        torch.tensor(ResizeLongestSide(1024).apply_image(np.stack([frame] * 3, -1)))
        .permute(2, 0, 1)
        .float()
    )
    assert (SAM.image(frame) - theirs).abs().max().item() < 0.02


def test_lite_medsam_outlines_a_phantom(sweep, lite):
    truth = sweep.truth.masks
    first, last = sweep.truth.frames_with_tumour
    chosen = [first + 4, (first + last) // 2, last - 4]
    boxes = {z: grown(box_of(truth[z]), 3) for z in chosen}
    steps = []
    mask = SamSegmenter(lite).segment(
        sweep.sequence, boxes, lambda what, done, total: steps.append((what, done, total))
    )
    found, true = mask.masks[chosen], truth[chosen]
    dice = 2 * (found & true).sum() / (found.sum() + true.sum())
    assert dice > 0.85
    assert mask.frames_with_tumour[0] >= chosen[0]
    assert not mask.masks[: chosen[0]].any()
    assert not mask.masks[chosen[2] + 1 :].any()
    total = chosen[2] - chosen[0] + 1
    assert steps[-1] == ("outlining", total, total)
    assert mask.provenance.verb == "segment"
    assert mask.provenance.details["boxes_xyxy"][str(chosen[0])] == list(boxes[chosen[0]])


def test_one_box_is_followed_through_a_phantom(sweep, lite):
    truth = sweep.truth.masks
    first, last = sweep.truth.frames_with_tumour
    middle = (first + last) // 2
    mask = SamSegmenter(lite).segment(sweep.sequence, {middle: grown(box_of(truth[middle]), 3)})
    assert 2 * (mask.masks & truth).sum() / (mask.masks.sum() + truth.sum()) > 0.8
    assert mask.frames_with_tumour == pytest.approx((first, last), abs=2)
    details = mask.provenance.details
    assert details["way"] == "followed"
    assert (
        sorted(map(int, details["confidence"])) == np.flatnonzero(mask.masks.any((1, 2))).tolist()
    )
    assert all(0 <= sure <= 1 for sure in details["confidence"].values())


def test_a_frame_is_outlined_by_a_box_by_points_and_by_both(sweep, lite):
    """LiteMedSAM was trained on boxes alone, so that points beside a box do not help it."""
    segmenter = SamSegmenter(lite)
    truth = sweep.truth.masks
    z = sum(sweep.truth.frames_with_tumour) // 2
    x0, y0, x1, y1 = grown(box_of(truth[z]), 3)
    inside, outside = ((x0 + x1) // 2, (y0 + y1) // 2, True), (2, y1, False)
    boxed = segmenter.frame(sweep.sequence, z, (x0, y0, x1, y1))
    both = segmenter.frame(sweep.sequence, z, (x0, y0, x1, y1), [inside, outside])
    pointed = segmenter.frame(sweep.sequence, z, points=[inside])
    for outline, least in ((boxed, 0.9), (both, 0.7)):
        found = outline.mask
        assert 2 * (found & truth[z]).sum() / (found.sum() + truth[z].sum()) > least
        assert 0.5 < outline.score <= 1
    assert pointed.mask.shape == truth[z].shape
    assert 0 <= pointed.score <= 1


def test_points_go_through_segment_anythings_own_encoder(lite):
    points = MEDSAM.points([(10, 20), (403, 256)], (256, 403))
    assert points.tolist() == [pytest.approx([25.4, 80], abs=0.1), [1024, 1024]]
    assert LITE_MEDSAM.points([], (10, 10)).shape == (0, 2)
    embedding, box = torch.zeros(1, 256, 64, 64), torch.tensor([[20.0, 20, 90, 90]])
    where, kind = torch.tensor([[[50.0, 50]]]), torch.tensor([[1]])
    with torch.inference_mode():
        theirs = lite.prompt_encoder(points=(where, kind), boxes=box, masks=None)[0]
        logits, score = lite.answer(embedding, box, (where, kind))
    assert theirs.shape == (1, 3, 256)
    assert (logits.shape, score.shape) == ((1, 256, 256), (1,))


@pytest.mark.parametrize(
    ("box", "points", "sentence"),
    [
        (None, [], "a box or a point"),
        (None, [(0, 0, True)], "a point in the B-mode area"),
        ((0, 0, 5, 5), [], "meets the B-mode area"),
        (None, [(20, 30, True)], "shows something"),
    ],
)
def test_a_prompt_that_does_not_fit_a_frame_is_refused(small_sequence, lite, box, points, sentence):
    small_sequence.frames[5] = 17
    with pytest.raises(PromptError, match=sentence):
        SamSegmenter(lite).frame(small_sequence, 5, box, points)
    with pytest.raises(PromptError, match="shows something"):
        SamSegmenter(lite).segment(small_sequence, {5: (10, 20, 30, 40)})


def test_a_model_that_needs_a_box_does_not_find_by_itself(small_sequence, lite):
    with pytest.raises(ModelError, match="parasam train"):
        SamSegmenter(lite).find(small_sequence)


def test_noise_without_a_sure_frame_is_no_tumour(small_sequence, lite):
    card = Card(lite.name, lite.digest, "parasam train", presence_score=1.5)
    mask = SamSegmenter(replace(lite, card=card)).find(small_sequence)
    assert not mask.masks.any()
    assert mask.provenance.details["way"] == "auto"
    assert mask.provenance.details["confidence"] == {}


def test_a_tumour_is_found_without_a_box(sweep, lite, monkeypatch):
    """With a model that sees what there is, and invents something where there is nothing."""
    truth = sweep.truth.masks

    def seeing(_, frame, boxes):
        rows, columns = np.indices(truth.shape[1:])
        invented = (rows - 30 - 40 * (frame % 2)) ** 2 + (columns - 30) ** 2 < 100
        mask = truth[frame] if truth[frame].any() else invented
        return Answers(np.stack([mask.astype(np.float32)] * len(boxes)), np.full(len(boxes), 0.9))

    monkeypatch.setattr("parasam_core.sam.predict.Asker.__call__", seeing)
    monkeypatch.setattr("parasam_core.sam.embeddings.Embeddings.compute", lambda *_: None)
    card = Card(lite.name, lite.digest, "parasam train", presence_score=0.5)
    steps = []
    found = SamSegmenter(replace(lite, name="seer", card=card)).find(
        sweep.sequence, lambda what, *_: steps.append(what)
    )
    assert 2 * (found.masks & truth).sum() / (found.masks.sum() + truth.sum()) > 0.95
    details = found.provenance.details
    assert (details["way"], found.provenance.source) == ("auto", "seer")
    assert truth[details["seed_frame"]].any()
    assert set(steps) == {"searching", "following"}


def test_work_that_is_stopped_keeps_its_embeddings(sweep, lite, monkeypatch):
    monkeypatch.setattr("parasam_core.sam.embeddings._signature", lambda *_: "test-stopped")
    monkeypatch.setattr(
        "parasam_core.sam.runtime.fastest", lambda *_: lambda _: torch.zeros(256, 64, 64)
    )

    def stop_at_three(what, done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SamSegmenter(lite).segment(sweep.sequence, {5: (20, 20, 60, 60)}, stop_at_three)
    reports = []
    Embeddings(sweep.sequence, lite.encoder).compute(
        [0, 1, 2], lambda *report: reports.append(report)
    )
    assert reports == [("looking at frames", 3, 3)]


def grown(box, pixels):
    x0, y0, x1, y1 = box
    return x0 - pixels, y0 - pixels, x1 + pixels, y1 + pixels


def test_the_fastest_runtime_agrees_with_torch(sweep, lite):
    """In float32 to rounding; on a GPU or in bfloat16, in what masks can show."""
    on_gpu = torch.cuda.is_available()
    most = 0.1 if on_gpu or in_bfloat16() else 1e-4
    fast = fastest(lite.image_encoder, LITE_MEDSAM.side)
    frames, masks = sweep.sequence.frames, sweep.truth.masks
    shown = np.flatnonzero(masks.any(axis=(1, 2)))[2:-2]
    many = list(each(fast, (LITE_MEDSAM.image(frames[z]) for z in shown)))
    for z, embedding in zip(shown, many, strict=True):
        with torch.inference_mode():
            reference = lite.image_encoder(LITE_MEDSAM.image(frames[z])[None])[0]
        assert (embedding - reference).abs().max().item() < most
        box = LITE_MEDSAM.box(box_around(masks[z], 5), masks[z].shape)
        drawn, true = (lite.decode(e, box).numpy() > 0 for e in (embedding, reference))
        assert dice(drawn, true) > 0.99
    assert (fast(LITE_MEDSAM.image(frames[shown[0]])) - many[0]).abs().max() < (
        0.1 if on_gpu else 1e-4
    )
    assert list(each(fast, [])) == []


def test_a_network_that_openvino_cannot_take_runs_in_torch(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    class Odd(torch.nn.Module):
        def forward(self, images):
            return torch.linalg.eigvals(images).real

    with pytest.warns(UserWarning, match="torch is used"):
        encode = fastest(Odd(), 8)
    assert encode(torch.eye(8).expand(3, 8, 8)).tolist() == [[1.0] * 8] * 3


class Sums(torch.nn.Module):
    """Each image's own embedding, on a device that takes so many at once."""

    def __init__(self, most=99):
        super().__init__()
        self.most, self.seen = most, []

    def __deepcopy__(self, memo):
        return self

    def forward(self, images):
        self.seen.append(len(images))
        if len(images) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return images.sum((1, 2, 3))[:, None, None, None].expand(-1, 2, 3, 3)


def in_batches(encoder):
    return InBatches(encoder, torch.device("cpu"), torch.bfloat16)


def test_images_go_in_batches_and_come_back_in_order():
    images = [torch.full((3, 4, 4), float(n)) for n in range(11)]
    encoder = Sums()
    encode = in_batches(encoder)
    assert [e[0, 0, 0].item() for e in each(encode, iter(images))] == [48.0 * n for n in range(11)]
    assert encoder.seen == [8, 3]
    assert encode(images[2]).shape == (2, 3, 3)
    assert list(each(encode, [])) == []


@given(st.integers(1, 9), st.integers(1, 40))
def test_a_batch_that_does_not_fit_is_halved_and_stays_so(most, count):
    encoder = Sums(most)
    found = list(each(in_batches(encoder), [torch.full((3, 2, 2), float(n)) for n in range(count)]))
    assert [e[0, 0, 0].item() for e in found] == [12.0 * n for n in range(count)]
    assert sum(n for n in encoder.seen if n <= most) == count
    assert sum(n > most for n in encoder.seen) <= 7


def test_one_image_that_does_not_fit_is_told():
    with pytest.raises(ModelError, match="room for one image on the GPU"):
        list(each(in_batches(Sums(0)), [torch.zeros(3, 2, 2)] * 3))


def test_batches_give_the_embeddings_of_the_reference(sweep, lite):
    images = [LITE_MEDSAM.image(frame) for frame in sweep.sequence.frames[9:12]]
    with torch.inference_mode():
        reference = lite.image_encoder(torch.stack(images))
    found = torch.stack(list(each(in_batches(lite.image_encoder), iter(images))))
    assert found.dtype == torch.float32
    assert (found - reference).abs().max().item() < 0.15


def test_the_fastest_answer_draws_the_masks_that_torch_draws(sweep, lite):
    """For any number of boxes, one after another."""
    adapter = Adapter()
    torch.nn.init.normal_(adapter.widen.weight, std=0.01)
    torch.nn.init.normal_(adapter.gate.weight, std=0.1)
    z = sum(sweep.truth.frames_with_tumour) // 2
    truth = sweep.truth.masks[z]
    with torch.inference_mode():
        embedding = lite.image_encoder(LITE_MEDSAM.image(sweep.sequence.frames[z])[None])
    boxes = torch.stack(
        [LITE_MEDSAM.box(box_around(truth, margin), truth.shape) for margin in (2, 5, 9)]
    )
    for model in (lite, replace(lite, adapter=adapter)):
        answer = fastest_answer(Boxed(model))
        for some in (boxes, boxes[:1], boxes[1:]):
            with torch.inference_mode():
                expected, expected_scores = model.answer(embedding, some)
            logits, scores = answer(embedding, some)
            assert torch.allclose(logits, expected, atol=1e-3)
            assert torch.allclose(scores, expected_scores, atol=1e-5)


def test_an_answer_that_openvino_cannot_take_runs_in_torch(lite):
    class Odd(torch.nn.Module):
        def forward(self, embedding, boxes):
            return torch.linalg.eigvals(boxes).real, boxes[:, 0]

    with pytest.warns(UserWarning, match="torch is used"):
        answer = fastest_answer(Odd())
    assert answer(torch.zeros(1), torch.eye(4))[0].tolist() == [1.0] * 4


def test_embeddings_are_computed_once_and_resumed(sweep, lite, monkeypatch):
    seen = []

    def counting(image):
        seen.append(image.shape)
        return torch.zeros(256, 64, 64)

    monkeypatch.setattr("parasam_core.sam.runtime.fastest", lambda *_: counting)
    monkeypatch.setattr("parasam_core.sam.embeddings._signature", lambda *_: "test-once")
    Embeddings(sweep.sequence, lite.encoder).compute([1, 2], lambda *_: None)
    again = Embeddings(sweep.sequence, lite.encoder)
    reports = []
    again.compute([1, 2, 3], lambda what, done, total: reports.append((done, total)))
    assert seen == [(3, 256, 256)] * 3
    assert reports == [(2, 3), (3, 3)]
    assert again.of(3).shape == (256, 64, 64)


def test_other_frames_or_weights_never_share_embeddings(sweep, lite):
    from parasam_core.sam.embeddings import _signature
    from parasam_core.sam.images import Frames

    frames = sweep.sequence.frames.copy()
    frames[0, 0, 0] ^= 1
    signatures = {
        _signature(Frames(sweep.sequence), lite.encoder),
        _signature(Frames(replace(sweep.sequence, frames=frames)), lite.encoder),
        _signature(Frames(sweep.sequence), replace(lite, digest="0" * 64).encoder),
        _signature(Frames(sweep.sequence), replace(lite, preprocess=MEDSAM).encoder),
    }
    assert len(signatures) == 4


@given(st.dictionaries(st.integers(0, 50), st.tuples(*[st.integers(0, 99)] * 4), min_size=1))
def test_boxes_between_pass_through_the_given_ones(boxes):
    between = boxes_between(boxes)
    assert sorted(between) == list(range(min(boxes), max(boxes) + 1))
    for z, box in boxes.items():
        assert between[z] == box


@pytest.mark.parametrize(
    ("boxes", "sentence"),
    [
        ({}, "at least one box"),
        ({99: (0, 0, 9, 9)}, "expected a frame between 0 and 11, got 99"),
        ({3: (5, 5, 5, 9)}, "expected a box"),
        ({3: (0, 0, 81, 9)}, "expected a box"),
        ({3: (-1, 0, 8, 9)}, "expected a box"),
        ({3: (0, 0, 9, 9)}, "meets the B-mode area"),
    ],
)
def test_a_box_that_does_not_fit_is_refused(small_sequence, lite, boxes, sentence):
    with pytest.raises(PromptError, match=sentence):
        SamSegmenter(lite).segment(small_sequence, boxes)


def test_unknown_models_and_missing_checkpoints_say_what_there_is():
    with pytest.raises(ModelError, match="lite-medsam, sam, medsam"):
        load_segmenter("yolo")
    with pytest.raises(ModelError, match="parasam models add medsam"):
        load_segmenter("medsam")
    with pytest.raises(ModelError, match="a new name"):
        store.add("lite-medsam", models_folder() / "x.pth")


def write_text(path):
    path.write_text("this is no checkpoint")


def write_pickle_with_code(path):
    import pickle

    class Bomb:
        def __reduce__(self):
            return print, ("boom",)

    path.write_bytes(pickle.dumps({"a": Bomb()}))


def write_other_architecture(path):
    torch.save({"weight": torch.zeros(3)}, path)


def write_no_tensors(path):
    torch.save({"weight": "none"}, path)


@pytest.mark.parametrize(
    "write", [write_text, write_pickle_with_code, write_other_architecture, write_no_tensors]
)
def test_a_file_that_is_no_vit_b_is_not_kept(tmp_path, write, capsys):
    write(tmp_path / "c.pth")
    with pytest.raises(ModelError, match="expected"):
        store.add("medsam", tmp_path / "c.pth")
    assert "boom" not in capsys.readouterr().out
    assert not (models_folder() / "medsam.pth").exists()


def test_a_vit_b_checkpoint_is_kept_listed_and_loads(tmp_path, monkeypatch):
    from segment_anything.build_sam import build_sam_vit_b

    monkeypatch.setenv("PARASAM_HOME", str(tmp_path / "home"))
    torch.save(build_sam_vit_b().state_dict(), tmp_path / "sam.pth")
    store.add("sam", tmp_path / "sam.pth")
    states = {row["name"]: row["state"] for row in store.listed()}
    assert states == {
        "lite-medsam": "ready", "sam": "ready", "medsam": "missing", "parasam-busi": "ready"
    }  # fmt: skip
    model = store.load("sam")
    assert model.preprocess is SAM
    logits = model.decode(torch.zeros(256, 64, 64), torch.tensor([10.0, 10, 500, 500]))
    assert logits.shape == (256, 256)
