"""What is written in a strip of a screen: glyphs side by side, and which numbers they may be.

Knows nothing about ticks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise, product

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.ruler_digits import Ink, likenesses, probabilities

FAINTEST = 14.0
INK_SHARES = (0.4, 0.5, 0.65)
"""Shares of the brightest nearby above which a pixel is drawn on: things touch at one only."""
LOWEST_PX = 4.0
POINT_SHARE = 0.35
HIGHEST_SHARE = 0.2
WIDEST = 1.3
BESIDE = 0.45
BESIDE_POINT = 1.0
POINT_GAP = 0.42
AFTER = 1.2
LIKE_A_DIGIT = 0.84
READINGS = 3
MOST_DIGITS = 3


@dataclass(frozen=True)
class Glyph:
    """One connected thing, its box in pixels of the strip."""

    x0: float
    y0: float
    x1: float
    y1: float
    ink: Ink = field(repr=False)

    @property
    def high(self) -> float:
        """Its height."""
        return self.y1 - self.y0


@dataclass(frozen=True)
class Word:
    """Digits side by side.

    Attributes:
        x0: left end, pixels of the strip.
        x1: right end.
        y: the middle of the digits.
        high: their height.
        alike: how alike its least certain glyph and a digit are, at most 1.
        readings: number → how probable; whatever is no number is left out.
        glyphs: in order.
        end: right end of what is written on after them, as a unit.
    """

    x0: float
    x1: float
    y: float
    high: float
    alike: float
    readings: dict[float, float]
    glyphs: tuple[Glyph, ...] = field(repr=False)
    end: float


def written_after(x1: float, y: float, high: float, glyphs: list[Glyph]) -> list[Glyph]:
    """What is written on after digits, in order.

    Args:
        x1: right end of the digits, pixels.
        y: their middle.
        high: their height.
        glyphs: all that there are.
    """
    top, bottom = y - 0.75 * high, y + 0.9 * high
    level = [g for g in glyphs if g.y0 >= top and g.y1 <= bottom]
    line: list[Glyph] = []
    end = x1
    for g in sorted(level, key=lambda g: g.x0):
        if 0 <= g.x0 - end + 0.5 <= AFTER * high and 0.4 <= g.high / high <= 1.35:
            line.append(g)
            end = g.x1
    return line


def glyphs_in(contrast: NDArray[np.float32], enlarge: int) -> list[list[Glyph]]:
    """Everything connected that stands out, of any size, for each of `INK_SHARES`.

    Args:
        contrast: (y, x) grey levels above the background.
        enlarge: by how much small ones are enlarged before they are cut out.
    """
    enlarged = cv2.resize(contrast, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC)
    large = np.asarray(enlarged, np.float32)
    around = 2 * (4 * enlarge) + 1
    most = cv2.dilate(large, np.ones((around, around), np.uint8))
    return [_connected(large, large > np.maximum(FAINTEST, s * most), enlarge) for s in INK_SHARES]


def _connected(large: NDArray[np.float32], drawn: NDArray[np.bool_], enlarge: int) -> list[Glyph]:
    bits = drawn.view(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(bits, connectivity=8)
    found = []
    for label, (x, y, w, h, _) in enumerate(stats[1:].tolist(), 1):
        if h > HIGHEST_SHARE * large.shape[0] or w > large.shape[1] / 2:
            continue
        part = labels[y : y + h, x : x + w] == label
        level = np.where(cv2.dilate(part.view(np.uint8), np.ones((3, 3), np.uint8)) > 0,
                         large[y : y + h, x : x + w], 0)  # fmt: skip
        ink = np.clip(level / max(float(level.max()), 1.0), 0, 1).astype(np.float32)
        x0, y0, x1, y1 = (v / enlarge for v in (x, y, x + w, y + h))
        found.append(Glyph(x0, y0, x1, y1, ink))
    return found


def words_of(glyphs: list[Glyph]) -> list[Word]:
    """Digits beside one another as words, whatever is like no digit left out."""
    tall = [g for g in glyphs if g.high >= LOWEST_PX and g.x1 - g.x0 <= WIDEST * g.high]
    alike = likenesses([g.ink for g in tall])
    chances = probabilities(alike) if tall else alike
    digits = [
        (g, float(a.max()), p)
        for g, a, p in zip(tall, alike, chances, strict=True)
        if a.max() >= LIKE_A_DIGIT
    ]
    left = sorted(digits, key=lambda d: d[0].x0)
    words = []
    while left:
        row = [left.pop(0)]
        for other in list(left):
            if _follows(row[-1][0], other[0], glyphs):
                row.append(other)
                left.remove(other)
        words.append(_word(row, glyphs))
    return [w for w in words if w.readings]


def _follows(glyph: Glyph, other: Glyph, around: list[Glyph]) -> bool:
    high = max(glyph.high, other.high)
    gap = other.x0 - glyph.x1
    level = max(abs(other.y0 - glyph.y0), abs(other.y1 - glyph.y1)) <= 0.2 * high
    if not level or not -0.1 * high <= gap <= BESIDE_POINT * high:
        return False
    return gap <= BESIDE * high or _gap(glyph, other, high, around) == "."


def _word(row: list[tuple[Glyph, float, NDArray[np.float64]]], around: list[Glyph]) -> Word:
    glyphs = tuple(g for g, _, _ in row)
    high = float(np.median([g.high for g in glyphs]))
    middle = float(np.mean([(g.y0 + g.y1) / 2 for g in glyphs]))
    readings: dict[float, float] = {}
    if len(row) <= MOST_DIGITS:
        gaps = [_gap(a, b, high, around) for a, b in pairwise(glyphs)]
        if None not in gaps:
            readings = _readings([p for _, _, p in row], [g or "" for g in gaps])
    x1 = glyphs[-1].x1
    after = written_after(x1, middle, high, around)
    end = after[-1].x1 if after else x1
    alike = min(a for _, a, _ in row)
    return Word(glyphs[0].x0, x1, middle, high, alike, readings, glyphs, end)


def _gap(left: Glyph, right: Glyph, high: float, around: list[Glyph]) -> str | None:
    """What is between two digits: nothing, a point, or (None) room for one that is not seen."""
    dots = (g for g in around if g.high <= POINT_SHARE * high)
    if any(_is_point(dot, left, right, high) for dot in dots):
        return "."
    return None if right.x0 - left.x1 > POINT_GAP * high else ""


def _is_point(dot: Glyph, left: Glyph, right: Glyph, high: float) -> bool:
    middle = (dot.x0 + dot.x1) / 2
    between = left.x1 - 0.1 * high <= middle <= right.x0 + 0.1 * high
    low = dot.y1 >= left.y1 - 0.3 * high and dot.y0 >= left.y0 + 0.5 * high
    return between and low and dot.y1 <= left.y1 + 0.35 * high


def _readings(chances: list[NDArray[np.float64]], gaps: list[str]) -> dict[float, float]:
    best = [np.argsort(-p)[:READINGS] for p in chances]
    found: dict[float, float] = {}
    for digits in product(*best):
        text = str(digits[0]) + "".join(f"{g}{d}" for g, d in zip(gaps, digits[1:], strict=True))
        whole = text.split(".")[0]
        if text.count(".") > 1 or (len(whole) > 1 and whole.startswith("0")):
            continue
        chance = float(np.prod([p[d] for p, d in zip(chances, digits, strict=True)]))
        found[float(text)] = found.get(float(text), 0.0) + chance
    return found
