"""Where an original lies in the capture that shows it: scale and offset along x and y, sub-pixel.

The original is looked for at many sizes and aspects in a small copy of the screen; the best places
are refined from coarse to fine by least squares on the grey levels (Lucas and Kanade), gain and
offset of the levels among the unknowns. Coloured pixels do not count.

Knows nothing about outlines or files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.footage import Grey, grey_of
from parasam_core.capture.stills import Colours
from parasam_core.capture.stroke import spread
from parasam_core.sequence import Box

Map = NDArray[np.float32]

SCREEN_PX = 320
BORDER_SHARE = 0.02
SMALLEST_SHARE = 0.08
SIZE_STEP = 1.07
ASPECTS = (0.5, 0.55, 0.6, 0.67, 0.74, 0.82, 0.9, 1.0, 1.11, 1.22, 1.35, 1.5, 1.67, 1.85, 2.05)
PLACES = 40
DIFFERENT = 0.06
FINE_PX = 360_000
CHECK_PX = 30_000
COARSE_PX = 2_500
STEPS = 20
SMOOTH_SIGMA = 1.0
BLURRED = 3
DETAIL_SIGMA = 4.0
STILL_PX = 0.01
GREYNESS = 24
AROUND_COLOUR_PX = 5
FEWEST_VALID = 0.3
SAMPLES = 3.0


@dataclass(frozen=True)
class Placement:
    """Where the original's pixels lie in the capture: capture = scale · original + offset.

    Attributes:
        scale_xy: capture pixels an original pixel.
        offset_xy: where the original's first pixel centre lies.
        agreement: correlation of what both show, −1 to 1; of details where it was checked.
    """

    scale_xy: tuple[float, float]
    offset_xy: tuple[float, float]
    agreement: float = 0.0

    def box(self, shape_yx: tuple[int, int]) -> tuple[float, float, float, float]:
        """The original's edges in the capture (x0, y0, x1, y1), capture pixel centres whole."""
        (sx, sy), (ox, oy) = self.scale_xy, self.offset_xy
        height, width = shape_yx
        return ox - sx / 2, oy - sy / 2, ox + sx * (width - 0.5), oy + sy * (height - 0.5)

    def pixels(self, shape_yx: tuple[int, int], capture_yx: tuple[int, ...]) -> Box:
        """The capture's pixels that show the original, half-open."""
        x0, y0, x1, y1 = self.box(shape_yx)
        return (
            max(0, int(np.floor(x0 + 0.5))),
            max(0, int(np.floor(y0 + 0.5))),
            min(capture_yx[1], int(np.ceil(x1 + 0.5))),
            min(capture_yx[0], int(np.ceil(y1 + 0.5))),
        )


def register(original: Grey, capture: Colours) -> Placement | None:
    """Look for the original everywhere in the capture; None where it cannot be there.

    Args:
        original: (y, x) grey levels.
        capture: (y, x, 3) the screen.
    """
    if min(original.shape) < 16 or min(capture.shape[:2]) < 16 or int(np.ptp(original)) < 8:
        return None
    places = _places(original, capture)
    for most_px, kept in ((COARSE_PX, 6), (COARSE_PX, 4), (CHECK_PX, 1), (CHECK_PX, 1)):
        better = (refined(original, capture, p, most_px=most_px) for p in places)
        places = sorted((p for p in better if p), key=_explained)[-kept:]
    return refined(original, capture, places[0]) if places else None


def _explained(place: Placement) -> float:
    """How much of the capture a placement explains, up to a factor."""
    return _evidence(place.agreement, place.scale_xy[0] * place.scale_xy[1])


def _evidence(agreement: float, pixels: float) -> float:
    """Log-likelihood that so many pixels gain by a correlation: a small place agrees by chance."""
    return -pixels * float(np.log1p(-(min(max(agreement, 0.0), 0.9999) ** 2)))


def refined(
    original: Grey,
    capture: Colours,
    start: Placement,
    *,
    most_px: int = FINE_PX,
    steps: int = STEPS,
) -> Placement | None:
    """A placement made better from where it starts; None where it runs away.

    Args:
        original: (y, x) grey levels.
        capture: (y, x, 3) the screen.
        start: off by no more than a few of the pixels looked at.
        most_px: so many pixels of the original are looked at, fewer where it has fewer.
        steps: at most.
    """
    view = _view(original, capture, start, most_px)
    if view is None:
        return None
    ax, bx, ay, by = 1.0, 0.0, 1.0, 0.0
    agreement = -1.0
    for _ in range(steps):
        step, agreement = view.step(ax, bx, ay, by)
        if step is None:
            return None
        dax, dbx, day, dby = step
        ax, bx, ay, by = ax + dax, bx + dbx, ay + day, by + dby
        if not (0.7 < ax < 1.4 and 0.7 < ay < 1.4):
            return None
        if np.abs([dax * view.width, dbx, day * view.height, dby]).max() < STILL_PX:
            break
    return replace(view.placed(ax, bx, ay, by), agreement=agreement)


