"""Stage and cameras → the pixels of a quilt, with OpenGL 3.3 and no screen.

All views are drawn in one instanced pass; a loop of one draw a view is kept as its reference.
Big quilts are drawn in bands of whole tile rows, so that the multisampled target stays small.
"""

from __future__ import annotations

import ctypes
from importlib import resources
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import RenderError
from parasam_core.gltf import TUMOUR_RGBA
from viewers.looking_glass.offscreen import offscreen_context
from viewers.looking_glass.quilt import Layout, Rig
from viewers.looking_glass.stage import Picture, Stage

MOST_VIEWS = 128
"""As many as `Views` in views.vert holds; 10 KB of the 16 KB that GL 3.3 promises."""

SAMPLES = 4
PIXELS_A_PASS = 24_000_000
BACKGROUND = (0.0018, 0.0020, 0.0026, 1.0)


class Renderer:
    """Draws quilts of one stage after another; use it in a `with`.

    Raises:
        RenderError: there is no OpenGL 3.3 here.
    """

    def __init__(self) -> None:
        self._window = offscreen_context()
        from pyglet import gl

        self._gl = gl
        self._solid = _program(gl, "solid.frag")
        self._picture = _program(gl, "picture.frag")
        self._views = _name(gl.glGenBuffers)
        self._body: _Drawable | None = None
        self._slice: _Drawable | None = None

    def __enter__(self) -> Renderer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free the context and all in it."""
        self._window.close()

    def show(self, stage: Stage) -> None:
        """Take a stage to the GPU in place of the one before."""
        self._window.switch_to()
        for old in (self._body, self._slice):
            if old is not None:
                old.delete()
        self._body = _Body(self._gl, stage) if stage.faces.size else None
        self._slice = _Slice(self._gl, stage.picture) if stage.picture else None

    def quilt(
        self,
        rig: Rig,
        layout: Layout,
        *,
        samples: int = SAMPLES,
        one_pass: bool = True,
        pixels_a_pass: int = PIXELS_A_PASS,
    ) -> NDArray[np.uint8]:
        """Draw all views of what is shown.

        Args:
            rig: the cameras, as many as the layout has tiles.
            layout: of the quilt.
            samples: a pixel, for smooth edges; no more than the device has are taken.
            one_pass: False draws view by view; the picture is the same.
            pixels_a_pass: bound of the target's size; at least one row of tiles is drawn.

        Returns:
            (y, x, 3) uint8 sRGB, top row first; padding is black.

        Raises:
            RenderError: more views or larger tiles than the device can draw.
        """
        self._window.switch_to()
        self._check(rig, layout)
        self._upload(rig)
        band = layout.columns * layout.tile_width * layout.tile_height
        rows = min(max(pixels_a_pass // band, 1), layout.rows)
        target = _Target(
            self._gl, layout.columns * layout.tile_width, rows * layout.tile_height, samples
        )
        try:
            quilt = np.zeros((layout.height, layout.width, 3), np.uint8)
            for first in range(0, layout.rows, rows):
                self._draw_rows(rig, layout, target, range(first, min(first + rows, layout.rows)),
                                one_pass=one_pass)  # fmt: skip
                _put_rows(quilt, layout, first, target.pixels())
        finally:
            target.delete()
        return quilt

    def _check(self, rig: Rig, layout: Layout) -> None:
        if rig.views != layout.views:
            raise RenderError(
                f"expected a camera for each of {layout.views} tiles, got {rig.views}"
            )
        if layout.views > MOST_VIEWS:
            raise RenderError(f"expected at most {MOST_VIEWS} views, got {layout.views}")
        limit = min(
            _limit(self._gl, self._gl.GL_MAX_RENDERBUFFER_SIZE),
            _limit(self._gl, self._gl.GL_MAX_TEXTURE_SIZE),
        )
        if max(layout.columns * layout.tile_width, layout.tile_height) > limit:
            raise RenderError(
                f"expected a quilt at most {limit} pixels wide on this device, "
                f"got {layout.width}×{layout.height}"
            )

    def _upload(self, rig: Rig) -> None:
        gl = self._gl
        matrices = np.zeros((MOST_VIEWS, 4, 4), np.float32)
        matrices[: rig.views] = np.swapaxes(rig.clip_from_stage, 1, 2)  # GL counts down columns
        eyes = np.zeros((MOST_VIEWS, 4), np.float32)
        eyes[: rig.views, :3] = rig.eyes
        content = matrices.tobytes() + eyes.tobytes()
        gl.glBindBuffer(gl.GL_UNIFORM_BUFFER, self._views)
        gl.glBufferData(gl.GL_UNIFORM_BUFFER, len(content), content, gl.GL_DYNAMIC_DRAW)
        gl.glBindBufferBase(gl.GL_UNIFORM_BUFFER, 0, self._views)

    def _draw_rows(
        self, rig: Rig, layout: Layout, target: _Target, rows: range, *, one_pass: bool
    ) -> None:
        target.begin()
        count = len(rows) * layout.columns
        first = rows.start * layout.columns
        if one_pass:
            tile = (layout.tile_width / target.width, layout.tile_height / target.height)
            self._draw(rig, first, count, layout.columns, tile)
            return
        for slot in range(count):
            x, y = layout.corner(slot)
            self._gl.glViewport(x, y, layout.tile_width, layout.tile_height)
            self._draw(rig, first + slot, 1, 1, (1.0, 1.0))

    def _draw(
        self, rig: Rig, first: int, count: int, columns: int, tile: tuple[float, float]
    ) -> None:
        """Draw `count` views from `first` on, in rows of `columns`."""
        for program, drawable in ((self._solid, self._body), (self._picture, self._slice)):
            if drawable is None:
                continue
            program.use()
            program["stage_from_scene"] = tuple(rig.stage_from_scene.T.ravel().tolist())
            program["first_view"] = first
            program["columns"] = columns
            program["tile_size"] = tile
            drawable.set_uniforms(program)
            drawable.draw(count)


class _Drawable:
    """Vertices and triangles on the GPU. Each vertex: position, normal, place in the picture."""

    def __init__(self, gl: Any, vertices: NDArray[np.float32], faces: NDArray[np.uint32]) -> None:
        self._gl = gl
        self._count = faces.size
        self._array = _name(gl.glGenVertexArrays)
        gl.glBindVertexArray(self._array)
        self._buffers = [
            _filled(gl, gl.GL_ARRAY_BUFFER, vertices),
            _filled(gl, gl.GL_ELEMENT_ARRAY_BUFFER, faces),
        ]
        start = 0
        for location, size in enumerate((3, 3, 2)):
            gl.glEnableVertexAttribArray(location)
            gl.glVertexAttribPointer(location, size, gl.GL_FLOAT, gl.GL_FALSE, 32, start)
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
            self._gl.glDeleteBuffers(1, ctypes.c_uint(buffer))
        self._gl.glDeleteVertexArrays(1, ctypes.c_uint(self._array))


class _Body(_Drawable):
    """The tumour: closed, so its far side is never seen from within."""

    def __init__(self, gl: Any, stage: Stage) -> None:
        nowhere = np.zeros((len(stage.positions), 2), np.float32)
        vertices = np.column_stack([stage.positions, stage.normals, nowhere]).astype(np.float32)
        super().__init__(gl, vertices, stage.faces.astype(np.uint32))

    def set_uniforms(self, program: Any) -> None:
        program["albedo"] = TUMOUR_RGBA[:3]

    def draw(self, instances: int) -> None:
        self._gl.glEnable(self._gl.GL_CULL_FACE)
        super().draw(instances)


class _Slice(_Drawable):
    """A textured rectangle, seen from both sides. Drawn last: its edge may be see-through."""

    def __init__(self, gl: Any, picture: Picture) -> None:
        places = [(0, 0), (1, 0), (0, 1), (1, 1)]
        vertices = np.column_stack([picture.corners, np.zeros((4, 3)), places]).astype(np.float32)
        super().__init__(gl, vertices, np.array([0, 1, 2, 2, 1, 3], np.uint32))
        self._texture = _texture(gl, picture.levels)
        self._fade = picture.fade

    def set_uniforms(self, program: Any) -> None:
        program["fade"] = self._fade

    def draw(self, instances: int) -> None:
        self._gl.glDisable(self._gl.GL_CULL_FACE)
        self._gl.glActiveTexture(self._gl.GL_TEXTURE0)
        self._gl.glBindTexture(self._gl.GL_TEXTURE_2D, self._texture)
        super().draw(instances)

    def delete(self) -> None:
        super().delete()
        self._gl.glDeleteTextures(1, ctypes.c_uint(self._texture))


class _Target:
    """A multisampled sRGB framebuffer, and a plain one to read it from."""

    def __init__(self, gl: Any, width: int, height: int, samples: int) -> None:
        self._gl, self.width, self.height = gl, width, height
        samples = min(samples, _limit(gl, gl.GL_MAX_SAMPLES))
        self._renderbuffers: list[int] = []
        self._framebuffers: list[int] = []
        try:
            self._drawn = self._framebuffer(samples, with_depth=True)
            self._read = self._framebuffer(0, with_depth=False)
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
        for edge in range(4):
            gl.glEnable(gl.GL_CLIP_DISTANCE0 + edge)
        gl.glClearColor(*BACKGROUND)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT | gl.GL_DEPTH_BUFFER_BIT)

    def pixels(self) -> NDArray[np.uint8]:
        """(y, x, 4) uint8, bottom row first."""
        gl, w, h = self._gl, self.width, self.height
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self._drawn)
        gl.glBindFramebuffer(gl.GL_DRAW_FRAMEBUFFER, self._read)
        gl.glBlitFramebuffer(0, 0, w, h, 0, 0, w, h, gl.GL_COLOR_BUFFER_BIT, gl.GL_NEAREST)
        gl.glBindFramebuffer(gl.GL_READ_FRAMEBUFFER, self._read)
        pixels = np.empty((h, w, 4), np.uint8)
        gl.glReadPixels(0, 0, w, h, gl.GL_RGBA, gl.GL_UNSIGNED_BYTE,
                        pixels.ctypes.data_as(ctypes.c_void_p))  # fmt: skip
        return pixels

    def delete(self) -> None:
        """Free it."""
        for buffer in self._renderbuffers:
            self._gl.glDeleteRenderbuffers(1, ctypes.c_uint(buffer))
        for framebuffer in self._framebuffers:
            self._gl.glDeleteFramebuffers(1, ctypes.c_uint(framebuffer))

    def _framebuffer(self, samples: int, *, with_depth: bool) -> int:
        gl = self._gl
        framebuffer = _name(gl.glGenFramebuffers)
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
        buffer = _name(gl.glGenRenderbuffers)
        self._renderbuffers.append(buffer)
        gl.glBindRenderbuffer(gl.GL_RENDERBUFFER, buffer)
        gl.glRenderbufferStorageMultisample(
            gl.GL_RENDERBUFFER, samples, kind, self.width, self.height
        )
        gl.glFramebufferRenderbuffer(gl.GL_FRAMEBUFFER, place, gl.GL_RENDERBUFFER, buffer)


def _put_rows(
    quilt: NDArray[np.uint8], layout: Layout, first_row: int, pixels: NDArray[np.uint8]
) -> None:
    """Copy a band of tile rows, bottom row first, to its place in the quilt."""
    bottom = layout.height - first_row * layout.tile_height
    rows = min(len(pixels), (layout.rows - first_row) * layout.tile_height)
    quilt[bottom - rows : bottom, : pixels.shape[1]] = pixels[:rows][::-1, :, :3]


def _program(gl: Any, fragment: str) -> Any:
    from pyglet.graphics.shader import Shader, ShaderProgram

    folder = resources.files("viewers.looking_glass") / "shaders"
    program = ShaderProgram(
        Shader((folder / "views.vert").read_text("utf-8"), "vertex"),
        Shader((folder / fragment).read_text("utf-8"), "fragment"),
    )
    gl.glUniformBlockBinding(program.id, gl.glGetUniformBlockIndex(program.id, b"Views"), 0)
    return program


def _texture(gl: Any, levels: NDArray[np.uint8]) -> int:
    """A grey (y, x) image with its smaller copies."""
    height, width = levels.shape
    texture = _name(gl.glGenTextures)
    gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
    gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
    gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_R8, width, height, 0, gl.GL_RED,
                    gl.GL_UNSIGNED_BYTE, np.ascontiguousarray(levels).tobytes())  # fmt: skip
    gl.glGenerateMipmap(gl.GL_TEXTURE_2D)
    for setting, value in (
        (gl.GL_TEXTURE_MIN_FILTER, gl.GL_LINEAR_MIPMAP_LINEAR),
        (gl.GL_TEXTURE_MAG_FILTER, gl.GL_LINEAR),
        (gl.GL_TEXTURE_WRAP_S, gl.GL_CLAMP_TO_EDGE),
        (gl.GL_TEXTURE_WRAP_T, gl.GL_CLAMP_TO_EDGE),
    ):
        gl.glTexParameteri(gl.GL_TEXTURE_2D, setting, value)
    return texture


def _filled(gl: Any, kind: int, content: NDArray[Any]) -> int:
    buffer = _name(gl.glGenBuffers)
    gl.glBindBuffer(kind, buffer)
    gl.glBufferData(kind, content.nbytes, np.ascontiguousarray(content).tobytes(),
                    gl.GL_STATIC_DRAW)  # fmt: skip
    return buffer


def _name(generate: Any) -> int:
    name = ctypes.c_uint()
    generate(1, ctypes.byref(name))
    return name.value


def _limit(gl: Any, which: int) -> int:
    value = ctypes.c_int()
    gl.glGetIntegerv(which, ctypes.byref(value))
    return value.value
