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
        help=f"display or its serial number: {', '.join(PRESETS)}; by default {DEFAULT}, "
        "with --bridge the panel that is there",
    )
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--quilt", type=Path, metavar="OUT.png", help="the quilt to write")
    target.add_argument(
        "--bridge",
        action="store_true",
        help="show it on the panel, through Looking Glass Bridge on this machine",
    )


def run(options: argparse.Namespace) -> None:
    """Write the quilt or show it, and say what came of it."""
    (_show if options.bridge else _write)(options)


def _show(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.showing import lines_of, show_scan

    result = show_scan(ScanFile.open(options.scan), options.label, options.device)
    answer(result, lines_of(result), as_json=options.json)


def _write(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.still import check_quilt_target, write_quilt

    device = preset(options.device or DEFAULT)
    check_quilt_target(options.quilt, device.layout)
    result = write_quilt(ScanFile.open(options.scan), options.label, device, options.quilt)
    lines = [f"{options.quilt}: {device.layout.views} views for a {device.title}"]
    if result["studio_name"] != options.quilt.name:
        lines.append(f"name it {result['studio_name']} for Looking Glass Studio")
    answer(result, lines, as_json=options.json)


VERB = Verb(
    "hologram", "show the tumour on a Looking Glass display, or write its quilt", add_arguments, run
)
