"""`parasam export`: masks and frames for other tools, and images to train on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from parasam_core.console import answer, progress_shown, say
from parasam_core.errors import UsageError
from parasam_core.verbs import Verb

NEIGHBOURS = (
    "split by frame: frames beside those of Train are in Test, so a score on Test says nothing "
    "about other animals"
)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scan", type=Path, help="a scan; with --medsam also a folder of scans")
    parser.add_argument(
        "out", type=Path, nargs="?", help="OUT.nii.gz, .nrrd, .seg.nrrd, .dcm, .tif or .mha"
    )
    parser.add_argument("--label", help="which mask; may be left out where there is one")
    parser.add_argument("--image", action="store_true", help="the grey frames instead of a mask")
    tree = parser.add_argument_group("training images")
    tree.add_argument("--medsam", type=Path, metavar="DIR", help="All, Train and Test, as PNG")
    tree.add_argument("--size", type=int, help="edge of the images, pixels (256)")
    tree.add_argument(
        "--stretch", action="store_true", default=None, help="stretch frames to the square"
    )
    tree.add_argument("--split", choices=("subject", "frame"), help="what is dealt out (subject)")
    tree.add_argument("--seed", type=int, help="another seed, another split (0)")


def _export(options: argparse.Namespace) -> None:
    names = ("size", "stretch", "split", "seed")
    of_tree = {n: getattr(options, n) for n in names if getattr(options, n) is not None}
    if (options.out is None) == (options.medsam is None):
        raise UsageError("expected a file to write or --medsam DIR, one of the two")
    if options.medsam is None:
        _export_file(options, of_tree)
    else:
        _export_medsam(options, of_tree)


def _export_file(options: argparse.Namespace, of_tree: dict[str, Any]) -> None:
    from parasam_core import api

    if of_tree:
        raise UsageError(f"expected --{next(iter(of_tree))} with --medsam only")
    done = api.export(options.scan, options.out, label=options.label, image=options.image)
    result = {
        "out": str(done.out),
        "label": done.label,
        "voxels": done.voxels,
        "volume_mm3": done.volume_mm3,
        "series": str(done.series) if done.series else None,
    }
    what = "frames" if done.label is None else f"label {done.label!r}, {done.volume_mm3:.2f} mm³"
    lines = [f"{done.out}: {what}"]
    if done.series:
        lines.append(f"{done.series}: the DICOM series it refers to")
    answer(result, lines, as_json=options.json)


def _export_medsam(options: argparse.Namespace, of_tree: dict[str, Any]) -> None:
    from parasam_core import api

    if options.image:
        raise UsageError("expected --image without --medsam: a tree holds images and labels")
    warnings = [NEIGHBOURS] if options.split == "frame" else []
    with progress_shown() as progress:
        tree = api.export_medsam(
            options.scan, options.medsam, label=options.label, progress=progress, **of_tree
        )
    for warning in warnings:
        say(f"parasam export: {warning}")
    result = {"medsam": str(options.medsam), **tree.counted(), "warnings": warnings}
    lines = [f"{options.medsam}: {result['train']} images in Train, {result['test']} in Test"]
    answer(result, lines, as_json=options.json)


VERB = Verb(
    "export", "write a mask or frames for other tools, or for training", _add_export, _export
)
