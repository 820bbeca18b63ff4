"""`parasam segment`: a scan and boxes, or none → a mask."""

from __future__ import annotations

import argparse
from pathlib import Path

from parasam_core.commands.importing import box
from parasam_core.console import answer, progress_shown
from parasam_core.mask import CONFIDENCE
from parasam_core.segmenter import doubtful_frames, read_boxes
from parasam_core.sequence import Box
from parasam_core.verbs import Verb


def _frame_box(text: str) -> tuple[int, Box]:
    """`FRAME:X0,Y0,X1,Y1` → frame number and box."""
    frame, colon, corners = text.partition(":")
    if not colon or not frame.isdecimal():
        raise argparse.ArgumentTypeError(f"expected FRAME:X0,Y0,X1,Y1, got {text!r}")
    return int(frame), box(corners)


def _add_segment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scan", type=Path)
    parser.add_argument(
        "--model",
        metavar="NAME|FILE",
        help="see `parasam models list` (lite-medsam; with --auto the ParaSAM model that comes "
        "along)",
    )
    prompts = parser.add_mutually_exclusive_group(required=True)
    prompts.add_argument(
        "--box",
        type=_frame_box,
        nargs="+",
        action="extend",
        metavar="FRAME:X0,Y0,X1,Y1",
        help="in pixels of the full frame; one box is followed to where the tumour ends, several "
        "are linear between each other",
    )
    prompts.add_argument("--boxes", type=Path, metavar="FILE", help="the same as a JSON file")
    prompts.add_argument("--auto", action="store_true", help="find the tumour without a box")
    parser.add_argument("--label", default="parasam", help="the label to write")
    parser.add_argument("--keep-largest", action="store_true", help="keep only the largest body")
    parser.add_argument("--fill-holes", action="store_true", help="fill holes within each frame")


def _segment(options: argparse.Namespace) -> None:
    from parasam_core import api

    with progress_shown() as progress:
        scan = api.segment(
            options.scan,
            _boxes(options),
            model=options.model,
            label=options.label,
            keep_largest=options.keep_largest,
            fill_holes=options.fill_holes,
            progress=progress,
        )
    mask = scan.mask(options.label)
    frames, doubtful = mask.frames_with_tumour, doubtful_frames(mask)
    result = {
        "scan": str(scan.path),
        "label": options.label,
        "model": mask.provenance.source,
        "frames_with_tumour": frames,
        "confidence": mask.provenance.details[CONFIDENCE],
        "doubtful_frames": doubtful,
    }
    shown = f"tumour on frames {frames[0]}–{frames[1]}" if frames else "no tumour on any frame"
    lines = [f"{scan.path}: label {options.label!r}, {shown}"]
    if doubtful:
        lines.append(f"look at frames {ranges(doubtful)}: the model is not sure of them")
    answer(result, lines, as_json=options.json)


def _boxes(options: argparse.Namespace) -> dict[int, Box] | None:
    if options.auto:
        return None
    return dict(options.box) if options.box else read_boxes(options.boxes)


def ranges(numbers: list[int]) -> str:
    """Rising numbers as `3, 7–9`."""
    starts = [n for n in numbers if n - 1 not in numbers]
    ends = [n for n in numbers if n + 1 not in numbers]
    both = zip(starts, ends, strict=True)
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in both)


VERB = Verb("segment", "outline the tumour with a model", _add_segment, _segment)
