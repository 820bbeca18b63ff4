"""Loop: steps, epochs, validation, and a state that is kept all the while."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.optim.swa_utils import AveragedModel

from parasam_core.sam.preprocess import Preprocess
from parasam_core.sam.train.loss import Loss
from parasam_core.sam.train.plan import Rows, prompts
from parasam_core.sam.train.settings import PROMPTS, Settings
from parasam_core.sam.train.state import State, Tensors
from parasam_core.sam.train.table import Table
from parasam_core.sam.train.validate import Validation, validated
from parasam_core.segmenter import Progress

WEIGHT_DECAY = 0.01
GREATEST_GRADIENT = 1.0
STATE_EVERY_S = 60.0


@dataclass
class Loop:
    """A training that is set up.

    Attributes:
        fabric: Lightning Fabric, launched.
        trainee: set up by it.
        average: of its weights, which is what is validated and kept.
        optimizer: set up by it.
        schedule: of the learning rate.
        loss: of a batch.
        table: to learn from.
        rows: which rows of it.
        validation: of other subjects.
        ways: the model's preprocessing.
        settings: of the training.
        state: how far it is.
        state_file: where that is kept.
    """

    fabric: Any
    trainee: Any
    average: AveragedModel
    optimizer: Any
    schedule: Any
    loss: Loss
    table: Table
    rows: Rows
    validation: Table
    ways: Preprocess
    settings: Settings
    state: State
    state_file: Path
    _saved_s: float = 0.0
    _pieces: int = 1

    def run(self, progress: Progress) -> None:
        """From the state to the last epoch."""
        self._take_up()
        steps = self.rows.steps(self.settings.batch)
        total = steps * self.settings.epochs
        self._saved_s = time.monotonic()
        while self.state.epoch < self.settings.epochs:
            order = self.rows.of_epoch(self.settings.seed, self.state.epoch)
            for step, some in list(enumerate(np.array_split(order, steps)))[self.state.step :]:
                self.state.loss_sum += self._step(some)
                self.state.step = step + 1
                progress("training", self.state.epoch * steps + step + 1, total)
                self._keep_now_and_then()
            self._end_epoch(steps)

    def _step(self, rows: NDArray[np.int64]) -> float:
        """One step of the optimizer; a batch that does not fit the GPU goes in smaller pieces."""
        rng = np.random.default_rng([self.settings.seed, self.state.epoch, self.state.step])
        share = PROMPTS[self.settings.prompt]
        boxes = prompts(self.table, rows, share, self.ways.side, rng)
        mine = slice(self.fabric.global_rank, None, self.fabric.world_size)
        while True:
            try:
                total = self._gradients(rows[mine], boxes[mine])
                break
            except torch.OutOfMemoryError:
                if self._pieces >= len(rows[mine]):
                    raise
                self._pieces *= 2
        self.fabric.clip_gradients(self.trainee, self.optimizer, max_norm=GREATEST_GRADIENT)
        self.optimizer.step()
        self.schedule.step()
        self.average.update_parameters(self.trainee)
        return total

    def _gradients(self, rows: NDArray[np.int64], boxes: torch.Tensor) -> float:
        self.optimizer.zero_grad()
        total = 0.0
        pieces = np.array_split(np.arange(len(rows)), min(self._pieces, len(rows)))
        for number, piece in enumerate(pieces):
            batch = self.table.embeddings(rows[piece]), boxes[piece], self.table.masks(rows[piece])
            embeddings, prompt, masks = self.fabric.to_device(batch)
            last = number == len(pieces) - 1
            with self.fabric.no_backward_sync(self.trainee, enabled=not last):
                logits, scores = self.trainee(embeddings, prompt)
                share = self.loss(logits, scores, masks) * (len(piece) / len(rows))
                self.fabric.backward(share)
            total += float(share.detach())
        return total

    def _end_epoch(self, steps: int) -> None:
        state = self.state
        found = self._validated()
        row = {"epoch": state.epoch + 1, "loss": round(state.loss_sum / steps, 5),
               "rate": float(self.schedule.get_last_lr()[0]), **found.metrics()}  # fmt: skip
        merit = found.merit(PROMPTS[self.settings.prompt])
        if not state.best_metrics or merit > state.best_metrics["merit"]:
            state.best = _weights(self.average.module)
            state.best_metrics = {**row, "merit": merit, "presence_score": found.presence_score()}
        state.curve.append(row)
        state.epoch, state.step, state.loss_sum = state.epoch + 1, 0, 0.0
        self._keep()

    def _validated(self) -> Validation:
        trainee: Any = self.average.module.eval()

        def embedded(kept: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(trainee.embedded(self.fabric.to_device(kept)))

        def answer(
            embeddings: torch.Tensor, boxes: torch.Tensor
        ) -> tuple[torch.Tensor, torch.Tensor]:
            logits, scores = trainee.answer(embeddings, self.fabric.to_device(boxes))
            return logits.float().cpu(), scores.float().cpu()

        with self.fabric.autocast():
            return validated(embedded, answer, self.validation, self.ways, self.settings.batch)

    def _take_up(self) -> None:
        if self.state.weights:
            self.trainee.load_state_dict(self.state.weights)
            self.average.load_state_dict(self.state.average)
            self.optimizer.load_state_dict(self.state.optimizer)
            self.schedule.load_state_dict(self.state.schedule)

    def _keep_now_and_then(self) -> None:
        if time.monotonic() - self._saved_s >= STATE_EVERY_S:
            self._keep()

    def _keep(self) -> None:
        self._saved_s = time.monotonic()
        if not self.fabric.is_global_zero:
            return
        self.state.weights = _weights(self.trainee)
        self.state.average = _weights(self.average)
        self.state.optimizer = self.optimizer.state_dict()
        self.state.schedule = self.schedule.state_dict()
        self.state.write(self.state_file)


def _weights(module: Any) -> Tensors:
    return {n: t.detach().cpu().clone() for n, t in module.state_dict().items()}
