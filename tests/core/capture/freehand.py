"""Lines as a person draws them around a lesion, and the region that their centre encloses.

Knows nothing about ParaSAM. Points are (n, 2), x before y; pixel centres are whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np

SHAPES = {
    "lobed": 6, "polygon": 3, "spline": 3, "ellipse": 1, "spiky": 1, "bean": 1, "horseshoe": 1,
    "dumbbell": 1, "overlap": 1, "tail": 1, "loop": 1, "eight": 1,
}  # fmt: skip
FINE = 6


@dataclass
class Line:
    """What is drawn: paths of the pen, and the closed curves whose insides are the truth."""

    paths: list[np.ndarray]
    around: list[np.ndarray]
    says: dict = field(default_factory=dict)

    def moved(self, scale, offset):
        """The same in other coordinates."""
        change = [[p * scale + offset for p in some] for some in (self.paths, self.around)]
        return Line(*change, self.says)


def dense(points, step=0.25):
    """The path with points at most `step` apart."""
    pieces = []
    for a, b in pairwise(points):
        n = max(1, int(np.ceil(np.hypot(*(b - a)) / step)))
        pieces.append(a + (b - a) * np.arange(n)[:, None] / n)
    return np.concatenate([*pieces, points[-1:]])


def closed(points):
    return np.concatenate([points, points[:1]])


def length_along(points):
    return np.concatenate([[0], np.hypot(*np.diff(points, axis=0).T).cumsum()])


def lobed(rng, n=1500, rough=0.22, turns=1.0):
    """A unit blob."""
    t = np.linspace(0, 2 * np.pi * turns, n, endpoint=turns != 1.0)
    r = np.ones(n)
    for k in range(2, 7):
        r += rng.normal(0, rough / k) * np.cos(k * t + rng.uniform(0, 7))
    r = np.clip(r, 0.45, 1.7)
    return np.stack([r * np.cos(t), r * np.sin(t) * rng.uniform(0.55, 1.0)], 1)


def smooth_through(corners, n=40):
    """A closed Catmull-Rom spline."""
    p = [np.roll(corners, k, axis=0)[:, None] for k in (1, 0, -1, -2)]
    t = (np.arange(n) / n)[None, :, None]
    curve = 0.5 * (
        2 * p[1] + (p[2] - p[0]) * t + (2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]) * t**2
        + (3 * p[1] - p[0] - 3 * p[2] + p[3]) * t**3
    )  # fmt: skip
    return curve.reshape(-1, 2)


def corners(rng, n, rough):
    t = np.sort(2 * np.pi * (np.arange(n) + rng.uniform(-0.3, 0.3, n)) / n)
    r = 1 + rng.uniform(-rough, rough, n)
    return np.stack([r * np.cos(t), 0.8 * r * np.sin(t)], 1)


def bent_band(rng, span, thick):
    """A band along an arc: a bean, or a horseshoe with a narrow mouth."""
    t = np.linspace(-span / 2, span / 2, 400)
    outer = np.stack([np.cos(t), np.sin(t)], 1)
    inner = (1 - thick) * outer[::-1]
    ends = []
    for a, b in ((outer[-1], inner[0]), (inner[-1], outer[0])):
        mid, half = (a + b) / 2, (a - b) / 2
        u = np.linspace(0, np.pi, 60)[1:-1, None]
        ends.append(mid + half * np.cos(u) + np.array([-half[1], half[0]]) * np.sin(u))
    turn = rng.uniform(0, 7)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.concatenate([outer, ends[0], inner, ends[1]]) @ spin.T


def dumbbell(rng, neck):
    t = np.linspace(0, 2 * np.pi, 1200, endpoint=False)
    y = np.sin(t) * (neck + (0.62 - neck) * np.sin(2 * np.abs(np.arcsin(np.cos(t)))) ** 2)
    turn = rng.uniform(0, 7)
    flat = np.stack([1.1 * np.cos(t), y], 1)
    return flat @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])


def line(rng, shape, centre, radius) -> Line:
    """One lesion's line of a named shape; `radius` in pixels, about."""
    if shape in ("overlap", "tail", "loop", "eight"):
        return _crossing(rng, shape, centre, radius)
    unit = {
        "lobed": lambda: lobed(rng),
        "polygon": lambda: corners(rng, int(rng.integers(6, 22)), 0.2),
        "spline": lambda: smooth_through(corners(rng, int(rng.integers(5, 14)), 0.25)),
        "ellipse": lambda: lobed(rng, rough=0),
        "spiky": lambda: corners(rng, 2 * int(rng.integers(5, 9)), 0.4),
        "bean": lambda: bent_band(rng, rng.uniform(2, 3.5), 0.6),
        "horseshoe": lambda: bent_band(rng, rng.uniform(4.4, 5.4), rng.uniform(0.3, 0.45)),
        "dumbbell": lambda: dumbbell(rng, rng.uniform(0.1, 0.25)),
    }[shape]()
    ring = closed(unit * radius + centre)
    return Line([dense(ring)], [dense(ring)], {"shape": shape})


