"""`parasam import`: a source into a scan, or all that a folder holds into a library."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from PIL import ImageColor

from parasam_core.console import STDOUT, answer, crew_shown, progress_shown, say
from parasam_core.errors import CaptureError, UsageError
from parasam_core.sequence import Box
from parasam_core.tables import as_csv
from parasam_core.verbs import Verb

TABLE = "import.csv"


def box(text: str) -> Box:
    """`X0,Y0,X1,Y1` → numbers."""
    try:
        x0, y0, x1, y1 = (int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected X0,Y0,X1,Y1 in whole pixels, got {text!r}"
        ) from None
    return x0, y0, x1, y1


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source",
        type=Path,
        help="a video, a folder of images, a TIFF, DICOM, VEVO raw, NIfTI, NRRD, MetaImage, "
        "a folder with annotations/, a tree of training images, a folder of many of these, or a "
        "label image for a scan that is there",
    )
    parser.add_argument(
        "scan",
        type=Path,
        help="the scan to write, NAME.zarr; or a folder for all that SOURCE holds",
    )
    parser.add_argument(
        "--spacing",
        type=float,
        nargs=3,
        metavar=("Z", "Y", "X"),
        help="voxel spacing in mm, where the source does not say it or says it wrong",
    )
    parser.add_argument("--step", type=float, metavar="MM", help="step between frames in mm")
    parser.add_argument("--subject", default="", help="the animal")
    parser.add_argument("--timepoint", default="", help="when it was scanned, as d0")
    parser.add_argument(
        "--roi", type=box, metavar="X0,Y0,X1,Y1", help="the B-mode area, half-open, in pixels"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace a scan that is there")
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="import so many at a time into a folder"
    )
    outlines = parser.add_argument_group("captures with an outline")
    outlines.add_argument(
        "--colour", type=_colour, metavar="R,G,B|NAME", help="of the outline; found by itself"
    )
    outlines.add_argument(
        "--qa", type=Path, metavar="DIR", help="write contact sheets and findings.csv"
    )


def _colour(text: str) -> tuple[int, int, int]:
    """`R,G,B` or a name → RGB."""
    named = f"rgb({text})" if "," in text else text
    try:
        red, green, blue = ImageColor.getrgb(named)[:3]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected R,G,B in 0 to 255 or the name of a colour, got {text!r}"
        ) from None
    return red, green, blue


def _import(options: argparse.Namespace) -> None:
    given = {
        "spacing_mm": options.spacing,
        "step_mm": options.step,
        "roi_xyxy": options.roi,
        "subject": options.subject,
        "timepoint": options.timepoint,
        "colour_rgb": options.colour,
        "qa": options.qa,
        "overwrite": options.overwrite,
    }
    if options.scan.suffix == ".zarr":
        _import_one(options, given)
    else:
        _import_many(options, given)


def _import_many(options: argparse.Namespace, given: dict[str, Any]) -> None:
    from parasam_core import api
    from parasam_core.atomic import write_bytes
    from parasam_core.importing import summary
    from parasam_core.importing.many import Imported

    with crew_shown() as watch:
        rows, left = api.import_many(
            options.source, options.scan, jobs=options.jobs, watch=watch, **given
        )
    write_bytes(options.scan / TABLE, as_csv(rows, Imported).encode())
    if options.json:
        result = {
            "library": str(options.scan),
            "scans": [row.as_json() for row in rows],
            "left_alone": [{"path": str(one.path), "why": one.why} for one in left],
        }
        answer(result, [], as_json=True)
    else:
        summary.show(rows, left, STDOUT)
    failed = sum(row.state == "failed" for row in rows)
    if failed:
        raise CaptureError(f"{failed} of {len(rows)} failed")


def _check_one(source: Path) -> None:
    """Refuse a folder of several sources for one scan."""
    from parasam_core.capture.sources import sources_below

    found = sources_below(source).found if source.is_dir() else ()
    itself = [s for s in found if s.path == source]
    if (len(itself) or len(found)) > 1:
        raise UsageError(
            f"expected one source for a .zarr, got {source}, which holds {len(found)}; "
            "give the name of a folder, without .zarr, to import them all"
        )


def _import_one(options: argparse.Namespace, given: dict[str, Any]) -> None:
    from parasam_core import api

    if options.jobs is not None:
        raise UsageError("expected --jobs with a folder to write only")
    _check_one(options.source)
    with progress_shown() as progress:
        scan = api.import_scan(options.source, options.scan, **given, progress=progress)
    for warning in scan.provenance.details.get("warnings", []):
        say(f"parasam import: {warning}")
    x0, y0, x1, y1 = scan.roi_xyxy
    result = {
        "scan": str(scan.path),
        "frames": scan.space.shape[0],
        "shape": scan.space.shape,
        "spacing_mm": scan.space.spacing_mm,
        "roi_xyxy": scan.roi_xyxy,
        "labels": scan.labels,
        "provenance": scan.provenance.as_json(),
    }
    lines = [
        f"{scan.path}: {scan.space.shape[0]} frames",
        f"B-mode area: rows {y0}–{y1}, columns {x0}–{x1}",
        _spacing_line(scan.space.spacing_mm, scan.provenance.details),
        *([f"labels: {', '.join(scan.labels)}"] if scan.labels else []),
        *_numbering(scan.provenance.details),
        *_uncertain_sides(scan.provenance.details),
        *_findings(scan.provenance.details),
    ]
    answer(result, lines, as_json=options.json)


def _spacing_line(spacing_mm: tuple[float, float, float], details: dict[str, Any]) -> str:
    shown = "spacing (z, y, x): {:g} × {:g} × {:g} mm".format(*spacing_mm)
    read = f" ({details['ruler']['said']})" if "ruler" in details else ""
    return f"{shown}, from: {details.get('spacing_source', 'unknown')}{read}"


def _numbering(details: dict[str, Any]) -> list[str]:
    """That captures were matched with originals by what they show, where they were."""
    return [details["numbering"]] if "captures" in details else []


def _uncertain_sides(details: dict[str, Any]) -> list[str]:
    sides = details.get("area_uncertain", [])
    return [f"the {side} of the image does not show; --roi sets it" for side in sides]


def _findings(details: dict[str, Any]) -> list[str]:
    """What a person should look at, a line a frame."""
    flagged = details.get("flagged", {})
    return [f"frame {number}: {'; '.join(why)}" for number, why in flagged.items()]


VERB = Verb("import", "read a capture into a scan, or many into a library", _add_import, _import)
