"""A small original beside the part of a capture that may show it, and the step that aligns them.

Least squares on the grey levels (Lucas and Kanade), gain and offset of the levels among the
unknowns. Coloured pixels do not count.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.footage import Grey, grey_of
from parasam_core.capture.placement import Placement
from parasam_core.capture.stills import Colours
from parasam_core.capture.stroke import spread

Map = NDArray[np.float32]

SMOOTH_SIGMA = 1.0
BLURRED = 3
DETAIL_SIGMA = 4.0
GREYNESS = 24
AROUND_COLOUR_PX = 5
FEWEST_VALID = 0.3
SAMPLES = 3.0


@dataclass(frozen=True)
class View:
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
        """Of the small original."""
        return int(self.small.shape[1])

    @property
    def height(self) -> int:
        """Of the small original."""
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
        seen, valid = self.seen_details()
        pair = [p[valid] for p in (seen, details_of(self.small))]
        if valid.mean() < FEWEST_VALID or min(float(p.std()) for p in pair) == 0:
            return -1.0
        return float(np.corrcoef(pair[0], pair[1])[0, 1])

    def seen_details(self) -> tuple[Map, NDArray[np.bool_]]:
        """(y, x) what the screen shows that is finer than layers, and where it is not coloured."""
        (mx, my), size = self.margin_xy, (self.width, self.height)
        matrix = np.array([[1.0, 0, mx], [0, 1.0, my]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        seen = cv2.warpAffine(self.screen, matrix, size, flags=flags)
        valid = cv2.warpAffine(self.valid, matrix, size, flags=flags) > 0.95
        return details_of(np.asarray(seen, np.float32)), np.asarray(valid)

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


def view_of(original: Grey, capture: Colours, start: Placement, most_px: int) -> View | None:
    """What is compared, at most `most_px` pixels of the original; None where little shows."""
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
    thin = (thinning(step[0]), thinning(step[1]))
    u0, v0 = max(0, int(area[0])), max(0, int(area[1]))
    u1, v1 = min(capture.shape[1], int(area[2]) + 2), min(capture.shape[0], int(area[3]) + 2)
    u1, v1 = u1 - (u1 - u0) % thin[0], v1 - (v1 - v0) % thin[1]
    if u1 - u0 < 8 or v1 - v0 < 8:
        return None
    screen_size = (max(2, round((u1 - u0) / step[0])), max(2, round((v1 - v0) / step[1])))
    levels, valid = levels_of(thinned(capture[v0:v1, u0:u1], thin), screen_size)
    # smooth pictures have gradients that hold from one pixel to the next
    levels, small = _smooth(levels), smaller(original, size[::-1])
    coarse = ((u1 - u0) / screen_size[0], (v1 - v0) / screen_size[1])
    first = (
        (x0 + 0.5 * step[0] - u0 + 0.5) / coarse[0] - 0.5,
        (y0 + 0.5 * step[1] - v0 + 0.5) / coarse[1] - 0.5,
    )
    return View(small, levels, valid, first, fine, coarse, (u0 - 0.5, v0 - 0.5))


def smaller(original: Grey, shape_yx: tuple[int, ...]) -> Map:
    """A frame at another size, smooth."""
    size = (shape_yx[1], shape_yx[0])
    return _smooth(cv2.resize(original, size, interpolation=cv2.INTER_AREA).astype(np.float32))


def details_of(levels: Map) -> Map:
    """(y, x) what is finer than tissue's layers."""
    return np.asarray(levels - cv2.GaussianBlur(levels, (0, 0), DETAIL_SIGMA), np.float32)


def _smooth(levels: Map) -> Map:
    return np.asarray(cv2.GaussianBlur(levels, (0, 0), SMOOTH_SIGMA), np.float32)


def thinning(pixels: float) -> int:
    """Every how many-th pixel is enough to tell the mean of so many along an axis; odd."""
    return max(1, (int(pixels / SAMPLES) - 1) // 2 * 2 + 1)


def thinned(part: Colours, thin_xy: tuple[int, int]) -> Colours:
    """Every so many-th pixel, each the middle of those that it stands for."""
    across, down = thin_xy
    size = (part.shape[1] // across, part.shape[0] // down)
    whole = part[: size[1] * down, : size[0] * across]
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)


def levels_of(part: Colours, size: tuple[int, int]) -> tuple[Map, Map]:
    """Grey levels at another size, coloured pixels left out, and how many were not coloured."""
    coloured = (spread(part) >= GREYNESS).view(np.uint8)
    kernel = np.ones((AROUND_COLOUR_PX, AROUND_COLOUR_PX), np.uint8)
    grey_px = (1 - cv2.dilate(coloured, kernel)).astype(np.float32)
    how = cv2.INTER_AREA if size[0] <= part.shape[1] else cv2.INTER_LINEAR
    valid = cv2.resize(grey_px, size, interpolation=how)
    levels = cv2.resize(grey_of(part) * grey_px, size, interpolation=how)
    return np.asarray(levels / np.maximum(valid, 1e-3)), np.asarray(valid)
