"""What holds for all captures of a folder, settled on a few from all over the sweep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from parasam_core.capture.by_originals import panel_by_originals
from parasam_core.capture.drawn import SettledInk, closes_in, is_small, settled_ink
from parasam_core.capture.panel import found_panel
from parasam_core.capture.parallel import in_order
from parasam_core.capture.settled import Captures, Settled
from parasam_core.capture.still import still_marks, without_marks
from parasam_core.capture.stills import Colours, colours_of
from parasam_core.capture.stroke import Ink
from parasam_core.capture.tint import tint_of
from parasam_core.capture.tumour_folder import TumourFolder
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box

SAMPLES = 6
LEAST_COLOUR = 30.0
CONTESTED = "a line of another colour closes, too; --colour says which is the outline"
AS_A_MARK = "it is small, and one capture alone does not tell an outline from a mark of the screen"
STANDS_STILL = "what is closed is the same on the captures looked at"


def sampled_captures(folder: TumourFolder) -> Captures:
    """A few captures from all over the sweep."""
    paths = list(folder.annotations.values())
    spread = np.unique(np.linspace(0, len(paths) - 1, SAMPLES).round().astype(int))
    few = [paths[i] for i in spread]
    return dict(zip(few, in_order(colours_of, few), strict=True))


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
        panel_by_originals(folder, captures, roi)
        if folder.originals
        else _panel_alone(folder, captures, roi)
    )
    if settled.tint:
        captures = {p: settled.tint.removed(c) for p, c in captures.items()}
    return _with_ink(settled, captures, ink)


def _with_ink(settled: Settled, captures: Captures, named: Ink | None) -> Settled:
    """The colour of outlines, and the marks in any colour that stand still."""
    x0, y0, x1, y1 = settled.panel
    alike = [c[y0:y1, x0:x1] for c in captures.values() if c.shape[:2] == settled.capture_yx]
    settled = replace(settled, marks=still_marks(alike))
    found = _closing_ink(settled, captures, named)
    if found is None and settled.marks is not None:
        with_all = replace(settled, marks=None, doubt=STANDS_STILL)
        found = _closing_ink(with_all, captures, named)
        settled = with_all if found else settled
    if found and len(captures) == 1 and is_small(found.most_px, (y1 - y0, x1 - x0)):
        settled = replace(settled, doubt=AS_A_MARK)
    if found and found.still:
        settled = replace(settled, doubt=STANDS_STILL)
    if found and found.contested:
        settled = replace(settled, doubt=CONTESTED)
    return replace(settled, ink=found.ink if found else named)


def _closing_ink(settled: Settled, captures: Captures, named: Ink | None) -> SettledInk | None:
    """The ink in which lines close, the named one if there is one; None where none does."""
    if named is None:
        return settled_ink(_panels(settled, captures))
    panels = islice(_panels(settled, captures), len(captures))
    closes = any(in_order(partial(closes_in, ink=named), panels))
    return SettledInk(named, contested=False) if closes else None


def _named_ink(rgb: tuple[int, int, int]) -> Ink:
    ink = Ink.of_rgb(rgb)
    if ink.strength < LEAST_COLOUR:
        raise CaptureError(
            f"expected a colour that is not grey, got {rgb}: a grey line cannot be told from tissue"
        )
    return ink


def _panel_alone(folder: TumourFolder, captures: Captures, roi: Box | None) -> Settled:
    first = next(iter(captures.values()))
    panel, by = (roi, "user") if roi else found_panel(captures.values())
    height, width = first.shape[:2]
    x0, y0, x1, y1 = panel
    if not (0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height):
        raise CaptureError(
            f"expected a panel x0,y0,x1,y1 inside captures of {width}×{height} pixels, "
            f"got {x0},{y0},{x1},{y1}"
        )
    tint = tint_of(first[y0:y1, x0:x1])
    return Settled(folder, None, (height, width), None, panel, by, tint=tint)


def _panels(settled: Settled, captures: Captures) -> Iterator[Colours]:
    """The panels of the captures at hand, then of all others."""
    x0, y0, x1, y1 = settled.panel
    order = sorted(settled.folder.annotations.values(), key=lambda path: path not in captures)
    for path in order:
        capture = captures[path] if path in captures else settled.read(path)
        if capture.shape[:2] == settled.capture_yx:
            yield without_marks(capture[y0:y1, x0:x1], settled.marks)
