"""What was found on each capture, and what a person should look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

NO_CAPTURE = "no capture"
NO_OUTLINE = "no outline"
OPEN = "open"
GAP = "gap"
MULTIPLE = "multiple"
DOUBTFUL = "doubtful"
PANEL = "panel not found"
WEAK = "registration weak"
KINDS = (NO_CAPTURE, NO_OUTLINE, OPEN, GAP, MULTIPLE, DOUBTFUL, PANEL, WEAK)

NEIGHBOURS = 2
JUMP = 2.0
PERFECT = 0.985


@dataclass(frozen=True)
class Finding:
    """One frame.

    Attributes:
        frame: its place in the sequence, from 0.
        number: as its files state it.
        file: the capture; "" where there is none.
        annotated: True where its mask holds.
        area_px: of the mask, pixels of the frame.
        stroke_px: width of the stroke, pixels of the capture.
        gap_px: length that was bridged, pixels of the capture.
        agreement: correlation of capture and original, −1 to 1; "" without original.
        kinds: of `KINDS`, none where all is well.
        why: in words.
    """

    frame: int
    number: int
    file: str = ""
    annotated: bool = False
    area_px: int = 0
    stroke_px: float = 0.0
    gap_px: float = 0.0
    agreement: float | None = None
    kinds: tuple[str, ...] = ()
    why: tuple[str, ...] = ()

    def also(self, kind: str, why: str) -> Finding:
        """The same with one more kind and reason."""
        kinds = self.kinds if kind in self.kinds else (*self.kinds, kind)
        return replace(self, kinds=kinds, why=(*self.why, why))


def with_jumps(findings: Sequence[Finding]) -> list[Finding]:
    """The same; a mask much larger or smaller than those beside it is doubtful."""
    drawn = [f for f in findings if f.annotated and f.area_px]
    jumps = set()
    for at, finding in enumerate(drawn):
        near = drawn[max(0, at - NEIGHBOURS) : at] + drawn[at + 1 : at + 1 + NEIGHBOURS]
        before, after = at > 0, at + 1 < len(drawn)
        if len(near) < NEIGHBOURS or not (before and after):
            continue
        usual = median(f.area_px for f in near)
        if not usual / JUMP <= finding.area_px <= usual * JUMP:
            jumps.add(finding.frame)
    why = "its area differs much from the frames beside it"
    return [f.also(DOUBTFUL, why) if f.frame in jumps else f for f in findings]


def with_odd_ellipses(
    findings: Sequence[Finding], likeness: Sequence[float | None]
) -> list[Finding]:
    """The same; an ellipse where most outlines are none is doubtful: callipers draw ellipses.

    Args:
        findings: one a frame.
        likeness: of each mask and the ellipse of its moments, 0 to 1; None without mask.
    """
    perfect = {f.frame for f, like in zip(findings, likeness, strict=True) if (like or 0) > PERFECT}
    drawn = sum(like is not None for like in likeness)
    if 2 * len(perfect) > drawn:
        return list(findings)
    why = "it is an ellipse and most others are not, as a calliper's is"
    return [f.also(DOUBTFUL, why) if f.frame in perfect else f for f in findings]


def counted(findings: Sequence[Finding]) -> dict[str, int]:
    """How many frames there are of each kind, without those of which there are none."""
    counts = {kind: sum(kind in f.kinds for f in findings) for kind in KINDS}
    return {kind: count for kind, count in counts.items() if count}
