"""What has been taken to the GPU, and is not taken there again while it is the same arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from viewers.looking_glass.gl_objects import (
    filled_buffer,
    free,
    grey_texture,
    new_name,
    solid_texture,
)

FLOATS_A_CORNER = (3, 3, 2)
"""Position, normal, place in the picture, as views.vert takes them."""


class Upload(Protocol):
    """Something on the GPU."""

    def delete(self) -> None:
        """Free it."""


U = TypeVar("U", bound=Upload)


class Uploads:
    """Uploads by the arrays they were made of; arrays are told apart by identity."""

    def __init__(self, gl: Any) -> None:
        self._gl = gl
        self._made: dict[tuple[object, ...], tuple[Upload, tuple[NDArray[Any], ...]]] = {}
        self._used: set[tuple[object, ...]] = set()

    def of(self, make: Callable[..., U], *arrays: NDArray[Any]) -> U:
        """`make(gl, *arrays)`, or what it made of these arrays before."""
        key = (make, *map(id, arrays))
        self._used.add(key)
        if key not in self._made:
            self._made[key] = make(self._gl, *arrays), arrays  # kept: ids of dead ones come again
        return self._made[key][0]  # type: ignore[return-value]  # by its key, of `make`

    def forget_unused(self) -> None:
        """Free what was not asked for since the last time."""
        for key in self._made.keys() - self._used:
            self._made.pop(key)[0].delete()
        self._used.clear()


class Triangles:
    """Corners and triangles.

    Args:
        gl: of the current context.
        positions: (n, 3) metres.
        normals: (n, 3).
        faces: (m, 3) or flat, which corners.
        places: (n, 2) in a picture, where there is one.
    """

    def __init__(
        self,
        gl: Any,
        positions: NDArray[Any],
        normals: NDArray[Any],
        faces: NDArray[np.uint32],
        places: NDArray[Any] | None = None,
    ) -> None:
        self._gl, self._count = gl, faces.size
        places = np.zeros((len(positions), 2)) if places is None else places
        corners = np.column_stack([positions, normals, places]).astype(np.float32)
        self._array = new_name(gl.glGenVertexArrays)
        gl.glBindVertexArray(self._array)
        self._buffers = [
            filled_buffer(gl, gl.GL_ARRAY_BUFFER, corners),
            filled_buffer(gl, gl.GL_ELEMENT_ARRAY_BUFFER, faces.astype(np.uint32)),
        ]
        stride, start = 4 * sum(FLOATS_A_CORNER), 0
        for location, size in enumerate(FLOATS_A_CORNER):
            gl.glEnableVertexAttribArray(location)
            gl.glVertexAttribPointer(location, size, gl.GL_FLOAT, gl.GL_FALSE, stride, start)
            start += 4 * size

    def draw(self, instances: int) -> None:
        """Draw them with the program in use."""
        gl = self._gl
        gl.glBindVertexArray(self._array)
        gl.glDrawElementsInstanced(
            gl.GL_TRIANGLES, self._count, gl.GL_UNSIGNED_INT, None, instances
        )

    def delete(self) -> None:
        """Free them."""
        for buffer in self._buffers:
            free(self._gl.glDeleteBuffers, buffer)
        free(self._gl.glDeleteVertexArrays, self._array)


class Texture:
    """A grey picture, (y, x) uint8, or samples in space, (z, y, x, 3) uint8."""

    def __init__(self, gl: Any, samples: NDArray[np.uint8]) -> None:
        self._gl = gl
        is_flat = samples.ndim == 2
        self._kind = gl.GL_TEXTURE_2D if is_flat else gl.GL_TEXTURE_3D
        self._name = (grey_texture if is_flat else solid_texture)(gl, samples)

    def bind(self, unit: int) -> None:
        """Let samplers of this unit read it."""
        self._gl.glActiveTexture(self._gl.GL_TEXTURE0 + unit)
        self._gl.glBindTexture(self._kind, self._name)

    def delete(self) -> None:
        """Free it."""
        free(self._gl.glDeleteTextures, self._name)