def _crossing(rng, shape, centre, radius) -> Line:
    ring = dense(closed(lobed(rng) * radius + centre))
    start = int(rng.integers(len(ring)))
    ring = np.concatenate([ring[start:-1], ring[: start + 1]])
    along, back = ring[-1] - ring[-8], ring[8] - ring[0]
    along, back = along / np.hypot(*along), back / np.hypot(*back)
    out = np.array([along[1], -along[0]])
    far = float(rng.uniform(5, 18))
    if shape == "tail":
        beyond = dense(np.stack([ring[-1], ring[-1] + far * (along + out)]))
        paths = [np.concatenate([ring, beyond]),
                 dense(np.stack([ring[0], ring[0] - far * (back - 0.6 * out)]))]  # fmt: skip
        return Line(paths, [ring], {"shape": shape})
    if shape == "overlap":  # the pen comes back inside and leaves outside of where it began
        n = min(len(ring) // 6, int(40 / 0.25))
        away = np.linspace(-1, 1, n)[:, None] * out * rng.uniform(1.5, 5)
        path = np.concatenate([ring, ring[1 : n + 1] + away])
        join = np.linspace(ring[-1], path[len(ring)], 20)
        path = np.concatenate([ring, join, path[len(ring) :]])
        return Line([path], [path], {"shape": shape, "flood": True})
    if shape == "loop":
        r = rng.uniform(4, 10)
        t = np.linspace(0, 2 * np.pi, 200)[:, None]
        small = ring[-1] + r * (np.sin(t) * along + (1 - np.cos(t)) * out)
        return Line([ring, small], [ring, small], {"shape": shape, "flood": True})
    share = int(len(ring) * rng.uniform(0.45, 0.55))
    eight = ring.copy()
    eight[share:] = ring[share:][::-1]
    eight = dense(np.concatenate([ring[:share], eight[share:], ring[:1]]))
    return Line([eight], [eight], {"shape": shape, "flood": True})


def with_gaps(path, gaps, rng):
    """The pieces of a path that are left when gaps of these lengths are taken out of it."""
    far = length_along(path)
    lost = np.zeros(len(path), bool)
    for gap in gaps:
        at = rng.uniform(0, far[-1])
        lost |= np.abs((far - at + far[-1] / 2) % far[-1] - far[-1] / 2) < gap / 2
    return runs(path, ~lost)


def dashed(path, on, off):
    return runs(path, length_along(path) % (on + off) < on)


def runs(path, kept):
    edges = np.flatnonzero(np.diff(np.concatenate([[0], kept.astype(int), [0]])))
    return [path[a:b] for a, b in edges.reshape(-1, 2) if b - a > 1]


def cover(paths, shape, width, smooth):
    """(y, x) 0..1: how much of each pixel the pen covers."""
    alpha = np.zeros(shape, np.float32)
    if not paths:
        return alpha
    every = np.concatenate(paths)
    x0, y0 = np.maximum(np.floor(every.min(0) - width - 2).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(every.max(0) + width + 3).astype(int), shape[::-1])
    if x1 <= x0 or y1 <= y0:
        return alpha
    if not smooth and width < 1.5:
        bits = np.zeros((y1 - y0, x1 - x0), np.uint8)
        for p in paths:
            cv2.polylines(bits, [(p - (x0, y0)).round().astype(np.int32)], False, 1, 1, cv2.LINE_8)
        alpha[y0:y1, x0:x1] = bits
        return alpha
    big = np.zeros(((y1 - y0) * FINE, (x1 - x0) * FINE), np.uint8)
    for p in paths:
        q = ((p - (x0, y0) + 0.5) * FINE - 0.5) * 16
        cv2.polylines(big, [q.round().astype(np.int32)], False, 1, round(width * FINE), 8, 4)
    part = cv2.resize(big.astype(np.float32), (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    alpha[y0:y1, x0:x1] = part if smooth else part >= 0.5
    return alpha


def enclosed(drawn: Line, shape):
    """(y, x) True where a pixel's centre lies inside."""
    truth = np.zeros(shape, bool)
    for curve in drawn.around:
        truth |= _flooded(curve, shape) if drawn.says.get("flood") else _wound(curve, shape)
    return truth


def _wound(curve, shape):
    """Where the curve's winding number is not 0."""
    height, width = shape
    curve = dense(curve, 0.45)
    a, b = curve[:-1], curve[1:]
    row = np.ceil(np.minimum(a[:, 1], b[:, 1])).astype(int)
    crossing = (row < np.maximum(a[:, 1], b[:, 1])) & (row >= 0) & (row < height)
    a, b, row = a[crossing], b[crossing], row[crossing]
    x = a[:, 0] + (row - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0])
    turns = np.zeros((height, width + 1), int)
    np.add.at(
        turns, (row, np.clip(np.ceil(x).astype(int), 0, width)), np.sign(b - a)[:, 1].astype(int)
    )
    return turns.cumsum(1)[:, :width] != 0


def _flooded(curve, shape, fine=8):
    """Where the outside does not come in; half of the line itself counts."""
    low = np.floor(curve.min(0)).astype(int) - 2
    size = np.ceil(curve.max(0)).astype(int) + 3 - low
    big = np.zeros(size[::-1] * fine, np.uint8)
    q = (curve - low + 0.5) * fine - 0.5
    cv2.polylines(big, [q.round().astype(np.int32)], False, 1, 1, cv2.LINE_8)
    _, labels = cv2.connectedComponents(1 - big, connectivity=4)
    inner = (labels != labels[0, 0]) & (big == 0)
    ys, xs = np.mgrid[0 : size[1], 0 : size[0]]
    at = (ys * fine + fine // 2, xs * fine + fine // 2)
    half = (big[at] > 0) & ((ys + xs) % 2 == 0)
    part = inner[at] | half
    truth = np.zeros(shape, bool)
    x0, y0 = np.maximum(low, 0)
    x1, y1 = np.minimum(low + size, shape[::-1])
    if x1 > x0 and y1 > y0:
        truth[y0:y1, x0:x1] = part[y0 - low[1] : y1 - low[1], x0 - low[0] : x1 - low[0]]
    return truth
