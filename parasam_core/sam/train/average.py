"""Average: the weights of the last steps together, which do better on new images than the last.

An exponential moving average (Polyak and Juditsky, SIAM J. Control Optim. 1992), shorter while
there are few steps to look back on.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

DECAY = 0.98


def averaged(trainee: nn.Module, device: torch.device) -> AveragedModel:
    """What `update_parameters` keeps the average of a module in.

    Args:
        trainee: as it begins.
        device: where the average lies.
    """
    return AveragedModel(trainee, device, avg_fn=_moved)


def _moved(average: torch.Tensor, now: torch.Tensor, steps: torch.Tensor | int) -> torch.Tensor:
    decay = min(DECAY, (1 + int(steps)) / (10 + int(steps)))
    return average.lerp(now, 1 - decay)
