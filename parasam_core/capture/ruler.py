"""The depth ruler beside the B-mode area → the size of a pixel.

Ticks give the distance, numbers say what it is, and each must confirm the other: a scale whose
numbers or ticks are not sure is refused. Pixels are taken as square.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.evidence import Evidence
from parasam_core.capture.ruler_doubts import cut_short, followed, may_hide_points
from parasam_core.capture.ruler_labels import Labels, progression
from parasam_core.capture.ruler_pair import read_pair
from parasam_core.capture.ruler_ticks import Ticks, tick_columns
from parasam_core.capture.ruler_unit import unit_beside
from parasam_core.capture.ruler_words import Glyph, Word, glyphs_in, words_of
from parasam_core.capture.scale import Scale
from parasam_core.sequence import Box

SOURCE = "ruler"
REACH_PX = 110
REACH_SHARE = 0.2
INSIDE_PX = 40
ABOVE_SHARE = 0.12
GROUND_PX = 31
THICKEST_PX = 3
NEAR_HIGHS = 7
NICE = (1.0, 2.0, 2.5, 5.0)
NOT_NICE = 0.02
DISAGREE = 0.015
LEAST_COVER = 0.4
LEAST_PAIR_COVER = 0.25
MM_OF = {"mm": 1.0, "cm": 10.0}
PRECLINICAL_DEPTH_MM = (2.0, 40.0)
POSSIBLE_DEPTH_MM = (2.0, 60.0)
"""Where no unit is written, one is assumed only where no other could be meant."""
LEAST_IN_MM = 4.0
"""No scan is less deep that is ruled in mm without saying so."""
LARGE_SCREEN = 2.0


@dataclass(frozen=True)
class Ruler:
    """What a ruler says.

    Attributes:
        px_a_mm: rows a mm.
        error: relative standard error of it.
        labels: the numbers read, in `unit`.
        tick_mm: from tick to tick.
        ticks: how many.
        unit: "mm" or "cm".
        assumed: True where no unit is written, and the depth of the area decides.
        sure: 0..1, how probable the numbers are on average.
        side: of the area, where it stands.
    """

    px_a_mm: float
    error: float
    labels: tuple[float, ...]
    tick_mm: float
    ticks: int
    unit: str
    assumed: bool
    sure: float
    side: str

    @property
    def scale(self) -> Scale:
        """Square pixels."""
        return Scale(SOURCE, (1 / self.px_a_mm, 1 / self.px_a_mm))

    @property
    def said(self) -> str:
        """What was read, in words."""
        unit = f"{self.unit} assumed from the depth" if self.assumed else self.unit
        return (
            f"ticks every {self.tick_mm:g} mm, labels {self.labels[0]:g}…{self.labels[-1]:g} read, "
            f"{unit}, ±{max(self.error, 0.0005):.1%}, pixels taken as square"
        )

    def as_json(self) -> dict[str, Any]:
        """For the provenance."""
        return {
            "px_per_mm": round(self.px_a_mm, 4),
            "relative_error": round(self.error, 6),
            "labels": list(self.labels),
            "unit": self.unit,
            "unit_assumed": self.assumed,
            "tick_mm": self.tick_mm,
            "ticks": self.ticks,
            "confidence": round(self.sure, 2),
            "side": self.side,
            "square_pixels": True,
            "said": self.said,
        }


@dataclass(frozen=True)
class Unread:
    """Why no ruler is read.

    Attributes:
        why: what was seen, to follow "the ruler is not read: ".
        seen: how far reading came, to choose among several reasons.
    """

    why: str
    seen: int = 0


def read_ruler(evidence: Evidence, area: Box) -> Ruler | Unread:
    """Read the ruler to the right or left of the B-mode area.

    Args:
        evidence: of frames from all over the sweep; the mean level is what is read.
        area: the B-mode area (x0, y0, x1, y1), half-open, pixels.
    """
    strips = {side: _strip(evidence, area, side) for side in ("right", "left")}
    tried: list[Ruler | Unread] = []
    for sign in (1, -1):  # light on dark is usual
        tried += [_read(s * sign, evidence.scale, area, side) for side, s in strips.items()]
        if any(isinstance(t, Ruler) for t in tried):
            break
    read = [t for t in tried if isinstance(t, Ruler)]
    if not read:
        return max((t for t in tried if isinstance(t, Unread)), key=lambda t: t.seen)
    best = min(read, key=lambda r: r.error)
    if any(abs(r.px_a_mm / best.px_a_mm - 1) > DISAGREE for r in read):
        return Unread("two rulers disagree", 5)
    return best


def _strip(evidence: Evidence, area: Box, side: str) -> NDArray[np.float32]:
    """(y, x) grey levels above the background, beside the area and a little into it."""
    x0, y0, x1, y1 = area
    reach = round(max(REACH_PX * evidence.scale, REACH_SHARE * (x1 - x0)))
    inside = min(round(INSIDE_PX * evidence.scale), (x1 - x0) // 8)
    more = round(ABOVE_SHARE * (y1 - y0))
    first, last = (x1 - inside, x1 + reach) if side == "right" else (x0 - reach, x0 + inside)
    part = evidence.still[max(0, y0 - more) : y1 + more, max(0, first) : max(1, last)]
    around = min(255, 2 * (round(GROUND_PX * evidence.scale) // 2) + 1)
    ground = cv2.medianBlur(np.clip(part, 0, 255).astype(np.uint8), around)
    return np.asarray(part - ground, np.float32)


def _read(contrast: NDArray[np.float32], scale: float, area: Box, side: str) -> Ruler | Unread:
    thickest = max(THICKEST_PX, round(THICKEST_PX * scale))
    ticks = tick_columns(contrast, thickest)
    if not ticks:
        return Unread("no row of even ticks stands beside the image")
    glyphs = glyphs_in(contrast, 2 if scale >= LARGE_SCREEN else 3)
    words = [w for g in glyphs for w in words_of(g)]
    read = _progression(words, ticks)
    if isinstance(read, Unread):
        pair = read_pair(words, ticks, contrast, thickest)
        if pair is None:
            return read
        read = pair.labels, pair.ticks
    labels, along = read
    high = area[3] - area[1]
    least = LEAST_COVER if len(labels.words) > 2 else LEAST_PAIR_COVER
    if np.ptp([w.y for w in labels.words]) < least * high:
        return Unread("numbers along a small part of the image only", 2)
    px_a_unit = along.period_px / _nice(along.period_px / labels.px_a_unit)
    depth = max(high / px_a_unit, labels.values[-1])
    unit = _doubt(labels, words, glyphs[1], contrast) or _unit(
        unit_beside(labels.words, (along.first_px, along.last_px), glyphs[1], contrast), depth
    )
    if isinstance(unit, Unread):
        return unit
    name, assumed = unit
    px_a_mm = px_a_unit / MM_OF[name]
    error = along.error_px / along.period_px
    tick_mm = float(f"{along.period_px / px_a_mm:.2g}")
    return Ruler(
        px_a_mm, error, labels.values, tick_mm, along.count, name, assumed, labels.sure, side
    )


def _progression(words: list[Word], ticks: list[Ticks]) -> tuple[Labels, Ticks] | Unread:
    """Three numbers or more, and ticks that agree with them."""
    steady = min(ticks, key=lambda t: t.error_px / t.period_px)
    labels = progression(words)
    if labels is None:
        seen = f"ticks every {steady.period_px:.2f} px"
        return Unread(f"{seen}, but no numbers beside them that grow evenly", 1)
    along = _ticks_of(labels, ticks)
    if along is None:
        shown = f"{labels.values[0]:g}…{labels.values[-1]:g}"
        return Unread(f"numbers {shown}, but no ticks that agree with them", 2)
    return labels, along


def _doubt(
    labels: Labels, words: list[Word], glyphs: list[Glyph], contrast: NDArray[np.float32]
) -> Unread | None:
    """What may stand unread in or after the numbers; either would make ten times of them."""
    if followed(labels, glyphs, contrast):
        return Unread("something stands right after the numbers that is not read", 3)
    if cut_short(labels, words):
        return Unread("whether the numbers are read whole is not clear", 3)
    if may_hide_points(labels, contrast):
        return Unread("whether points stand in the numbers is not clear", 3)
    return None


def _nice(step: float) -> float:
    """The usual distance of ticks (1, 2, 2.5, 5 times a power of ten) nearest to one."""
    power = 10.0 ** np.floor(np.log10(step))
    return float(
        min((n * p for n in NICE for p in (power, 10 * power)), key=lambda n: abs(n - step))
    )


def _ticks_of(labels: Labels, ticks: list[Ticks]) -> Ticks | None:
    """The steadiest ticks that agree with the numbers beside them."""
    found = [t for t in ticks if _agrees(labels, t)]
    return min(found, key=lambda t: t.error_px / t.period_px, default=None)


def _agrees(labels: Labels, ticks: Ticks) -> bool:
    left, right = min(w.x0 for w in labels.words), max(w.x1 for w in labels.words)
    rows = np.array([w.y for w in labels.words])
    high = labels.words[0].high
    away = max(left - ticks.column, ticks.column - right)
    if not 0 < away <= NEAR_HIGHS * high:
        return False
    step = ticks.period_px / labels.px_a_unit
    nice = _nice(step)
    places = labels.step / nice
    off = abs(step / nice - 1)
    error = labels.error_px / labels.px_a_unit
    if off > min(NOT_NICE, max(0.01, 3 * error)) or abs(places - round(places)) > 1e-6:
        return False
    slack = max(ticks.period_px, 1.5 * high)
    if ticks.first_px > rows[0] + slack or ticks.last_px < rows[-1] - 2 * slack:
        return False
    phase = np.exp(2j * np.pi * (rows - ticks.first_px) / ticks.period_px)
    return bool(ticks.period_px < 3 * high or abs(phase.mean()) > 0.9)


def _unit(written: str | None, depth: float) -> tuple[str, bool] | Unread:
    """The unit's name and whether it is assumed, by what is written and the depth in units."""
    if written in MM_OF:
        least, most = POSSIBLE_DEPTH_MM
        if least <= depth * MM_OF[written] <= most:
            return written, False
        return Unread(f"numbers by which the image is {depth:.3g} {written} deep", 4)
    fitting = _names(depth, PRECLINICAL_DEPTH_MM)
    if written == "?" or len(fitting) != 1 or fitting != _names(depth, POSSIBLE_DEPTH_MM):
        return Unread(f"the image is {depth:.3g} units deep, but whether mm or cm is not clear", 4)
    return fitting[0], True


def _names(depth: float, within_mm: tuple[float, float]) -> list[str]:
    """The units in which a depth lies within two bounds."""
    least, most = within_mm
    names = [name for name, mm in MM_OF.items() if least <= depth * mm <= most]
    return [n for n in names if n != "mm" or depth >= LEAST_IN_MM]
