"""The window of imaginary reading software around an image, and the marks it puts over one.

Knows nothing about ParaSAM or outlines. Pictures are (y, x, 3) RGB uint8.
"""

from __future__ import annotations

import cv2
import numpy as np

THEMES = {  # window, bar, text, accent
    "dark": ((40, 42, 46), (58, 60, 66), (210, 212, 215), (30, 120, 215)),
    "black": ((0, 0, 0), (20, 20, 24), (190, 190, 190), (90, 80, 160)),
    "light": ((240, 240, 240), (215, 222, 232), (20, 20, 20), (0, 102, 204)),
    "blue": ((28, 44, 72), (40, 64, 104), (225, 232, 240), (80, 160, 240)),
}


class Pencil:
    """cv2 on an RGB picture, sizes in hundredths of the screen's height."""

    def __init__(self, picture, rng):
        self.on, self.rng = picture, rng
        self.em = picture.shape[0] / 60

    def box(self, x0, y0, x1, y1, colour, thick=-1):
        cv2.rectangle(self.on, (int(x0), int(y0)), (int(x1), int(y1)), colour, thick)

    def text(self, words, x, y, colour, size=1.0, thick=None):
        thick = thick or max(1, round(self.em / 14))
        face = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(
            self.on, words, (int(x), int(y)), face, self.em * size / 22, colour, thick, cv2.LINE_AA
        )

    def any_colour(self):
        return tuple(int(v) for v in self.rng.integers(0, 256, 3))

    def thumbnail(self, x0, y0, wide, high):
        grain = self.rng.integers(0, 120, (int(high), int(wide), 1)).astype(np.uint8)
        tile = self.on[int(y0) : int(y0) + int(high), int(x0) : int(x0) + int(wide)]
        tile[:] = grain[: tile.shape[0], : tile.shape[1]]
        if self.rng.random() < 0.5:  # a Doppler thumbnail
            at = (int(x0 + wide / 2), int(y0 + high / 2))
            cv2.ellipse(self.on, at, (int(wide / 4), int(high / 5)), 20, 0, 360, (220, 60, 20), -1)
            cv2.ellipse(self.on, at, (int(wide / 7), int(high / 6)), 70, 0, 360, (20, 80, 230), -1)
        self.box(x0, y0, x0 + wide, y0 + high, self.any_colour(), 1)


def window(rng, width, height, theme):
    """A screen without panel."""
    ground, bar, ink, accent = THEMES[theme]
    screen = np.full((height, width, 3), ground, np.uint8)
    pen = Pencil(screen, rng)
    em = pen.em
    pen.box(0, 0, width, 1.8 * em, accent if rng.random() < 0.5 else bar)
    pen.text("Vevo LAB 5.6.1 - MD0412 - KPC3933_d0", em, 1.3 * em, (250, 250, 250), 0.8)
    for i in range(3):
        pen.text("_ox"[i], width - (3 - i) * 2 * em, 1.3 * em, (250, 250, 250), 0.9)
    pen.box(0, 1.8 * em, width, 5 * em, bar)
    for i in range(int(width / (2.6 * em)) - 2):
        x = em + i * 2.6 * em
        if rng.random() < 0.7:
            kind, colour = rng.integers(3), pen.any_colour()
            if kind == 0:
                cv2.circle(
                    screen,
                    (int(x + em), int(3.4 * em)),
                    int(0.9 * em),
                    colour,
                    rng.choice([-1, 2]),
                    cv2.LINE_AA,
                )
            elif kind == 1:
                pen.box(x, 2.5 * em, x + 1.8 * em, 4.3 * em, colour, rng.choice([-1, 1, 2]))
            else:
                cv2.line(
                    screen,
                    (int(x), int(4.3 * em)),
                    (int(x + 1.8 * em), int(2.5 * em)),
                    colour,
                    2,
                    cv2.LINE_AA,
                )
    pen.box(0, height - 1.6 * em, width, height, bar)
    pen.text("Ready", em, height - 0.5 * em, ink, 0.7)
    pen.text(
        f"{rng.integers(0, 24)}:{rng.integers(10, 60)}", width - 5 * em, height - 0.5 * em, ink, 0.8
    )
    return screen


def side_panes(screen, rng, theme, panel):
    """A study tree left, a table and a progress bar right and below, where there is room."""
    ground, bar, ink, accent = THEMES[theme]
    height, width = screen.shape[:2]
    pen = Pencil(screen, rng)
    em = pen.em
    x0, _, x1, y1 = panel
    if x0 > 9 * em:
        right = min(x0 - 5 * em, 14 * em)
        y = 6 * em
        while y < height - 8 * em:
            if rng.random() < 0.4:
                pen.thumbnail(em, y, right - 2 * em, 4 * em)
                y += 4.6 * em
            pen.text(
                str(rng.choice(["B-Mode", "3D-Mode", "Series 1", "MD0412", "Tumour"])),
                1.5 * em,
                y + em,
                ink,
                0.7,
            )
            if rng.random() < 0.15:
                pen.box(em, y, right - em, y + 1.4 * em, accent, 1)
            y += 1.7 * em
    if width - x1 > 13 * em:
        left, y = x1 + 7 * em, 6 * em
        for _ in range(int(rng.integers(3, 12))):
            pen.box(left, y, width - 2 * em, y + 1.6 * em, bar, -1 if rng.random() < 0.5 else 1)
            cv2.line(
                screen,
                (int(left + 4 * em), int(y)),
                (int(left + 4 * em), int(y + 1.6 * em)),
                ground,
                1,
            )
            pen.text(
                str(rng.choice(["Area", "3D Vol", "Depth", "Gain 28 dB", "12.30", "8.1 mm2"])),
                left + 0.4 * em,
                y + 1.2 * em,
                ink,
                0.65,
            )
            y += 1.7 * em
        pen.box(width - 1.2 * em, 6 * em, width - 0.4 * em, height - 4 * em, bar)
        pen.box(width - 1.2 * em, 9 * em, width - 0.4 * em, 15 * em, accent)
    if height - y1 > 6 * em and rng.random() < 0.8:
        pen.box(x0, height - 3.4 * em, x1, height - 2.8 * em, bar)
        return (x0, height - 3.4 * em, x1, height - 2.8 * em)
    return None


