"""A comparison in a folder.

DIR/
├── comparison.json   the figures of every model
├── comparison.csv    one line a model and image
├── sheet.png         some images, from the worst to the best
└── <image>.png       the same, one by one
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from parasam_core.atomic import write_bytes
from parasam_core.errors import DatasetError
from parasam_core.sam.compare.compare import Comparison
from parasam_core.sam.compare.figures import contact_sheet, figure
from parasam_core.sam.compare.judge import Judgement
from parasam_core.segmenter import Progress, no_progress
from parasam_core.tables import as_csv

MOST_FIGURES = 12


def write_comparison(
    folder: Path, comparison: Comparison, progress: Progress = no_progress
) -> list[Path]:
    """Write table and pictures.

    Args:
        folder: made where it is missing.
        comparison: what to write.
        progress: told about every picture.

    Returns:
        The pictures, from the worst of the last model to its best.

    Raises:
        DatasetError: the folder cannot be written.
    """
    chosen = _chosen(comparison)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(comparison.as_json(), indent=2, ensure_ascii=False)
        write_bytes(folder / "comparison.json", text.encode())
        write_bytes(folder / "comparison.csv", as_csv(comparison.rows(), Judgement).encode())
        write_bytes(folder / "sheet.png", contact_sheet(comparison, chosen))
        paths = [folder / "sheet.png"]
        for done, n in enumerate(chosen, start=1):
            paths.append(folder / f"{_file_name(comparison.examples[n].name)}.png")
            write_bytes(paths[-1], figure(comparison, n))
            progress("drawing figures", done, len(chosen))
    except OSError as error:
        raise DatasetError(f"expected a folder to write to, got {folder}: {error}") from error
    return paths


def _chosen(comparison: Comparison) -> list[int]:
    """Examples spread evenly from the worst of the last model to its best."""
    dice = [j.dice for j in list(comparison.judgements.values())[-1]]
    order = np.argsort(dice, kind="stable")
    steps = np.linspace(0, len(order) - 1, min(MOST_FIGURES, len(order))).round().astype(int)
    return [int(order[s]) for s in steps]


def _file_name(name: str) -> str:
    return re.sub(r"[^\w.\-]+", "_", name)
