"""Which models there are: those that come along, and those that the user added.

lite-medsam      comes along, and is the base where none is named
sam, medsam      their makers' checkpoints, added by the user
any other name   a ParaSAM model: added by the user, or shipped in assets/
"""

from __future__ import annotations

import re
from pathlib import Path

from parasam_core.atomic import copy_file
from parasam_core.errors import ModelError, ParasamError
from parasam_core.home import models_folder, shipped_models_folder
from parasam_core.sam import models
from parasam_core.sam.decoderfile import read_card, with_decoder
from parasam_core.sam.models import SamModel

ABOUT = {
    "lite-medsam": "LiteMedSAM, TinyViT at 256 px; comes along",
    "sam": "Segment Anything, ViT-B at 1024 px; add its checkpoint",
    "medsam": "MedSAM, ViT-B at 1024 px; add its checkpoint",
}
SUFFIX = ".safetensors"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*")


def load(name: str) -> SamModel:
    """A model by its name, or from a ParaSAM model's file.

    Raises:
        ModelError: no such name or file, or its checkpoint has not been added or is not one.
    """
    if name == "lite-medsam":
        return models.load_lite_medsam()
    if name in models.VIT_B:
        return models.load_vit_b(name, _added(name))
    path = Path(name) if name.endswith(SUFFIX) else _trained().get(name)
    if path is None:
        known = ", ".join((*models.NAMES, *_trained()))
        raise ModelError(f"expected a model of {known}, or a {SUFFIX} file, got {name!r}")
    return with_decoder(load(read_card(path).base), path)


def load_automatic() -> SamModel:
    """The ParaSAM model that comes along, which needs no box.

    Raises:
        ModelError: none comes along.
    """
    for path in sorted(shipped_models_folder().glob(f"*{SUFFIX}")):
        return load(str(path))
    raise ModelError(
        "expected a ParaSAM model to find a tumour without a box, but none comes along; "
        "name one of your own with --model, as `parasam train` writes it"
    )


def add(name: str, file: Path) -> None:
    """Check a checkpoint by loading it, then keep a copy.

    Args:
        name: "sam" or "medsam" for a checkpoint of its makers, any other for a ParaSAM model.
        file: the checkpoint.

    Raises:
        ModelError: the name cannot be, or the file is not what the name stands for.
    """
    if name == "lite-medsam" or not NAME.fullmatch(name) or name.endswith(SUFFIX):
        raise ModelError(
            f"expected sam, medsam or a new name of letters, digits, dots and dashes, got {name!r}"
        )
    if name in models.VIT_B:
        models.load_vit_b(name, file)
        copy_file(file, _checkpoint(name))
        return
    if file.suffix != SUFFIX:
        raise ModelError(
            f"expected sam or medsam as the name of a checkpoint, or a {SUFFIX} file as a ParaSAM "
            f"model, got {name!r} with {file}"
        )
    with_decoder(load(read_card(file).base), file)
    copy_file(file, models_folder() / f"{name}{SUFFIX}")


def listed() -> list[dict[str, str]]:
    """Name, state and description of every model."""
    rows = [{"name": n, "state": _state(n), "about": ABOUT[n]} for n in models.NAMES]
    return rows + [_row(name, path) for name, path in _trained().items()]


def verified() -> list[dict[str, str]]:
    """`listed`, after loading every model that is there."""
    return [_verified(row) if row["state"] == "ready" else row for row in listed()]


def _verified(row: dict[str, str]) -> dict[str, str]:
    try:
        return {**row, "digest": load(row["name"]).digest, "state": "verified"}
    except ParasamError as error:
        return {**row, "state": "damaged", "about": str(error)}


def _row(name: str, path: Path) -> dict[str, str]:
    try:
        card = read_card(path)
    except ModelError as error:
        return {"name": name, "state": "damaged", "about": str(error)}
    dice = card.metrics.get("dice_full_mean")
    reached = f"; validation Dice {dice:.3f} with the whole image as box" if dice else ""
    return {"name": name, "state": "ready", "about": f"ParaSAM on {card.base}{reached}"}


def _trained() -> dict[str, Path]:
    """ParaSAM models by name; the user's go before those that come along."""
    found: dict[str, Path] = {}
    for folder in (models_folder(), shipped_models_folder()):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            found.setdefault(path.stem, path)
    return found


def _state(name: str) -> str:
    return "ready" if name == "lite-medsam" or _checkpoint(name).exists() else "missing"


def _added(name: str) -> Path:
    if not _checkpoint(name).exists():
        raise ModelError(
            f"expected a checkpoint for {name}, got none; "
            f"add one with `parasam models add {name} FILE.pth`"
        )
    return _checkpoint(name)


def _checkpoint(name: str) -> Path:
    return models_folder() / f"{name}.pth"
