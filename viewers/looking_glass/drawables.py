"""The things of a stage on the GPU, each with the program that draws it."""

from __future__ import annotations

from typing import Any

import numpy as np

from parasam_core.gltf import TUMOUR_RGBA
from viewers.looking_glass.stage import Picture, Stage
from viewers.looking_glass.uploads import Texture, Triangles, Uploads

RECTANGLE = np.array([0, 1, 2, 2, 1, 3], np.uint32)
NO_NORMALS = np.zeros((4, 3), np.float32)
PLACES = np.array([(0, 0), (1, 0), (0, 1), (1, 1)], np.float32)


class Drawable:
    """Triangles, and how they are drawn.

    Attributes:
        fragment: file of the shader that colours them.
    """

    fragment: str

    def __init__(self, gl: Any, triangles: Triangles) -> None:
        self._gl, self._triangles = gl, triangles

    def set_uniforms(self, program: Any) -> None:
        """Give the program in use what is this thing's own."""

    def draw(self, instances: int) -> None:
        """Draw with the program in use."""
        self._triangles.draw(instances)


class Body(Drawable):
    """The tumour: closed, so its far side is never seen from within."""

    fragment = "solid.frag"

    def __init__(self, gl: Any, uploads: Uploads, stage: Stage) -> None:
        super().__init__(gl, uploads.of(Triangles, stage.positions, stage.normals, stage.faces))

    def set_uniforms(self, program: Any) -> None:
        """Its colour."""
        program["albedo"] = TUMOUR_RGBA[:3]

    def draw(self, instances: int) -> None:
        """Draw its near side."""
        self._gl.glEnable(self._gl.GL_CULL_FACE)
        super().draw(instances)


class Slice(Drawable):
    """A textured rectangle, seen from both sides. Drawn last: its edge may be see-through."""

    fragment = "picture.frag"

    def __init__(self, gl: Any, uploads: Uploads, picture: Picture) -> None:
        rectangle = uploads.of(Triangles, picture.corners, NO_NORMALS, RECTANGLE, PLACES)
        super().__init__(gl, rectangle)
        self._levels = uploads.of(Texture, picture.levels)
        self._fade = picture.fade

    def set_uniforms(self, program: Any) -> None:
        """Where it fades out."""
        program["fade"] = self._fade

    def draw(self, instances: int) -> None:
        """Draw both its sides."""
        self._gl.glDisable(self._gl.GL_CULL_FACE)
        self._levels.bind(0)
        super().draw(instances)


def drawables_of(gl: Any, uploads: Uploads, stage: Stage) -> list[Drawable]:
    """What a stage shows, in the order in which it has to be drawn."""
    body = [Body(gl, uploads, stage)] if stage.faces.size else []
    return [*body, *([Slice(gl, uploads, stage.picture)] if stage.picture else [])]
