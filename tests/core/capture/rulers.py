"""Screens of an imaginary scanner with a depth ruler of known scale, drawn by chance.

Knows nothing about ParaSAM. Everything follows from the seed; frames are (z, y, x, 3) uint8 RGB.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.core.capture.screens import b_mode

SIZES = [(640, 480), (800, 600), (1024, 768), (1280, 1024)]
INKS = [(255, 255, 255), (200, 200, 200), (150, 150, 150), (240, 230, 30), (120, 220, 255)]
FOLDERS = ("/usr/share/fonts/truetype",)


@dataclass
class Ruled:
    """Frames, the true area (x0, y0, x1, y1), the true scale, and how it was drawn."""

    frames: np.ndarray
    box: tuple[int, int, int, int]
    px_a_mm: float
    says: dict = field(default_factory=dict)


def fonts():
    """The names of upright fonts of this machine, and of Pillow's own."""
    found = [str(p) for f in FOLDERS for p in sorted(Path(f).rglob("*.ttf"))]
    odd = ("Math", "Italic", "Oblique", "ExtraLight")
    return ["", *[f for f in found if not any(o in f for o in odd)]]


def ruled(seed, frames=3, **says) -> Ruled:
    """A screen with a ruler; `says` fixes what the seed would decide."""
    rng = np.random.default_rng(seed)

    def decide(name, value):
        says.setdefault(name, value)
        return says[name]

    width, height = decide("size", SIZES[rng.integers(len(SIZES))])
    s = height / 480
    w, h = int(width * rng.uniform(0.4, 0.6)), int(height * rng.uniform(0.45, 0.75))
    x0, y0 = int(rng.uniform(0.2, 0.8) * (width - w)), int(rng.uniform(0.1, 0.8) * (height - h))
    x0 = int(np.clip(x0, 90 * s, width - w - 90 * s))
    box = (x0, y0, x0 + w, y0 + h)
    depth = decide("depth", float(rng.uniform(5.5, 29)))
    px = h / depth
    unit = decide("unit", str(rng.choice(["mm", "mm", "cm"])))
    decide("written", str(rng.choice(["first", "last", "over", "each", ""])))
    size = decide("font_px", int(rng.uniform(10, 16) * s))
    step = min(st for st in (1, 2, 5, 10) if st * px > 1.8 * size or st == 10)
    if unit == "cm":
        step = 5 if 5 * px > 1.8 * size and rng.random() < 0.5 else 10
    step = decide("step", step)
    minor = decide("minor", float(step / rng.choice([1, 2, 5, 10])))
    while minor * px < 3:
        minor = step if minor * 2 > step else minor * 5 if minor * 5 <= step else step
    decide("marks", bool(rng.random() < 0.5))
    zero = decide("zero", float(rng.choice([0, 0, rng.uniform(-2, 1)])))
    ground = decide("ground", int(rng.choice([0, 0, 20, 60])))
    made = np.full((height, width, 3), ground, np.uint8)
    picture = Image.fromarray(made)
    _draw(ImageDraw.Draw(picture), box, px, zero, decide, rng, says, s)
    made = np.asarray(picture).copy()
    _distract(made, box, rng, s)
    tissue = b_mode(rng, frames, h, w)
    shown = np.repeat(made[None], frames, 0)
    for z in range(frames):
        grey = tissue[z][..., None].astype(np.uint8)
        shown[z, box[1] : box[3], box[0] : box[2]] = np.maximum(
            grey,
            made[box[1] : box[3], box[0] : box[2]]
            * (made[box[1] : box[3], box[0] : box[2]] > ground),
        )
        if says["marks"]:
            at = (box[0] + 10, min(height - 5, box[3] + int(30 * s)))
            cv2.putText(shown[z], f"{z + 1}/{frames}", at, 0, 0.4 * s, (255, 255, 0), 1, 16)
    quality = decide("jpeg", int(rng.choice([0, 0, 60, 75, 90])))
    if quality:
        shown = np.stack([_jpeg(f, quality) for f in shown])
    return Ruled(shown, box, px, says)


