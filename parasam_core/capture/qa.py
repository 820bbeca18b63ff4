"""Contact sheets of the stages from capture to mask, and the table of findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.atomic import write_bytes
from parasam_core.capture.drawn import Drawn
from parasam_core.capture.findings import Finding
from parasam_core.capture.footage import Grey
from parasam_core.capture.outline import Outline, sampled
from parasam_core.capture.stills import Colours
from parasam_core.errors import CaptureError
from parasam_core.sequence import Box
from parasam_core.tables import as_csv

TILE_YX = (180, 240)
NAMES = ("capture", "threshold", "panel", "crop", "outline", "mask")
FRAMES_A_SHEET = 12
LINE_PX = 22
MARK = (255, 80, 80)
GREEN = (60, 220, 90)
PALE = (225, 225, 225)
AMBER = (255, 190, 60)


@dataclass(frozen=True)
class Stages:
    """Small pictures of one frame, (y, x, 3) RGB of `TILE_YX`, named as `NAMES`."""

    tiles: dict[str, Colours] = field(repr=False)

    @classmethod
    def drawn(
        cls, crop: Colours, drawn: Drawn | None, frame: Grey, mask: NDArray[np.bool_] | None
    ) -> Stages:
        """The stages that a panel's crop shows."""
        tiles = {"crop": _tile(crop), "mask": _tile(_over(frame, mask))}
        if drawn is not None:
            tiles["threshold"] = _tile(_shades(drawn.covered * 255))
            tiles["outline"] = _tile(_outlined(crop, drawn))
        return cls(tiles)

    def of(self, capture: Colours, panel: Box) -> Stages:
        """With the stages that the whole capture shows."""
        scale = min(1.0, 2 * TILE_YX[1] / capture.shape[1])
        small = cv2.resize(capture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        x0, y0, x1, y1 = (round(v * scale) for v in panel)
        marked = cv2.rectangle(small.copy(), (x0, y0), (x1, y1), MARK, 3)
        shown = {"capture": _tile(np.asarray(small)), "panel": _tile(np.asarray(marked))}
        return replace(self, tiles={**self.tiles, **shown})


def write_qa(folder: Path, findings: Sequence[Finding], stages: Sequence[Stages | None]) -> None:
    """Write findings.csv and sheet-000.png …, a line a frame.

    Raises:
        CaptureError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_bytes(folder / "findings.csv", as_csv(findings, Finding).encode())
        for at in range(0, len(findings), FRAMES_A_SHEET):
            part = slice(at, at + FRAMES_A_SHEET)
            sheet = np.vstack([_header(), *map(_row, findings[part], stages[part])])
            png = cv2.imencode(".png", sheet[..., ::-1])[1].tobytes()
            write_bytes(folder / f"sheet-{at // FRAMES_A_SHEET:03d}.png", png)
    except OSError as error:
        raise CaptureError(f"expected a folder for --qa that can be written: {error}") from error


def _header() -> Colours:
    band = np.zeros((LINE_PX, TILE_YX[1] * len(NAMES), 3), np.uint8)
    for at, name in enumerate(NAMES):
        _text(band, name, at * TILE_YX[1] + 4, PALE)
    return band


def _row(finding: Finding, stages: Stages | None) -> Colours:
    blank = np.zeros((*TILE_YX, 3), np.uint8)
    tiles = [(stages.tiles if stages else {}).get(name, blank) for name in NAMES]
    band = np.full((LINE_PX, TILE_YX[1] * len(NAMES), 3), 40, np.uint8)
    state = f"area {finding.area_px} px" if finding.annotated else "not annotated"
    _text(band, f"{finding.number}  {finding.file}  {state}", 4, PALE)
    _text(band, "; ".join((*finding.kinds, *finding.why)), 2 * TILE_YX[1], AMBER)
    return np.vstack([np.hstack(tiles), band])


def _text(band: Colours, words: str, x: int, colour: tuple[int, int, int]) -> None:
    plain = words.encode("ascii", "replace").decode()
    cv2.putText(band, plain, (x, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)


def _tile(picture: Colours) -> Colours:
    height, width = picture.shape[:2]
    scale = min(TILE_YX[0] / height, TILE_YX[1] / width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    tile = np.zeros((*TILE_YX, 3), np.uint8)
    tile[: size[1], : size[0]] = cv2.resize(picture, size, interpolation=how)
    return tile


def _shades(levels: NDArray[np.float32]) -> Colours:
    grey = np.clip(levels, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _outlined(crop: Colours, drawn: Drawn) -> Colours:
    grey = cv2.cvtColor(cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    if isinstance(drawn.outline, Outline):
        height, width = crop.shape[:2]
        inside = sampled(drawn.outline, (1, 1), (0, 0), (height, width))
        return _with_edge(np.asarray(grey, np.uint8), inside)
    return np.asarray(grey, np.uint8)


def _over(frame: Grey, mask: NDArray[np.bool_] | None) -> Colours:
    picture = np.asarray(cv2.cvtColor(frame, cv2.COLOR_GRAY2RGB), np.uint8)
    if mask is None:
        return picture
    picture[mask] = (0.7 * picture[mask] + 0.3 * np.array(GREEN)).astype(np.uint8)
    return _with_edge(picture, mask)


def _with_edge(picture: Colours, inside: NDArray[np.bool_]) -> Colours:
    lines, _ = cv2.findContours(inside.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    thick = max(1, round(max(picture.shape) / 300))
    return np.asarray(cv2.drawContours(picture, lines, -1, GREEN, thick), np.uint8)
