"""A folder of annotated captures → Sequence and MaskStack: the whole way.

Panel and colour are settled on a few captures; then every capture is decoded once, checked against
what was settled, and its outline read, all cores at work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.drawn import Drawn, drawn_on, settled_ink
from parasam_core.capture.enclosed import Bits
from parasam_core.capture.findings import (
    DOUBTFUL,
    GAP,
    MULTIPLE,
    NO_CAPTURE,
    PANEL,
    WEAK,
    Finding,
    counted,
    with_jumps,
    with_odd_ellipses,
)
from parasam_core.capture.footage import Grey, alike, eight_bit, grey_of
from parasam_core.capture.images import Images
from parasam_core.capture.outline import Nothing, likeness_to_ellipse, sampled
from parasam_core.capture.panel import found_panel
from parasam_core.capture.parallel import in_order
from parasam_core.capture.qa import Stages, write_qa
from parasam_core.capture.read import bits_in_use
from parasam_core.capture.registration import Placement, agreements, refined, register
from parasam_core.capture.still import still_marks, without_marks
from parasam_core.capture.stills import Colours, colours_of
from parasam_core.capture.stroke import Ink, is_colourful
from parasam_core.capture.tint import Tint, tint_of
from parasam_core.capture.tumour_folder import TumourFolder, open_tumour_folder
from parasam_core.errors import CaptureError
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance, digest_of_files, signed
from parasam_core.segmenter import Progress, no_progress
from parasam_core.sequence import Box, Sequence
from parasam_core.space import Shape, Space, Triple, checked_spacing_mm

SAMPLES = 6
STRONG = 0.7
WEAKEST = 0.4
MOVED_PX = 0.4
BETTER = 0.02
LEAST_COLOUR = 30.0
Room = Callable[[Shape], NDArray[np.uint8]]
STANDS_STILL = "what is closed is the same on the captures looked at"


@dataclass(frozen=True)
class Wanted:
    """What a person says about a folder; everything but the spacing is found where not given.

    Attributes:
        spacing_mm: of the frames, (z, y, x): pixels of the originals, or of the captures.
        spacing_source: where it was read.
        roi_xyxy: the panel in the captures, half-open, pixels.
        colour_rgb: of the outline.
        subject: the animal.
        timepoint: when it was scanned.
        qa: a folder for contact sheets and the table of findings; none is written without.
        spacing_details: what was read for the spacing, for the provenance.
    """

    spacing_mm: Triple
    spacing_source: str = "user"
    roi_xyxy: Box | None = None
    colour_rgb: tuple[int, int, int] | None = None
    subject: str = ""
    timepoint: str = ""
    qa: Path | None = None
    spacing_details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outlines:
    """The masks of all frames, small: a sweep's frames need not be in memory beside them.

    Attributes:
        space: of the frames.
        provenance: where they came from.
        findings: one a frame.
        packed: one a frame, the mask at 8 pixels a byte; None where there is none.
    """

    space: Space
    provenance: Provenance
    findings: tuple[Finding, ...]
    packed: tuple[NDArray[np.uint8] | None, ...] = field(repr=False)

    @property
    def annotated(self) -> NDArray[np.bool_]:
        """(z,) False where an outline is not there or not sure; such a frame's mask is empty."""
        return np.array([f.annotated for f in self.findings], np.bool_)

    def frames(self) -> Iterator[NDArray[np.bool_]]:
        """Each frame's (y, x) mask, in order."""
        shape = self.space.shape[1:]
        for bits in self.packed:
            if bits is None:
                yield np.zeros(shape, np.bool_)
            else:
                flat = np.unpackbits(bits, count=shape[0] * shape[1])
                yield flat.reshape(shape).view(np.bool_)

    def mask(self) -> MaskStack:
        """All of them in memory."""
        masks = np.stack(list(self.frames()))
        return MaskStack(masks, self.space, self.provenance, self.annotated)