def _draw(draw, box, px, zero, decide, rng, says, s):
    x0, y0, x1, y1 = box
    ink = INKS[decide("ink", int(rng.integers(len(INKS))))]
    if says["ground"] == 60 and ink[0] < 200:
        ink = (255, 255, 255)
    right = decide("side", str(rng.choice(["right", "right", "left"]))) == "right"
    out = decide("out_px", float(rng.uniform(-4, 20) * s))
    base = x1 + out if right else x0 - out
    way = 1 if right else -1
    long = rng.uniform(6, 12) * s
    short = rng.uniform(3, 0.7 * long / s) * s
    thick = decide("thick", max(1, round(rng.uniform(0.6, 1.6) * s)))
    name = decide("font", fonts()[rng.integers(len(fonts()))])
    size = says["font_px"]
    font = ImageFont.truetype(name, size) if name else ImageFont.load_default(size)
    rises = decide("rises", float(rng.choice([0, 0, 0.5, -0.5])))
    if decide("spine", bool(rng.random() < 0.4)):
        draw.line((base, y0, base, y1), fill=ink, width=thick)
    step, minor = says["step"], says["minor"]
    gap = rng.uniform(3, 10) * s
    values = [k for k in range(-400, 4000) if y0 <= y0 + (k * minor - zero) * px <= y1 and k >= 0]
    labelled = [k for k in values if abs(k * minor / step - round(k * minor / step)) < 1e-6]
    for k in values:
        y = round(y0 + (k * minor - zero) * px)
        end = base + way * (long if k in labelled else short)
        draw.rectangle(
            (min(base, end), y - thick // 2, max(base, end), y - thick // 2 + thick - 1), fill=ink
        )
        if k in labelled:
            text = _text(k * minor, says, k == labelled[0], k == labelled[-1])
            anchor = "lm" if right else "rm"
            draw.text(
                (base + way * (long + gap), y + rises * size),
                text,
                fill=ink,
                font=font,
                anchor=anchor,
            )
    if says["written"] == "over" and labelled:
        at = (base + way * (long + gap), y0 + (labelled[0] * minor - zero) * px - 1.6 * size)
        draw.text(at, says["unit"], fill=ink, font=font, anchor="lm" if right else "rm")


def _text(mm, says, first, last):
    value = mm / (10 if says["unit"] == "cm" else 1)
    text = f"{value:.1f}" if says["unit"] == "cm" and says["step"] == 5 else f"{value:g}"
    here = says["written"] == "each" or (
        (first, last)[says["written"] == "last"] and says["written"] in ("first", "last")
    )
    return f"{text} {says['unit']}" if here else text


def _distract(made, box, rng, s):
    x0, y0, x1, y1 = box
    if rng.random() < 0.5:
        for k in range(5):
            at = (int(5 * s), int((14 + 14 * k) * s))
            cv2.putText(made, "Gain 22 dB 30 MHz", at, 0, 0.3 * s, (200, 200, 200), 1, 16)
    if rng.random() < 0.4:
        for share in rng.uniform(0.1, 0.9, 3):
            y = y0 + share * (y1 - y0)
            tip = np.array([[x1 + 40 * s, y], [x1 + 46 * s, y - 4 * s], [x1 + 46 * s, y + 4 * s]])
            cv2.fillPoly(made, [tip.astype(np.int32)], (235, 230, 20))
    if rng.random() < 0.4:
        made[y0 : (y0 + y1) // 2, x0 - int(70 * s) : x0 - int(62 * s)] = np.linspace(
            255, 0, (y0 + y1) // 2 - y0
        )[:, None, None]


def _jpeg(frame, quality):
    code = cv2.imencode(".jpg", frame[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(code, 1)[..., ::-1]
