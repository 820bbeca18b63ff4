"""An original looked for at many sizes and aspects in a small copy of the screen."""

from __future__ import annotations

from functools import partial
from itertools import chain

import cv2
import numpy as np

from parasam_core.capture.footage import Grey
from parasam_core.capture.parallel import in_order
from parasam_core.capture.placement import Placement, evidence
from parasam_core.capture.stills import Colours
from parasam_core.capture.view import Map, levels_of, thinned, thinning

SCREEN_PX = 320
BORDER_SHARE = 0.02
SMALLEST_SHARE = 0.08
SIZE_STEP = 1.07
ASPECTS = (0.5, 0.55, 0.6, 0.67, 0.74, 0.82, 0.9, 1.0, 1.11, 1.22, 1.35, 1.5, 1.67, 1.85, 2.05)
PLACES = 40
DIFFERENT = 0.06


def coarse_places(original: Grey, capture: Colours) -> list[Placement]:
    """The likeliest places, none beside another, as coarse as the small screen."""
    height, width = capture.shape[:2]
    shrink = max(1.0, max(height, width) / SCREEN_PX)
    size = (max(8, round(width / shrink)), max(8, round(height / shrink)))
    thin = thinning(shrink)
    screen, _ = levels_of(thinned(capture, (thin, thin)), size)
    border = round(BORDER_SHARE * max(size))
    # a flat screen correlates with anything; noise that follows from nothing makes it agree least
    noise = np.random.default_rng(0).normal(0, 2, (size[1] + 2 * border, size[0] + 2 * border))
    screen = np.pad(screen, border) + noise.astype(np.float32)
    peaks = in_order(partial(_peaks, original, screen), _sizes(original.shape, size))
    found = list(chain.from_iterable(peaks))
    found.sort(key=lambda peak: -peak[0])
    places: list[tuple[float, ...]] = []
    for _, *place in found:
        if all(_apart(place, other) for other in places):
            places.append(tuple(place))
        if len(places) == PLACES:
            break
    across, down = width / size[0], height / size[1]
    return [_placement(p, original.shape, border, across, down) for p in places]


def _sizes(shape_yx: tuple[int, ...], screen_xy: tuple[int, int]) -> list[tuple[int, int]]:
    """(x, y) sizes to look for, geometric in size and in aspect."""
    height, width = shape_yx
    sizes = set()
    share = SMALLEST_SHARE
    while share <= 1.0 + 1e-9:
        for aspect in ASPECTS:
            x = share * screen_xy[0] * np.sqrt(aspect)
            y = share * screen_xy[0] * height / width / np.sqrt(aspect)
            if x <= 1.02 * screen_xy[0] and y <= 1.02 * screen_xy[1] and min(x, y) >= 12:
                sizes.add((round(x), round(y)))
        share *= SIZE_STEP
    # the capture may be the original and nothing else
    return [*sorted(sizes), screen_xy]


def _peaks(original: Grey, screen: Map, size: tuple[int, int]) -> list[tuple[float, ...]]:
    """(evidence, x, y, width, height) of the two best places at one size."""
    template = cv2.resize(original, size, interpolation=cv2.INTER_AREA).astype(np.float32)
    match = cv2.matchTemplate(screen, template, cv2.TM_CCOEFF_NORMED)
    match[~np.isfinite(match) | (match > 1)] = -1
    peaks: list[tuple[float, ...]] = []
    for _ in range(2):
        _, most, _, (x, y) = cv2.minMaxLoc(match)
        gained = evidence(most, size[0] * size[1])
        peaks.append((gained, float(x), float(y), float(size[0]), float(size[1])))
        near = max(2, min(size) // 4)
        match[max(0, y - near) : y + near + 1, max(0, x - near) : x + near + 1] = -1
    return peaks


def _apart(a: list[float], b: tuple[float, ...]) -> bool:
    """True where two places differ by more than one size step."""
    reach = DIFFERENT * max(b[2], b[3])
    return any(abs(p - q) > reach for p, q in zip(a, b, strict=True))


def _placement(
    place: tuple[float, ...], shape_yx: tuple[int, ...], border: int, across: float, down: float
) -> Placement:
    x, y, width, height = place
    sx, sy = width * across / shape_yx[1], height * down / shape_yx[0]
    left, top = (x - border) * across - 0.5, (y - border) * down - 0.5
    return Placement((sx, sy), (left + sx / 2, top + sy / 2))