@dataclass(frozen=True)
class _Settled:
    """What holds for all captures.

    Attributes:
        folder: which.
        originals: (z, y, x); None without originals.
        capture_yx: size of the first capture looked at.
        place: where the originals lie in it; None without originals.
        panel: the panel's box, half-open.
        panel_by: what said it.
        ink: the outline's colour; None where nothing is outlined.
        off_px: how far off the place seems on the capture that it was found on; see `agreements`.
        tint: of the image's map; None where its greys are grey.
        marks: (y, x) of the panel, 1 on closed marks that all captures show; see `still_marks`.
        doubt: what makes every outline doubtful, in words; "" where nothing does.
    """

    folder: TumourFolder
    originals: NDArray[np.uint8] | None
    capture_yx: tuple[int, int]
    place: Placement | None
    panel: Box
    panel_by: str
    ink: Ink | None = None
    off_px: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    tint: Tint | None = None
    marks: Bits | None = None
    doubt: str = ""

    def read(self, path: Path) -> Colours:
        """A capture, its greys grey."""
        capture = colours_of(path)
        return self.tint.removed(capture) if self.tint else capture

    @property
    def frame_yx(self) -> tuple[int, int]:
        """Size of a frame."""
        x0, y0, x1, y1 = self.panel
        shape = (y1 - y0, x1 - x0) if self.originals is None else self.originals.shape[1:]
        return shape[0], shape[1]


@dataclass(frozen=True)
class _Read:
    """What one capture gave."""

    finding: Finding
    frame: Grey | None = None
    packed: NDArray[np.uint8] | None = None
    stages: Stages | None = None
    ellipse: float | None = None


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Captures are worked on in as many threads as there are cores: OpenCV is to add none."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


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
        GeometryError: the spacing cannot be.
    """
    checked_spacing_mm(wanted.spacing_mm)
    folder = open_tumour_folder(Path(source))
    try:
        settled = _settled(folder, wanted)
        return _all_read(settled, wanted, progress, room)
    except OSError as error:
        raise CaptureError(f"expected captures that can be read, got {source}: {error}") from error


def _settled(folder: TumourFolder, wanted: Wanted) -> _Settled:
    """Panel and colour, by a few captures from all over the sweep."""
    originals = _originals(folder) if folder.originals else None
    numbers = list(folder.annotations)
    spread = np.unique(np.linspace(0, len(numbers) - 1, SAMPLES).round().astype(int))
    captures = {numbers[i]: colours_of(folder.annotations[numbers[i]]) for i in spread}
    settled = (
        _panel_alone(folder, captures, wanted)
        if originals is None
        else _panel_by_originals(folder, originals, captures, wanted)
    )
    if settled.tint:
        captures = {n: settled.tint.removed(c) for n, c in captures.items()}
    return _with_ink(settled, captures, wanted)


def _with_ink(settled: _Settled, captures: dict[int, Colours], wanted: Wanted) -> _Settled:
    """The colour of outlines, and the marks in any colour that stand still."""
    x0, y0, x1, y1 = settled.panel
    alike = [c[y0:y1, x0:x1] for c in captures.values() if c.shape[:2] == settled.capture_yx]
    settled = replace(settled, marks=still_marks(alike))
    if wanted.colour_rgb is not None:
        return replace(settled, ink=_named_ink(wanted.colour_rgb))
    ink = settled_ink(_panels(settled, captures))
    if ink is None and settled.marks is not None:
        settled = replace(settled, marks=None, doubt=STANDS_STILL)
        ink = settled_ink(_panels(settled, captures))
    return replace(settled, ink=ink)


def _named_ink(rgb: tuple[int, int, int]) -> Ink:
    ink = Ink.of_rgb(rgb)
    if ink.strength < LEAST_COLOUR:
        raise CaptureError(
            f"expected a colour that is not grey, got {rgb}: a grey line cannot be told from tissue"
        )
    return ink


def _originals(folder: TumourFolder) -> NDArray[np.uint8]:
    """(z, y, x) uint8."""
    footage = Images(tuple(folder.originals.values()))
    bits = bits_in_use(footage)
    return np.stack([grey_of(eight_bit(p, bits)) for p in alike(footage, range(footage.count))])


def _panel_alone(folder: TumourFolder, captures: dict[int, Colours], wanted: Wanted) -> _Settled:
    first = next(iter(captures.values()))
    like = [c for c in captures.values() if c.shape == first.shape]
    panel, by = (wanted.roi_xyxy, "user") if wanted.roi_xyxy else found_panel(like)
    height, width = first.shape[:2]
    x0, y0, x1, y1 = panel
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise CaptureError(
            f"expected a panel x0,y0,x1,y1 inside captures of {width}×{height} pixels, "
            f"got {x0},{y0},{x1},{y1}"
        )
    tint = tint_of(first[y0:y1, x0:x1])
    return _Settled(folder, None, (height, width), None, panel, by, tint=tint)


def _panel_by_originals(
    folder: TumourFolder,
    originals: NDArray[np.uint8],
    captures: dict[int, Colours],
    wanted: Wanted,
) -> _Settled:
    tint = None
    best = _best_place(folder, originals, captures, wanted.roi_xyxy)
    unsure = best is None or best[0].agreement < STRONG
    if unsure and any(is_colourful(c) for c in captures.values()):
        # a tinted image is coloured all over: its luma alone may show where it is
        plain = {n: _plain(c) for n, c in captures.items()}
        guess = _best_place(folder, originals, plain, wanted.roi_xyxy)
        if guess is not None and (best is None or guess[0].agreement > best[0].agreement):
            best, tint = guess, _tint_within(guess[0], captures[guess[1]], _shape(originals))
            best, captures = _untinted(best, tint, originals, folder, captures)
    if best is None or best[0].agreement < WEAKEST:
        raise CaptureError(
            f"expected captures that show the originals in {folder.path}, got none that do; check "
            "that both are of one tumour, or give the folder of annotations without originals"
        )
    place, capture = best[0], captures[best[1]]
    _, off_px = agreements([originals[folder.numbers.index(best[1])]], capture, place)
    size = (capture.shape[0], capture.shape[1])
    panel = place.pixels(_shape(originals), size)
    return _Settled(folder, originals, size, place, panel, "originals", off_px=off_px, tint=tint)


def _best_place(
    folder: TumourFolder,
    originals: NDArray[np.uint8],
    captures: dict[int, Colours],
    roi: Box | None,
) -> tuple[Placement, int] | None:
    """Where a capture shows its original best, and that capture's number."""
    best: tuple[Placement, int] | None = None
    for number, capture in captures.items():
        place = _searched(originals[folder.numbers.index(number)], capture, roi)
        if place and (best is None or place.agreement > best[0].agreement):
            best = place, number
        if best and best[0].agreement >= STRONG:
            break
    return best


