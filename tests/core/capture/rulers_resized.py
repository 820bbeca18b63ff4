"""Rulers of another make: OpenCV's letters, half-long ticks, a screen sent at another size.

Knows nothing about ParaSAM. Everything follows from the seed; frames are (z, y, x, 3) uint8 RGB.
"""

from __future__ import annotations

import cv2
import numpy as np

from tests.core.capture.rulers import Ruled
from tests.core.capture.screens import b_mode

FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)
SCALES = {
    "mm": [(1, 0.2), (1, 0.5), (2, 1), (2, 0.5), (5, 1), (5, 0.5), (10, 1), (4, 1)],
    "cm": [(10, 1), (10, 2), (10, 5), (5, 1), (5, 0.5), (20, 10), (20, 2)],
}
"""(from number to number, from tick to tick), mm."""
BETWEEN_PX = 24


def resized(seed, frames=3) -> Ruled:
    """A screen with a ruler, sent larger or smaller than it was drawn."""
    rng = np.random.default_rng((seed, 77))
    width, height = (int(v) for v in (rng.integers(700, 1100), rng.integers(520, 800)))
    w, h = int(width * rng.uniform(0.4, 0.55)), int(height * rng.uniform(0.5, 0.75))
    x0, y0 = int(rng.uniform(100, width - w - 100)), int(rng.uniform(30, height - h - 30))
    unit = str(rng.choice(["mm", "cm"]))
    depth = float(rng.uniform(5, 30) if unit == "mm" else rng.uniform(9, 55))
    px = h / depth
    fitting = [s for s in SCALES[unit] if s[0] * px > BETWEEN_PX and s[1] * px > 4]
    step, tick = fitting[rng.integers(len(fitting))] if fitting else SCALES[unit][-1]
    says = {
        "unit": unit, "step": step, "tick": tick, "depth": depth,
        "written": str(rng.choice(["over", "under", "each", "none", "last"])),
        "side": str(rng.choice(["left", "right"])),
        "labels": str(rng.choice(["outside", "outside", "inside"])),
        "font": int(rng.integers(len(FONTS))), "em": float(rng.uniform(0.4, 0.6)),
        "half": bool(rng.random() < 0.5), "alike": bool(rng.random() < 0.15),
        "decimals": bool(rng.random() < 0.3), "from": int(rng.random() < 0.3),
        "sent": float(rng.choice([1.0, 1.0, 0.8, 1.25, 1.5])), "level": int(rng.integers(140, 256)),
    }  # fmt: skip
    drawn = np.full((height, width), int(rng.choice([0, 0, 30])), np.uint8)
    _draw(drawn, (x0, y0, x0 + w, y0 + h), px, says)
    tissue = b_mode(rng, frames, h, w)
    shown = np.repeat(drawn[None], frames, 0)
    inside = shown[:, y0 : y0 + h, x0 : x0 + w]
    ground = int(drawn[0, 0])
    inside[:] = np.where(inside > ground, inside, tissue.astype(np.uint8))
    f = says["sent"]
    sent = np.stack([cv2.resize(s, None, fx=f, fy=f, interpolation=cv2.INTER_AREA) for s in shown])
    box = tuple(round(v * f) for v in (x0, y0, x0 + w, y0 + h))
    return Ruled(np.repeat(sent[..., None], 3, 3), box, px * f, says)


def _draw(picture, box, px, says):
    x0, y0, x1, y1 = box
    right = says["side"] == "right"
    base, way = (x1 + 6, 1) if right else (x0 - 6, -1)
    if says["labels"] == "inside":
        base, way = (x1 + 46, -1) if right else (x0 - 46, 1)
    level, em, font = says["level"], says["em"], FONTS[says["font"]]
    many = round(says["step"] / says["tick"])
    count = int((y1 - y0) / px / says["tick"])
    labelled = [k for k in range(count + 1) if k % many == 0 and k // many >= says["from"]]
    for k in range(count + 1):
        y = round(y0 + k * says["tick"] * px)
        half = says["half"] and many % 2 == 0 and k % (many // 2) == 0
        long = 12 if k % many == 0 or says["alike"] else 8 if half else 5
        cv2.line(picture, (base, y), (base + way * long, y), level, 1)
        if k in labelled:
            last = k == labelled[-1]
            _number(picture, (base + way * 18, y), way, _text(k, says, last=last), em, font, level)
    for name, y in (("over", y0 - 18), ("under", y1 + 22)):
        if says["written"] == name:
            _number(picture, (base + way * 18, y), way, says["unit"], em, font, level)


def _text(k, says, *, last):
    value = k * says["tick"] / (10 if says["unit"] == "cm" else 1)
    text = f"{value:.1f}" if says["decimals"] else f"{value:g}"
    named = says["written"] == "each" or (says["written"] == "last" and last)
    return f"{text} {says['unit']}" if named else text


def _number(picture, at, way, text, em, font, level):
    (wide, high), _ = cv2.getTextSize(text, font, em, 1)
    x = at[0] if way > 0 else at[0] - wide
    cv2.putText(picture, text, (x, at[1] + high // 2), font, em, level, 1, cv2.LINE_AA)
