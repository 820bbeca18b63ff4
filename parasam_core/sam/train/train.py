"""Train: from examples to a ParaSAM model on disk."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from parasam_core.errors import UsageError
from parasam_core.provenance import signed
from parasam_core.sam import runtime
from parasam_core.sam.card import Card
from parasam_core.sam.decoderfile import LAST_STAGE, write_decoder
from parasam_core.sam.encoder import Encoder
from parasam_core.sam.examples import Example
from parasam_core.sam.last_stage import cut
from parasam_core.sam.models import SamModel
from parasam_core.sam.preprocess import Preprocess
from parasam_core.sam.split import Parts, split
from parasam_core.sam.train.average import averaged
from parasam_core.sam.train.curves import write_curves
from parasam_core.sam.train.loop import WEIGHT_DECAY, Loop
from parasam_core.sam.train.loss import loss
from parasam_core.sam.train.plan import Rows, wanted_empty
from parasam_core.sam.train.settings import Settings
from parasam_core.sam.train.state import State, read_state
from parasam_core.sam.train.table import Table
from parasam_core.sam.train.trainee import Trainee
from parasam_core.sam.variants import changed, tumour_free
from parasam_core.segmenter import Progress, no_progress

SUFFIX = ".safetensors"
EMPTY_TIMES = 2
"""So many times the empty parts that an epoch sees are embedded, for it to choose from."""


@dataclass(frozen=True)
class Trained:
    """A training that is done.

    Attributes:
        path: of the model.
        card: what the model says of itself.
        curve: a row an epoch.
    """

    path: Path
    card: Card
    curve: list[dict[str, float]]


def train(
    examples: Sequence[Example],
    base: SamModel,
    settings: Settings,
    out: Path,
    *,
    resume: Path | None = None,
    progress: Progress = no_progress,
) -> Trained:
    """Train a base's decoder on its kept embeddings and write the best epoch's.

    Beside `out` appear its curves (.csv, .png) and, while it lasts, its state (.state).

    Args:
        examples: of two subjects or more.
        base: a model as its makers ship it, or a ParaSAM model to go on from.
        settings: of the training.
        out: the file to write, ending in .safetensors.
        resume: the state of a training that was stopped.
        progress: told about every image and every step.

    Raises:
        UsageError: `out` cannot be.
        DatasetError: the examples cannot be split, or the parts would leak.
        ModelError: the state is of another training, or a disk is full.
    """
    check_out(out)
    begun_s = time.monotonic()
    parts = split(examples, settings.seed, settings.validation_share)
    about = _about(examples, parts, base, settings)
    state = read_state(resume, about) if resume else State(about)
    fabric = _fabric(settings)
    kept, last_stage = cut(base.encoder) if settings.last_stage else (base.encoder, None)
    table, rows = _to_learn_from(parts.train, kept, settings)
    validation = Table(_to_judge_by(parts.validation), kept)
    for one in (table, validation):
        one.compute(progress, slice(fabric.global_rank, None, fabric.world_size))
    fabric.barrier()
    trainee = Trainee(base, adapter=settings.adapter, seed=settings.seed, last_stage=last_stage)
    loop = _set_up(fabric, trainee, base.preprocess, settings, table, rows, validation, state,
                   _state_file(out))  # fmt: skip
    loop.run(progress)
    card = _card(base, about, state, time.monotonic() - begun_s)
    if fabric.is_global_zero:
        write_decoder(out, _halved(_inherited(base) | state.best), card)
        write_curves(out, state.curve)
        _state_file(out).unlink(missing_ok=True)
    fabric.barrier()
    return Trained(out, card, state.curve)


def check_out(out: Path) -> None:
    """Refuse a place for a model before any work is done for it.

    Raises:
        UsageError: it does not end in .safetensors, or its folder is not there.
    """
    if out.suffix != SUFFIX or not out.parent.is_dir():
        raise UsageError(f"expected --out FILE{SUFFIX} in a folder that is there, got {out}")


def _state_file(out: Path) -> Path:
    return out.with_suffix(".state")


def _fabric(settings: Settings) -> Any:
    from lightning_fabric import Fabric  # takes seconds to import

    precision: Any = settings.precision
    if precision == "auto":
        quicker = torch.cuda.is_available() or (settings.last_stage and runtime.in_bfloat16())
        precision = "bf16-mixed" if quicker else "32-true"
    fabric = Fabric(accelerator="auto", devices="auto" if torch.cuda.is_available() else 1,
                    precision=precision)  # fmt: skip
    fabric.launch()
    return fabric


def _to_learn_from(
    examples: Sequence[Example], encoder: Encoder, settings: Settings
) -> tuple[Table, Rows]:
    """Every example with its copies, and empty parts of those with a tumour where few show none."""
    count = len(examples)
    own_empty = sum(not e.mask().any() for e in examples)
    copies = [e for n in range(settings.copies) for e in changed(examples, n)]
    empty = tumour_free(examples)
    wanted = wanted_empty(count, own_empty, len(empty))
    chosen = np.random.default_rng(settings.seed).permutation(len(empty))[: EMPTY_TIMES * wanted]
    table = Table([*examples, *copies, *(empty[n] for n in chosen)], encoder)
    all_rows = np.arange(len(table))
    images, empty_rows = np.split(all_rows, [count + len(copies)])
    return table, Rows(images.reshape(-1, count).T, empty_rows, wanted)


def _to_judge_by(examples: Sequence[Example]) -> list[Example]:
    """The examples, with empty parts until as many show no tumour as show one."""
    with_tumour = sum(bool(e.mask().any()) for e in examples)
    missing = max(0, 2 * with_tumour - len(examples))
    return [*examples, *(tumour_free(examples)[:missing] if missing else ())]


def _set_up(
    fabric: Any, trainee: Trainee, ways: Preprocess, settings: Settings, table: Table, rows: Rows,
    validation: Table, state: State, state_file: Path,
) -> Loop:  # fmt: skip
    learning = trainee.learning(settings.rate)
    optimizer = torch.optim.AdamW(learning, weight_decay=WEIGHT_DECAY)
    steps = rows.steps(settings.batch) * settings.epochs
    rates = [group["lr"] for group in learning]
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, steps)
    average = averaged(trainee, fabric.device)
    learner, optimizer = fabric.setup(trainee, optimizer)
    return Loop(fabric, learner, average, optimizer, schedule, loss(settings.empty), table, rows,
                validation, ways, settings, state, state_file)  # fmt: skip


def _inherited(base: SamModel) -> dict[str, torch.Tensor]:
    """The last stage of a base that has one of its own."""
    if not base.own_encoder:
        return {}
    last = cut(base.encoder)[1]
    return {f"{LAST_STAGE}{name}": tensor for name, tensor in last.state_dict().items()}


def _halved(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {n: t.half() if t.is_floating_point() else t for n, t in tensors.items()}


def _about(
    examples: Sequence[Example], parts: Parts, base: SamModel, settings: Settings
) -> dict[str, Any]:
    """What the training is made of; a state of another one is refused by it."""
    sources = {id(e.source): e.source for e in examples}
    return {
        "base": base.name,
        "base_digest": base.digest,
        "settings": settings.as_json(),
        "data_digests": [source.digest for source in sources.values()],
        "train_images": len(parts.train),
        "validation_images": len(parts.validation),
        "train_subjects": len({e.subject for e in parts.train}),
        "validation_subjects": sorted({e.subject for e in parts.validation}),
    }


def _card(base: SamModel, about: dict[str, Any], state: State, seconds: float) -> Card:
    metrics = dict(state.best_metrics)
    presence = float(metrics.pop("presence_score"))
    return Card(
        base=base.card.base if base.card else base.name,
        base_digest=base.card.base_digest if base.card else base.digest,
        made_by=signed("train"),
        training={**about, "curve": state.curve, "seconds": round(seconds)},
        metrics=metrics,
        presence_score=presence,
    )
