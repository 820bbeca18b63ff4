"""Which digit a small picture shows, told by its likeness to drawn ones.

The examples are digits of the fonts that Pillow and OpenCV bring along, and digits drawn here by
strokes, at several widths, weights and resolutions. Knows nothing about rulers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Ink = NDArray[np.float32]
"""(y, x) 0..1: how much of each pixel is drawn on."""

DIGITS = "0123456789"
EDGE_PX = 16
REACH_PX = 5
"""Of the broadest filter."""
DRAWN_PX = 40
LINES_PX = (7, 10, 20)
WIDTHS = (0.78, 1.0, 1.25)
SHARPNESS = 40.0
"""Likeness that is worse by one part in this many is e times less probable."""
WIDTH_WEIGHT = 0.35
"""How much the width tells beside the shape: a 1 is narrow."""
CV_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX,
            cv2.FONT_HERSHEY_COMPLEX)  # fmt: skip


def likenesses(glyphs: list[Ink]) -> NDArray[np.float64]:
    """(n, 10): how alike each glyph and each digit are, 1 where they are the same.

    Args:
        glyphs: cut to what is drawn.
    """
    shapes, classes = _examples()
    if not glyphs:
        return np.zeros((0, 10))
    alike = shapes_of(glyphs) @ shapes.T
    return np.stack([alike[:, classes == digit].max(axis=1) for digit in range(10)], axis=1)


def probabilities(alike: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 10) likenesses → how probable each digit is, where it is one."""
    weight = np.exp(SHARPNESS * (alike - alike.max(axis=1, keepdims=True)))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True), np.float64)


def shapes_of(glyphs: list[Ink]) -> NDArray[np.float32]:
    """(n, length) glyphs as vectors of length 1: where edges lie, which way they run, and width.

    The height is made the same for all; the width is kept.
    """
    wide = [int(np.clip(round(EDGE_PX * g.shape[1] / g.shape[0]), 3, EDGE_PX)) for g in glyphs]
    edges = _edges_by_direction(
        np.stack([_in_square(g, w) for g, w in zip(glyphs, wide, strict=True)])
    )
    edges /= np.maximum(np.linalg.norm(edges, axis=1, keepdims=True), 1e-6)
    angle = 1.5 * np.array(wide) / EDGE_PX
    narrow = WIDTH_WEIGHT * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.asarray(np.hstack([edges, narrow]) / np.hypot(1, WIDTH_WEIGHT), np.float32)


