"""`parasam hologram`. Light to import: `parasam --help` does."""

from __future__ import annotations

import argparse
from pathlib import Path

from parasam_core.console import answer
from parasam_core.verbs import Verb
from viewers.looking_glass.device import DEFAULT, PRESETS, preset


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `parasam hologram`."""
    parser.add_argument("scan", type=Path)
    parser.add_argument("--label", help="which mask; may be left out where there is one")
    parser.add_argument(
        "--device",
        metavar="NAME",
        default=DEFAULT,
        help=f"display or its serial number: {', '.join(PRESETS)}; {DEFAULT} by default",
    )
    parser.add_argument(
        "--quilt", type=Path, metavar="OUT.png", required=True, help="the quilt to write"
    )


def run(options: argparse.Namespace) -> None:
    """Write the quilt, and say what it is."""
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.still import check_quilt_target, write_quilt

    device = preset(options.device)
    check_quilt_target(options.quilt, device.layout)
    result = write_quilt(ScanFile.open(options.scan), options.label, device, options.quilt)
    lines = [f"{options.quilt}: {device.layout.views} views for a {device.title}"]
    if result["studio_name"] != options.quilt.name:
        lines.append(f"name it {result['studio_name']} for Looking Glass Studio")
    answer(result, lines, as_json=options.json)


VERB = Verb("hologram", "write a quilt for a Looking Glass display", add_arguments, run)
