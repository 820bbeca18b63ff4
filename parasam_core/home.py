"""Where ParaSAM keeps what belongs to no scan: `$PARASAM_HOME`, else `~/.parasam`."""

from __future__ import annotations

import os
from pathlib import Path


def home() -> Path:
    """The folder itself."""
    return Path(os.environ.get("PARASAM_HOME") or Path.home() / ".parasam")


def models_folder() -> Path:
    """Checkpoints that the user added."""
    return home() / "models"


def shipped_models_folder() -> Path:
    """ParaSAM models that come along: in `assets/` of a checkout, in the package of a wheel."""
    package = Path(__file__).parent
    packed = package / "assets" / "models"
    return packed if packed.is_dir() else package.parent / "assets" / "models"


def embeddings_folder() -> Path:
    """Embeddings of frames; may be deleted at any time, they are computed again."""
    return home() / "embeddings"


def holograms_folder() -> Path:
    """The last quilts that Looking Glass Bridge was given to show."""
    return home() / "holograms"


def lab_folder() -> Path:
    """The lab's certificates, which headsets are paired, who came in, and what was measured."""
    return home() / "lab"


def labs_file() -> Path:
    """Which labs on other machines let this one in, and by what tokens."""
    return home() / "labs.json"
