"""Screens of an imaginary scanner: a B-mode area of known place among everything that misleads.

Knows nothing about ParaSAM. Every screen follows from its seed; frames are (z, y, x, 3) uint8 BGR.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

SIZES = [(640, 480), (800, 600), (1024, 768), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160)]
NAMES = ["counter", "ecg", "ruler", "bar", "arrows", "logo", "text", "frame", "clock", "thumbnail"]


@dataclass
class Screen:
    """Frames (z, y, x, 3), the true area (x0, y0, x1, y1), and how they were drawn."""

    frames: np.ndarray
    box: tuple[int, int, int, int]
    says: dict = field(default_factory=dict)

    @property
    def scale(self):
        """Pixels of this screen to one of a screen of 480 lines, at least 1."""
        return max(1, min(self.frames.shape[1:3]) / 480)


def b_mode(rng, count, height, width, gel=None, gain=None, noise_db=None):
    """A sweep over a lump below gel: (z, y, x) uint8, log-compressed Rayleigh speckle.

    `gel` is its share of the depth, `noise_db` the level of electronic noise against tissue.
    """
    h, w = min(height, 300), min(width, 400)
    gel = rng.uniform(0, 0.35) if gel is None else gel
    gain = rng.uniform(-12, 10) if gain is None else gain
    noise_db = rng.uniform(-75, -50) if noise_db is None else noise_db
    y, x = np.mgrid[0:h, 0:w] / np.array([h, w])[:, None, None]
    grain = (0, rng.uniform(0.5, 1.2), rng.uniform(0.8, 2.2))
    bump, place, echo = rng.uniform(0, 0.2), rng.uniform(0.3, 0.7), rng.uniform(-18, -3)
    fade, shadow = rng.uniform(0, 25), rng.uniform(0, 1)
    span = rng.uniform(45, 65)
    frames = np.empty((count, height, width), np.uint8)
    phase = rng.standard_normal((2, h, w))
    for z in range(count):
        t = z / max(count - 1, 1)
        phase = 0.6 * phase + 0.8 * rng.standard_normal((2, h, w))
        speckle = np.hypot(*(cv2.GaussianBlur(p, (0, 0), grain[2], sigmaY=grain[1]) for p in phase))
        speckle /= speckle.mean()
        skin = gel - bump * np.sin(np.pi * t) * np.exp(-(((x - place) / 0.25) ** 2))
        level = np.where(y > skin, -fade * (y - skin), -200.0)
        level = level + np.where(np.abs(y - skin) < 0.02, 10.0, 0.0)
        lump = ((x - place) / 0.2) ** 2 + ((y - gel - 0.25) / 0.18) ** 2 < np.sin(np.pi * t)
        level = np.where(lump & (y > skin), level + echo, level)
        if shadow > 0.7:
            level = np.where((np.abs(x - 0.2 * shadow) < 0.06) & (y > gel + 0.2), level - 30, level)
        noise = np.hypot(*rng.standard_normal((2, h, w)))
        db = 20 * np.log10(speckle * 10 ** (level / 20) + noise * 10 ** (noise_db / 20)) + gain
        grey = np.clip((db + span - 12) / span * 255, 0, 255).astype(np.uint8)
        frames[z] = cv2.resize(grey, (width, height), interpolation=cv2.INTER_LINEAR)
    return frames


def screen(seed, count=24, size=None, box=None, content=None, wearing=None, panel=None, **tissue):
    """A Screen of `count` frames; what is not given follows from the seed.

    `wearing` names what is drawn around the area, `panel` is the grey level behind it, `tissue`
    goes to `b_mode`.
    """
    rng = np.random.default_rng(seed)
    width, height = size or SIZES[rng.integers(len(SIZES))]
    s = height / 480
    if box is None:
        w, h = int(width * rng.uniform(0.35, 0.72)), int(height * rng.uniform(0.38, 0.72))
        x0 = int(rng.uniform(0.12 * width, 0.9 * width - w))
        y0 = int(rng.uniform(0.08 * height, 0.86 * height - h))
        box = (x0, y0, x0 + w, y0 + h)
    x0, y0, x1, y1 = box
    wearing = [n for n in NAMES if rng.random() < 0.6] if wearing is None else wearing
    if content is None:
        content = b_mode(rng, count, y1 - y0, x1 - x0, **tissue)
    panel = (0 if rng.random() < 0.6 else int(rng.integers(1, 70))) if panel is None else panel
    base = np.full((height, width, 3), panel, np.uint8)
    if panel and rng.random() < 0.5:
        base[: int(0.06 * height)] = panel // 2 + 20
    _still(base, box, wearing, rng, s)
    frames = np.repeat(base[None], len(content), 0)
    frames[:, y0:y1, x0:x1] = content[..., None]
    for z, frame in enumerate(frames):
        _moving(frame, box, wearing, z, len(content), s)
    return Screen(frames, box, {"size": (width, height), "wearing": wearing, "panel": panel})


def write_video(path: Path, frames, fourcc="MJPG", quality=None):
    """Encode (z, y, x) grey or (z, y, x, 3) BGR; FFV1 is lossless."""
    colour = frames.ndim == 4
    height, width = frames.shape[1:3]
    options = [cv2.VIDEOWRITER_PROP_IS_COLOR, int(colour)]
    options += [cv2.VIDEOWRITER_PROP_QUALITY, quality] if quality and fourcc == "MJPG" else []
    code = cv2.VideoWriter_fourcc(*fourcc)
    backend = cv2.CAP_OPENCV_MJPEG if fourcc == "MJPG" else cv2.CAP_FFMPEG
    writer = cv2.VideoWriter(str(path), backend, code, 10.0, (width, height), options)
    assert writer.isOpened()
    for frame in frames:
        writer.write(frame)
    writer.release()
    return path


def read_video(path: Path):
    """All frames of a video, (z, y, x, 3) BGR."""
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    frames = []
    while (read := capture.read())[0]:
        frames.append(read[1])
    return np.stack(frames)


def _text(image, words, at, s, colour=(255, 255, 255), scale=0.4):
    at = (int(at[0]), int(at[1]))
    cv2.putText(image, words, at, cv2.FONT_HERSHEY_SIMPLEX, scale * s, colour, max(1, int(s)), 16)


def _still(image, box, wearing, rng, s):
    x0, y0, x1, y1 = box
    height, width = image.shape[:2]
    if "ruler" in wearing:
        _ruler(image, box, x1 + int(rng.integers(2, 10) * s), s)
    if "bar" in wearing:
        ramp = np.linspace(255, 0, y1 - y0, dtype=np.uint8)[:, None, None]
        at, wide = max(x0 - int(18 * s), 0), int(8 * s)
        image[y0:y1, at : at + wide] = ramp
    if "frame" in wearing:
        out = int(rng.integers(1, 12) * s)
        grey = (90, 90, 90) if rng.random() < 0.5 else (160, 90, 20)
        cv2.rectangle(image, (x0 - out, y0 - out), (x1 + out, y1 + out), grey, max(1, int(s)))
    if "text" in wearing:
        for k in range(rng.integers(2, 7)):
            at = (5 * s, (12 + 14 * k) * s)
            _text(image, "VisualScan 3100  MS550D  30 MHz", at, s, scale=0.35)
        _text(image, "3D-Mode  Gain 22 dB", (0.6 * width, height - 6 * s), s)
    if "thumbnail" in wearing:
        w, h = int(0.1 * width), int(0.1 * height)
        image[height - h :, :w] = b_mode(rng, 1, h, w)[0][..., None]


def _ruler(image, box, at, s):
    _, y0, _, y1 = box
    for k, y in enumerate(np.linspace(y0, y1 - 1, 41)):
        end = at + int((3 if k % 4 else 6) * s)
        cv2.line(image, (at, int(y)), (end, int(y)), (200,) * 3, max(1, int(s)))
        if k % 4 == 0:
            _text(image, str(k // 4), (at + 9 * s, y + 4 * s), s)


def _moving(image, box, wearing, z, count, s):
    x0, y0, x1, y1 = box
    height, width = image.shape[:2]
    below = min(y1 + int(20 * s), height - int(4 * s))
    if "ecg" in wearing:
        x = np.arange(x0, x1)
        y = below + 6 * s * np.sin((x - x0) / (9 * s) + z) * (np.sin((x - x0) / (40 * s) + z) > 0.9)
        cv2.polylines(
            image, [np.stack([x, y], 1).astype(np.int32)], False, (0, 200, 0), max(1, int(s))
        )
    if "counter" in wearing:
        _text(
            image, f"{z + 1}/{count}", (x0 + 0.4 * (x1 - x0), height - 6 * s), s, (0, 255, 255), 0.5
        )
    if "clock" in wearing:
        _text(image, f"10:42:{z % 60:02d}.{z * 37 % 100:02d}", (width - 110 * s, 14 * s), s)
    if "arrows" in wearing:
        for part in (0.3, 0.6):
            tip = np.array([x1 + 8 * s, y0 + part * (y1 - y0)])
            wing = np.array([[0, 0], [8 * s, -5 * s], [8 * s, 5 * s]])
            cv2.fillPoly(image, [(tip + wing).astype(np.int32)], (0, 255, 255))
    if "logo" in wearing:
        for k in range(9):
            at = (int(x1 - (8 + 7 * (k % 3)) * s), int(y0 + (8 + 7 * (k // 3)) * s))
            cv2.circle(image, at, max(1, int(2 * s)), (255, 255, 255), -1)
