"""Settings: what decides a training besides its data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from parasam_core.errors import UsageError
from parasam_core.sam.split import VALIDATION_SHARE

PROMPTS = {"full": 1.0, "box": 0.0, "mixed": 0.6}
"""How many of a hundred prompts are the whole image; the others are boxes around the tumour."""

PRECISIONS = ("auto", "32-true", "bf16-mixed", "16-mixed")


@dataclass(frozen=True)
class Settings:
    """Settings of a training.

    Attributes:
        prompt: "full", "box" or "mixed".
        epochs: times that every example is seen.
        seed: of the split, the order, prompts and new weights.
        batch: examples a step, over all devices.
        rate: greatest learning rate of the one cycle, for the decoder.
        validation_share: of subjects, in 0..1.
        precision: Lightning Fabric's name; "auto" is bf16 on a GPU, and for the last stage on a
            CPU that has instructions for it; float32 otherwise.
        copies: changed copies of each image, which are embedded too; an epoch sees one of all.
        empty: how much a mask counts where there is no tumour, 1 as much as any other.
        adapter: whether an adapter is trained in front of the decoder.
        last_stage: whether the image encoder's last stage is trained, too.

    Raises:
        UsageError: one of them cannot be.
    """

    prompt: str = "mixed"
    epochs: int = 6
    seed: int = 0
    batch: int = 8
    rate: float = 2e-4
    validation_share: float = VALIDATION_SHARE
    precision: str = "auto"
    copies: int = 0
    empty: float = 0.0
    adapter: bool = True
    last_stage: bool = False

    def __post_init__(self) -> None:
        if self.prompt not in PROMPTS:
            raise UsageError(f"expected --prompt full, box or mixed, got {self.prompt}")
        if self.precision not in PRECISIONS:
            raise UsageError(f"expected --precision {', '.join(PRECISIONS)}, got {self.precision}")
        if not 0 < self.validation_share < 1:
            raise UsageError(
                f"expected --validation-share between 0 and 1, got {self.validation_share}"
            )
        for name, value in (("epochs", self.epochs), ("batch", self.batch), ("rate", self.rate)):
            if not 0 < value < float("inf"):
                raise UsageError(f"expected --{name} > 0, got {value}")
        for name in ("seed", "copies", "empty"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise UsageError(f"expected --{name} of 0 or more, got {getattr(self, name)}")

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `json` writes as it is."""
        return asdict(self)
