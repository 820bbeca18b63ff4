"""What a ParaSAM model says of itself: its base, how it was trained, what it reached.

Free of torch.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from parasam_core.errors import ModelError

SCHEMA = 1
KEY = "parasam"
"""Of the metadata of a safetensors file."""


@dataclass(frozen=True)
class Card:
    """A ParaSAM model's own account.

    Attributes:
        base: the model whose encoders it uses, as "lite-medsam".
        base_digest: sha256 of that model's checkpoint.
        made_by: the verb and ParaSAM's version.
        training: data with digests and licence, subjects, split, prompts, epochs, seed, losses.
        metrics: on the validation part, at the epoch that was kept.
        presence_score: a mask whose score is below this is no tumour; None where nobody said.
    """

    base: str
    base_digest: str
    made_by: str
    training: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    presence_score: float | None = None

    def as_text(self) -> str:
        """JSON for the file's metadata."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_text(cls, text: str, name: str) -> Card:
        """The card that a file holds.

        Args:
            text: JSON.
            name: how a message calls the file.

        Raises:
            ModelError: it is damaged, or of another schema.
        """
        try:
            stored = json.loads(text)
            schema = stored.pop("schema")
            if schema != SCHEMA:
                raise ValueError(f"schema {schema}, this version reads {SCHEMA}")
            return cls(**stored)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ModelError(
                f"expected a ParaSAM model that this version reads, got {name} ({error})"
            ) from error