def _in_square(glyph: Ink, wide: int) -> Ink:
    """A glyph at a width, in the middle of a square with room around it."""
    small = cv2.resize(glyph, (wide, EDGE_PX), interpolation=cv2.INTER_AREA)
    room = EDGE_PX - wide
    padded = cv2.copyMakeBorder(small, 2, 2, 2 + room // 2, 2 + room - room // 2, 0, value=0.0)
    return np.asarray(np.clip(padded, 0, 1), np.float32)


def _edges_by_direction(squares: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, 4 · y · x): how strong edges are that run in each of four directions, of (n, y, x)."""
    soft = _filtered(squares, partial(cv2.GaussianBlur, ksize=(0, 0), sigmaX=1.0))
    edges = partial(cv2.Sobel, ddepth=cv2.CV_32F)
    across, down = (
        _filtered(soft, partial(edges, dx=1, dy=0)),
        _filtered(soft, partial(edges, dx=0, dy=1)),
    )
    strength = np.hypot(across, down)
    turn = (np.arctan2(down, across) % np.pi) / np.pi * 4
    shares = (np.clip(1 - np.abs((turn - k + 2) % 4 - 2), 0, 1) for k in range(4))
    maps = [
        _filtered(strength * share, partial(cv2.GaussianBlur, ksize=(0, 0), sigmaX=1.2))
        for share in shares
    ]
    return np.concatenate([m.reshape(len(m), -1) for m in maps], axis=1)


def _filtered(
    squares: NDArray[np.float32], by: Callable[[NDArray[np.float32]], Any]
) -> NDArray[np.float32]:
    """(n, y, x) each filtered by itself, all in one call: one above the other, mirrored between."""
    count, high, wide = squares.shape
    edge = REACH_PX
    apart = np.pad(squares, ((0, 0), (edge, edge), (edge, edge)), mode="reflect")
    tall = np.asarray(by(apart.reshape(-1, wide + 2 * edge)), np.float32)
    return tall.reshape(count, high + 2 * edge, -1)[:, edge:-edge, edge:-edge]


def cut_out(ink: Ink) -> Ink | None:
    """The part that is drawn on; None where nothing is."""
    rows, columns = np.nonzero(ink > 0.5 * float(ink.max(initial=0)))
    if rows.size == 0:
        return None
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


@cache
def _examples() -> tuple[NDArray[np.float32], NDArray[np.intp]]:
    """(n, length) shapes and the digit that each shows."""
    glyphs, classes = [], []
    for digit, drawn in _drawings():
        for width in WIDTHS:
            for lines in LINES_PX:
                glyph = _seen(drawn, width, lines)
                if glyph is not None:
                    glyphs.append(glyph)
                    classes.append(digit)
    return shapes_of(glyphs), np.array(classes)


def _seen(drawn: Ink, width: float, lines: int) -> Ink | None:
    """A drawn digit as a screen of so many lines a digit shows it, enlarged again."""
    shrink = lines / drawn.shape[0]
    size = max(2, round(drawn.shape[1] * shrink * width)), lines
    small = cv2.copyMakeBorder(
        cv2.resize(drawn, size, interpolation=cv2.INTER_AREA), 2, 2, 2, 2, 0, value=0.0
    )
    enlarge = max(1, round(DRAWN_PX / lines))
    return cut_out(
        np.asarray(cv2.resize(small, None, fx=enlarge, fy=enlarge, interpolation=cv2.INTER_CUBIC))
    )


def drawings_of(text: str) -> Iterator[Ink]:
    """A text in the fonts that are at hand."""
    yield from _by_pillow(text)
    yield from _by_opencv(text)


def _drawings() -> Iterator[tuple[int, Ink]]:
    for digit, letter in enumerate(DIGITS):
        for drawn in (*drawings_of(letter), *_by_strokes(letter)):
            found = cut_out(drawn)
            if found is not None:
                yield digit, found


def _by_pillow(text: str) -> Iterator[Ink]:
    fonts = [(ImageFont.load_default(DRAWN_PX), weight) for weight in (0, 1, 2)]
    for font, weight in (*fonts, (ImageFont.load_default_imagefont(), 0)):
        image = Image.new("L", (DRAWN_PX * (len(text) + 1), 2 * DRAWN_PX))
        ImageDraw.Draw(image).text((8, 8), text, fill=255, font=font, stroke_width=weight)
        yield np.asarray(image, np.float32) / np.float32(255)


def _by_opencv(text: str) -> Iterator[Ink]:
    for font in CV_FONTS:
        for thickness in (2, 4):
            image = np.zeros((2 * DRAWN_PX, DRAWN_PX * (len(text) + 1)), np.uint8)
            cv2.putText(image, text, (8, 60), font, 1.5, 255, thickness, cv2.LINE_AA)
            yield image.astype(np.float32) / np.float32(255)


def _by_strokes(letter: str) -> Iterator[Ink]:
    for strokes in _STROKES[letter]:
        for thickness in (4, 6):
            image = np.zeros((DRAWN_PX + 16, DRAWN_PX + 16), np.uint8)
            lines = [np.round((np.array(s) * DRAWN_PX + 8) * 16).astype(np.int32) for s in strokes]
            cv2.polylines(image, lines, False, 255, thickness, cv2.LINE_AA, 4)
            yield image.astype(np.float32) / np.float32(255)


def _arc(
    x: float, y: float, rx: float, ry: float, start: float, end: float
) -> list[tuple[float, float]]:
    """Points along an ellipse, degrees clockwise from the right."""
    angles = np.radians(np.linspace(start, end, 24))
    return [(x + rx * float(np.cos(a)), y + ry * float(np.sin(a))) for a in angles]


def _upside_down(strokes: list[list[tuple[float, float]]]) -> list[list[tuple[float, float]]]:
    return [[(0.6 - x, 1 - y) for x, y in stroke] for stroke in strokes]


_ROUND = _arc(0.3, 0.5, 0.3, 0.5, 0, 360)
_SIXES = [
    [_arc(0.45, 0.62, 0.45, 0.62, 260, 180), _arc(0.3, 0.68, 0.3, 0.32, 0, 360)],
    [[*_arc(0.34, 0.5, 0.34, 0.5, 320, 180)], _arc(0.3, 0.67, 0.3, 0.33, 0, 360)],
    [[(0.42, 0.0), (0.06, 0.52)], _arc(0.3, 0.68, 0.3, 0.32, 0, 360)],
]
_STROKES: dict[str, list[list[list[tuple[float, float]]]]] = {
    "0": [
        [_ROUND],
        [_ROUND, [(0.48, 0.14), (0.12, 0.86)]],
        [_ROUND, [(0.3, 0.46), (0.3, 0.54)]],
    ],
    "1": [
        [[(0.0, 0.22), (0.26, 0.0), (0.26, 1.0)]],
        [[(0.06, 0.16), (0.28, 0.0), (0.28, 1.0)], [(0.0, 1.0), (0.56, 1.0)]],
        [[(0.0, 0.1), (0.2, 0.0), (0.2, 1.0)], [(0.0, 1.0), (0.4, 1.0)]],
        [[(0.0, 0.3), (0.2, 0.24), (0.3, 0.0), (0.3, 1.0)]],
    ],
    "2": [
        [[*_arc(0.3, 0.3, 0.29, 0.3, 190, 390), (0.0, 1.0), (0.6, 1.0)]],
        [[(0.02, 0.1), *_arc(0.28, 0.28, 0.3, 0.28, 240, 400), (0.02, 1.0), (0.58, 1.0)]],
    ],
    "3": [
        [_arc(0.28, 0.26, 0.27, 0.26, 200, 450), _arc(0.28, 0.74, 0.31, 0.26, 270, 520)],
        [[(0.04, 0.04), *_arc(0.25, 0.26, 0.3, 0.26, 270, 450)],
         [(0.15, 0.5), *_arc(0.25, 0.74, 0.35, 0.26, 270, 450), (0.02, 0.95)]],
        [[(0.02, 0.0), (0.56, 0.0), (0.26, 0.38), *_arc(0.28, 0.7, 0.31, 0.3, 290, 510)]],
    ],
    "4": [
        [[(0.45, 1.0), (0.45, 0.0), (0.0, 0.7), (0.62, 0.7)]],
        [[(0.5, 1.0), (0.5, 0.0)], [(0.42, 0.0), (0.0, 0.76), (0.66, 0.76)]],
        [[(0.2, 0.0), (0.0, 0.66), (0.6, 0.66)], [(0.46, 0.34), (0.46, 1.0)]],
    ],
    "5": [
        [[(0.54, 0.0), (0.1, 0.0), (0.05, 0.46), *_arc(0.26, 0.67, 0.33, 0.33, 235, 480)]],
        [[(0.52, 0.0), (0.08, 0.0), (0.08, 0.42), *_arc(0.26, 0.69, 0.33, 0.31, 250, 460),
          (0.02, 0.96)]],
    ],
    "6": _SIXES,
    "7": [
        [[(0.0, 0.0), (0.6, 0.0), (0.18, 1.0)]],
        [[(0.0, 0.0), (0.58, 0.0), (0.34, 0.45), (0.24, 1.0)]],
    ],
    "8": [
        [_arc(0.3, 0.25, 0.25, 0.25, 0, 360), _arc(0.3, 0.74, 0.3, 0.26, 0, 360)],
        [_arc(0.3, 0.23, 0.27, 0.23, 0, 360), _arc(0.3, 0.73, 0.29, 0.27, 0, 360)],
    ],
    "9": [_upside_down(s) for s in _SIXES],
}  # fmt: skip