def agreements(
    originals: Sequence[Grey], capture: Colours, place: Placement
) -> tuple[list[float], NDArray[np.float64]]:
    """How well several originals agree with what a capture shows in a place, cheaply.

    Args:
        originals: (y, x) grey levels, of one size.
        capture: (y, x, 3) the screen.
        place: where.

    Returns:
        How their details correlate, −1 where nothing shows; and how far the left, right,
        upper and lower edge seem to be off for the first one, capture pixels. Coarse as it is,
        this is off by some itself, alike for all captures of a sweep.
    """
    view = _view(originals[0], capture, place, CHECK_PX)
    if view is None:
        return [-1.0] * len(originals), np.zeros(4)
    step, _ = view.step(1.0, 0.0, 1.0, 0.0)
    others = [replace(view, small=_smaller(o, view.small.shape)) for o in originals[1:]]
    likeness = [v.detail() for v in (view, *others)]
    if step is None:
        return likeness, np.zeros(4)
    dax, dbx, day, dby = step
    (cx, cy), (w, h) = view.capture_xy, (view.width, view.height)
    off = np.array([dbx * cx, (dbx + dax * w) * cx, dby * cy, (dby + day * h) * cy])
    return likeness, off


@dataclass(frozen=True)
class _View:
    """A small original, and the part of the capture it is compared with, about as fine.

    Attributes:
        small: (y, x) the original's levels.
        screen: (y, x) the capture's levels with a margin, coloured pixels filled from around.
        valid: (y, x) 0..1, how much of a pixel of the screen is not coloured.
        margin: of the screen, pixels.
        fine_xy: original pixels a pixel of `small`.
        capture_xy: capture pixels a pixel of `screen`.
        corner_xy: the capture's coordinates of the corner of the screen's first pixel.
    """

    small: Map
    screen: Map
    valid: Map
    margin_xy: tuple[float, float]
    fine_xy: tuple[float, float]
    capture_xy: tuple[float, float]
    corner_xy: tuple[float, float]

    @property
    def width(self) -> int:
        return int(self.small.shape[1])

    @property
    def height(self) -> int:
        return int(self.small.shape[0])

    def step(
        self, ax: float, bx: float, ay: float, by: float
    ) -> tuple[NDArray[np.float64] | None, float]:
        """The change of the four that lessens the difference most, and how well both agree now."""
        mx, my = self.margin_xy
        matrix = np.array([[ax, 0, bx + mx], [0, ay, by + my]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        size = (self.width, self.height)
        seen = cv2.warpAffine(self.screen, matrix, size, flags=flags)
        weight = cv2.warpAffine(self.valid, matrix, size, flags=flags)
        inner = np.zeros(weight.shape, np.bool_)
        inner[BLURRED:-BLURRED, BLURRED:-BLURRED] = True
        inner &= weight > 0.95
        if inner.mean() < FEWEST_VALID:
            return None, -1.0
        gx = cv2.Sobel(seen, cv2.CV_32F, 1, 0, ksize=3, scale=0.125) / ax
        gy = cv2.Sobel(seen, cv2.CV_32F, 0, 1, ksize=3, scale=0.125) / ay
        u = np.arange(self.width, dtype=np.float32)[None, :]
        v = np.arange(self.height, dtype=np.float32)[:, None]
        columns = [c[inner] for c in (seen, gx * u, gx, gy * v, gy)]
        return _solved(np.stack([*columns, np.ones_like(columns[0])]), self.small[inner])

    def detail(self) -> float:
        """Correlation of what is finer than tissue's layers, which other frames have alike."""
        (mx, my), size = self.margin_xy, (self.width, self.height)
        matrix = np.array([[1.0, 0, mx], [0, 1.0, my]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(self.screen, matrix, size, flags=flags)
        valid = cv2.warpAffine(self.valid, matrix, size, flags=flags) > 0.95
        pair = [(p - cv2.GaussianBlur(p, (0, 0), DETAIL_SIGMA))[valid] for p in (seen, self.small)]
        if valid.mean() < FEWEST_VALID or min(float(p.std()) for p in pair) == 0:
            return -1.0
        return float(np.corrcoef(pair[0], pair[1])[0, 1])

    def placed(self, ax: float, bx: float, ay: float, by: float) -> Placement:
        """The placement that these four of the small pictures mean."""
        scale, offset = [], []
        for axis, (a, b) in enumerate(((ax, bx), (ay, by))):
            fine, coarse = self.fine_xy[axis], self.capture_xy[axis]
            # small u = (original + ½) / fine − ½; capture = corner + (screen + ½) · coarse
            s = a * coarse / fine
            first = a * (0.5 / fine - 0.5) + b + self.margin_xy[axis]
            scale.append(s)
            offset.append(self.corner_xy[axis] + (first + 0.5) * coarse)
        return Placement((scale[0], scale[1]), (offset[0], offset[1]))


def _solved(terms: NDArray[np.float32], levels: Map) -> tuple[NDArray[np.float64] | None, float]:
    """Least squares of levels ≈ gain · (seen + gradients · step) + offset."""
    rows = terms.astype(np.float64)
    seen = rows[0]
    together = np.corrcoef(seen, levels)[0, 1] if seen.std() > 0 and levels.std() > 0 else -1.0
    normal = rows @ rows.T
    normal[np.diag_indices(6)] += 1e-6 * np.trace(normal) / 6 * np.array([0, 0, 1, 0, 1, 0])
    try:
        found = np.linalg.solve(normal, rows @ levels.astype(np.float64))
    except np.linalg.LinAlgError:
        return None, float(together)
    if found[0] < 0.05:
        return None, float(together)
    return found[1:5] / found[0], float(together)


def _view(original: Grey, capture: Colours, start: Placement, most_px: int) -> _View | None:
    height, width = original.shape
    (sx, sy) = start.scale_xy
    shrink = max(1.0, np.sqrt(height * width / most_px), 1 / min(sx, sy))
    size = (max(16, round(width / shrink)), max(16, round(height / shrink)))
    fine = (width / size[0], height / size[1])
    step = (fine[0] * sx, fine[1] * sy)
    x0, y0, x1, y1 = start.box((height, width))
    margin = 6.0
    area = (
        x0 - margin * step[0],
        y0 - margin * step[1],
        x1 + margin * step[0],
        y1 + margin * step[1],
    )
    thin = (_thinning(step[0]), _thinning(step[1]))
    u0, v0 = max(0, int(area[0])), max(0, int(area[1]))
    u1, v1 = min(capture.shape[1], int(area[2]) + 2), min(capture.shape[0], int(area[3]) + 2)
    u1, v1 = u1 - (u1 - u0) % thin[0], v1 - (v1 - v0) % thin[1]
    if u1 - u0 < 8 or v1 - v0 < 8:
        return None
    screen_size = (max(2, round((u1 - u0) / step[0])), max(2, round((v1 - v0) / step[1])))
    levels, valid = _levels(_thinned(capture[v0:v1, u0:u1], thin), screen_size)
    # smooth pictures have gradients that hold from one pixel to the next
    levels, small = _smooth(levels), _smaller(original, size[::-1])
    coarse = ((u1 - u0) / screen_size[0], (v1 - v0) / screen_size[1])
    first = (
        (x0 + 0.5 * step[0] - u0 + 0.5) / coarse[0] - 0.5,
        (y0 + 0.5 * step[1] - v0 + 0.5) / coarse[1] - 0.5,
    )
    return _View(small, levels, valid, first, fine, coarse, (u0 - 0.5, v0 - 0.5))


def _smaller(original: Grey, shape_yx: tuple[int, ...]) -> Map:
    size = (shape_yx[1], shape_yx[0])
    return _smooth(cv2.resize(original, size, interpolation=cv2.INTER_AREA).astype(np.float32))


def _smooth(levels: Map) -> Map:
    return np.asarray(cv2.GaussianBlur(levels, (0, 0), SMOOTH_SIGMA), np.float32)


def _thinning(pixels: float) -> int:
    """Every how many-th pixel is enough to tell the mean of so many along an axis; odd."""
    return max(1, (int(pixels / SAMPLES) - 1) // 2 * 2 + 1)


def _thinned(part: Colours, thin_xy: tuple[int, int]) -> Colours:
    """Every so many-th pixel, each the middle of those that it stands for."""
    across, down = thin_xy
    return np.ascontiguousarray(part[down // 2 :: down, across // 2 :: across])


def _levels(part: Colours, size: tuple[int, int]) -> tuple[Map, Map]:
    """Grey levels at another size, coloured pixels left out, and how many were not coloured."""
    coloured = (spread(part) >= GREYNESS).view(np.uint8)
    kernel = np.ones((AROUND_COLOUR_PX, AROUND_COLOUR_PX), np.uint8)
    grey_px = (1 - cv2.dilate(coloured, kernel)).astype(np.float32)
    how = cv2.INTER_AREA if size[0] <= part.shape[1] else cv2.INTER_LINEAR
    valid = cv2.resize(grey_px, size, interpolation=how)
    levels = cv2.resize(grey_of(part) * grey_px, size, interpolation=how)
    return np.asarray(levels / np.maximum(valid, 1e-3)), np.asarray(valid)


def _places(original: Grey, capture: Colours) -> list[Placement]:
    """The likeliest places, none beside another, as coarse as the small screen."""
    height, width = capture.shape[:2]
    shrink = max(1.0, max(height, width) / SCREEN_PX)
    size = (max(8, round(width / shrink)), max(8, round(height / shrink)))
    thin = _thinning(shrink)
    screen, _ = _levels(_thinned(capture, (thin, thin)), size)
    border = round(BORDER_SHARE * max(size))
    # a flat screen correlates with anything; noise that follows from nothing makes it agree least
    noise = np.random.default_rng(0).normal(0, 2, (size[1] + 2 * border, size[0] + 2 * border))
    screen = np.pad(screen, border) + noise.astype(np.float32)
    found = []
    for small_size in _sizes(original.shape, size):
        found += _peaks(original, screen, small_size)
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
        evidence = _evidence(most, size[0] * size[1])
        peaks.append((evidence, float(x), float(y), float(size[0]), float(size[1])))
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
