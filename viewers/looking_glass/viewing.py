"""What somebody sees in the window, and how what they do changes it. Pure, knows nothing of GL."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from viewers.looking_glass.focus import Focus
from viewers.looking_glass.stage import PITCH_DEG, YAW_DEG
from viewers.looking_glass.views import WHOLE

STEEPEST_DEG = 85.0
"""Pitch beyond which up and down would change places under the hand."""

LEAST_ZOOM, GREATEST_ZOOM = 0.5, 6.0
ZOOM_A_NOTCH = 1.15
DEG_A_HEIGHT = 180.0
"""Turn of a drag as long as the window is high."""

ONE_VIEW, QUILT, PANEL = "view", "quilt", "panel"
"""What fills the window: one view of the many, all of them, or the panel's own pixels."""


Lie = tuple[float, float, float, float]


@dataclass(frozen=True)
class Scope:
    """What there is to be seen: the bounds within which a `Viewing` moves.

    Attributes:
        frames: of the scan, at least 1.
        home_frame: the one to begin with.
        scans: how many there are, at least 1.
        cameras: views of the quilt, at least 1.
        reach_mm: half the depth of what is shown, as it is turned now.
        focus_mm: how far the focal plane lies now before the middle of what is shown.
    """

    frames: int = 1
    home_frame: int = 0
    scans: int = 1
    cameras: int = 1
    reach_mm: float = 0.0
    focus_mm: float = 0.0


@dataclass(frozen=True)
class Viewing:
    """What somebody sees.

    Attributes:
        yaw_deg: turn about the upright axis, −180..180.
        pitch_deg: tip towards the viewer, within ±`STEEPEST_DEG`.
        zoom: 1 shows all of it at every turn.
        focus: which plane lies in the glass; None: where near and far shift alike.
        frame: of the scan, from 0.
        view: one of `views.VIEWS`.
        scan: which of the library, from 0.
        camera: which view a preview shows, from the left.
        fills: the window: `ONE_VIEW`, `QUILT` or `PANEL`.
        sways: the preview's camera goes to and fro by itself.
        helps: the keys are listed.
        lie: how others hold the tumour, a unit quaternion x, y, z, w of the scene; yaw and pitch
            come on top of it, at home the pitch alone. None: nobody does.
    """

    yaw_deg: float = YAW_DEG
    pitch_deg: float = PITCH_DEG
    zoom: float = 1.0
    focus: Focus | None = None
    frame: int = 0
    view: str = WHOLE
    scan: int = 0
    camera: int = 0
    fills: str = ONE_VIEW
    sways: bool = False
    helps: bool = False
    lie: Lie | None = None


def turned_by(seen: Viewing, yaw_deg: float, pitch_deg: float) -> Viewing:
    """Turned to the right and tipped to the viewer by so much."""
    yaw = (seen.yaw_deg + yaw_deg + 180) % 360 - 180
    pitch = _within(seen.pitch_deg + pitch_deg, -STEEPEST_DEG, STEEPEST_DEG)
    return replace(seen, yaw_deg=yaw, pitch_deg=pitch)


def dragged(seen: Viewing, right: float, up: float) -> Viewing:
    """What is under the pointer goes with it; (right, up) in heights of the window."""
    return turned_by(seen, right * DEG_A_HEIGHT, -up * DEG_A_HEIGHT)


def zoomed(seen: Viewing, notches: float) -> Viewing:
    """Larger by so many notches of a wheel; smaller where negative."""
    notches = _within(notches, -100, 100)
    zoom = _within(seen.zoom * ZOOM_A_NOTCH**notches, LEAST_ZOOM, GREATEST_ZOOM)
    return replace(seen, zoom=zoom)


def scrubbed(seen: Viewing, by: int, scope: Scope) -> Viewing:
    """So many frames further, or to the first or last."""
    return replace(seen, frame=int(_within(seen.frame + by, 0, scope.frames - 1)))


def pushed(seen: Viewing, by_mm: float, scope: Scope) -> Viewing:
    """The focal plane goes to the viewer by so much, no further than what is shown."""
    at_mm = seen.focus if isinstance(seen.focus, int | float) else scope.focus_mm
    return replace(seen, focus=_within(at_mm + by_mm, -scope.reach_mm, scope.reach_mm))


def opened(seen: Viewing, by: int, scope: Scope) -> Viewing:
    """So many scans further; after the last comes the first."""
    return replace(seen, scan=(seen.scan + by) % scope.scans)


def looked(seen: Viewing, by: int, scope: Scope) -> Viewing:
    """So many cameras to the right."""
    return replace(seen, camera=int(_within(seen.camera + by, 0, scope.cameras - 1)))


def looked_from(seen: Viewing, part: float, scope: Scope) -> Viewing:
    """From the camera at this part, 0..1, of the way from the leftmost to the rightmost."""
    at = round(_within(part, 0, 1) * (scope.cameras - 1))
    return replace(seen, camera=at)


def swayed(seen: Viewing, seconds: float, scope: Scope, period_s: float = 5.0) -> Viewing:
    """As a head goes to and fro: the camera after so many seconds of it."""
    return looked_from(seen, 0.5 + 0.5 * math.sin(2 * math.pi * seconds / period_s), scope)


def at_home(seen: Viewing, scope: Scope) -> Viewing:
    """As at first, but for the scan and what fills the window."""
    home = Viewing(
        view=seen.view, scan=seen.scan, fills=seen.fills, frame=scope.home_frame, lie=seen.lie
    )
    return looked_from(home, 0.5, scope)


def within(seen: Viewing, scope: Scope) -> Viewing:
    """The same where there is such a frame, scan and camera; else the nearest."""
    seen = replace(seen, scan=min(max(seen.scan, 0), scope.scans - 1))
    return looked(scrubbed(seen, 0, scope), 0, scope)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
