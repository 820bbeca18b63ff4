"""Provenance: where a stored result came from, as it is written beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

CHUNK_BYTES = 1 << 20
EDITED_FROM = "edited_from"


@dataclass(frozen=True)
class Provenance:
    """What made a sequence or a mask, enough to make it again.

    Attributes:
        source: name of the file, folder or model it came from; never a full path.
        digest: sha256 of the input's bytes, hex; "" where it has none.
        made_by: the verb and ParaSAM's version.
        details: what else decided the result (spacing source, prompts, model digest, …).
    """

    source: str
    digest: str = ""
    made_by: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def verb(self) -> str:
        """What made it, without the version."""
        return self.made_by.split(" ")[-1]

    @property
    def first_verb(self) -> str:
        """What made it before anything in it was edited, without the version."""
        return str(self.details.get(EDITED_FROM, self.made_by)).split(" ")[-1]

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `json` writes as it is."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Provenance:
        """Read what `as_json` wrote; fields of later versions are left out."""
        return cls(
            source=str(stored.get("source", "")),
            digest=str(stored.get("digest", "")),
            made_by=str(stored.get("made_by", "")),
            details=dict(stored.get("details", {})),
        )


def version() -> str:
    """ParaSAM's version."""
    return metadata.version("parasam")


def signed(verb: str) -> str:
    """`verb` and the version, as `made_by` holds them."""
    return f"parasam {version()} {verb}"


def digest_of_files(paths: Iterable[Path]) -> str:
    """sha256 over the bytes of the files, in the order given."""
    total = hashlib.sha256()
    for path in paths:
        with path.open("rb") as stream:
            while block := stream.read(CHUNK_BYTES):
                total.update(block)
    return total.hexdigest()
