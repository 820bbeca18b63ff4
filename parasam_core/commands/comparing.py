"""`parasam compare`: models on the same outlined images."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from parasam_core.console import answer, progress_shown
from parasam_core.verbs import Verb


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data", type=Path, nargs="+", help="scans, libraries, trees, or folders of images"
    )
    parser.add_argument("--models", required=True, metavar="A,B,…", help="names, or model files")
    parser.add_argument("--prompt", choices=("full", "box"), default="box")
    parser.add_argument("--figures", type=Path, metavar="DIR", help="pictures, table and JSON")
    parser.add_argument("--label", help="of scans; may be left out where each has one")
    parser.add_argument("--part", choices=("Test", "Train", "All"), default="Test", help="of trees")


def _compare(options: argparse.Namespace) -> None:
    from parasam_core import api

    with progress_shown() as progress:
        comparison = api.compare(
            options.data, [name for name in options.models.split(",") if name],
            prompt=options.prompt, figures=options.figures, label=options.label,
            part=options.part, progress=progress,
        )  # fmt: skip
    result = comparison.as_json()
    answer(result, [_compared_line(row) for row in result["models"]], as_json=options.json)


def _compared_line(row: dict[str, Any]) -> str:
    dice, unit = row["dice"], "mm" if row["hd95_mm"]["n"] else "px"
    low, high = dice["interval"]
    far = row[f"hd95_{unit}"]["median"]
    return (
        f"{row['model']:<14} Dice {dice['mean']:.3f} ({low:.3f}–{high:.3f}), median "
        f"{dice['median']:.3f}; IoU {row['iou']['mean']:.3f}; NSD {row['nsd']['mean']:.3f}; "
        f"HD95 {'none' if far is None else f'{far:.2f} {unit}'}; {row['n']} images of "
        f"{row['subjects']} subjects"
    )


VERB = Verb("compare", "compare models on outlined images", _add_compare, _compare)