def _plain(capture: Colours) -> Colours:
    return np.repeat(grey_of(capture)[..., None], 3, axis=2)


def _tint_within(place: Placement, capture: Colours, shape_yx: tuple[int, int]) -> Tint | None:
    x0, y0, x1, y1 = place.pixels(shape_yx, capture.shape)
    return tint_of(np.ascontiguousarray(capture[y0:y1, x0:x1]))


def _untinted(
    best: tuple[Placement, int],
    tint: Tint | None,
    originals: NDArray[np.uint8],
    folder: TumourFolder,
    captures: dict[int, Colours],
) -> tuple[tuple[Placement, int], dict[int, Colours]]:
    """The place refined on captures whose greys are grey, and those captures."""
    if tint is None:
        return best, captures
    place, number = best
    captures = {n: tint.removed(c) for n, c in captures.items()}
    original = originals[folder.numbers.index(number)]
    better = _checked(original, captures[number], refined(original, captures[number], place))
    return (better or place, number), captures


def _searched(original: Grey, capture: Colours, roi: Box | None) -> Placement | None:
    if roi is None:
        return _checked(original, capture, register(original, capture))
    x0, y0, x1, y1 = roi
    sx, sy = (x1 - x0) / original.shape[1], (y1 - y0) / original.shape[0]
    given = Placement((sx, sy), (x0 + sx / 2 - 0.5, y0 + sy / 2 - 0.5))
    return _checked(original, capture, refined(original, capture, given))


def _shape(originals: NDArray[np.uint8]) -> tuple[int, int]:
    return int(originals.shape[1]), int(originals.shape[2])


def _panels(settled: _Settled, captures: dict[int, Colours]) -> Iterator[Colours]:
    """The panels of the captures at hand, then of all others."""
    x0, y0, x1, y1 = settled.panel
    for number, path in sorted(
        settled.folder.annotations.items(), key=lambda item: item[0] not in captures
    ):
        capture = captures[number] if number in captures else settled.read(path)
        if capture.shape[:2] == settled.capture_yx:
            yield without_marks(capture[y0:y1, x0:x1], settled.marks)


