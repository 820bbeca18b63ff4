"""The unit written beside a ruler's numbers: "mm", "cm", or something else.

Knows nothing about distances.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.ruler_digits import Ink, cut_out, drawings_of
from parasam_core.capture.ruler_words import Glyph, Word, written_after

SIZE_XY = (40, 14)
LIKE = 0.6
CLEAR = 0.05
ASPECT_WEIGHT = 0.5
BESIDE_HIGHS = 1.5
LOWER_CASE = 0.88
"""Letters without ascenders are at most so high as digits are."""
WRITTEN = ("mm", "cm", "m", "s", "ms", "dB", "cm/s", "in", "%", "um", "MHz")


def unit_beside(
    words: tuple[Word, ...],
    ends_px: tuple[float, float],
    glyphs: list[Glyph],
    contrast: NDArray[np.float32],
) -> str | None:
    """The unit where it is written after a number, or alone over or under them; else None.

    "?" where something is written after a number that is neither.

    Args:
        words: the numbers, from the top.
        ends_px: rows of the first and the last tick.
        glyphs: all that is written there.
        contrast: (y, x) grey levels above the background.
    """
    first, last = ends_px
    said = [_after(w, glyphs, contrast) for w in words]
    said += [_beyond(words[0], -1, row, glyphs, contrast) for row in (words[0].y, first)]
    said += [_beyond(words[-1], 1, row, glyphs, contrast) for row in (words[-1].y, last)]
    named = {s for s in said if s in ("mm", "cm")}
    if len(named) == 1:
        return named.pop()
    return "?" if named or "?" in said else None


def unit_after(word: Word, glyphs: list[Glyph], contrast: NDArray[np.float32]) -> bool:
    """True where "mm" or "cm", and no digit, stands right after the number."""
    line = written_after(word.x1, word.y, word.high, glyphs)
    low = all(g.high <= LOWER_CASE * word.high for g in line)
    return low and _read(line, word.high, contrast) in ("mm", "cm")


def _after(word: Word, glyphs: list[Glyph], contrast: NDArray[np.float32]) -> str | None:
    line = written_after(word.x1, word.y, word.high, glyphs)
    return _read(line, word.high, contrast)


def _beyond(
    word: Word, way: int, row: float, glyphs: list[Glyph], contrast: NDArray[np.float32]
) -> str | None:
    """The unit that stands alone in line with a number, near a row, over (-1) or under (1) it."""
    high = word.high
    middles = [(g, (g.y0 + g.y1) / 2) for g in glyphs]
    reach = [
        g for g, y in middles if abs(y - row) <= 3.2 * high and way * (y - word.y) >= 0.9 * high
    ]
    line = [g for g in reach if 0.4 * high <= g.high <= 1.35 * high and _in_reach(g, word)]
    read = _read(sorted(line, key=lambda g: g.x0), high, contrast)
    return read if read in ("mm", "cm") and _alone(line, reach, high) else None


def _in_reach(glyph: Glyph, word: Word) -> bool:
    return glyph.x1 >= word.x0 - 3 * word.high and glyph.x0 <= word.x1 + 3 * word.high


def _alone(line: list[Glyph], around: list[Glyph], high: float) -> bool:
    """True where no more is written on before or after: "mm" of "12 mm" is no ruler's unit."""
    x0, x1 = min(g.x0 for g in line), max(g.x1 for g in line)
    y0, y1 = min(g.y0 for g in line), max(g.y1 for g in line)
    level = [g for g in around if g.y1 > y0 and g.y0 < y1 and g.high >= 0.4 * high]
    gaps = (max(x0 - g.x1, g.x0 - x1) for g in level if g not in line)
    return not any(-0.5 * high <= gap <= BESIDE_HIGHS * high for gap in gaps)


def _read(line: list[Glyph], high: float, contrast: NDArray[np.float32]) -> str | None:
    if not line or line[-1].x1 - line[0].x0 < 1.1 * high:
        return None
    y0, y1 = min(g.y0 for g in line), max(g.y1 for g in line)
    rows = slice(max(0, round(y0) - 1), round(y1) + 1)
    part = contrast[rows, max(0, round(line[0].x0) - 1) : round(line[-1].x1) + 1]
    large = cv2.resize(np.maximum(part, 0), None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    ink = cut_out(np.asarray(large, np.float32))
    if ink is None:
        return None
    alike = {name: max(_likeness(_shape(ink), e) for e in e_) for name, e_ in _examples().items()}
    best, next_best = sorted(alike, key=lambda n: -alike[n])[:2]
    clear = alike[best] >= LIKE and alike[best] - alike[next_best] >= CLEAR
    return best if clear and best in ("mm", "cm") else "?"


def _shape(ink: Ink) -> tuple[NDArray[np.float32], float]:
    small = cv2.GaussianBlur(cv2.resize(ink, SIZE_XY, interpolation=cv2.INTER_AREA), (0, 0), 0.8)
    level = small - small.mean()
    return level / max(float(np.linalg.norm(level)), 1e-6), ink.shape[1] / ink.shape[0]


def _likeness(a: tuple[NDArray[np.float32], float], b: tuple[NDArray[np.float32], float]) -> float:
    return float((a[0] * b[0]).sum()) - ASPECT_WEIGHT * abs(float(np.log(a[1] / b[1])))


@cache
def _examples() -> dict[str, list[tuple[NDArray[np.float32], float]]]:
    found = {}
    for name in WRITTEN:
        drawn = [cut_out(d) for d in drawings_of(name)]
        found[name] = [
            _shape(np.asarray(cv2.GaussianBlur(d, (0, 0), s)))
            for d in drawn if d is not None for s in (0.5, 2.0, 4.0)
        ]  # fmt: skip
    return found
