"""How well the B-mode area is found on screens drawn by chance.

    python -m tests.core.capture.survey KIND FIRST LAST

Every seed decides size, place, tissue, gel, gain, what stands around, and the codec. Printed is
every screen whose area is refused or off by more than `TOLERATED_SHARE` of the frame's height, and
the sums: `cut` loses part of the image, `wide` has more than the image; `said` where every such
side is called uncertain.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from parasam_core.capture.area import found_area
from parasam_core.capture.evidence import evidence_of
from parasam_core.errors import CaptureError
from tests.core.capture.screens import SIZES, Screen, read_video, screen, write_video
from tests.core.capture.workstations import Shown, export, workstation

FRAMES = 16
CODECS = ("MJPG", "mp4v", None)
TOLERATED_PX = 4
TOLERATED_SHARE = 0.01
SIDES = ("left", "top", "right", "bottom")


def encoded(drawn: Screen, fourcc: str | None, quality: int = 75) -> np.ndarray:
    """The screen's frames, RGB, after a codec; None loses nothing."""
    frames = drawn.frames
    if fourcc is not None:
        with tempfile.TemporaryDirectory() as folder:
            frames = read_video(write_video(Path(folder) / "s.avi", frames, fourcc, quality))
    return np.ascontiguousarray(frames[..., ::-1])


def missed_by(drawn: Screen | Shown, rgb: np.ndarray) -> float:
    """The greatest distance of a side from the truth, in pixels of a 480-line screen.

    Raises:
        CaptureError: the area is not found.
    """
    found = found_area(evidence_of(rgb)).box
    return max(abs(a - b) for a, b in zip(found, drawn.box, strict=True)) / max(
        1, min(rgb.shape[1:3]) / 480
    )


def judged(rgb: np.ndarray, truth) -> tuple[str, str]:
    """What became of one screen, and by how many pixels its sides are off, outwards positive."""
    try:
        area = found_area(evidence_of(rgb))
    except CaptureError as error:
        return "refused", str(error).split("in which ")[-1].split(";")[0]
    out = dict(zip(SIDES, np.multiply(np.subtract(area.box, truth), (-1, -1, 1, 1)), strict=True))
    least = max(2.0, TOLERATED_SHARE * rgb.shape[1])
    off = {side: int(px) for side, px in out.items() if abs(px) > least}
    if not off:
        return ("found, said", "") if area.uncertain else ("found", "")
    kind = "cut" if min(off.values()) < 0 else "wide"
    said = ", said" if set(off) <= set(area.uncertain) else ""
    return kind + said, f"{off} uncertain {area.uncertain} {area.box}"


def one_screen(seed: int) -> tuple[np.ndarray, tuple[int, ...], str]:
    drawn = screen(seed, FRAMES, size=SIZES[seed % (len(SIZES) - 1)])
    fourcc = CODECS[seed % len(CODECS)]
    return encoded(drawn, fourcc, 55 + seed * 7 % 45), drawn.box, f"{fourcc} {drawn.says}"


def one_still(seed: int) -> tuple[np.ndarray, tuple[int, ...], str]:
    drawn = workstation(seed, 1, played="plain")
    return drawn.frames[..., ::-1], drawn.box, str(drawn.says)


def one_workstation(seed: int) -> tuple[np.ndarray, tuple[int, ...], str]:
    drawn = workstation(seed, FRAMES)
    return drawn.frames[..., ::-1], drawn.box, str(drawn.says)


def one_export(seed: int) -> tuple[np.ndarray, tuple[int, ...], str]:
    drawn = export(seed, FRAMES) if seed % 2 else export(seed, 1, played="plain")
    return drawn.frames[..., ::-1], drawn.box, str(drawn.says)


KINDS = {
    "screens": one_screen,
    "workstations": one_workstation,
    "stills": one_still,
    "exports": one_export,
}


def survey(task: tuple[str, int]) -> tuple[str, str]:
    kind, seed = task
    rgb, truth, which = KINDS[kind](seed)
    verdict, why = judged(np.ascontiguousarray(rgb), truth)
    return verdict, f"{seed} {verdict}: {why}; true {truth}, {which}"


def main() -> None:
    kind, first, last = sys.argv[1], *map(int, sys.argv[2:4])
    verdicts: Counter[str] = Counter()
    with ProcessPoolExecutor() as pool:
        for verdict, which in pool.map(survey, [(kind, seed) for seed in range(first, last)]):
            verdicts[verdict] += 1
            if not verdict.startswith("found"):
                print(which, flush=True)
    print(kind, dict(verdicts))


if __name__ == "__main__":
    main()
