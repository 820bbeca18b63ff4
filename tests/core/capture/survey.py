"""How well the B-mode area is found on screens drawn by chance.

    python -m tests.core.capture.survey FIRST LAST

Every seed decides size, place, tissue, gel, gain, what stands around, and the codec. Printed is
every screen that is refused or missed by more than 4 px of a 480-line screen, and the sums.
"""

from __future__ import annotations

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np

from parasam_core.capture.area import found_area
from parasam_core.capture.evidence import evidence_of
from parasam_core.errors import CaptureError
from tests.core.capture.screens import SIZES, Screen, read_video, screen, write_video

FRAMES = 16
CODECS = ("MJPG", "mp4v", None)
TOLERATED_PX = 4


def encoded(drawn: Screen, fourcc: str | None, quality: int = 75) -> np.ndarray:
    """The screen's frames, RGB, after a codec; None loses nothing."""
    frames = drawn.frames
    if fourcc is not None:
        with tempfile.TemporaryDirectory() as folder:
            frames = read_video(write_video(Path(folder) / "s.avi", frames, fourcc, quality))
    return np.ascontiguousarray(frames[..., ::-1])


def missed_by(drawn: Screen, rgb: np.ndarray) -> float:
    """The greatest distance of a side from the truth, in pixels of a 480-line screen.

    Raises:
        CaptureError: the area is not found.
    """
    found = found_area(evidence_of(rgb))
    return max(abs(a - b) for a, b in zip(found, drawn.box, strict=True)) / drawn.scale


def survey(seed: int) -> tuple[str, float, str]:
    """("found", "missed" or "refused", by how many pixels, which screen)."""
    fourcc = CODECS[seed % len(CODECS)]
    drawn = screen(seed, FRAMES, size=SIZES[seed % (len(SIZES) - 1)])
    which = f"{seed} {fourcc} {drawn.says} {drawn.box}"
    try:
        missed = missed_by(drawn, encoded(drawn, fourcc, 55 + seed * 7 % 45))
    except CaptureError as error:
        return "refused", 0.0, f"{which}: {error}"
    return "found" if missed <= TOLERATED_PX else "missed", missed, f"{which}: {missed:.1f} px"


def main() -> None:
    first, last = map(int, sys.argv[1:3])
    with ProcessPoolExecutor() as pool:
        results = list(pool.map(survey, range(first, last)))
    for result, _, which in results:
        if result != "found":
            print(result, which)
    count = {name: sum(r[0] == name for r in results) for name in ("found", "refused", "missed")}
    worst = max((r[1] for r in results if r[0] == "found"), default=0.0)
    print(count, f"worst found: {worst:.1f} px of a 480-line screen")


if __name__ == "__main__":
    main()
