"""What each way to see a tumour draws, and in which order: what is seen through comes last."""

from __future__ import annotations

from typing import Any

from viewers.looking_glass.drawables import Body, Drawable, Light, Shell, Slice
from viewers.looking_glass.picture import Plane
from viewers.looking_glass.stage import Stage
from viewers.looking_glass.uploads import Uploads
from viewers.looking_glass.views import CUT, GLASS, INSIDE

NEAR, FAR = 1, -1
"""Side of the slice, as an eye sees it."""


def drawables_of(gl: Any, uploads: Uploads, stage: Stage) -> list[Drawable]:
    """What a stage shows, in the order in which it has to be drawn."""
    has_body = stage.faces.size > 0
    leads = stage.cut is not None or stage.view in (GLASS, INSIDE)
    hung = [Slice(gl, uploads, stage.picture, leads=leads)] if stage.picture else []
    if not has_body:
        return list(hung)
    if stage.view == CUT:
        return [Body(gl, uploads, stage, stage.cut), *hung, *_lid(gl, uploads, stage)]
    if stage.view in (GLASS, INSIDE):
        volume = stage.volume if stage.view == INSIDE else None
        light = [Light(gl, uploads, volume, stage.cut)] if volume else []
        (back, front), near = _shell(gl, uploads, stage, FAR), _shell(gl, uploads, stage, NEAR)
        return [back, *light, front, *hung, *(near if hung else [])]
    return [Body(gl, uploads, stage, stage.cut), *hung]


def _shell(gl: Any, uploads: Uploads, stage: Stage, side: int) -> list[Drawable]:
    """What of the glass lies on one side of the picture: its far faces, then its near ones."""
    faces: list[Drawable] = [Shell(gl, uploads, stage, face) for face in ("back", "front")]
    for shell in faces:
        shell.divide = _plane(stage)
        shell.divide_side = side
    return faces


def _lid(gl: Any, uploads: Uploads, stage: Stage) -> list[Drawable]:
    """What a cut takes off the body, as glass."""
    faces: list[Drawable] = [Shell(gl, uploads, stage, face) for face in ("back", "front")]
    for shell in faces:
        shell.cut, shell.beyond = stage.cut, -1
    return faces


def _plane(stage: Stage) -> Plane | None:
    return stage.picture.plane if stage.picture else None
