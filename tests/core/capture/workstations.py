"""Workstations: what captures of scanner software, and exports without any, look like.

A second generator beside `screens`, drawn independently of it: tissue in layers, convex probes,
light and dark software, several panels, traces, moving bars and pointers, frames that fade in or
freeze, letterboxes, interlacing and hard compression. Knows nothing about ParaSAM. Everything
follows from the seed; frames are (z, y, x, 3) uint8 BGR.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tests.core.capture.screens import read_video, write_video

SIZES = [(640, 480), (720, 576), (800, 600), (1024, 768), (1280, 720), (1280, 1024), (1920, 1080)]
THEMES = {"black": (0, 0, 0), "night": (9, 9, 9), "dark": (46, 42, 40), "blue": (84, 50, 28),
          "grey": (128, 128, 128), "light": (222, 222, 222), "white": (250, 250, 250)}  # fmt: skip
WORN = ["title", "toolbar", "list", "status", "thumbnails", "ruler", "focus", "bar", "tgc",
        "outlined", "trace", "progress", "caret", "burnt", "doppler", "mmode", "dual"]  # fmt: skip
ODDS = {"mmode": 0.2, "dual": 0.12, "doppler": 0.2, "burnt": 0.4, "outlined": 0.25}
PLAYED = ["plain"] * 4 + ["fade", "freeze", "partial", "slow"]
CODECS = {"jpeg": "MJPG", "mpeg": "mp4v", "vp8": "VP80", "hard": "hard", "interlaced": "mp4v",
          "rescaled": "mp4v"}  # fmt: skip
SENT = ["raw", "jpeg", "mpeg", "vp8", "hard", "interlaced", "noisy", "rescaled"]


@dataclass
class Shown:
    """Frames (z, y, x, 3), the true area (x0, y0, x1, y1), and how they were drawn."""

    frames: np.ndarray
    box: tuple[int, int, int, int]
    says: dict


def workstation(seed, count=16, **fixed):
    """Software around an image; `fixed` sets what would follow from the seed."""
    rng = np.random.default_rng(seed)
    says = {
        "size": SIZES[rng.integers(len(SIZES))],
        "theme": list(THEMES)[rng.integers(len(THEMES))],
        "wearing": [n for n in WORN if rng.random() < ODDS.get(n, 0.5)],
        "played": PLAYED[rng.integers(len(PLAYED))],
        "sent": SENT[rng.integers(len(SENT))],
        "convex": rng.random() < 0.2,
        "letterbox": rng.random() < 0.15,
        "pointer": rng.random() < 0.4,
        "viewport": rng.random() < 0.3,
        "gel": rng.choice([0.0, rng.uniform(0.02, 0.3)]),
        "small": rng.random() < 0.25,
    } | fixed
    size = says["size"]
    box = _place(rng, size, says["small"])
    content, box = _content(rng, count, box, says)
    base = np.empty((size[1], size[0], 3), np.uint8)
    base[:] = THEMES[says["theme"]]
    ink = (20, 20, 20) if base.mean() > 110 else (225, 225, 225)
    s = size[1] / 480
    _draw_software(base, says, ink, rng, s)
    _draw_around(base, box, says, ink, rng, s)
    frames = np.repeat(base[None], count, 0)
    x0, y0, x1, y1 = box
    frames[:, y0:y1, x0:x1] = content
    live = _live_parts(rng, box, size, says, count, s)
    for z, frame in enumerate(frames):
        _draw_over(frame, box, says, np.random.default_rng(seed), s)
        _draw_moving(frame, z, count, box, says, live, s)
    frames, box = _sent(rng, frames, box, says)
    return Shown(frames, box, says)


def export(seed, count=12, **fixed):
    """An image without software around it; all of it is the image."""
    rng = np.random.default_rng(seed)
    w, h = int(rng.integers(200, 900)), int(rng.integers(180, 700))
    says = {
        "size": (w, h),
        "border": int(rng.choice([0, 0, 1, 2])),
        "wearing": [n for n in ("burnt", "ruler", "caption") if rng.random() < 0.35],
        "played": PLAYED[rng.integers(len(PLAYED))],
        "sent": SENT[rng.integers(4)],
        "convex": rng.random() < 0.15,
        "gel": rng.choice([0.0, rng.uniform(0.02, 0.3)]),
    } | fixed
    frames, _ = _content(rng, count, (0, 0, w, h), says | {"whole": True})
    for frame in frames:
        _draw_over(frame, (0, 0, w, h), says, np.random.default_rng(seed), h / 480)
        if says["border"]:
            cv2.rectangle(frame, (0, 0), (w - 1, h - 1), (130, 130, 130), says["border"])
    if "caption" in says["wearing"]:
        _write(frames, "RT FLANK 30MHz", (8, h - 10), h / 480, (255, 255, 255))
    frames, _ = _sent(rng, frames, (0, 0, w, h), says)
    return Shown(frames, (0, 0, w, h), says)


def _place(rng, size, small):
    width, height = size
    share = rng.uniform(0.2, 0.3) if small else rng.uniform(0.35, 0.7)
    w = int(width * share)
    h = int(
        min(height * rng.uniform(0.25, 0.32) if small else height * rng.uniform(0.4, 0.7), 1.6 * w)
    )
    x0 = int(rng.uniform(0.14, 0.92 - w / width) * width)
    y0 = (
        int(rng.uniform(0.12, 0.84 - h / height) * height)
        if h / height < 0.7
        else int(0.12 * height)
    )
    return x0, y0, x0 + w, y0 + h


def _content(rng, count, box, says):
    """(z, y, x, 3) of the image, and the box that just holds it."""
    x0, y0, x1, y1 = box
    grey = tissue(rng, count, y1 - y0, x1 - x0, says["gel"], says["played"])
    if says["convex"]:
        inside = _fan(rng, y1 - y0, x1 - x0)
        grey[:, ~inside] = 0
        if not says.get("whole"):
            rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
            v0, v1, u0, u1 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
            grey = grey[:, v0:v1, u0:u1]
            box = (int(x0 + u0), int(y0 + v0), int(x0 + u1), int(y0 + v1))
    return np.repeat(grey[..., None], 3, 3), box


def _fan(rng, h, w):
    """Where a convex probe sees."""
    half = rng.uniform(0.45, 0.65)
    y, x = np.mgrid[0:h, 0:w].astype(float)
    reach = w / 2 / np.sin(half)
    probe = rng.uniform(0.15, 0.4) * reach
    apex = -probe * np.cos(half)
    r = np.hypot(x - w / 2, y - apex)
    angle = np.abs(np.arctan2(x - w / 2, y - apex))
    return (r >= probe) & (r <= min(reach, h - apex)) & (angle <= half)


def tissue(rng, count, height, width, gel, played):
    """(z, y, x) uint8: gel, skin, fat, muscle, a lump, perhaps bone with its shadow."""
    h, w = min(height, 260), min(width, 340)
    y = np.linspace(0, 1, h)[:, None]
    x = np.linspace(0, 1, w)[None]
    waves = [
        rng.uniform(0, 0.03) * np.sin(rng.uniform(2, 9) * x + rng.uniform(0, 6)) for _ in "abc"
    ]
    depth = np.cumsum([gel, rng.uniform(0.02, 0.05), rng.uniform(0.08, 0.25)])
    cx, cy = rng.uniform(0.3, 0.7), min(gel + rng.uniform(0.25, 0.4), 0.75)
    rx, ry, echo = rng.uniform(0.12, 0.25), rng.uniform(0.1, 0.2), rng.uniform(0.1, 0.6)
    absorbs, floor = rng.uniform(0, 3.5), rng.choice([0.0, rng.uniform(0.002, 0.02)])
    black_gel, ring, bone = rng.random() < 0.6, rng.random() < 0.3, rng.random() < 0.25
    keep = {"slow": 0.95}.get(played, rng.uniform(0.2, 0.8))
    grain = rng.uniform(0.6, 1.3), rng.uniform(0.9, 2.4)
    gain, span = rng.uniform(0.75, 1.5), rng.uniform(40, 66)
    field = rng.standard_normal((2, h, w))
    out = np.empty((count, height, width), np.uint8)
    for z in range(count):
        field = keep * field + np.sqrt(1 - keep**2) * rng.standard_normal((2, h, w))
        a, b = (cv2.GaussianBlur(f, (0, 0), grain[1], sigmaY=grain[0]) for f in field)
        speckle = np.hypot(a, b)
        speckle /= speckle.mean()
        t = z / max(count - 1, 1)
        edges = [d + wave * (1 + t) for d, wave in zip(depth, waves, strict=True)]
        edges[0] = edges[0] if gel else np.full((1, w), -1.0)
        much = np.where(y < edges[0], 0.0 if black_gel else 0.006, 1.0)
        much = np.where((y >= edges[0]) & (y < edges[1]), 3.0, much)
        much = np.where((y >= edges[1]) & (y < edges[2]), 0.45, much)
        much = np.where(y >= edges[2], 0.9 + 0.3 * np.sin(60 * (y + 0.2 * x)), much)
        lump = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1 - 0.8 * (2 * t - 1) ** 2
        much = np.where(lump & (y > edges[1]), echo, much)
        much = much * np.exp(-absorbs * np.maximum(y - edges[0], 0))
        if bone:
            much = np.where((np.abs(x - 0.85) < 0.08) & (y > depth[2] + 0.2), 0.001, much)
        if ring:
            much = np.maximum(much, 1.5 * np.exp(-y * h / 4))
        level = speckle * much + floor * np.abs(rng.standard_normal((h, w)))
        grey = 255 * np.clip(gain * (1 + 20 * np.log10(level + 1e-6) / span) * 0.8, 0, 1)
        out[z] = cv2.resize(grey.astype(np.uint8), (width, height), interpolation=cv2.INTER_LINEAR)
    return _played(rng, out, played)


def _played(rng, out, played):
    count = len(out)
    if played == "fade":
        for z in range(min(4, count)):
            out[z] = (out[z] * (z / 4)).astype(np.uint8)
    if played == "freeze":
        out[: count // 2] = out[count // 2]
    if played == "partial":
        h, w = out.shape[1:]
        y0, x0 = int(h * rng.uniform(0.1, 0.4)), int(w * rng.uniform(0.1, 0.4))
        moves = np.zeros((h, w), np.uint8)
        cv2.ellipse(moves, (x0 + w // 4, y0 + h // 4), (w // 4, h // 4), 0, 0, 360, 1, -1)
        out = np.where(moves.astype(bool), out, out[:1])
    return out


def _write(image, words, at, s, ink, size=0.38):
    images = image if image.ndim == 4 else image[None]
    for one in images:
        cv2.putText(one, words, (int(at[0]), int(at[1])), cv2.FONT_HERSHEY_DUPLEX, size * s, ink,
                    max(1, round(s)), cv2.LINE_AA)  # fmt: skip


def _draw_software(base, says, ink, rng, s):
    height, width = base.shape[:2]
    wears = says["wearing"]
    shade = np.clip(base[0, 0].astype(int) + (18 if base.mean() < 110 else -25), 0, 255).tolist()
    if "title" in wears:
        cv2.rectangle(base, (0, 0), (width, int(0.05 * height)), shade, -1)
        _write(base, "MicroSono Lab - M12 d14 - 3D B-Mode", (8 * s, 16 * s), s, ink)
    if "toolbar" in wears:
        for k in range(int(rng.integers(4, 14))):
            at = (int((6 + 22 * k) * s), int(0.062 * height))
            cv2.rectangle(base, at, (at[0] + int(16 * s), at[1] + int(16 * s)), ink, max(1, int(s)))
            cv2.circle(
                base, (at[0] + int(8 * s), at[1] + int(8 * s)), int(4 * s), (60, 140, 220), -1
            )
    if "list" in wears:
        cv2.rectangle(base, (0, int(0.12 * height)), (int(0.12 * width), height), shade, -1)
        for k in range(int(rng.integers(5, 16))):
            _write(base, f"Frq {k * 3} MHz", (4 * s, 0.16 * height + 15 * k * s), s, ink, 0.3)
    if "status" in wears:
        cv2.rectangle(base, (0, height - int(18 * s)), (width, height), shade, -1)
        _write(base, "Ready   Depth 12.0 mm   Gain 31 dB", (8 * s, height - 5 * s), s, ink, 0.34)


def _draw_around(base, box, says, ink, rng, s):
    """What stands at the image."""
    x0, y0, x1, y1 = box
    height, width = base.shape[:2]
    wears = says["wearing"]
    if "thumbnails" in wears:
        small = tissue(rng, 1, int(0.09 * height), int(0.07 * width), 0.1, "plain")[0]
        for k in range(3):
            v, u = int((0.2 + 0.12 * k) * height), width - int(0.075 * width)
            base[v : v + small.shape[0], u : u + small.shape[1]] = small[..., None]
    if says["viewport"]:
        out = [int(rng.integers(4, 30) * s) for _ in range(4)]
        cv2.rectangle(base, (x0 - out[0], y0 - out[1]), (x1 + out[2], y1 + out[3]), (0, 0, 0), -1)
    if "outlined" in wears:
        gap = int(rng.integers(1, 6) * s)
        cv2.rectangle(base, (x0 - gap, y0 - gap), (x1 + gap - 1, y1 + gap - 1), ink, max(1, int(s)))
    if "bar" in wears:
        at = x0 - int(26 * s)
        wide, high = int(9 * s), (y1 - y0) // 2
        base[y0 : y0 + high, at : at + wide] = np.linspace(255, 0, high)[:, None, None]
    if "ruler" in wears:
        at = x1 + int(rng.integers(1, 9) * s)
        for k, y in enumerate(np.arange(y0, y1, (y1 - y0) / rng.uniform(18, 60))):
            cv2.line(
                base,
                (at, int(y)),
                (at + int((3 + 4 * (k % 5 == 0)) * s), int(y)),
                ink,
                max(1, int(s)),
            )


def _draw_over(frame, box, says, rng, s):
    """What is burnt into the image."""
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0
    if "burnt" in says["wearing"]:
        _write(frame, "M12", (x0 + 6 * s, y0 + 16 * s), s, (255, 255, 255))
        _write(frame, "14.2 mm", (x0 + 0.7 * w, y1 - 8 * s), s, (240, 240, 240), 0.3)
    if "focus" in says["wearing"]:
        tip = np.array([x1 + 10 * s, y0 + rng.uniform(0.2, 0.8) * h])
        wing = np.array([[0, 0], [8, -5], [8, 5]]) * s
        cv2.fillPoly(frame, [(tip + wing).astype(np.int32)], (40, 220, 240))
    if "tgc" in says["wearing"]:
        y = np.linspace(y0, y1 - 1, 20)
        x = x1 + (16 + 8 * np.sin(np.linspace(0, 2, 20) + rng.uniform())) * s
        cv2.polylines(frame, [np.stack([x, y], 1).astype(np.int32)], False, (120, 120, 120), 1)
    if says.get("border") is not None and "ruler" in says["wearing"]:
        for y in np.arange(y0, y1, h / 24):
            cv2.line(frame, (x1 - int(8 * s), int(y)), (x1 - 2, int(y)), (200, 200, 200), 1)


def _live_parts(rng, box, size, says, count, s):
    """What moves elsewhere: each a picture a frame."""
    x0, y0, x1, y1 = box
    below = y1 + int(rng.integers(8, 24) * s)
    room = size[1] - int(20 * s) - below
    ink = [(40, 220, 60), (230, 230, 230), (30, 220, 240)][rng.integers(3)]
    live = {"below": below, "path": rng.uniform(0, 1, (4, 2)), "ink": ink}
    if "mmode" in says["wearing"] and room > 30 * s:
        high = int(min(room, rng.uniform(0.15, 0.4) * (y1 - y0)))
        live["mmode"] = tissue(rng, 1, high, 2 * (x1 - x0), 0.1, "plain")[0]
    if "dual" in says["wearing"]:
        left, right = x0 - int(10 * s), size[0] - x1 - int(10 * s)
        w = min(x1 - x0, max(left, right))
        if w > 60 * s:
            at = x0 - int(10 * s) - w if left > right else x1 + int(10 * s)
            live["dual"] = (at, tissue(rng, 1, y1 - y0, w, 0.1, "plain")[0])
    return live


def _draw_moving(frame, z, count, box, says, live, s):
    x0, y0, x1, y1 = box
    w = x1 - x0
    height, width = frame.shape[:2]
    if "dual" in live:
        at, still = live["dual"]
        frame[y0:y1, at : at + still.shape[1]] = still[..., None]
    below = live["below"]
    if "mmode" in live:
        strip = live["mmode"]
        part = np.roll(strip, -z * 7, axis=1)[:, :w]
        frame[below : below + len(part), x0:x1] = part[..., None]
        below += len(part) + int(6 * s)
    if "trace" in says["wearing"] and below + 24 * s < height:
        x = np.arange(x0, x1)
        beat = np.exp(-((((x + 13 * z) % int(60 * s)) / s - 20) ** 2) / 8)
        y = below + 16 * s - 12 * s * beat
        cv2.polylines(
            frame,
            [np.stack([x, y], 1).astype(np.int32)],
            False,
            live["ink"],
            max(1, int(s)),
            cv2.LINE_AA,
        )
        below += int(26 * s)
    if "progress" in says["wearing"] and below + 6 * s < height:
        cv2.rectangle(frame, (x0, below), (x1, below + int(5 * s)), (90, 90, 90), -1)
        cv2.rectangle(
            frame, (x0, below), (x0 + w * (z + 1) // count, below + int(5 * s)), (210, 150, 60), -1
        )
        _write(frame, f"{z + 1:03d}/{count}", (x1 + 6 * s, below + 6 * s), s, (150, 150, 150), 0.32)
    if "caret" in says["wearing"] and z % 2:
        u, v = int(0.03 * width), int(0.9 * height)
        caret = (0, 0, 0) if frame[0, 0].mean() > 110 else (255, 255, 255)
        cv2.rectangle(frame, (u, v), (u + max(1, int(s)), v + int(10 * s)), caret, -1)
    if "doppler" in says["wearing"]:
        _doppler(frame, z, box)
    if says["pointer"]:
        _pointer(frame, z / max(count - 1, 1), live["path"], s)


def _doppler(frame, z, box):
    x0, y0, x1, y1 = box
    w, h = x1 - x0, y1 - y0
    u, v = x0 + w // 3, y0 + h // 3
    cv2.rectangle(frame, (u, v), (u + w // 3, v + h // 3), (230, 230, 230), 1)
    rng = np.random.default_rng(z)
    flow = cv2.resize(rng.standard_normal((6, 8)).astype(np.float32), (w // 3 - 2, h // 3 - 2))
    part = frame[v + 1 : v + 1 + flow.shape[0], u + 1 : u + 1 + flow.shape[1]]
    part[flow > 0.7] = (20, 40, 220)
    part[flow < -0.7] = (230, 80, 20)


def _pointer(frame, t, path, s):
    height, width = frame.shape[:2]
    at = t * (len(path) - 1)
    k = min(int(at), len(path) - 2)
    here = (path[k] * (1 - at + k) + path[k + 1] * (at - k)) * (width - 20 * s, height - 20 * s)
    arrow = np.array([[0, 0], [0, 14], [4, 11], [7, 17], [9, 16], [6, 10], [11, 10]]) * s + here
    cv2.fillPoly(frame, [arrow.astype(np.int32)], (255, 255, 255), cv2.LINE_AA)
    cv2.polylines(frame, [arrow.astype(np.int32)], True, (0, 0, 0), 1, cv2.LINE_AA)


def _sent(rng, frames, box, says):
    """How the screen came here: scaled, boxed, through a codec."""
    sent = says["sent"]
    if says.get("letterbox"):
        bar = int(rng.uniform(0.05, 0.15) * frames.shape[1])
        frames = np.pad(frames, ((0, 0), (bar, bar), (0, 0), (0, 0)))
        box = (box[0], box[1] + bar, box[2], box[3] + bar)
    if sent == "rescaled":
        by = rng.uniform(0.6, 0.95)
        frames = np.stack(
            [cv2.resize(f, None, fx=by, fy=by, interpolation=cv2.INTER_AREA) for f in frames]
        )
        box = tuple(round(v * by) for v in box)
    frames = np.ascontiguousarray(frames[:, : frames.shape[1] // 2 * 2, : frames.shape[2] // 2 * 2])
    if sent == "interlaced":
        frames[1:, 1::2] = frames[:-1, 1::2].copy()
    if sent == "noisy":
        noise = rng.normal(0, 3, frames.shape[1:]).astype(np.float32)
        frames = np.stack(
            [
                np.clip(f + np.roll(noise, 37 * z, 1), 0, 255).astype(np.uint8)
                for z, f in enumerate(frames)
            ]
        )
    return _coded(frames, CODECS.get(sent)), box


def _coded(frames, fourcc):
    if fourcc is None or len(frames) == 1:
        return frames
    with tempfile.TemporaryDirectory() as folder:
        if fourcc == "hard":
            rough = [cv2.imdecode(cv2.imencode(".jpg", f, [1, 18])[1], 1) for f in frames]
            return read_video(write_video(Path(folder) / "s.mkv", np.stack(rough), "mp4v"))
        return read_video(
            write_video(
                Path(folder) / "s.mkv" if fourcc == "VP80" else Path(folder) / "s.avi",
                frames,
                fourcc,
                70,
            )
        )
