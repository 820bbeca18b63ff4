"""The lens on the GPU: a quilt in a texture → a panel's pixels, with OpenGL 3.3."""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import RenderError
from viewers.looking_glass.calibration import MOST_CELLS, Calibration
from viewers.looking_glass.gl_objects import colour_texture, free, limit, new_name, program
from viewers.looking_glass.lens import check_quilt, lens_of
from viewers.looking_glass.offscreen import offscreen_context
from viewers.looking_glass.quilt import Layout

EXACT_BITS = 24
"""Of a float's mantissa."""


class LensPass:
    """Draws quilts for one panel; lives in the context that is current when it is made.

    Args:
        calibration: of the panel.
    """

    def __init__(self, calibration: Calibration) -> None:
        from pyglet import gl

        self._gl = gl
        self._program = program("lens.vert", "lens.frag")
        self._array = new_name(gl.glGenVertexArrays)
        self._set_panel(calibration)

    def draw(self, texture: int, layout: Layout) -> None:
        """Fill the target, whose lower left pixel has to be the panel's.

        Args:
            texture: name of the quilt's texture, bottom row first, of any filtering.
            layout: of the quilt.
        """
        gl, used = self._gl, self._program
        for switch in (gl.GL_DEPTH_TEST, gl.GL_BLEND, gl.GL_CULL_FACE, gl.GL_FRAMEBUFFER_SRGB):
            gl.glDisable(switch)
        gl.glActiveTexture(gl.GL_TEXTURE0)
        gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
        used.use()
        used["grid"] = (layout.columns, layout.rows)
        used["tile"] = (layout.tile_width, layout.tile_height)
        gl.glBindVertexArray(self._array)
        gl.glDrawArrays(gl.GL_TRIANGLES, 0, 3)

    def delete(self) -> None:
        """Free it."""
        free(self._gl.glDeleteVertexArrays, self._array)
        self._program.delete()

    def _set_panel(self, calibration: Calibration) -> None:
        lens, used = lens_of(calibration), self._program
        padded = np.zeros((MOST_CELLS, 3))
        padded[: len(lens.starts)] = lens.starts - np.floor(lens.starts)
        bits = EXACT_BITS - math.ceil(math.log2(max(calibration.screen)))
        used.use()
        used["screen"] = calibration.screen
        used["across"] = _short_and_rest(lens.across, bits)
        used["up"] = _short_and_rest(lens.up, bits)
        used["starts"] = [tuple(start) for start in padded.tolist()]
        used["kinds"] = len(lens.starts)
        used["pattern"] = lens.pattern


def encode_on_gpu(
    quilt: NDArray[np.uint8], layout: Layout, calibration: Calibration
) -> NDArray[np.uint8]:
    """As `lens.encode`, to one grey level; a sub-pixel at the border of two views may show either.

    Raises:
        RenderError: no OpenGL 3.3, a quilt or panel beyond the device, or not the layout's size.
    """
    check_quilt(quilt, layout)
    window = offscreen_context()
    from pyglet import gl

    try:
        _check_limit(gl, max(*quilt.shape[:2], *calibration.screen))
        lens = LensPass(calibration)
        texture = colour_texture(gl, layout.width, layout.height, quilt[::-1])
        _draw_into_new_target(gl, *calibration.screen)
        lens.draw(texture, layout)
        return _pixels(gl, *calibration.screen)
    except gl.GLException as error:
        raise RenderError(
            f"expected room on the device for quilt and panel, got {error}"
        ) from error
    finally:
        window.close()


def _short_and_rest(step: float, bits: int) -> tuple[float, float]:
    """A number of so many binary places, whose multiples a float holds exactly, and what it lacks.

    Thousands of pixels times a float's rounding would shift the phase by a good part of a view.
    """
    short = round(step * 2**bits) / 2**bits
    return short, step - short


def _check_limit(gl: Any, side_px: int) -> None:
    most = limit(gl, gl.GL_MAX_TEXTURE_SIZE)
    if side_px > most:
        raise RenderError(
            f"expected a quilt and a panel of at most {most} pixels a side on this device, "
            f"got {side_px}"
        )


def _draw_into_new_target(gl: Any, width: int, height: int) -> None:
    gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, new_name(gl.glGenFramebuffers))
    gl.glFramebufferTexture2D(gl.GL_FRAMEBUFFER, gl.GL_COLOR_ATTACHMENT0, gl.GL_TEXTURE_2D,
                              colour_texture(gl, width, height), 0)  # fmt: skip
    status = gl.glCheckFramebufferStatus(gl.GL_FRAMEBUFFER)
    if status != gl.GL_FRAMEBUFFER_COMPLETE:
        raise RenderError(
            f"expected room on the device for a panel of {width}×{height} pixels, "
            f"got framebuffer status {status:#x}"
        )
    gl.glViewport(0, 0, width, height)


def _pixels(gl: Any, width: int, height: int) -> NDArray[np.uint8]:
    """(y, x, 3) uint8 of the target, top row first."""
    pixels = np.empty((height, width, 3), np.uint8)
    gl.glPixelStorei(gl.GL_PACK_ALIGNMENT, 1)
    gl.glReadPixels(0, 0, width, height, gl.GL_RGB, gl.GL_UNSIGNED_BYTE,
                    pixels.ctypes.data_as(ctypes.c_void_p))  # fmt: skip
    return pixels[::-1].copy()