def _all_read(
    settled: _Settled, wanted: Wanted, progress: Progress, room: Room
) -> tuple[Sequence, Outlines]:
    count = len(settled.folder.numbers)
    shape = (count, *settled.frame_yx)
    frames = room(shape) if settled.originals is None else settled.originals
    reads: list[_Read] = []
    with ThreadPoolExecutor(1) as beside, _one_thread_each():
        digest = beside.submit(digest_of_files, settled.folder.files)
        read_one = partial(_read, settled, stages=wanted.qa is not None)
        for z, read in enumerate(in_order(read_one, range(count))):
            if read.frame is not None:
                frames[z] = read.frame
            reads.append(replace(read, frame=None))
            progress("reading captures", z + 1, count)
    findings = with_jumps([r.finding for r in reads])
    findings = with_odd_ellipses(findings, [r.ellipse for r in reads])
    sequence = _sequence(settled, wanted, frames, findings, digest.result())
    if wanted.qa is not None:
        write_qa(wanted.qa, findings, [r.stages for r in reads])
    packed = tuple(r.packed for r in reads)
    return sequence, Outlines(sequence.space, sequence.provenance, tuple(findings), packed)


def _sequence(
    settled: _Settled,
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
        "spacing_source": wanted.spacing_source,
        **wanted.spacing_details,
        "panel_xyxy": settled.panel,
        "panel_by": settled.panel_by,
        "placement": [*place.scale_xy, *place.offset_xy] if place else None,
        "hue_degrees": round(ink.hue_degrees, 1) if ink else None,
        "colour": "given" if wanted.colour_rgb else "found",
        "findings": counted(findings),
        "flagged": {str(f.number): list(f.why) for f in findings if f.why},
    }
    made = Provenance(settled.folder.path.resolve().name, digest, signed("import"), details)
    height, width = settled.frame_yx
    space = Space((len(frames), height, width), wanted.spacing_mm)
    alone = settled.originals is None
    full, roi = (
        (settled.capture_yx, settled.panel) if alone else ((height, width), (0, 0, width, height))
    )
    return Sequence(
        frames, space, wanted.subject or subject, wanted.timepoint or timepoint, full, roi, made
    )


def _read(settled: _Settled, z: int, *, stages: bool) -> _Read:
    number = settled.folder.numbers[z]
    path = settled.folder.annotations.get(number)
    if path is None:
        return _Read(Finding(z, number).also(NO_CAPTURE, "nobody captured this frame"))
    finding = Finding(z, number, path.name)
    capture = settled.read(path)
    if settled.originals is None:
        return _read_alone(settled, capture, finding, stages=stages)
    return _read_beside(settled, settled.originals, capture, finding, stages=stages)


def _read_alone(settled: _Settled, capture: Colours, finding: Finding, *, stages: bool) -> _Read:
    height, width = settled.capture_yx
    if capture.shape[:2] != settled.capture_yx:
        raise CaptureError(
            f"expected captures of {width}×{height} pixels, got {finding.file} of "
            f"{capture.shape[1]}×{capture.shape[0]}; captures of several sizes need originals"
        )
    x0, y0, x1, y1 = settled.panel
    crop = np.ascontiguousarray(capture[y0:y1, x0:x1])
    grey = grey_of(crop)
    whole = Placement((1.0, 1.0), (0.0, 0.0))
    read = _with_mask(settled, crop, whole, (y1 - y0, x1 - x0), finding, grey, stages=stages)
    read = replace(read, frame=grey)
    return replace(read, stages=read.stages.of(capture, settled.panel)) if read.stages else read


def _read_beside(
    settled: _Settled,
    originals: NDArray[np.uint8],
    capture: Colours,
    finding: Finding,
    *,
    stages: bool,
) -> _Read:
    shape, z = _shape(originals), finding.frame
    place, better = _placed(settled, originals, z, capture)
    if place is None or (place.agreement < WEAKEST and better is None):
        kind = PANEL if place is None else WEAK
        seen = None if place is None else place.agreement
        return _Read(
            replace(finding, agreement=seen).also(kind, "the capture does not show its original")
        )
    finding = replace(finding, agreement=place.agreement)
    if better is not None:
        why = f"the capture shows original {settled.folder.numbers[better]} rather than its own"
        return _Read(finding.also(WEAK, why))
    if place.agreement < STRONG:
        finding = finding.also(WEAK, "capture and original are not quite alike")
    x0, y0, x1, y1 = box = place.pixels(shape, capture.shape)
    crop = np.ascontiguousarray(capture[y0:y1, x0:x1])
    in_crop = Placement(place.scale_xy, (place.offset_xy[0] - x0, place.offset_xy[1] - y0))
    read = _with_mask(settled, crop, in_crop, shape, finding, originals[z], stages=stages)
    return replace(read, stages=read.stages.of(capture, box)) if read.stages else read


