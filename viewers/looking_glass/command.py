"""`parasam hologram`. Light to import: `parasam --help` does."""

from __future__ import annotations

import argparse
from pathlib import Path

from parasam_core.console import answer
from parasam_core.errors import UsageError
from parasam_core.verbs import Verb
from viewers.looking_glass.device import DEFAULT, PRESETS, preset
from viewers.looking_glass.focus import focus_given


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
    parser.add_argument(
        "--focus",
        type=focus_given,
        metavar="WHERE",
        help="what lies in the glass: tumour, slice, or mm before (2.5) or behind (-2.5) the "
        "middle; by default where near and far blur alike",
    )
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--quilt", type=Path, metavar="OUT.png", help="the quilt to write")
    target.add_argument(
        "--bridge",
        action="store_true",
        help="show it on the panel, through Looking Glass Bridge on this machine",
    )
    target.add_argument(
        "--native",
        type=Path,
        metavar="OUT.png",
        help="write one panel's own pixels, to show unscaled",
    )
    parser.add_argument(
        "--calibration",
        type=Path,
        metavar="FILE.json",
        help="of the panel, for --native; by default as Bridge says, or as it was seen last",
    )


def run(options: argparse.Namespace) -> None:
    """Write the quilt or show it, and say what came of it."""
    if options.calibration and not options.native:
        raise UsageError("expected --calibration together with --native OUT.png")
    (_show if options.bridge else _write_native if options.native else _write)(options)


def _show(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.showing import lines_of, show_scan

    result = show_scan(ScanFile.open(options.scan), options.label, options.device, options.focus)
    answer(result, lines_of(result), as_json=options.json)


def _write(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.still import check_quilt_target, write_quilt

    device = preset(options.device or DEFAULT)
    check_quilt_target(options.quilt, device.layout)
    scan = ScanFile.open(options.scan)
    result = write_quilt(scan, options.label, device, options.quilt, options.focus)
    lines = [f"{options.quilt}: {device.layout.views} views for a {device.title}"]
    if result["studio_name"] != options.quilt.name:
        lines.append(f"name it {result['studio_name']} for Looking Glass Studio")
    answer(result, lines, as_json=options.json)


def _write_native(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.native import calibrated_panel, lines_of_native, write_native
    from viewers.looking_glass.still import check_png_target

    check_png_target(options.native)
    scan = ScanFile.open(options.scan)
    panel = calibrated_panel(options.device, options.calibration)
    result = write_native(scan, options.label, panel, options.native, options.focus)
    answer(result, lines_of_native(result), as_json=options.json)


VERB = Verb(
    "hologram", "show the tumour on a Looking Glass display, or write its quilt", add_arguments, run
)
