"""Stage and cameras → the pixels of a quilt, with OpenGL 3.3, in a window or without a screen.

All views are drawn in one instanced pass; a loop of one draw a view is kept as its reference.
Big quilts are drawn in blocks of tiles, so that the multisampled target stays small.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import RenderError
from viewers.looking_glass.blocks import Block, blocks_of
from viewers.looking_glass.caption import Caption, strip_of
from viewers.looking_glass.composing import drawables_of
from viewers.looking_glass.drawables import Drawable, Words
from viewers.looking_glass.gl_objects import limit
from viewers.looking_glass.offscreen import offscreen_context
from viewers.looking_glass.programs import MOST_VIEWS, Programs
from viewers.looking_glass.quilt import Layout, Rig
from viewers.looking_glass.stage import Stage
from viewers.looking_glass.target import Canvas, Target
from viewers.looking_glass.uploads import Uploads

SAMPLES = 4
PIXELS_A_PASS = 12_000_000
"""Of 36 bytes each with 4 samples."""


class Renderer:
    """Draws quilts of one stage after another; use it in a `with`.

    Args:
        window: to draw in, a pyglet window whose context is OpenGL 3.3 or later; it stays its
            owner's. None: a context of one's own, without a screen.

    Raises:
        RenderError: there is no OpenGL 3.3 here.
    """

    def __init__(self, window: Any = None) -> None:
        self._own: Any = None if window else offscreen_context()
        self._window: Any = window or self._own
        from pyglet import gl

        self._gl = gl
        self._programs = Programs(gl)
        self._most_px = min(
            limit(gl, gl.GL_MAX_RENDERBUFFER_SIZE), limit(gl, gl.GL_MAX_TEXTURE_SIZE)
        )
        self._uploads, self._words = Uploads(gl), Uploads(gl)
        self._caption: Caption | None = None
        self._shown: list[Drawable] = []
        self._target: Target | None = None

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
        """Free what is shown, and the context where it is one's own."""
        self._forget()
        if self._own:
            self._own.close()

    @property
    def device(self) -> str:
        """What draws, as OpenGL calls it."""
        self._window.switch_to()
        return str(self._window.context.get_info().get_renderer())

    def show(self, stage: Stage) -> None:
        """Show a stage in place of the one before; of arrays only new ones go to the GPU."""
        self._window.switch_to()
        self._shown = drawables_of(self._gl, self._uploads, stage)
        self._uploads.forget_unused()
        self._caption = stage.caption

    def canvas(self, layout: Layout) -> Canvas:
        """A place on the GPU for quilts of a layout; its owner frees it.

        Raises:
            RenderError: it is beyond the device.
        """
        self._window.switch_to()
        if max(layout.width, layout.height) > self._most_px:
            raise RenderError(
                f"expected a quilt at most {self._most_px} pixels wide on this device, "
                f"got {layout.width}×{layout.height}"
            )
        return Canvas(self._gl, layout.width, layout.height)

    def draw(
        self,
        rig: Rig,
        layout: Layout,
        canvas: Canvas,
        *,
        samples: int = SAMPLES,
        pixels_a_pass: int = PIXELS_A_PASS,
    ) -> None:
        """As `quilt`, into a texture; padding stays as it is."""
        for block, target in self._blocks(rig, layout, samples, pixels_a_pass):
            canvas.take(target, *block.corner_px(layout), *block.size_px(layout))

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
            pixels_a_pass: bound of the target's size; at least one tile is drawn.

        Returns:
            (y, x, 3) uint8 sRGB, top row first; padding is black.

        Raises:
            RenderError: more views or larger tiles than the device can draw.
        """
        quilt = np.zeros((layout.height, layout.width, 3), np.uint8)
        for block, target in self._blocks(rig, layout, samples, pixels_a_pass, one_pass=one_pass):
            block.put(target.pixels(), quilt, layout)
        return quilt

    def heights(self, rig: Rig, layout: Layout) -> NDArray[np.float32]:
        """How far before the focal plane lies what every pixel of a quilt shows.

        What is seen through counts where there is nothing else.

        Returns:
            (y, x) float32 metres, top row first; NaN where nothing is, and in the padding.

        Raises:
            RenderError: as `quilt`.
        """
        opaque, every = (
            self._depths(rig, layout, with_glass=with_glass) for with_glass in (False, True)
        )
        depths = np.where(opaque < 1, opaque, every)
        return np.where(depths < 1, rig.heights_of(depths), np.float32(np.nan))

    def _depths(self, rig: Rig, layout: Layout, *, with_glass: bool) -> NDArray[np.float32]:
        depths = np.ones((layout.height, layout.width), np.float32)
        for block, target in self._blocks(rig, layout, 0, PIXELS_A_PASS, with_glass=with_glass):
            block.put(target.depths(), depths, layout)
        return depths

    def _blocks(
        self,
        rig: Rig,
        layout: Layout,
        samples: int,
        pixels_a_pass: int,
        *,
        one_pass: bool = True,
        with_glass: bool = False,
    ) -> Iterator[tuple[Block, Target]]:
        """Blocks of tiles, and where each is drawn now."""
        self._window.switch_to()
        self._check(rig, layout)
        self._programs.see_by(rig)
        blocks = blocks_of(layout, pixels_a_pass, self._most_px)
        target = self._target_of(*blocks[0].size_px(layout), samples)
        shown = [*self._shown, *self._words_of(rig, layout)]
        for block in blocks:
            target.begin()
            for part in [block] if one_pass else block.tiles():
                self._draw(shown, rig, layout, block, part, with_glass=with_glass)
            yield block, target

    def _target_of(self, width: int, height: int, samples: int) -> Target:
        """The one of the quilt before, if it is alike."""
        old, wanted = self._target, (width, height, samples)
        if old and (old.width, old.height, old.samples) == wanted:
            return old
        if old:
            self._target = None
            old.delete()
        self._target = Target(self._gl, width, height, samples)
        return self._target

    def _check(self, rig: Rig, layout: Layout) -> None:
        if rig.views != layout.views:
            raise RenderError(
                f"expected a camera for each of {layout.views} tiles, got {rig.views}"
            )
        if layout.views > MOST_VIEWS:
            raise RenderError(f"expected at most {MOST_VIEWS} views, got {layout.views}")
        if max(layout.tile_width, layout.tile_height) > self._most_px:
            raise RenderError(
                f"expected tiles at most {self._most_px} pixels wide on this device, "
                f"got {layout.tile_width}×{layout.tile_height}"
            )

    def _draw(
        self,
        shown: list[Drawable],
        rig: Rig,
        layout: Layout,
        block: Block,
        part: Block,
        *,
        with_glass: bool,
    ) -> None:
        """Draw a part of a block, at its place in the target."""
        x = (part.column - block.column) * layout.tile_width
        y = (part.row - block.row) * layout.tile_height
        width, height = part.size_px(layout)
        self._gl.glViewport(x, y, width, height)
        for drawable in shown:
            used = self._programs.of(drawable.fragment)
            used.use()
            used["stage_from_scene"] = tuple(rig.stage_from_scene.T.ravel().tolist())
            used["first_view"] = part.row * layout.columns + part.column
            used["columns"] = part.columns
            used["views_a_row"] = layout.columns
            used["tile_size"] = (1 / part.columns, 1 / part.rows)
            drawable.set_uniforms(used, rig)
            drawable.draw(part.columns * part.rows, with_glass=with_glass)

    def _words_of(self, rig: Rig, layout: Layout) -> list[Drawable]:
        """The caption, which depends on the cameras."""
        if self._caption is None:
            return []
        words = Words(self._gl, self._words, strip_of(self._caption, rig, layout), layout)
        self._words.forget_unused()
        return [words]

    def _forget(self) -> None:
        self._window.switch_to()
        for uploads in (self._uploads, self._words):
            uploads.forget_unused()
        if self._target:
            self._target.delete()
        self._shown, self._target = [], None