def _placed(
    settled: _Settled, originals: NDArray[np.uint8], z: int, capture: Colours
) -> tuple[Placement | None, int | None]:
    """Where this capture shows its original, and the neighbour that it shows better, if any."""
    neighbours = [n for n in (z - 1, z + 1) if 0 <= n < len(originals)]
    place = settled.place if capture.shape[:2] == settled.capture_yx else None
    if place is None:
        place = register(originals[z], capture)
    if place is None:
        return None, None
    likeness, off_px = agreements([originals[n] for n in (z, *neighbours)], capture, place)
    best = max(range(1, len(likeness)), key=lambda n: likeness[n], default=None)
    if best is not None and likeness[best] > max(STRONG, likeness[0] + BETTER):
        return replace(place, agreement=likeness[0]), neighbours[best - 1]
    moved_px = float(np.abs(off_px - settled.off_px).max())
    if likeness[0] >= STRONG and moved_px <= MOVED_PX * max(place.scale_xy):
        return replace(place, agreement=likeness[0]), None
    nearby = _checked(originals[z], capture, refined(originals[z], capture, place))
    if nearby is not None and nearby.agreement >= STRONG:
        return nearby, None
    again = _checked(originals[z], capture, register(originals[z], capture))
    found = [p for p in (nearby, again) if p is not None]
    return max(found, key=lambda p: p.agreement, default=None), None


def _checked(original: Grey, capture: Colours, place: Placement | None) -> Placement | None:
    """The placement with the agreement of details, by which frames are told apart."""
    if place is None:
        return None
    likeness, _ = agreements([original], capture, place)
    return replace(place, agreement=likeness[0])


def _with_mask(
    settled: _Settled,
    crop: Colours,
    place: Placement,
    shape_yx: tuple[int, int],
    finding: Finding,
    frame: Grey,
    *,
    stages: bool,
) -> _Read:
    """The mask of the outline on a panel's crop, in the pixels of the frame."""
    if settled.ink is None:
        finding = finding.also("no outline", "nothing coloured encloses a region on any capture")
        seen = Stages.drawn(crop, None, frame, None) if stages else None
        return _Read(finding, stages=seen)
    drawn = drawn_on(without_marks(crop, settled.marks), settled.ink)
    finding, mask = _masked(drawn, place, shape_yx, finding)
    if mask is not None and settled.doubt:
        finding = finding.also(DOUBTFUL, settled.doubt)
    seen = Stages.drawn(crop, drawn, frame, mask) if stages else None
    if mask is None:
        return _Read(finding, stages=seen)
    return _Read(finding, None, np.packbits(mask), seen, likeness_to_ellipse(mask))


def _masked(
    drawn: Drawn, place: Placement, shape_yx: tuple[int, int], finding: Finding
) -> tuple[Finding, NDArray[np.bool_] | None]:
    outline = drawn.outline
    if isinstance(outline, Nothing):
        finding = finding.also(outline.kind, outline.why)
        if drawn.elsewhere:
            finding = finding.also(DOUBTFUL, "a closed line of another colour is left out")
        return finding, None
    mask = sampled(outline, place.scale_xy, place.offset_xy, shape_yx)
    area = int(np.count_nonzero(mask))
    finding = replace(
        finding,
        annotated=area > 0,
        area_px=area,
        stroke_px=outline.stroke_px,
        gap_px=outline.gap_px,
    )
    if outline.gap_px:
        finding = finding.also(GAP, f"a gap of {outline.gap_px:.0f} px is closed")
    if outline.pieces > 1:
        finding = finding.also(MULTIPLE, f"{outline.pieces} separate outlines are united")
    for doubt in outline.doubts:
        finding = finding.also(DOUBTFUL, doubt)
    return finding, mask if area else None
