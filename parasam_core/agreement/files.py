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
from dataclasses import dataclass
from pathlib import Path

from parasam_core.agreement.agreed import Agreed
from parasam_core.agreement.pairs import Pair
from parasam_core.agreement.picture import picture
from parasam_core.atomic import write_bytes
from parasam_core.errors import UsageError
from parasam_core.segmenter import Progress, no_progress
from parasam_core.tables import as_csv


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
    written = {
        folder / "agreement.json": text.encode(),
        folder / "pairs.csv": as_csv(agreed.pairs(), Pair).encode(),
        folder / "volumes.csv": as_csv(_rows(agreed), VolumeRow).encode(),
    }
    for path, content in written.items():
        write_bytes(path, content)
    shown = [both for both in agreed.bland_altman if both.mm3.sd is not None]
    for done, both in enumerate(shown, start=1):
        path = _free(folder / f"bland_altman_{_plain(both.a)}_{_plain(both.b)}.png", written)
        written[path] = picture(both)
        write_bytes(path, written[path])
        progress("drawing limits of agreement", done, len(shown))
    return list(written)


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


def _plain(name: str) -> str:
    return re.sub(r"[^\w.\-]+", "_", name)


def _free(path: Path, taken: dict[Path, bytes]) -> Path:
    """Another name where two raters are written alike."""
    same = sum(other.stem.startswith(path.stem) for other in taken)
    return path.with_stem(f"{path.stem}_{same + 1}") if path in taken else path
