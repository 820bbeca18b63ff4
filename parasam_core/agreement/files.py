"""What was found, in a folder.

DIR/
├── agreement.json           everything
├── pairs.csv                one line for each two masks of a case
├── volumes.csv              one line for each volume, masks' and others'
└── bland_altman_<a>_<b>.png for each two raters who share three cases or more
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from parasam_core.agreement.agreed import Agreed
from parasam_core.agreement.bland_altman import BlandAltman
from parasam_core.agreement.pairs import Pair
from parasam_core.agreement.picture import picture
from parasam_core.atomic import write_bytes
from parasam_core.errors import UsageError
from parasam_core.segmenter import Progress, no_progress
from parasam_core.tables import as_csv

LONGEST = 60
"""Letters of a rater's name in a file's."""


@dataclass(frozen=True)
class VolumeRow:
    """A line of volumes.csv.

    Attributes:
        case: its name.
        subject: the animal.
        timepoint: when.
        rater: whose volume.
        source: "mask", or "external" where others measured it.
        volume_mm3: mm³.
        voxels: of a mask.
    """

    case: str
    subject: str
    timepoint: str
    rater: str
    source: str
    volume_mm3: float
    voxels: int | None


def check_folder(folder: Path) -> None:
    """Refuse a folder before any work is done for it.

    Raises:
        UsageError: it is a file, or its parent is not there.
    """
    if (folder.exists() and not folder.is_dir()) or not folder.absolute().parent.is_dir():
        raise UsageError(f"expected a folder to write to, in one that is there, got {folder}")


def write_agreed(folder: Path, agreed: Agreed, progress: Progress = no_progress) -> list[Path]:
    """Write tables and pictures.

    Args:
        folder: made where it is missing.
        agreed: what to write.
        progress: told about every picture.

    Returns:
        The files.
    """
    folder.mkdir(exist_ok=True)
    text = json.dumps(agreed.as_json(), indent=2, ensure_ascii=False, allow_nan=False)
    tables = {
        "agreement.json": text,
        "pairs.csv": as_csv(agreed.pairs(), Pair),
        "volumes.csv": as_csv(_rows(agreed), VolumeRow),
    }
    for name, content in tables.items():
        write_bytes(folder / name, content.encode())
    shown = [both for both in agreed.bland_altman if both.mm3.sd is not None]
    names = _picture_names(shown)
    for done, (name, both) in enumerate(zip(names, shown, strict=True), start=1):
        write_bytes(folder / name, picture(both))
        progress("drawing limits of agreement", done, len(shown))
    return [folder / name for name in (*tables, *names)]


def _rows(agreed: Agreed) -> list[VolumeRow]:
    masks = [
        VolumeRow(c.case, c.subject, c.timepoint, r.rater, "mask", r.volume_mm3, r.voxels)
        for c in agreed.cases
        for r in c.raters
    ]
    others = [
        VolumeRow(j.case, j.volume.subject, j.volume.timepoint, j.volume.rater, "external",
                  j.volume.volume_mm3, None)
        for j in agreed.external
    ]  # fmt: skip
    return masks + others


def _picture_names(shown: Sequence[BlandAltman]) -> list[str]:
    """A file name for each; numbered where two are alike to a file system."""
    names: list[str] = []
    for both in shown:
        a, b = (re.sub(r"[^\w.\-]+", "_", rater)[:LONGEST] for rater in (both.a, both.b))
        stem = f"bland_altman_{a}_{b}"
        alike = sum(name.lower().startswith(stem.lower()) for name in names)
        names.append(f"{stem}_{alike + 1}.png" if alike else f"{stem}.png")
    return names
