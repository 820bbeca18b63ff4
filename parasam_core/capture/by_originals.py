"""The panel of captures beside originals: where the originals show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.album import Album
from parasam_core.capture.footage import alike, eight_bit, grey_of
from parasam_core.capture.images import Images
from parasam_core.capture.matching import ascending, found_pair
from parasam_core.capture.panel import found_panel
from parasam_core.capture.parallel import in_order
from parasam_core.capture.placement import Placement
from parasam_core.capture.placing import (
    STRONG,
    WEAKEST,
    Pair,
    best_place,
    checked,
    shown_instead,
)
from parasam_core.capture.read import bits_in_use
from parasam_core.capture.registration import agreements, refined
from parasam_core.capture.settled import Captures, Settled
from parasam_core.capture.stills import Colours, colours_of
from parasam_core.capture.stroke import is_colourful
from parasam_core.capture.tint import Tint, tint_of
from parasam_core.capture.tumour_folder import TumourFolder
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box


def panel_by_originals(folder: TumourFolder, captures: Captures, roi: Box | None) -> Settled:
    """The panel, by where originals show.

    Captures that show other originals than their numbers say are matched by what they show.

    Args:
        folder: with originals.
        captures: some of it.
        roi: the panel in the captures, if a person said it; half-open, pixels.

    Raises:
        CaptureError: captures do not show the originals.
    """
    originals = _originals(folder)
    settled = None if folder.unmatched else _by_numbers(folder, originals, captures, roi)
    if settled is not None and _numbers_match(settled, captures):
        return settled
    matched = _by_content(folder, originals, captures)
    if matched is not None:
        settled = _by_numbers(matched, originals, captures, roi) or settled
    if settled is None and folder.unmatched:
        raise folder.without_original()
    if settled is None:
        raise CaptureError(
            f"expected captures that show the originals in {folder.path}, got none that do; check "
            "that both are of one tumour, or give the folder of annotations without originals"
        )
    return settled


def _by_numbers(
    folder: TumourFolder, originals: NDArray[np.uint8], captures: Captures, roi: Box | None
) -> Settled | None:
    """The panel where captures show the originals of their numbers; None where they do not."""
    pairs = [(n, originals[z], c) for n, z, c in _with_numbers(folder, captures)]
    best, tint = _best_place(pairs, roi)
    if not _shows(best) and roi is None and (panel := _panel_as_it_looks(captures)):
        best, tint = _best_place(pairs, panel)
    if best is None or not _shows(best):
        return None
    place, (_, original, capture) = best
    _, off_px = agreements(original, capture, place)
    size = (capture.shape[0], capture.shape[1])
    panel = place.pixels((originals.shape[1], originals.shape[2]), size)
    album = Album(originals, capture, place)
    return Settled(
        folder, originals, size, place, panel, "originals", off_px=off_px, tint=tint, album=album
    )


def _shows(best: tuple[Placement, Pair] | None) -> bool:
    return best is not None and best[0].agreement >= WEAKEST


def _panel_as_it_looks(captures: Captures) -> Box | None:
    """The panel by what the captures alone show; None where it does not."""
    try:
        return found_panel(captures.values())[0]
    except CaptureError:
        return None


def _with_numbers(folder: TumourFolder, captures: Captures) -> list[tuple[int, int, Colours]]:
    """Number and frame of every capture at hand, and itself."""
    known = folder.annotations.items()
    return [(n, folder.numbers.index(n), captures[p]) for n, p in known if p in captures]


def _numbers_match(settled: Settled, captures: Captures) -> bool:
    """False where half of the captures or more show another original, or none."""
    if settled.album is None:
        return True
    wrong = 0
    for _, z, shown in _with_numbers(settled.folder, captures):
        capture = settled.tint.removed(shown) if settled.tint else shown
        likeness = settled.album.likeness(capture)
        wrong += likeness[z] < WEAKEST or shown_instead(likeness, z) is not None
    return 2 * wrong < len(captures)


def _by_content(
    folder: TumourFolder, originals: NDArray[np.uint8], captures: Captures
) -> TumourFolder | None:
    """The folder with captures numbered as the originals that they show; None where they do not."""
    order = list(folder.annotations.values())
    last = max(1, len(order) - 1)
    pair = found_pair(originals, [(order.index(p) / last, _grey(c)) for p, c in captures.items()])
    if pair is None or pair[0].agreement < STRONG:
        return None
    album = Album(originals, pair[2], pair[0])
    rows = in_order(lambda p: album.likeness(_grey(colours_of(p))), order)
    matched = ascending(np.stack(list(rows)))
    return None if matched is None else folder.matched([folder.numbers[z] for z in matched])


def _grey(capture: Colours) -> Colours:
    """A capture whose image shows, be it tinted or not."""
    return _plain(capture) if is_colourful(capture) else capture


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


def _originals(folder: TumourFolder) -> NDArray[np.uint8]:
    """(z, y, x) uint8."""
    footage = Images(tuple(folder.originals.values()))
    bits = bits_in_use(footage)
    return np.stack([grey_of(eight_bit(p, bits)) for p in alike(footage, range(footage.count))])
