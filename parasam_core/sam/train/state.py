"""State: all that a training needs to go on after a stop, in a file that is whole or not there."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from parasam_core.atomic import write_bytes
from parasam_core.errors import ModelError

SCHEMA = 2
Tensors = dict[str, torch.Tensor]


@dataclass
class State:
    """How far a training is.

    Attributes:
        about: settings, base and data, as JSON has them; another training's state is refused.
        epoch: the one that is going on, from 0.
        step: the next one in it, from 0.
        loss_sum: of the steps of this epoch.
        curve: a row for every epoch that is done.
        best: weights of the epoch with the best validation, by name.
        best_metrics: what they reached.
        weights: as they are now.
        average: of the weights of the last steps.
        optimizer: its state.
        schedule: its state.
    """

    about: dict[str, Any]
    epoch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    curve: list[dict[str, float]] = field(default_factory=list)
    best: Tensors = field(default_factory=dict)
    best_metrics: dict[str, Any] = field(default_factory=dict)
    weights: Tensors = field(default_factory=dict)
    average: Tensors = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    schedule: dict[str, Any] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write it beside, then put it in its place."""
        stored = {**vars(self), "about": json.dumps(self.about, sort_keys=True), "schema": SCHEMA}
        stream = io.BytesIO()
        torch.save(stored, stream)
        write_bytes(path, stream.getvalue())


def read_state(path: Path, about: dict[str, Any]) -> State:
    """The state of a training that was stopped.

    Args:
        path: of the file.
        about: what the training that goes on is made of.

    Raises:
        ModelError: it is not there, damaged, or of another training.
    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
        if stored.pop("schema") != SCHEMA:
            raise ValueError("another schema")
        state = State(**{**stored, "about": json.loads(stored["about"])})
    except Exception as error:  # whatever a damaged file throws
        raise ModelError(
            f"expected the state of a training that was stopped, got {path} "
            f"({type(error).__name__}); train from the beginning"
        ) from error
    own = json.loads(json.dumps(about))
    other = sorted(key for key in own.keys() | state.about.keys()
                   if own.get(key) != state.about.get(key))  # fmt: skip
    if other:
        raise ModelError(
            f"expected the training that {path} was stopped in, got another {', '.join(other)}"
        )
    return state
