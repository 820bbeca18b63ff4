"""Every model is asked about every example, with the same prompt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from parasam_core.errors import DatasetError
from parasam_core.mask import box_around
from parasam_core.sam.compare.judge import Judgement, agreement
from parasam_core.sam.compare.summary import summary
from parasam_core.sam.embeddings import Embeddings
from parasam_core.sam.examples import Example
from parasam_core.sam.models import SamModel
from parasam_core.segmenter import Progress, no_progress
from parasam_core.sequence import Box

BOX_MARGIN_PX = 5
BATCH = 8


@dataclass(frozen=True)
class Comparison:
    """What all models made of all examples.

    Attributes:
        prompt: "full" or "box".
        examples: those that were asked about.
        judgements: by model, one an example.
        masks: by model, one an example, as `numpy.packbits` of (y, x).
    """

    prompt: str
    examples: tuple[Example, ...]
    judgements: dict[str, tuple[Judgement, ...]]
    masks: dict[str, tuple[NDArray[np.uint8], ...]]

    def mask(self, model: str, n: int) -> NDArray[np.bool_]:
        """(y, x) bool of example `n`."""
        shape = self.examples[n].image().shape
        bits = np.unpackbits(self.masks[model][n], count=shape[0] * shape[1])
        return bits.reshape(shape).view(np.bool_)

    def as_json(self) -> dict[str, Any]:
        """Figures by model, as `json` writes them."""
        rows = [{"model": name, **summary(of)} for name, of in self.judgements.items()]
        return {"prompt": self.prompt, "images": len(self.examples), "models": rows}

    def rows(self) -> list[Judgement]:
        """All judgements, model by model."""
        return [j for of in self.judgements.values() for j in of]


def compared(
    examples: Sequence[Example],
    models: Sequence[SamModel],
    prompt: str,
    progress: Progress = no_progress,
) -> Comparison:
    """Ask every model about every example.

    Args:
        examples: with a tumour, or without where the prompt is the whole image.
        models: of different names.
        prompt: "full", the whole image as box; or "box", the tumour's with `BOX_MARGIN_PX` around.
        progress: told about every image.

    Raises:
        DatasetError: no example has a tumour, of which alone a box can be drawn.
    """
    asked = [e for e in examples if prompt == "full" or e.mask().any()]
    if not asked:
        raise DatasetError("expected a tumour in some masks to draw boxes around, got none")
    judgements: dict[str, tuple[Judgement, ...]] = {}
    masks: dict[str, tuple[NDArray[np.uint8], ...]] = {}
    for model in models:
        found = list(_asked(model, asked, prompt, progress))
        judgements[model.name] = tuple(j for j, _ in found)
        masks[model.name] = tuple(m for _, m in found)
    return Comparison(prompt, tuple(asked), judgements, masks)


def prompt_of(example: Example, prompt: str) -> Box:
    """The box that models are given, half-open, in pixels of the image."""
    true = example.mask()
    height, width = true.shape
    around = box_around(true, BOX_MARGIN_PX) if prompt == "box" else None
    return around or (0, 0, width, height)


def _asked(
    model: SamModel, examples: Sequence[Example], prompt: str, progress: Progress
) -> Iterator[tuple[Judgement, NDArray[np.uint8]]]:
    kept = {id(e.source): Embeddings(e.source, model.encoder) for e in examples}
    for key, embeddings in kept.items():
        embeddings.compute([e.index for e in examples if id(e.source) == key], progress)
    for start in range(0, len(examples), BATCH):
        some = examples[start : start + BATCH]
        known = torch.stack([kept[id(e.source)].of(e.index) for e in some])
        for example, mask, score in zip(some, *_answers(model, some, known, prompt), strict=True):
            yield _judged(model, example, mask, score, prompt), np.packbits(mask)
        progress(f"asking {model.name}", start + len(some), len(examples))


@torch.inference_mode()
def _answers(
    model: SamModel, examples: Sequence[Example], embeddings: torch.Tensor, prompt: str
) -> tuple[list[NDArray[np.bool_]], list[float]]:
    ways = model.preprocess
    shapes = [e.image().shape for e in examples]
    boxes = [ways.box(prompt_of(e, prompt), s) for e, s in zip(examples, shapes, strict=True)]
    logits, scores = model.answer(embeddings, torch.stack(boxes))
    return [ways.mask(one, s) for one, s in zip(logits, shapes, strict=True)], scores.tolist()


def _judged(
    model: SamModel, example: Example, found: NDArray[np.bool_], score: float, prompt: str
) -> Judgement:
    true = example.mask()
    return Judgement(
        model=model.name,
        example=example.name,
        subject=example.subject,
        prompt=prompt,
        score=score,
        true_px=int(true.sum()),
        found_px=int(found.sum()),
        **asdict(agreement(found, true, example.spacing_mm)),
    )
