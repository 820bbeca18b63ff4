"""Which models there are: the one that comes along, and checkpoints that the user added."""

from __future__ import annotations

from pathlib import Path

from parasam_core.atomic import copy_file
from parasam_core.errors import ModelError
from parasam_core.home import models_folder
from parasam_core.sam import models
from parasam_core.sam.models import SamModel

ABOUT = {
    "lite-medsam": "LiteMedSAM, TinyViT at 256 px; comes along",
    "sam": "Segment Anything, ViT-B at 1024 px; add its checkpoint",
    "medsam": "MedSAM, ViT-B at 1024 px; add its checkpoint",
}


def load(name: str) -> SamModel:
    """A model by its name.

    Raises:
        ModelError: no such name, or its checkpoint has not been added or is not one.
    """
    if name == "lite-medsam":
        return models.load_lite_medsam()
    if name not in models.VIT_B:
        raise ModelError(f"expected a model of {', '.join(models.NAMES)}, got {name!r}")
    if not _checkpoint(name).exists():
        raise ModelError(
            f"expected a checkpoint for {name}, got none; "
            f"add one with `parasam models add {name} FILE.pth`"
        )
    return models.load_vit_b(name, _checkpoint(name))


def add(name: str, file: Path) -> None:
    """Check a checkpoint by loading it, then keep a copy.

    Raises:
        ModelError: the name takes no checkpoint, or the file is not one of that architecture.
    """
    if name not in models.VIT_B:
        raise ModelError(
            f"expected a model that takes a checkpoint ({', '.join(models.VIT_B)}), got {name!r}"
        )
    models.load_vit_b(name, file)
    copy_file(file, _checkpoint(name))


def listed() -> list[dict[str, str]]:
    """Name, state and description of every model."""
    return [{"name": n, "state": _state(n), "about": ABOUT[n]} for n in models.NAMES]


def verified() -> list[dict[str, str]]:
    """`listed`, after loading every model that is there."""
    rows = []
    for row in listed():
        if row["state"] == "ready":
            row = {**row, "digest": load(row["name"]).digest, "state": "verified"}
        rows.append(row)
    return rows


def _state(name: str) -> str:
    return "ready" if name == "lite-medsam" or _checkpoint(name).exists() else "missing"


def _checkpoint(name: str) -> Path:
    return models_folder() / f"{name}.pth"
