"""What holds for all captures of a folder, settled on a few from all over the sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.drawn import settled_ink
from parasam_core.capture.enclosed import Bits
from parasam_core.capture.footage import alike, eight_bit, grey_of
from parasam_core.capture.images import Images
from parasam_core.capture.panel import found_panel
from parasam_core.capture.parallel import in_order
from parasam_core.capture.placement import Placement
from parasam_core.capture.placing import STRONG, WEAKEST, Pair, best_place, checked
from parasam_core.capture.read import bits_in_use
from parasam_core.capture.registration import agreements, refined
from parasam_core.capture.still import still_marks, without_marks
from parasam_core.capture.stills import Colours, colours_of
from parasam_core.capture.stroke import Ink, is_colourful
from parasam_core.capture.tint import Tint, tint_of
from parasam_core.capture.tumour_folder import TumourFolder
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box

SAMPLES = 6
LEAST_COLOUR = 30.0
STANDS_STILL = "what is closed is the same on the captures looked at"

Captures = dict[int, Colours]
"""By their numbers."""


@dataclass(frozen=True)
class Settled:
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


def sampled_captures(folder: TumourFolder) -> Captures:
    """A few captures from all over the sweep."""
    numbers = list(folder.annotations)
    spread = np.unique(np.linspace(0, len(numbers) - 1, SAMPLES).round().astype(int))
    paths = {numbers[i]: folder.annotations[numbers[i]] for i in spread}
    return dict(zip(paths, in_order(colours_of, paths.values()), strict=True))


def settled_on(
    folder: TumourFolder,
    captures: Captures,
    roi: Box | None,
    colour_rgb: tuple[int, int, int] | None,
) -> Settled:
    """Panel and colour.

    Args:
        folder: whose.
        captures: some of it.
        roi: the panel in the captures, if a person said it; half-open, pixels.
        colour_rgb: of outlines, if a person said it.

    Raises:
        CaptureError: captures and originals do not match, or the panel does not show.
    """
    ink = None if colour_rgb is None else _named_ink(colour_rgb)
    settled = (
        _panel_by_originals(folder, captures, roi)
        if folder.originals
        else _panel_alone(folder, captures, roi)
    )
    if settled.tint:
        captures = {n: settled.tint.removed(c) for n, c in captures.items()}
    return _with_ink(settled, captures, ink)


def _with_ink(settled: Settled, captures: Captures, named: Ink | None) -> Settled:
    """The colour of outlines, and the marks in any colour that stand still."""
    x0, y0, x1, y1 = settled.panel
    alike = [c[y0:y1, x0:x1] for c in captures.values() if c.shape[:2] == settled.capture_yx]
    settled = replace(settled, marks=still_marks(alike))
    if named is not None:
        return replace(settled, ink=named)
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


def _panel_alone(folder: TumourFolder, captures: Captures, roi: Box | None) -> Settled:
    first = next(iter(captures.values()))
    like = [c for c in captures.values() if c.shape == first.shape]
    panel, by = (roi, "user") if roi else found_panel(like)
    height, width = first.shape[:2]
    x0, y0, x1, y1 = panel
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise CaptureError(
            f"expected a panel x0,y0,x1,y1 inside captures of {width}×{height} pixels, "
            f"got {x0},{y0},{x1},{y1}"
        )
    tint = tint_of(first[y0:y1, x0:x1])
    return Settled(folder, None, (height, width), None, panel, by, tint=tint)


def _panel_by_originals(folder: TumourFolder, captures: Captures, roi: Box | None) -> Settled:
    originals = _originals(folder)
    pairs = [(n, originals[folder.numbers.index(n)], c) for n, c in captures.items()]
    best, tint = _best_place(pairs, roi)
    if best is None or best[0].agreement < WEAKEST:
        raise CaptureError(
            f"expected captures that show the originals in {folder.path}, got none that do; check "
            "that both are of one tumour, or give the folder of annotations without originals"
        )
    place, (_, original, capture) = best
    _, off_px = agreements([original], capture, place)
    size = (capture.shape[0], capture.shape[1])
    panel = place.pixels((originals.shape[1], originals.shape[2]), size)
    return Settled(folder, originals, size, place, panel, "originals", off_px=off_px, tint=tint)


def _best_place(
    pairs: list[Pair], roi: Box | None
) -> tuple[tuple[Placement, Pair] | None, Tint | None]:
    """Where a capture shows its original best, and by which map captures are tinted, if any."""
    best = best_place(pairs, roi)
    sure = best is not None and best[0].agreement >= STRONG
    if sure or not any(is_colourful(c) for _, _, c in pairs):
        return best, None
    # a tinted image is coloured all over: its luma alone may show where it is
    guess = best_place([(n, o, _plain(c)) for n, o, c in pairs], roi)
    if guess is None or (best is not None and guess[0].agreement <= best[0].agreement):
        return best, None
    place, (number, original, _) = guess
    coloured = next(c for n, _, c in pairs if n == number)
    tint = _tint_within(place, coloured, (original.shape[0], original.shape[1]))
    if tint is None:
        return guess, None
    plain = tint.removed(coloured)
    better = checked(original, plain, refined(original, plain, place))
    return (better or place, (number, original, plain)), tint


def _plain(capture: Colours) -> Colours:
    return np.repeat(grey_of(capture)[..., None], 3, axis=2)


def _tint_within(place: Placement, capture: Colours, shape_yx: tuple[int, int]) -> Tint | None:
    x0, y0, x1, y1 = place.pixels(shape_yx, capture.shape)
    return tint_of(np.ascontiguousarray(capture[y0:y1, x0:x1]))


def _panels(settled: Settled, captures: Captures) -> Iterator[Colours]:
    """The panels of the captures at hand, then of all others."""
    x0, y0, x1, y1 = settled.panel
    for number, path in sorted(
        settled.folder.annotations.items(), key=lambda item: item[0] not in captures
    ):
        capture = captures[number] if number in captures else settled.read(path)
        if capture.shape[:2] == settled.capture_yx:
            yield without_marks(capture[y0:y1, x0:x1], settled.marks)