def around_panel(screen, rng, panel, z, count, says):
    """Frame, rulers, focal arrows, counter: beside the image."""
    x0, y0, x1, y1 = panel
    pen = Pencil(screen, rng)
    em = pen.em
    ink = THEMES[says["theme"]][2]
    pad, thick = says["frame pad"], says["frame px"]
    if thick:
        pen.box(
            x0 - pad - thick,
            y0 - pad - thick,
            x1 + pad + thick - 1,
            y1 + pad + thick - 1,
            says["frame rgb"],
            thick,
        )
    tick_rgb = says["tick rgb"]
    for side in says["rulers"]:
        step = max(5, (y1 - y0) / says["ticks"])
        for i, at in enumerate(
            np.arange(y0 if side != "bottom" else x0, y1 if side != "bottom" else x1, step)
        ):
            long = (0.9 if i % 5 == 0 else 0.5) * em
            at = int(at)
            if side == "right":
                cv2.line(screen, (x1 + pad + 6, at), (int(x1 + pad + 6 + long), at), tick_rgb, 1)
            elif side == "left":
                cv2.line(screen, (int(x0 - pad - 6 - long), at), (x0 - pad - 6, at), tick_rgb, 1)
            else:
                cv2.line(screen, (at, y1 + pad + 6), (at, int(y1 + pad + 6 + long)), tick_rgb, 1)
            if i % 5 == 0 and side == "right":
                pen.text(str(i), x1 + pad + 8 + em, at + 4, ink, 0.6)
    if says["focus"]:
        y = int(y0 + 0.6 * (y1 - y0))
        x = x1 - 1 if says["focus"] == "inside" else x1 + pad + 4
        s = int(0.8 * em)
        tip = (
            [(x, y - s), (x, y + s), (x - s, y)]
            if says["focus"] == "inside"
            else [(x + s, y - s), (x + s, y + s), (x, y)]
        )
        cv2.fillPoly(screen, [np.array(tip, np.int32)], (255, 230, 0))
    pen.text(f"{z + 1} / {count}", x0, min(y1 + 2.6 * em + pad, screen.shape[0] - 2 * em), ink, 0.8)


def traces(screen, panel, z, says):
    """ECG green, respiration yellow: over the lower part of the image, or below it."""
    x0, y0, x1, y1 = panel
    for name, colour, at in (("ecg", (0, 220, 60), 0.88), ("resp", (240, 220, 0), 0.94)):
        if name not in says["traces"]:
            continue
        x = np.arange(x0 + 2, x1 - 2)
        phase = (x - x0 + 31 * z) % 90
        wave = (
            np.exp(-(((phase - 40) / 3) ** 2)) - 0.3 * np.exp(-(((phase - 48) / 4) ** 2))
            if name == "ecg"
            else np.sin(phase / 14)
        )
        base = y0 + at * (y1 - y0) if says["traces over"] else y1 + (20 if name == "ecg" else 34)
        y = base - 0.04 * (y1 - y0) * wave * (1 if name == "ecg" else 0.4)
        pts = np.stack([x, np.minimum(y, screen.shape[0] - 1)], 1).round().astype(np.int32)
        cv2.polylines(screen, [pts], False, colour, 1, cv2.LINE_AA)


def in_panel(screen, rng, panel, pen_rgb, says):
    """Logo, orientation dot, callipers, text: over the image."""
    x0, y0, x1, y1 = panel
    w, h = x1 - x0, y1 - y0
    pen = Pencil(screen, rng)
    em = pen.em
    marks = says["marks"]
    mark_rgb = pen_rgb if says["marks in pen"] else says["mark rgb"]
    if "logo" in marks:
        cv2.circle(
            screen,
            (int(x0 + 1.5 * em), int(y0 + 1.5 * em)),
            int(0.8 * em),
            (60, 140, 255),
            2,
            cv2.LINE_AA,
        )
        pen.text("VEVO", x0 + 2.6 * em, y0 + 1.9 * em, (60, 140, 255), 0.8)
    if "dot" in marks:
        cv2.circle(
            screen,
            (int(x1 - 1.5 * em), int(y0 + 1.5 * em)),
            int(0.5 * em),
            (40, 220, 80),
            -1,
            cv2.LINE_AA,
        )
    if "text" in marks:
        pen.text(
            str(rng.choice(["3D Vol 12.3 mm3", "Area 8.1 mm2", "OD8 0.80 mm"])),
            x0 + 0.03 * w,
            y1 - 0.04 * h,
            mark_rgb,
            0.9,
        )
    if "calliper" in marks:
        a = np.array([x0 + w * rng.uniform(0.05, 0.3), y0 + h * rng.uniform(0.15, 0.8)])
        b = np.array([x0 + w * rng.uniform(0.7, 0.95), y0 + h * rng.uniform(0.15, 0.8)])
        calliper(screen, a, b, mark_rgb, em)


def calliper(screen, a, b, rgb, em):
    for x, y in (a, b):
        cv2.drawMarker(screen, (int(x), int(y)), rgb, cv2.MARKER_CROSS, int(em), 1)
    n = max(2, int(np.hypot(*(b - a)) / 6))
    for t in np.linspace(0, 1, n):
        x, y = a + t * (b - a)
        screen[int(y), int(x)] = rgb
