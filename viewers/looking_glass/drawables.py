"""The things of a stage on the GPU, each with the program that draws it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.gltf import TUMOUR_RGBA
from viewers.looking_glass.gl_objects import filled_buffer, free, grey_texture, new_name
from viewers.looking_glass.stage import Picture, Stage

FLOATS_A_CORNER = (3, 3, 2)
"""Position, normal, place in the picture, as views.vert takes them."""


class Drawable:
    """Corners and triangles on the GPU.

    Attributes:
        fragment: file of the shader that colours it.
    """

    fragment: str

    def __init__(self, gl: Any, corners: NDArray[np.float32], faces: NDArray[np.uint32]) -> None:
        self._gl = gl
        self._count = faces.size
        self._array = new_name(gl.glGenVertexArrays)
        gl.glBindVertexArray(self._array)
        self._buffers = [
            filled_buffer(gl, gl.GL_ARRAY_BUFFER, corners),
            filled_buffer(gl, gl.GL_ELEMENT_ARRAY_BUFFER, faces),
        ]
        stride, start = 4 * sum(FLOATS_A_CORNER), 0
        for location, size in enumerate(FLOATS_A_CORNER):
            gl.glEnableVertexAttribArray(location)
            gl.glVertexAttribPointer(location, size, gl.GL_FLOAT, gl.GL_FALSE, stride, start)
            start += 4 * size

    def set_uniforms(self, program: Any) -> None:
        """Give the program in use what is this thing's own."""

    def draw(self, instances: int) -> None:
        """Draw with the program in use."""
        self._gl.glBindVertexArray(self._array)
        self._gl.glDrawElementsInstanced(
            self._gl.GL_TRIANGLES, self._count, self._gl.GL_UNSIGNED_INT, None, instances
        )

    def delete(self) -> None:
        """Free it."""
        for buffer in self._buffers:
            free(self._gl.glDeleteBuffers, buffer)
        free(self._gl.glDeleteVertexArrays, self._array)


class Body(Drawable):
    """The tumour: closed, so its far side is never seen from within."""

    fragment = "solid.frag"

    def __init__(self, gl: Any, stage: Stage) -> None:
        nowhere = np.zeros((len(stage.positions), 2), np.float32)
        corners = np.column_stack([stage.positions, stage.normals, nowhere]).astype(np.float32)
        super().__init__(gl, corners, stage.faces.astype(np.uint32))

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

    def __init__(self, gl: Any, picture: Picture) -> None:
        places = [(0, 0), (1, 0), (0, 1), (1, 1)]
        corners = np.column_stack([picture.corners, np.zeros((4, 3)), places]).astype(np.float32)
        super().__init__(gl, corners, np.array([0, 1, 2, 2, 1, 3], np.uint32))
        self._texture = grey_texture(gl, picture.levels)
        self._fade = picture.fade

    def set_uniforms(self, program: Any) -> None:
        """Where it fades out."""
        program["fade"] = self._fade

    def draw(self, instances: int) -> None:
        """Draw both its sides."""
        gl = self._gl
        gl.glDisable(gl.GL_CULL_FACE)
        gl.glActiveTexture(gl.GL_TEXTURE0)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self._texture)
        super().draw(instances)

    def delete(self) -> None:
        """Free it and its texture."""
        super().delete()
        free(self._gl.glDeleteTextures, self._texture)


def drawables_of(gl: Any, stage: Stage) -> list[Drawable]:
    """What a stage shows, in the order in which it has to be drawn."""
    body = [Body(gl, stage)] if stage.faces.size else []
    return [*body, *([Slice(gl, stage.picture)] if stage.picture else [])]
