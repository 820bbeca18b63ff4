"""What mouse and keys do to what is looked at: the events of a pyglet window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from viewers.looking_glass.keys import pressed
from viewers.looking_glass.looking import Looking
from viewers.looking_glass.viewing import (
    ONE_VIEW,
    Viewing,
    dragged,
    looked_from,
    scrubbed,
    swayed,
    zoomed,
)

LEAVE, WHOLE_SCREEN = ("ESCAPE", "Q"), "F11"

HANDLED = True
"""What tells pyglet that its own answer to an event is not wanted."""

LONG_AGO = float("-inf")


class Hands:
    """Hear a window's events.

    Args:
        window: the one whose mouse and keys they are.
        looking: what they change.
        leave: called when somebody wants to go.
        now: seconds, of a clock that does not go back.

    Attributes:
        moved_at: when what all views show was changed last, in seconds of `now`.
    """

    def __init__(
        self, window: Any, looking: Looking, leave: Callable[[], None], now: Callable[[], float]
    ) -> None:
        self._window, self._looking, self._leave, self._now = window, looking, leave, now
        self._shift = False
        self._swayed_from = now()
        self.moved_at = LONG_AGO

    def sway(self) -> None:
        """Look from where the clock says, if that is wanted."""
        seen = self._looking.seen
        if seen.sways and seen.fills == ONE_VIEW:
            seconds = self._now() - self._swayed_from
            self._looking.become(swayed(seen, seconds, self._looking.scope))

    def on_key_press(self, symbol: int, modifiers: int) -> bool:
        """See `keys`."""
        from pyglet.window import key

        name = key.symbol_string(symbol)
        self._shift = bool(modifiers & key.MOD_SHIFT) or symbol in (key.LSHIFT, key.RSHIFT)
        if name in LEAVE:
            self._leave()
        elif name == WHOLE_SCREEN:
            self._window.set_fullscreen(not self._window.fullscreen)
        else:
            self._press(name)
        return HANDLED

    def on_key_release(self, symbol: int, _modifiers: int) -> None:
        """Only shift is held."""
        from pyglet.window import key

        if symbol in (key.LSHIFT, key.RSHIFT):
            self._shift = False

    def on_deactivate(self) -> None:
        """Another window has the keys; a release would not come here."""
        self._shift = False

    def on_mouse_drag(
        self, _x: int, _y: int, dx: int, dy: int, _buttons: int, _modifiers: int
    ) -> None:
        """Turn."""
        height = max(self._window.get_size()[1], 1)
        self._become(dragged(self._looking.seen, dx / height, dy / height))

    def on_mouse_scroll(self, _x: int, _y: int, scroll_x: float, scroll_y: float) -> None:
        """Zoom; with shift, go through the frames."""
        if not self._shift:
            self._become(zoomed(self._looking.seen, scroll_y))
            return
        along = scroll_y or scroll_x  # some systems turn a wheel with shift sideways
        by = round(along) or (along > 0) - (along < 0)
        self._become(scrubbed(self._looking.seen, by, self._looking.scope))

    def on_mouse_motion(self, x: int, _y: int, _dx: int, _dy: int) -> None:
        """Look around, in a preview of one view."""
        seen = self._looking.seen
        if seen.fills == ONE_VIEW and not seen.sways:
            part = x / max(self._window.get_size()[0] - 1, 1)
            self._looking.become(looked_from(seen, part, self._looking.scope))

    def _press(self, name: str) -> None:
        seen = self._looking.seen
        if not seen.sways:
            self._swayed_from = self._now()
        self._become(pressed(seen, name, self._looking.scope, shift=self._shift))

    def _become(self, seen: Viewing) -> None:
        before = self._looking.seen
        self._looking.become(seen)
        if _of_all_views(before) != _of_all_views(self._looking.seen):
            self.moved_at = self._now()


def _of_all_views(seen: Viewing) -> Viewing:
    """What decides on the views; a look around changes none of them."""
    return replace(seen, camera=0, helps=False, sways=False, fills=ONE_VIEW)
