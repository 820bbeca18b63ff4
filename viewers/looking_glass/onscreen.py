"""Pictures and words on a window's own pixels, with OpenGL 3.3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from viewers.looking_glass.gl_objects import colour_texture, free, new_name, program

Place = tuple[int, int, int, int]
"""x, y, width, height in pixels, from the lower left."""

INK = (235, 238, 242)
QUIET_INK = (150, 158, 168)
PLATE = (14, 16, 20, 200)
"""Behind words, with its opacity."""

Line = str | tuple[str, str]
"""Words, or a quiet remark before them."""


def fitted(aspect: float, width: int, height: int) -> Place:
    """The largest place of an aspect in the middle of a window; at least a pixel."""
    wide = max(min(width, round(height * aspect)), 1)
    tall = max(min(height, round(wide / aspect)), 1)
    return (width - wide) // 2, (height - tall) // 2, wide, tall


class ScreenPass:
    """Lays pictures over a window; lives in the context that is current when it is made."""

    def __init__(self) -> None:
        from pyglet import gl

        self._gl = gl
        self._program = program("lens.vert", "screen.frag")
        self._array = new_name(gl.glGenVertexArrays)

    def begin(self, width: int, height: int) -> None:
        """Draw on the window from now on; it is black."""
        gl = self._gl
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, 0)
        gl.glViewport(0, 0, width, height)
        for switch in (gl.GL_DEPTH_TEST, gl.GL_BLEND, gl.GL_CULL_FACE, gl.GL_FRAMEBUFFER_SRGB):
            gl.glDisable(switch)
        gl.glClearColor(0, 0, 0, 1)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)

    def lay(self, texture: int, part: Place, place: Place, strength: float = 1.0) -> None:
        """Draw a part of a picture at a place of the window.

        Args:
            texture: name of the picture's, levels times opacity, bottom row first.
            part: of it.
            place: where it goes; larger or smaller, it is scaled.
            strength: 0..1; what it leaves over, the ground shows.
        """
        gl, used = self._gl, self._program
        gl.glViewport(*place)
        gl.glEnable(gl.GL_BLEND)
        gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)
        gl.glActiveTexture(gl.GL_TEXTURE0)
        gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
        used.use()
        used["part"], used["viewport"], used["strength"] = part, place, strength
        gl.glBindVertexArray(self._array)
        gl.glDrawArrays(gl.GL_TRIANGLES, 0, 3)

    def delete(self) -> None:
        """Free it."""
        free(self._gl.glDeleteVertexArrays, self._array)
        self._program.delete()


class Words:
    """Lines of text as a texture, on a dark plate; written anew only when they change."""

    def __init__(self, gl: Any) -> None:
        self._gl = gl
        self._texture: int | None = None
        self._written: tuple[tuple[Line, ...], int] = ((), 0)
        self._size = (0, 0)

    def texture(self, lines: Sequence[Line], height_px: int) -> tuple[int, int, int]:
        """Its name, width and height in pixels.

        Args:
            lines: at least one.
            height_px: of capitals and what they stand on.
        """
        wanted = (tuple(lines), height_px)
        if self._texture is None or wanted != self._written:
            self.delete()
            picture = lettered(lines, height_px)
            self._size = picture.shape[1], picture.shape[0]
            self._texture = colour_texture(self._gl, *self._size, picture[::-1])
            self._written = wanted
        return self._texture, *self._size

    def delete(self) -> None:
        """Free the texture."""
        if self._texture is not None:
            free(self._gl.glDeleteTextures, self._texture)
            self._texture = None


def lettered(lines: Sequence[Line], height_px: int) -> NDArray[np.uint8]:
    """(y, x, 4) uint8 levels times opacity, top row first: words on a dark plate."""
    font = ImageFont.load_default(height_px)
    pairs = [("", line) if isinstance(line, str) else line for line in lines]
    gap = height_px if any(remark for remark, _ in pairs) else 0
    first = max(int(font.getlength(remark)) for remark, _ in pairs) + gap
    wide = first + max(int(np.ceil(font.getlength(words))) for _, words in pairs)
    step, edge = round(height_px * 1.4), round(height_px * 0.6)
    picture = Image.new("RGBA", (wide + 2 * edge, step * len(pairs) + edge), PLATE)
    pen = ImageDraw.Draw(picture)
    for row, (remark, words) in enumerate(pairs):
        y = edge // 2 + row * step
        pen.text((edge, y), remark, QUIET_INK, font)
        pen.text((edge + first, y), words, INK, font)
    levels = np.asarray(picture).astype(np.uint16)
    levels[..., :3] = levels[..., :3] * levels[..., 3:] // 255
    return levels.astype(np.uint8)
