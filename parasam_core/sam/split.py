"""Split: who is trained on and who is kept for validation, never both."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from parasam_core.errors import DatasetError
from parasam_core.sam.examples import Example

VALIDATION_SHARE = 0.2


@dataclass(frozen=True)
class Parts:
    """Examples that are trained on, and others that are not.

    Attributes:
        train: examples to learn from.
        validation: examples of other subjects.

    Raises:
        DatasetError: a subject or an image is in both.
    """

    train: tuple[Example, ...]
    validation: tuple[Example, ...]

    def __post_init__(self) -> None:
        for what, key in (("subject", _subject), ("image", _digest)):
            train = {key(e): e for e in self.train}
            shared = [(train[key(e)], e) for e in self.validation if key(e) in train]
            if shared:
                ours, theirs = shared[0]
                raise DatasetError(
                    f"expected every {what} in one part, got that of {ours.name} for training "
                    f"and that of {theirs.name} for validation"
                )


def split(
    examples: Sequence[Example], seed: int, validation_share: float = VALIDATION_SHARE
) -> Parts:
    """Deal out subjects; those that share an image go together.

    A hash decides the order, so that a subject more moves few of the others.

    Args:
        examples: of two subjects or more.
        seed: another seed, another deal.
        validation_share: of subjects, in 0..1; at least one goes to each part.

    Raises:
        DatasetError: there is one subject only, or no tumour in one of the parts.
    """
    if len(examples) < 2:
        raise DatasetError(f"expected two images or more to train on, got {len(examples)}")
    groups = _groups(examples)
    names = sorted(set(groups.values()), key=lambda n: _order(seed, n))
    if len(names) < 2:
        raise DatasetError(
            f"expected two subjects or more, to validate on others than are trained on, got "
            f"{examples[0].subject!r} alone"
        )
    count = min(max(round(len(names) * validation_share), 1), len(names) - 1)
    kept = set(names[:count])
    parts = Parts(
        train=tuple(e for e in examples if groups[e.subject] not in kept),
        validation=tuple(e for e in examples if groups[e.subject] in kept),
    )
    for what, part in (("training", parts.train), ("validation", parts.validation)):
        if not any(e.mask().any() for e in part):
            raise DatasetError(
                f"expected a tumour in the {what} part, got {len(part)} empty masks; "
                "give more subjects or another --seed"
            )
    return parts


def _groups(examples: Sequence[Example]) -> dict[str, str]:
    """Subject → the first of all subjects that it shares images with."""
    group = {e.subject: e.subject for e in examples}
    first: dict[str, str] = {}
    for example in examples:
        one = group[example.subject]
        other = group[first.setdefault(example.digest, example.subject)]
        if one != other:
            group = {s: other if g == one else g for s, g in group.items()}
    return group


def _order(seed: int, name: str) -> bytes:
    return hashlib.sha256(f"{seed} {name}".encode()).digest()


def _subject(example: Example) -> str:
    return example.subject


def _digest(example: Example) -> str:
    return example.digest
