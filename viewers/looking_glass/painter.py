"""What is seen → the pixels of a window, drawing no more than has changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from parasam_core.errors import RenderError
from viewers.looking_glass.calibration import Calibration
from viewers.looking_glass.gpu import Renderer
from viewers.looking_glass.lens_gpu import LensPass
from viewers.looking_glass.onscreen import Line, Place, ScreenPass, Words, fitted
from viewers.looking_glass.quilt import Layout, Rig
from viewers.looking_glass.stage import Stage
from viewers.looking_glass.target import Canvas

LEAST_LETTER_PX = 13
LETTERS_A_HEIGHT = 46


class Painter:
    """Draws in a window, whose context is current when it is made.

    Args:
        window: OpenGL 3.3 or later; stays its owner's.
        calibration: of the panel whose pixels it can show; None: it cannot.

    Attributes:
        scenes: how often views were drawn.
        canvas: the views that were drawn last; None before any.
    """

    def __init__(self, window: Any, calibration: Calibration | None) -> None:
        from pyglet import gl

        self._gl, self._window = gl, window
        self._calibration = calibration
        self._renderer = Renderer(window)
        self._screen = ScreenPass()
        self._lens = LensPass(calibration) if calibration else None
        self._words: dict[bool, Words] = {}
        self._canvases: dict[Layout, Canvas] = {}
        self.canvas: Canvas | None = None
        self.scenes = 0

    def show(self, stage: Stage) -> None:
        """Draw this stage from now on."""
        self._renderer.show(stage)

    def draw_views(self, rig: Rig, layout: Layout) -> None:
        """Draw the views that `picture` and `panel` show.

        Raises:
            RenderError: more, or larger, than the device can draw.
        """
        canvas = self._canvas_of(layout)
        self._renderer.draw(rig, layout, canvas)
        self.canvas = canvas
        self.scenes += 1

    def picture(self, layout: Layout, aspect: float) -> None:
        """The views that were drawn, as large as the window."""
        width, height = self._size()
        self._screen.begin(width, height)
        if self.canvas is not None:
            drawn = layout.columns * layout.tile_width, layout.rows * layout.tile_height
            self._screen.lay(self.canvas.texture, (0, 0, *drawn), fitted(aspect, width, height))

    def panel(self, layout: Layout) -> None:
        """The panel's own pixels, unscaled, from the window's lower left; what is beyond is cut.

        Raises:
            RenderError: no panel's lenses are known.
        """
        if self._lens is None or self._calibration is None:
            raise RenderError("expected a panel whose lenses are known, none is")
        gl = self._gl
        self._screen.begin(*self._size())
        if self.canvas is not None:
            gl.glViewport(0, 0, *self._calibration.screen)
            self._lens.draw(self.canvas.texture, layout)

    def write(self, lines: Sequence[Line], *, at_top: bool, strength: float = 1.0) -> None:
        """Words over all, at the window's top or bottom edge, in the middle of it."""
        if not lines or strength <= 0:
            return
        width, height = self._size()
        letters = max(round(height / LETTERS_A_HEIGHT), LEAST_LETTER_PX)
        words = self._words.setdefault(at_top, Words(self._gl))
        texture, wide, tall = words.texture(lines, letters)
        part: Place = (0, 0, wide, tall)
        if wide > width:
            wide, tall = width, max(round(tall * width / wide), 1)
        y = height - tall if at_top else 0
        self._screen.lay(texture, part, ((width - wide) // 2, y, wide, tall), strength)

    def keep_only(self, layouts: Sequence[Layout]) -> None:
        """Free the room of other quilts than these."""
        for layout in [one for one in self._canvases if one not in layouts]:
            canvas = self._canvases.pop(layout)
            self.canvas = None if self.canvas is canvas else self.canvas
            canvas.delete()

    def close(self) -> None:
        """Free all of it; the context has to be there still."""
        self._window.switch_to()
        self.keep_only(())
        for words in self._words.values():
            words.delete()
        self._screen.delete()
        if self._lens:
            self._lens.delete()
        self._renderer.close()

    def _canvas_of(self, layout: Layout) -> Canvas:
        if layout not in self._canvases:
            self._canvases[layout] = self._renderer.canvas(layout)
        return self._canvases[layout]

    def _size(self) -> tuple[int, int]:
        width, height = self._window.get_framebuffer_size()
        return int(width), int(height)
