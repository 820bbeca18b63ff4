"""What the keys of the window do, and how that is listed. Pure; names are pyglet's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from viewers.looking_glass.viewing import (
    ONE_VIEW,
    PANEL,
    QUILT,
    Scope,
    Viewing,
    at_home,
    looked,
    opened,
    pushed,
    scrubbed,
    turned_by,
    zoomed,
)
from viewers.looking_glass.views import VIEWS

STEP_DEG = 5.0
LEAP_FRAMES = 10
FOCUS_STEP = 0.1
"""Of half the depth of what is shown."""

HINT = "drag turns · wheel zooms · up, down: frames · F, B: focus · H: all keys"

HELP = (
    ("drag, left, right, shift up, down", "turn"),
    ("wheel, plus, minus", "zoom"),
    ("shift wheel, up, down, page up, down", "frames"),
    ("F, B", "focus to you, away from you"),
    ("R", "focus where it blurs least"),
    (f"1 to {len(VIEWS)}", ", ".join(VIEWS)),
    ("N, P", "next scan, scan before"),
    ("mouse, [ ]", "look around"),
    ("S", "look around by itself"),
    ("T", "all views as tiles"),
    ("L", "the panel's own pixels"),
    ("home", "as at first"),
    ("F11", "full screen"),
    ("esc, Q", "leave"),
)
"""(keys, what they do); in letters that every font has."""

Action = Callable[[Viewing, Scope], Viewing]


def pressed(seen: Viewing, name: str, scope: Scope, *, shift: bool = False) -> Viewing:
    """What a key makes of what is seen; the same where it means nothing.

    Args:
        seen: before.
        name: of the key, as `pyglet.window.key.symbol_string` says it.
        scope: what there is.
        shift: is held.
    """
    action = (SHIFTED.get(name) if shift else None) or KEYS.get(name)
    return action(seen, scope) if action else seen


def _turn(yaw_deg: float, pitch_deg: float) -> Action:
    return lambda seen, _: turned_by(seen, yaw_deg, pitch_deg)


def _zoom(notches: float) -> Action:
    return lambda seen, _: zoomed(seen, notches)


def _scrub(frames: int) -> Action:
    return lambda seen, scope: scrubbed(seen, frames, scope)


def _push(steps: int) -> Action:
    return lambda seen, scope: pushed(seen, steps * FOCUS_STEP * scope.reach_mm, scope)


def _open(scans: int) -> Action:
    return lambda seen, scope: opened(seen, scans, scope)


def _look(cameras: int) -> Action:
    return lambda seen, scope: replace(looked(seen, cameras, scope), sways=False)


def _fill(what: str) -> Action:
    """Again: back to one view."""
    return lambda seen, _: replace(seen, fills=ONE_VIEW if seen.fills == what else what)


def _view(view: str) -> Action:
    return lambda seen, _: replace(seen, view=view)


def _refocus(seen: Viewing, _: Scope) -> Viewing:
    return replace(seen, focus=None)


def _sway(seen: Viewing, _: Scope) -> Viewing:
    return replace(seen, sways=not seen.sways)


def _help(seen: Viewing, _: Scope) -> Viewing:
    return replace(seen, helps=not seen.helps)


KEYS: dict[str, Action] = {
    "LEFT": _turn(-STEP_DEG, 0),
    "RIGHT": _turn(STEP_DEG, 0),
    "UP": _scrub(1),
    "DOWN": _scrub(-1),
    "PAGEUP": _scrub(LEAP_FRAMES),
    "PAGEDOWN": _scrub(-LEAP_FRAMES),
    **dict.fromkeys(("PLUS", "EQUAL", "NUM_ADD"), _zoom(1)),
    **dict.fromkeys(("MINUS", "NUM_SUBTRACT"), _zoom(-1)),
    "F": _push(1),
    "B": _push(-1),
    "R": _refocus,
    "N": _open(1),
    "P": _open(-1),
    "BRACKETLEFT": _look(-1),
    "BRACKETRIGHT": _look(1),
    "S": _sway,
    "T": _fill(QUILT),
    "L": _fill(PANEL),
    "HOME": at_home,
    **dict.fromkeys(("H", "QUESTION"), _help),
    **{f"{row}_{i}": _view(view) for row in ("", "NUM") for i, view in enumerate(VIEWS, 1)},
}

SHIFTED: dict[str, Action] = {
    "UP": _turn(0, -STEP_DEG),
    "DOWN": _turn(0, STEP_DEG),
    "SLASH": _help,
}
