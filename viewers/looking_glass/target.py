"""Where views are drawn, and where a whole quilt stays on the GPU."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import RenderError
from viewers.looking_glass.gl_objects import colour_texture, free, limit, new_name

BACKGROUND = (0.0018, 0.0020, 0.0026, 1.0)
BYTES_A_PIXEL = 4
TILE_EDGES = 4
"""As views.vert has them: a tile's edges, and two of what is drawn."""


class Target:
    """A multisampled sRGB framebuffer, and a plain one to read it from.

    Raises:
        RenderError: the device has no room for it.
    """

    def __init__(self, gl: Any, width: int, height: int, samples: int) -> None:
        self._gl, self.width, self.height, self.samples = gl, width, height, samples
        samples = min(samples, limit(gl, gl.GL_MAX_SAMPLES))
        self._renderbuffers: list[int] = []
        self._framebuffers: list[int] = []
        self._pixels: NDArray[np.uint8] | None = None
        try:
            self._drawn = self._framebuffer(samples, with_depth=True)
            self._read = self._framebuffer(0, with_depth=False) if samples else self._drawn
        except (gl.GLException, RenderError) as error:
            self.delete()
            raise RenderError(
                f"expected room on the device for {width}×{height} pixels of {samples} samples, "
                f"got {error}"
            ) from error

    def begin(self) -> None:
        """Draw here from now on, on an empty ground."""
        gl = self._gl
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, self._drawn)
        gl.glViewport(0, 0, self.width, self.height)
        for switch in (gl.GL_DEPTH_TEST, gl.GL_FRAMEBUFFER_SRGB, gl.GL_MULTISAMPLE):
            gl.glEnable(switch)
        gl.glEnable(gl.GL_BLEND)
        gl.glBlendFunc(gl.GL_ONE, gl.GL_ONE_MINUS_SRC_ALPHA)
        for edge in range(TILE_EDGES):
            gl.glEnable(gl.GL_CLIP_DISTANCE0 + edge)
        gl.glClearColor(*BACKGROUND)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT | gl.GL_DEPTH_BUFFER_BIT)

    def resolve(self) -> None:
        """Make of the samples, if any, the pixels that `glReadPixels` reads."""
        gl, w, h = self._gl, self.width, self.height
        if self._read != self._drawn:
            gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self._drawn)
            gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, self._read)
            gl.glBlitFramebuffer(0, 0, w, h, 0, 0, w, h, gl.GL_COLOR_BUFFER_BIT, gl.GL_NEAREST)
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self._read)
        gl.glPixelStorei(gl.GL_PACK_ALIGNMENT, 1)

    def pixels(self) -> NDArray[np.uint8]:
        """(y, x, 3) uint8 sRGB, bottom row first; the next call writes over it."""
        gl = self._gl
        self.resolve()
        if self._pixels is None:
            self._pixels = np.empty((self.height, self.width, 3), np.uint8)
        gl.glReadPixels(0, 0, self.width, self.height, gl.GL_RGB, gl.GL_UNSIGNED_BYTE,
                        self._pixels.ctypes.data_as(ctypes.c_void_p))  # fmt: skip
        return self._pixels

    def depths(self) -> NDArray[np.float32]:
        """(y, x) float32 as OpenGL keeps them, 0..1 from near to far, bottom row first.

        Only a target of no samples has one depth a pixel.
        """
        gl = self._gl
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self._drawn)
        depths = np.empty((self.height, self.width), np.float32)
        gl.glReadPixels(0, 0, self.width, self.height, gl.GL_DEPTH_COMPONENT, gl.GL_FLOAT,
                        depths.ctypes.data_as(ctypes.c_void_p))  # fmt: skip
        return depths

    def delete(self) -> None:
        """Free it."""
        for buffer in self._renderbuffers:
            free(self._gl.glDeleteRenderbuffers, buffer)
        for framebuffer in self._framebuffers:
            free(self._gl.glDeleteFramebuffers, framebuffer)

    def _framebuffer(self, samples: int, *, with_depth: bool) -> int:
        gl = self._gl
        framebuffer = new_name(gl.glGenFramebuffers)
        self._framebuffers.append(framebuffer)
        gl.glBindFramebuffer(gl.GL_FRAMEBUFFER, framebuffer)
        self._attach(gl.GL_COLOR_ATTACHMENT0, gl.GL_SRGB8_ALPHA8, samples)
        if with_depth:
            self._attach(gl.GL_DEPTH_ATTACHMENT, gl.GL_DEPTH_COMPONENT24, samples)
        status = gl.glCheckFramebufferStatus(gl.GL_FRAMEBUFFER)
        if status != gl.GL_FRAMEBUFFER_COMPLETE:
            raise RenderError(f"framebuffer status {status:#x}")
        return framebuffer

    def _attach(self, place: int, kind: int, samples: int) -> None:
        gl = self._gl
        buffer = new_name(gl.glGenRenderbuffers)
        self._renderbuffers.append(buffer)
        gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, buffer)
        gl.glRenderbufferStorageMultisample(
            gl.GL_RENDERBUFFER, samples, kind, self.width, self.height
        )
        gl.glFramebufferRenderbuffer(gl.GL_FRAMEBUFFER, place, gl.GL_RENDERBUFFER, buffer)


class Canvas:
    """A whole quilt as a texture of sRGB levels, bottom row first, for `LensPass` and previews.

    Attributes:
        texture: its name.
        width, height: pixels.
    """

    def __init__(self, gl: Any, width: int, height: int) -> None:
        self._gl, self.width, self.height = gl, width, height
        self.texture = colour_texture(gl, width, height)
        self._between = new_name(gl.glGenBuffers)

    def take(self, target: Target, x: int, y: int, width: int, height: int) -> None:
        """Copy the lower left of what was drawn to a place of so many pixels, from (x, y) on.

        Through a buffer of the GPU, byte for byte: a blit from sRGB to plain levels may convert.
        """
        gl, size = self._gl, width * height * BYTES_A_PIXEL
        target.resolve()
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, self._between)
        gl.glBufferData(gl.GL_PIXEL_PACK_BUFFER, size, None, gl.GL_STREAM_COPY)
        gl.glReadPixels(0, 0, width, height, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, None)
        gl.glBindBuffer(gl.GL_PIXEL_PACK_BUFFER, 0)
        gl.glBindBuffer(gl.GL_PIXEL_UNPACK_BUFFER, self._between)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self.texture)
        gl.glTexSubImage2D(gl.GL_TEXTURE_2D, 0, x, y, width, height,
                           gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, None)  # fmt: skip
        gl.glBindBuffer(gl.GL_PIXEL_UNPACK_BUFFER, 0)

    def pixels(self) -> NDArray[np.uint8]:
        """(y, x, 3) uint8 sRGB, top row first."""
        gl = self._gl
        pixels = np.empty((self.height, self.width, BYTES_A_PIXEL), np.uint8)
        gl.glBindTexture(gl.GL_TEXTURE_2D, self.texture)
        gl.glGetTexImage(gl.GL_TEXTURE_2D, 0, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE,
                         pixels.ctypes.data_as(ctypes.c_void_p))  # fmt: skip
        return pixels[::-1, :, :3].copy()

    def delete(self) -> None:
        """Free it."""
        free(self._gl.glDeleteTextures, self.texture)
        free(self._gl.glDeleteBuffers, self._between)
