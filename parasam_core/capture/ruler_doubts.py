"""What may stand unread in or after a ruler's numbers: a digit that is covered, a faint point.

Either makes ten times the number of it, evenly for all, so that nothing else gives it away.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.ruler_labels import Labels
from parasam_core.capture.ruler_unit import unit_after
from parasam_core.capture.ruler_words import Glyph, Word

NEXT_SHARES = (0.15, 0.6)
"""Where a next digit would begin, in heights from the last one's right end."""
STROKE_SHARE = 0.3
"""So much of a digit's height at least is drawn in the column where it begins."""
DRAWN = 0.35
"""Of a number's own contrast, above which something is drawn."""
POINT_DRAWN = 0.2
POINT_ROOM = 0.28
"""Digits that are nearer have no point between them."""
MOST = 0.45
MOST_DOTTED = 1 / 3
FEWEST_CLEAR = 2


def followed(labels: Labels, glyphs: list[Glyph], contrast: NDArray[np.float32]) -> bool:
    """True where a digit may stand unread right after every number.

    A line that runs down beside the numbers is no digit but may cover one; numbers with nothing at
    all or their unit after them show that there is none.

    Args:
        labels: the numbers.
        glyphs: all that is written there.
        contrast: (y, x) grey levels above the background, of the strip that they stand in.
    """
    words = [w for w, v in zip(labels.words, labels.values, strict=True) if v != 0]
    open_ = [w for w in words if not unit_after(w, glyphs, contrast)]
    clear = len(words) - sum(_is_followed(w, contrast, lines_count=True) for w in open_)
    written = sum(_is_followed(w, contrast, lines_count=False) for w in open_)
    return clear < min(FEWEST_CLEAR, len(words)) or written > MOST * len(words)


def cut_short(labels: Labels, words: list[Word]) -> bool:
    """True where many numbers may be parts of longer ones, as 1 of 1.5.

    Args:
        labels: the numbers.
        words: all that are read there.
    """
    numbers = [w for w, v in zip(labels.words, labels.values, strict=True) if v != 0]
    return sum(any(_is_part(n, w) for w in words) for n in numbers) > MOST * len(numbers)


def _is_part(word: Word, longer: Word) -> bool:
    slack = 0.2 * word.high
    level = abs(word.y - longer.y) <= slack and abs(word.high - longer.high) <= slack
    within = longer.x0 <= word.x0 + slack and word.x1 - slack <= longer.x1
    return level and within and len(longer.glyphs) > len(word.glyphs)


def may_hide_points(labels: Labels, contrast: NDArray[np.float32]) -> bool:
    """True where many gaps between digits that are read without a point are not empty below.

    A number of one digit among them shows that there are none: 5 and 1.0 do not follow each other.
    """
    if any(len(w.glyphs) == 1 and v for w, v in zip(labels.words, labels.values, strict=True)):
        return False
    gaps = [
        _is_dotted(w, k, contrast)
        for w in labels.words
        for k in range(len(w.glyphs) - 1)
        if all(v == int(v) for v in w.readings)
    ]
    return bool(gaps) and bool(np.mean(gaps) > MOST_DOTTED)


def begun_before(word: Word, contrast: NDArray[np.float32]) -> bool:
    """True where something as tall as a digit, or a line down, stands right before the number."""
    last, first = (round(word.x0 - share * word.high) for share in NEXT_SHARES)
    beside = _rows(word, contrast, -0.5, 0.5)[:, max(0, first) : max(0, last + 1)]
    return beside.size == 0 or _is_drawn(beside, word, contrast)


def _is_followed(word: Word, contrast: NDArray[np.float32], *, lines_count: bool) -> bool:
    first, last = (round(word.x1 + share * word.high) for share in NEXT_SHARES)
    beside = _rows(word, contrast, -0.5, 0.5)[:, first : last + 1]
    if beside.size == 0:
        return True
    line = 0.0 if lines_count else _line(word, contrast)[first : last + 1]
    return _is_drawn(beside - line, word, contrast)


def _is_drawn(beside: NDArray[np.float32], word: Word, contrast: NDArray[np.float32]) -> bool:
    drawn = beside > DRAWN * _level(word, contrast)
    return bool(drawn.mean(axis=0).max() >= STROKE_SHARE)


def _line(word: Word, contrast: NDArray[np.float32]) -> NDArray[np.float32]:
    """(x,) level of what runs on above and below the number: a line is no digit."""
    above, below = (_rows(word, contrast, *by) for by in ((-1.1, -0.65), (0.65, 1.1)))
    if not (above.size and below.size):
        return np.zeros(contrast.shape[1], np.float32)
    level = np.minimum(np.median(above, axis=0), np.median(below, axis=0))
    return np.asarray(cv2.dilate(level[None], np.ones((1, 5), np.uint8))[0], np.float32)


def _rows(
    word: Word, contrast: NDArray[np.float32], first: float, last: float
) -> NDArray[np.float32]:
    """Rows from one height to another, from the number's middle."""
    start, stop = (round(word.y + share * word.high) for share in (first, last))
    return contrast[max(0, start) : max(0, stop + 1)]


def _is_dotted(word: Word, k: int, contrast: NDArray[np.float32]) -> bool:
    left, right = word.glyphs[k], word.glyphs[k + 1]
    if right.x0 - left.x1 < POINT_ROOM * word.high:
        return False
    first, last = round(left.x1), max(round(left.x1) + 1, round(right.x0))
    low = _rows(word, contrast, 0.25, 0.5)[:, first:last]
    high = _rows(word, contrast, -0.5, 0.0)[:, first:last]
    if low.size == 0 or high.size == 0:
        return False
    darkest = min(float(high.mean(axis=0).min()), float(high.max(axis=0).min()))
    return float(low.mean(axis=0).max()) - max(0.0, darkest) > POINT_DRAWN * _level(word, contrast)


def _level(word: Word, contrast: NDArray[np.float32]) -> float:
    """How far the number's strokes stand out."""
    digits = _rows(word, contrast, -0.5, 0.5)[:, max(0, round(word.x0)) : round(word.x1) + 1]
    return float(np.percentile(digits, 90)) if digits.size else 0.0
