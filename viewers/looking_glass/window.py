"""The live window: on a panel what its lenses need, on a desktop a view to look around in.

    hands ──► looking ──► painter ──► the window's pixels
    source ─────┘

Nothing is drawn while nothing changes. While something moves, a quilt has a quarter of its views.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from viewers.looking_glass.hands import HANDLED, LONG_AGO, Hands
from viewers.looking_glass.keys import HELP, HINT
from viewers.looking_glass.known_panel import KnownPanel
from viewers.looking_glass.look import AS_USUAL, Look
from viewers.looking_glass.looking import Looking
from viewers.looking_glass.onscreen import Line, fitted
from viewers.looking_glass.painter import Painter
from viewers.looking_glass.quilt import Layout
from viewers.looking_glass.source import Source
from viewers.looking_glass.stage import Stage
from viewers.looking_glass.viewing import ONE_VIEW, PANEL, QUILT, Viewing

STILL_AFTER_S = 0.15
HINT_S, FADES_S = 6.0, 1.0
FADE_STEPS = 16


@dataclass(frozen=True)
class _Views:
    """What decides on the views."""

    seen: Viewing
    stage: Stage
    layout: Layout


@dataclass(frozen=True)
class _Picture:
    """What decides on the window's pixels; what is equal is not drawn again."""

    views: _Views
    fills: str
    size: tuple[int, int]
    above: tuple[Line, ...]
    below: tuple[Line, ...]
    strength: float


class HologramWindow:
    """Shows a source in a window, and follows hands and source.

    Args:
        window: a pyglet window with OpenGL 3.3 or later; closed together with this.
        source: of what is shown.
        panel: to draw for.
        look: how it is seen at first.
        is_panel: the window is the panel itself, pixel by pixel.
        now: seconds, of a clock that does not go back.

    Attributes:
        looking: what is looked at.
        drawn: how often the window was drawn.

    Raises:
        RenderError: a focus that cannot be, or views beyond the device.
    """

    def __init__(
        self,
        window: Any,
        source: Source,
        panel: KnownPanel,
        *,
        look: Look = AS_USUAL,
        is_panel: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.looking = Looking(source, panel, look, PANEL if is_panel else ONE_VIEW)
        window.switch_to()
        self._window, self._panel, self._is_panel, self._now = window, panel, is_panel, now
        self.painter = Painter(window, panel.calibration)
        self._hands = Hands(window, self.looking, self.close, now)
        self._began, self._news_at = now(), LONG_AGO
        self._staged: Stage | None = None
        self._picture: _Picture | None = None
        self._title = ""
        self.drawn = 0
        window.push_handlers(self)
        window.push_handlers(self._hands)

    def tick(self, _dt: float = 0.0) -> None:
        """Follow the source and the clock, and draw if anything is another than it was."""
        if not self.is_open:
            return
        if self.looking.follow():
            self._news_at = self._now()
        self._hands.sway()
        if self._wanted() != self._picture:
            self._window.switch_to()
            self.on_draw()
            self._window.flip()

    def close(self) -> None:
        """Free all of it and close the window; again, nothing."""
        window, self._window = self._window, None
        if window is None:
            return
        window.pop_handlers()
        window.pop_handlers()
        with suppress(Exception):  # a context that was lost has nothing left to free
            window.switch_to()
            self.painter.close()
        window.close()

    @property
    def is_open(self) -> bool:
        """False once it was closed."""
        return self._window is not None

    @property
    def is_moving(self) -> bool:
        """Something was moved just now."""
        return self._now() - max(self._hands.moved_at, self._news_at) < STILL_AFTER_S

    def on_draw(self) -> None:
        """Draw what is wanted; views only if they are others than those that are there."""
        wanted, old = self._wanted(), self._picture
        if old is None or wanted.views != old.views:
            self._draw_views(wanted.views)
        self._fill(wanted)
        self._entitle()
        self._picture = wanted
        self.drawn += 1

    def on_expose(self) -> None:
        """Something lay over the window."""
        self._forget()

    def on_resize(self, _width: int, _height: int) -> None:
        """The window has another size."""
        self._forget()

    def on_close(self) -> bool:
        """Somebody closed it."""
        self.close()
        return HANDLED

    def _forget(self) -> None:
        """Draw the window once more, whatever it shows."""
        self._picture = None

    def _wanted(self) -> _Picture:
        looking, seen = self.looking, self.looking.seen
        warning = looking.warning
        above: tuple[Line, ...] = HELP if seen.helps else (warning,) if warning else ()
        strength = self._hint_strength()
        status = "" if self._is_panel else looking.status
        words = HINT if strength else status
        below = (words,) if words else ()
        return _Picture(self._views(), seen.fills, self._size(), above, below, strength or 1.0)

    def _views(self) -> _Views:
        seen, looking = self.looking.seen, self.looking
        alike = replace(seen, helps=False, sways=False, fills=ONE_VIEW)
        if seen.fills == ONE_VIEW:
            wide, tall = fitted(self._aspect, *self._size())[2:]
            return _Views(alike, looking.stage, Layout(1, 1, wide, tall, self._aspect))
        layout = looking.layout(is_moving=self.is_moving)
        return _Views(replace(alike, fills=QUILT, camera=0), looking.stage, layout)

    def _draw_views(self, views: _Views) -> None:
        looking = self.looking
        if views.stage is not self._staged:
            self.painter.show(views.stage)
            self._staged = views.stage
        whole, light = (looking.layout(is_moving=moving) for moving in (False, True))
        self.painter.keep_only((whole, light, views.layout))
        if views.seen.fills == ONE_VIEW:
            rig = looking.rig(whole).alone(views.seen.camera)
        else:
            rig = looking.rig(views.layout)
        self.painter.draw_views(rig, views.layout)

    def _fill(self, picture: _Picture) -> None:
        layout = picture.views.layout
        if picture.fills == PANEL:
            self.painter.panel(layout)
        else:
            self.painter.picture(layout, self._aspect * layout.columns / layout.rows)
        self.painter.write(picture.above, at_top=True)
        self.painter.write(picture.below, at_top=False, strength=picture.strength)

    def _entitle(self) -> None:
        if self.looking.title != self._title:
            self._title = self.looking.title
            self._window.set_caption(self._title)

    def _hint_strength(self) -> float:
        """1 at first, then falling to 0 in `FADE_STEPS`."""
        left = (self._began + HINT_S + FADES_S - self._now()) / FADES_S
        return math.ceil(min(max(left, 0.0), 1.0) * FADE_STEPS) / FADE_STEPS

    @property
    def _aspect(self) -> float:
        return self._panel.device.layout.aspect

    def _size(self) -> tuple[int, int]:
        width, height = self._window.get_framebuffer_size()
        return max(int(width), 1), max(int(height), 1)
