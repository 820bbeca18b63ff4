"""`parasam demo`: a library to begin with."""

from __future__ import annotations

import argparse
from pathlib import Path

from parasam_core.console import answer, progress_shown
from parasam_core.verbs import Verb


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="the library to write")


def _demo(options: argparse.Namespace) -> None:
    from parasam_core.phantom import write_demo

    with progress_shown() as progress:
        scans = write_demo(options.folder, progress)
    answer(
        {"scans": [str(s.path) for s in scans]},
        [f"{s.path}: {s.subject} {s.timepoint}" for s in scans],
        as_json=options.json,
    )


VERB = Verb("demo", "write a library of phantom scans", _add_demo, _demo)
