"""`parasam hologram`. Light to import: `parasam --help` does."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from parasam_core.console import answer, progress_shown, say
from parasam_core.errors import UsageError
from parasam_core.verbs import Verb
from viewers.looking_glass.device import DEFAULT, PRESETS, Device, preset
from viewers.looking_glass.focus import focus_given
from viewers.looking_glass.look import Look
from viewers.looking_glass.views import CUT, VIEWS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `parasam hologram`."""
    parser.add_argument(
        "scan",
        type=_place,
        help="a scan; with --window also a folder of scans, or the address of a running lab, "
        "http://…, whose scene is then followed",
    )
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
        help="what lies in the glass: tumour, slice, mm before (2.5) or behind (-2.5) the middle, "
        "or a point of the scan in mm (x,y,z); by default where near and far blur alike",
    )
    parser.add_argument(
        "--view",
        choices=tuple(VIEWS),
        default=CUT,
        help=f"{'; '.join(f'{name}: {what}' for name, what in VIEWS.items())}; by default {CUT}",
    )
    parser.add_argument(
        "--frame",
        type=int,
        metavar="NUMBER",
        help="which frame is shown in it, from 0; by default the middle one with tumour",
    )
    parser.add_argument(
        "--no-caption",
        action="store_true",
        help="leave out whose tumour it is, its volume and the scale",
    )
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument(
        "--quilt",
        type=Path,
        metavar="OUT.png|OUT.mp4",
        help="the quilt to write; a film with --turntable",
    )
    target.add_argument(
        "--bridge",
        action="store_true",
        help="show it on the panel, through Looking Glass Bridge on this machine",
    )
    target.add_argument(
        "--window",
        action="store_true",
        help="show it live: on the panel where that is plugged in, else a view to look around in; "
        "a folder of scans is gone through with N and P",
    )
    target.add_argument(
        "--native",
        type=Path,
        metavar="OUT.png",
        help="write one panel's own pixels, to show unscaled",
    )
    target.add_argument(
        "--rgbd",
        type=Path,
        metavar="OUT.png",
        help="write one view with its depth beside it, white nearest",
    )
    target.add_argument("--still", type=Path, metavar="OUT.png", help="write one plain view")
    parser.add_argument(
        "--turntable",
        type=float,
        metavar="SECONDS",
        help="turn it once round in this time, with --quilt OUT.mp4 or --bridge",
    )
    parser.add_argument(
        "--calibration",
        type=Path,
        metavar="FILE.json",
        help="of the panel, for --native and --window; by default as Bridge says, or as it was "
        "seen last",
    )
    parser.add_argument("--code", help="pairing code that the lab shows, if it runs elsewhere")
    parser.add_argument(
        "--ca", type=Path, metavar="FILE.pem", help="the lab's certificate authority, its /ca.crt"
    )


def _place(text: str) -> Path | str:
    """A path, or the address of a lab."""
    return text if text.startswith(("http://", "https://")) else Path(text)


def run(options: argparse.Namespace) -> None:
    """Write it or show it, and say what came of it."""
    follows = isinstance(options.scan, str)
    if follows and not options.window:
        raise UsageError(f"expected --window with {options.scan}, the address of a lab")
    if (options.code or options.ca) and not follows:
        raise UsageError(f"expected --code and --ca with the address of a lab, got {options.scan}")
    if options.calibration and not (options.native or options.window):
        raise UsageError("expected --calibration together with --native OUT.png or --window")
    if options.turntable is not None and not (options.quilt or options.bridge):
        raise UsageError("expected --turntable together with --quilt OUT.mp4 or --bridge")
    _chosen(options)(options)


def _chosen(options: argparse.Namespace) -> Callable[[argparse.Namespace], None]:
    if options.bridge:
        return _show
    if options.window:
        return _show_live
    if options.native:
        return _write_native
    if options.rgbd or options.still:
        return _write_view
    return _write if options.turntable is None else _write_film


def _show(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.showing import lines_of, show_scan

    scan = ScanFile.open(options.scan)
    with progress_shown() as progress:
        result = show_scan(
            scan, options.label, options.device, _look(options), options.turntable, progress
        )
    answer(result, lines_of(result), as_json=options.json)


def _show_live(options: argparse.Namespace) -> None:
    from viewers.looking_glass.live import show_lab, show_scans

    how = options.device, options.calibration, _look(options), say
    if isinstance(options.scan, str):
        show_lab(options.scan, options.code, options.ca, *how)
    else:
        show_scans(options.scan, options.label, *how)


def _write(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.still import check_target, write_quilt

    if options.quilt.suffix.lower() == ".mp4":
        raise UsageError(f"expected --turntable SECONDS with a film, got {options.quilt} alone")
    device = preset(options.device or DEFAULT)
    check_target(options.quilt, ".png", device.layout)
    scan = ScanFile.open(options.scan)
    result = write_quilt(scan, options.label, device, options.quilt, _look(options))
    answer(result, _lines_of_quilts(result, device), as_json=options.json)


def _write_film(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.film import check_film, write_film

    device = preset(options.device or DEFAULT)
    check_film(options.quilt, device.layout, options.turntable)
    scan = ScanFile.open(options.scan)
    with progress_shown() as progress:
        result = write_film(
            scan, options.label, device, options.quilt, options.turntable, _look(options), progress
        )
    lines = _lines_of_quilts(result, device)
    answer(result, [*lines, f"{result['pictures']} pictures"], as_json=options.json)


def _look(options: argparse.Namespace) -> Look:
    return Look(options.view, options.frame, options.focus, not options.no_caption)


def _lines_of_quilts(result: dict[str, Any], device: Device) -> list[str]:
    quilt, name = result["quilt"], result["studio_name"]
    lines = [f"{quilt}: {device.layout.views} views for a {device.title}"]
    if name != Path(quilt).name:
        lines.append(f"name it {name} for Looking Glass Studio")
    return lines


def _write_view(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.one_view import write_view
    from viewers.looking_glass.still import check_target

    target = options.rgbd or options.still
    check_target(target, ".png")
    scan = ScanFile.open(options.scan)
    result = write_view(
        scan,
        options.label,
        preset(options.device or DEFAULT),
        target,
        _look(options),
        with_depth=bool(options.rgbd),
    )
    size = f"{result['width']}×{result['height']}"
    kind = "one view and its depth" if options.rgbd else "one view"
    answer(result, [f"{target}: {kind}, {size}"], as_json=options.json)


def _write_native(options: argparse.Namespace) -> None:
    from parasam_core.scanfile import ScanFile
    from viewers.looking_glass.native import calibrated_panel, lines_of_native, write_native
    from viewers.looking_glass.still import check_target

    check_target(options.native, ".png")
    scan = ScanFile.open(options.scan)
    panel = calibrated_panel(options.device, options.calibration)
    result = write_native(scan, options.label, panel, options.native, _look(options))
    answer(result, lines_of_native(result), as_json=options.json)


VERB = Verb(
    "hologram", "show the tumour on a Looking Glass display, or write its quilt", add_arguments, run
)
