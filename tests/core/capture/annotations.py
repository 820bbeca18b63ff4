"""Screens of an imaginary workstation on which somebody has outlined a region: the truth is known.

Knows nothing about ParaSAM. Everything follows from the seed. Pixel centres are whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from scipy.spatial import cKDTree
from skimage.draw import polygon

from tests.core.capture.screens import b_mode

SIZES = [(800, 600), (1024, 768), (1280, 1024), (1920, 1080), (2560, 1440)]
INKS = {  # RGB
    "blue": (30, 90, 255),
    "cyan": (40, 200, 255),
    "green": (20, 230, 60),
    "yellow": (250, 240, 30),
    "orange": (255, 140, 20),
    "red": (240, 30, 30),
    "magenta": (240, 40, 230),
}
MARKS = ["calliper", "arrow", "text", "cross-hair", "ruler", "counter", "ecg", "logo"]


@dataclass
class Case:
    """One tumour's folder before it is written."""

    captures: list[np.ndarray]  # (y, x, 3) RGB
    originals: list[np.ndarray]  # (y, x) uint8
    truths: list[np.ndarray]  # (y, x) bool on the originals' grid
    screen_truths: list[np.ndarray]  # (y, x) bool on the panel's crop of the capture
    panel: tuple[int, int, int, int]
    says: dict = field(default_factory=dict)


def curve(rng, centre, radius, squash):
    """A lobed closed curve: (n, 2) points (x, y), dense."""
    t = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    lobes = [rng.uniform(-0.14, 0.14) / k for k in (2, 3, 4, 5)]
    phases = rng.uniform(0, 6.3, 4)
    r = 1 + sum(a * np.cos(k * t + p) for k, a, p in zip((2, 3, 4, 5), lobes, phases, strict=True))
    return np.stack([centre[0] + radius * r * np.cos(t),
                     centre[1] + radius * r * np.sin(t) * squash], axis=1)  # fmt: skip


def inside(points, shape, scale=(1.0, 1.0), offset=(0.0, 0.0)):
    """True where scale · (pixel centre) + offset lies within the curve."""
    columns, rows = ((points - offset) / scale).T
    truth = np.zeros(shape, bool)
    truth[polygon(rows, columns, shape)] = True
    return truth


def stroke(points, shape, width, *, smooth, gap=0.0, at=0):
    """(y, x) 0..1: how much of each pixel a line along the curve covers."""
    kept = np.roll(points, -at, axis=0)
    if gap:
        steps = np.hypot(*np.diff(kept, axis=0).T).cumsum()
        kept = kept[: np.searchsorted(steps, steps[-1] - gap - width)]
    x0, y0 = np.floor(kept.min(axis=0) - width - 3).astype(int).clip(0)
    x1, y1 = np.ceil(kept.max(axis=0) + width + 4).astype(int)
    x1, y1 = min(x1, shape[1]), min(y1, shape[0])
    rows, columns = np.mgrid[y0:y1, x0:x1]
    far, _ = cKDTree(kept).query(np.stack([columns, rows], -1).reshape(-1, 2))
    far = far.reshape(rows.shape)
    alpha = np.zeros(shape)
    part = np.clip(width / 2 + 0.5 - far, 0, 1)
    alpha[y0:y1, x0:x1] = part if smooth else far <= max(width / 2, 0.71)
    return alpha


def case(seed, frames=3, **says) -> Case:
    """A folder of `frames` captures; `says` fixes what the seed would decide."""
    rng = np.random.default_rng(seed)

    def decide(name, value):
        says.setdefault(name, value)
        return says[name]

    width, height = decide("size", SIZES[rng.integers(len(SIZES))])
    scale = np.array(
        decide("scale", (s := rng.uniform(0.8, 2.6), s * rng.choice([1, 1, 0.8, 1.3])))
    )
    wide = decide("wide", int(rng.uniform(0.35, 0.62) * width / scale[0]))
    high = decide("high", int(rng.uniform(0.4, 0.62) * height / scale[1]))
    w, h = round(wide * scale[0]), round(high * scale[1])
    x0 = decide("x0", int(rng.uniform(70, max(71, width - w - 90))))
    y0 = decide("y0", int(rng.uniform(40, max(41, height - h - 60))))
    panel = (x0, y0, x0 + w, y0 + h)
    scale = np.array([w / wide, h / high])
    ink = INKS[decide("ink", rng.choice(list(INKS)))]
    px = decide("stroke", float(rng.choice([1, 1.5, 2, 2, 3, 4, 6])))
    smooth = decide("smooth", bool(rng.random() < 0.7))
    decide("jpeg", int(rng.choice([0, 0, 60, 75, 85, 95])))
    gap = decide("gap", float(rng.choice([0, 0, 0, 3, 6])))
    marks = decide("marks", [m for m in MARKS if rng.random() < 0.5])
    frame = decide("frame", bool(rng.random() < 0.6))
    gel = rng.uniform(0, 0.3)
    dark = (0, 12, 40)[rng.integers(3)]
    tissue = b_mode(rng, frames, high, wide, gel=gel)
    made = Case([], list(tissue), [], [], panel, says)
    least = min(w, h)
    radius = decide("radius", rng.uniform(0.12, 0.3))
    centre = np.array([x0 + w * rng.uniform(0.4, 0.6), y0 + h * rng.uniform(0.45, 0.6)])
    for z in range(frames):
        points = curve(
            rng, centre + rng.normal(0, 3, 2), least * radius * rng.uniform(0.8, 1.1), 0.8
        )
        screen = np.full((height, width, 3), dark, np.uint8)
        shown = cv2.resize(tissue[z], (w, h), interpolation=cv2.INTER_CUBIC)
        screen[y0 : y0 + h, x0 : x0 + w] = shown[..., None]
        if frame:
            cv2.rectangle(screen, (x0 - 2, y0 - 2), (x0 + w + 1, y0 + h + 1), (70, 90, 220), 2)
        draw_marks(screen, panel, marks, rng, ink, z)
        if not says.get("blank"):
            alpha = stroke(
                points, (height, width), px, smooth=smooth, gap=gap, at=rng.integers(4000)
            )
            screen = (screen * (1 - alpha[..., None]) + np.array(ink) * alpha[..., None]).round()
        made.captures.append(screen.astype(np.uint8))
        offset = np.array([x0, y0]) + scale / 2 - 0.5
        made.truths.append(inside(points, (high, wide), scale, offset))
        made.screen_truths.append(inside(points, (h, w), offset=np.array([x0, y0])))
    return made


