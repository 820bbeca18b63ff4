"""A folder of annotated captures → Sequence and Outlines: the whole way.

What holds for all captures is settled on a few; then every capture is decoded once, checked against
what was settled, and its outline read, all cores at work.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.annotated_ruler import Doubts, scale_of_captures
from parasam_core.capture.findings import Finding, counted, with_jumps, with_odd_ellipses
from parasam_core.capture.one_capture import Read, read_one
from parasam_core.capture.outlines import Outlines
from parasam_core.capture.parallel import in_order, one_thread_each
from parasam_core.capture.qa import write_qa
from parasam_core.capture.scale import Said, check_said, settled_spacing
from parasam_core.capture.settle import sampled_captures, settled_on
from parasam_core.capture.settled import Captures, Settled
from parasam_core.capture.tumour_folder import TumourFolder, open_tumour_folder
from parasam_core.errors import CaptureError
from parasam_core.provenance import Provenance, digest_of_files, signed
from parasam_core.segmenter import Progress, no_progress
from parasam_core.sequence import Box, Sequence
from parasam_core.space import Shape, Space, Triple

Room = Callable[[Shape], NDArray[np.uint8]]


@dataclass(frozen=True)
class Wanted:
    """What a person says about a folder; all but the step is found where it is not given.

    Attributes:
        spacing_mm: of the frames, (z, y, x): pixels of the originals, or of the captures.
        step_mm: distance of neighbouring frames, where that alone is given.
        roi_xyxy: the panel in the captures, half-open, pixels.
        colour_rgb: of the outline.
        subject: the animal.
        timepoint: when it was scanned.
        qa: a folder for contact sheets and the table of findings; none is written without.
    """

    spacing_mm: Triple | None = None
    step_mm: float | None = None
    roi_xyxy: Box | None = None
    colour_rgb: tuple[int, int, int] | None = None
    subject: str = ""
    timepoint: str = ""
    qa: Path | None = None

    @property
    def said(self) -> Said:
        """Of the spacing."""
        return Said(self.spacing_mm, self.step_mm)


@dataclass(frozen=True)
class _Spacing:
    """Of the frames, where it came from, and what is read for it, which may take a while."""

    mm: Triple
    source: str
    details: Callable[[], dict[str, Any]]


def _in_memory(shape: Shape) -> NDArray[np.uint8]:
    return np.zeros(shape, np.uint8)


def read_annotated(
    source: Path | str,
    wanted: Wanted,
    progress: Progress = no_progress,
    room: Room = _in_memory,
) -> tuple[Sequence, Outlines]:
    """Read a tumour's folder of annotated captures; see `tumour_folder` for its layout.

    Frames are the originals, and masks lie in their pixels; without originals they are the panel
    of the captures, in grey.

    Args:
        source: the folder.
        wanted: what is known about it.
        progress: told about every frame.
        room: makes the array of a shape (z, y, x) that frames are put into, one after the other.

    Raises:
        CaptureError: captures and originals do not match, or the panel does not show.
        UsageError: the folder does not say its spacing, and it is not given.
        GeometryError: the spacing cannot be.
    """
    check_said(wanted.said)
    folder = open_tumour_folder(Path(source))
    try:
        with one_thread_each():
            captures = sampled_captures(folder)
            settled = settled_on(folder, captures, wanted.roi_xyxy, wanted.colour_rgb)
            spacing = _spacing(settled, captures, wanted)
            del captures  # at 4K they take as much memory as all that follows
            return _all_read(settled, spacing, wanted, progress, room)
    except OSError as error:
        raise CaptureError(f"expected captures that can be read, got {source}: {error}") from error


def _spacing(settled: Settled, captures: Captures, wanted: Wanted) -> _Spacing:
    name = str(settled.folder.path)
    if wanted.spacing_mm is not None:
        spacing, source = settled_spacing(None, wanted.said, name)
        return _Spacing(spacing, source, Doubts.of(settled, captures, spacing).details)
    said = scale_of_captures(settled, captures)
    known = settled_spacing(said.scale, wanted.said, name, said.why)
    return _Spacing(*known, lambda: said.details)


def _all_read(
    settled: Settled, spacing: _Spacing, wanted: Wanted, progress: Progress, room: Room
) -> tuple[Sequence, Outlines]:
    count = len(settled.folder.numbers)
    shape = (count, *settled.frame_yx)
    frames = room(shape) if settled.originals is None else settled.originals
    reads: list[Read] = []
    with ThreadPoolExecutor(1) as beside:
        said = beside.submit(spacing.details)
        digest = beside.submit(digest_of_files, settled.folder.files)
        read = partial(read_one, settled, stages=wanted.qa is not None)
        for z, one in enumerate(in_order(read, range(count))):
            if one.frame is not None:
                frames[z] = one.frame
            reads.append(replace(one, frame=None))
            progress("reading captures", z + 1, count)
    findings = with_jumps([r.finding for r in reads])
    findings = with_odd_ellipses(findings, [r.ellipse for r in reads])
    known = {"spacing_source": spacing.source, **said.result()}
    sequence = _sequence(settled, spacing.mm, known, wanted, frames, findings, digest.result())
    if wanted.qa is not None:
        write_qa(wanted.qa, findings, [r.stages for r in reads])
    packed = tuple(r.packed for r in reads)
    return sequence, Outlines(sequence.space, sequence.provenance, tuple(findings), packed)


def _numbering(folder: TumourFolder) -> dict[str, Any]:
    """Which originals captures show, where their own numbers do not say it."""
    if not folder.renumbered:
        return {}
    shown = {path.name: number for number, path in folder.annotations.items()}
    first, *_, last = [f"{name} shows {number}" for name, number in shown.items()] * 2
    said = (
        "captures are numbered apart from the originals, and matched by what they show, "
        f"from {first} to {last}"
    )
    return {"numbering": said, "captures": shown}


def _sequence(
    settled: Settled,
    spacing_mm: Triple,
    known: dict[str, Any],
    wanted: Wanted,
    frames: NDArray[np.uint8],
    findings: list[Finding],
    digest: str,
) -> Sequence:
    subject, timepoint = settled.folder.subject_and_timepoint
    place, ink = settled.place, settled.ink
    details: dict[str, Any] = {
        "reader": "annotated captures",
        "frames": len(frames),
        **known,
        "panel_xyxy": settled.panel,
        "panel_by": settled.panel_by,
        **_numbering(settled.folder),
        "placement": [*place.scale_xy, *place.offset_xy] if place else None,
        "hue_degrees": round(ink.hue_degrees, 1) if ink else None,
        "colour": "given" if wanted.colour_rgb else "found",
        "findings": counted(findings),
        "flagged": {str(f.number): list(f.why) for f in findings if f.why},
    }
    made = Provenance(settled.folder.path.resolve().name, digest, signed("import"), details)
    height, width = settled.frame_yx
    space = Space((len(frames), height, width), spacing_mm)
    alone = settled.originals is None
    full, roi = (
        (settled.capture_yx, settled.panel) if alone else ((height, width), (0, 0, width, height))
    )
    return Sequence(
        frames, space, wanted.subject or subject, wanted.timepoint or timepoint, full, roi, made
    )