def draw_marks(screen, panel, marks, rng, ink, z):  # noqa: C901
    x0, y0, x1, y1 = panel
    w, h = x1 - x0, y1 - y0
    other = (250, 240, 30) if rng.random() < 0.5 else ink
    thick = max(1, round(screen.shape[0] / 900))
    size = screen.shape[0] / 1400
    if "calliper" in marks:
        ends = [(int(x0 + w * rng.uniform(0.05, 0.95)), int(y0 + h * rng.uniform(0.05, 0.95)))
                for _ in range(2)]  # fmt: skip
        for x, y in ends:
            cv2.drawMarker(screen, (x, y), other, cv2.MARKER_CROSS, int(0.03 * h) + 5, thick)
        for t in np.linspace(0, 1, 30):
            x, y = ((1 - t) * np.array(ends[0]) + t * np.array(ends[1])).astype(int)
            cv2.circle(screen, (int(x), int(y)), thick, other, -1)
    if "arrow" in marks:
        x, y = int(x0 + w * 0.06), int(y0 + h * 0.2)
        cv2.arrowedLine(screen, (x, y), (x + int(0.07 * w), y + 8), other, thick, cv2.LINE_AA)
        cv2.fillPoly(screen, [np.array([(x1 + 6, y), (x1 + 14, y - 5), (x1 + 14, y + 5)])], other)
    if "text" in marks:
        at = (int(x0 + w * 0.04), int(y1 - h * 0.05))
        cv2.putText(screen, "0.80 mm OD8", at, 0, size, other, thick, cv2.LINE_AA)
    if "cross-hair" in marks:
        x, y = int(x0 + w * 0.8), int(y0 + h * 0.3)
        cv2.drawMarker(screen, (x, y), other, cv2.MARKER_CROSS, int(0.1 * h), thick)
        cv2.circle(screen, (x, y), 5 * thick, other, thick, cv2.LINE_AA)
    if "ruler" in marks:
        for i, y in enumerate(range(y0, y1, max(6, h // 40))):
            cv2.line(screen, (x1 + 18, y), (x1 + (28 if i % 5 == 0 else 23), y), (200,) * 3, 1)
            cv2.line(screen, (x0 - 12, y), (x0 - 8, y), other, 1)
    if "counter" in marks:
        cv2.putText(screen, f"{z + 1}/30", (x0, y1 + 40), 0, size, (235, 230, 20), thick)
    if "ecg" in marks:
        x = np.arange(x0, x1)
        y = y1 + 30 - 14 * np.maximum(0, 1 - np.abs((x - 37 * z) % 160 - 80) / 5)
        cv2.polylines(screen, [np.stack([x, y], 1).astype(np.int32)], False, (20, 170, 40), 1)
    if "logo" in marks:
        cv2.circle(screen, (30, 25), 14, (30, 120, 255), 3, cv2.LINE_AA)
        cv2.putText(screen, "VIRTUAL", (52, 30), 0, 0.6, (30, 120, 255), 1, cv2.LINE_AA)


def write(made: Case, folder: Path, *, originals: bool, name="T1_d0") -> Path:
    """As a lab keeps it: annotations/<n>.png|jpg beside originals/<name>_C1_<n>.tif."""
    (folder / "annotations").mkdir(parents=True)
    quality = made.says.get("jpeg", 0)
    for n, capture in enumerate(made.captures, 1):
        bgr = cv2.cvtColor(capture, cv2.COLOR_RGB2BGR)
        path = str(folder / "annotations" / f"{n}.{'jpg' if quality else 'png'}")
        cv2.imwrite(path, bgr, [cv2.IMWRITE_JPEG_QUALITY, quality] if quality else [])
    if originals:
        (folder / "originals").mkdir()
        for n, original in enumerate(made.originals, 1):
            cv2.imwrite(str(folder / "originals" / f"{name}_C1_{n}.tif"), original)
    return folder
