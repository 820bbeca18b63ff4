"""A window's own part without pixels: what is looked at, by which cameras, and what is said of it.

Joins what hands do (`viewing`) with what the source wants (`source`). Knows nothing of GL.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from viewers.looking_glass.focus import before_middle
from viewers.looking_glass.framing import (
    Ball,
    ball_of,
    lighter,
    rig_of,
    shift_px,
    turn_of,
    warning_of,
)
from viewers.looking_glass.known_panel import KnownPanel
from viewers.looking_glass.look import AS_USUAL, Look
from viewers.looking_glass.quilt import Layout, Rig
from viewers.looking_glass.source import Showable, Source, State
from viewers.looking_glass.stage import Stage, plane_before_middle
from viewers.looking_glass.viewing import ONE_VIEW, PANEL, Scope, Viewing, at_home, within

NOWHERE = np.zeros((0, 3), np.float32)
NOTHING = Stage(NOWHERE, NOWHERE, NOWHERE.astype(np.uint32))


class Looking:
    """What is looked at.

    Args:
        source: of what is shown.
        panel: to draw for.
        look: how it is seen at first; what the source wants goes before it.
        fills: the window at first.

    Attributes:
        seen: what somebody sees.
        stage: what is drawn of it; the same object until it is another.

    Raises:
        RenderError: a focus beyond what is shown, or through something that is not.
    """

    def __init__(
        self, source: Source, panel: KnownPanel, look: Look = AS_USUAL, fills: str = ONE_VIEW
    ) -> None:
        self._source, self._panel = source, panel
        self._state: State = source.state
        self._balls: dict[str, Ball] = {}
        self._shown: Showable | None = None
        self._staged: tuple[Showable | None, int, str] = (None, -1, "")
        self.stage = NOTHING
        self.seen = Viewing(fills=fills, view=look.view)
        self._take(self._state)
        home = replace(at_home(self.seen, self.scope), focus=look.focus)
        wanted = look.frame if self._state.frame is None else self._state.frame
        if wanted is not None:
            home = replace(home, frame=wanted)
        self.seen = within(home, self.scope)
        self._restage()
        if look.focus is not None and self.stage is not NOTHING:
            before_middle(look.focus, self.stage, turn_of(self.seen))

    @property
    def scope(self) -> Scope:
        """The bounds of what can be seen now."""
        shown, state = self._state.shown, self._state
        scope = Scope(scans=len(state.titles), cameras=self._panel.device.layout.views)
        if shown is None:
            return scope
        scope = replace(scope, frames=shown.frames, home_frame=shown.middle_frame)
        if self.stage is NOTHING:
            return scope
        rig = self.rig(self._panel.device.layout)
        depth = float(np.ptp(self.stage.points @ rig.turn[2]))
        plane_mm = 1e3 * plane_before_middle(rig, self.stage.points)
        return replace(scope, reach_mm=500 * depth, focus_mm=plane_mm)

    def follow(self) -> bool:
        """Take what the source wants now; whether that is something new."""
        state = self._source.state
        if state.version == self._state.version:
            return False
        self._take(state)
        return True

    def become(self, seen: Viewing) -> None:
        """See this instead, and let the source know."""
        before, self.seen = self.seen, within(seen, self.scope)
        if self.seen.fills == PANEL and self._panel.calibration is None:
            self.seen = replace(self.seen, fills=before.fills)
        if self.seen.scan != before.scan:
            self._source.open(self.seen.scan)
            self.follow()
        elif self.seen.frame != before.frame:
            self._source.look(self.seen.frame)
        self._restage()

    def layout(self, *, is_moving: bool) -> Layout:
        """Of the quilt that shows it, with fewer views while something moves."""
        whole = self._panel.device.layout
        return lighter(whole) if is_moving else whole

    def rig(self, layout: Layout) -> Rig:
        """The cameras of a quilt."""
        cone_deg = self._panel.device.view_cone_deg
        if self.stage is NOTHING:
            return Rig(np.zeros(3), np.eye(3), 1.0, layout.aspect, layout.views, cone_deg)
        return rig_of(self.seen, self.stage, self._balls[self.seen.view], layout, cone_deg)

    @property
    def title(self) -> str:
        """Of the window: the scan, and what does not stay sharp."""
        named = self._state.titles[self._state.scan]
        warning = self.warning
        return f"{named} – ParaSAM" + (f" – {warning}" if warning else "")

    @property
    def warning(self) -> str:
        """What does not stay sharp, or the source's own remark; "" where there is nothing."""
        if self._state.remark or self.stage is NOTHING:
            return self._state.remark
        layout = self._panel.device.layout
        return warning_of(self.stage, self.rig(layout), layout)

    @property
    def status(self) -> str:
        """What is seen, in numbers."""
        seen, scope = self.seen, self.scope
        if self.stage is NOTHING:
            return ""
        layout = self._panel.device.layout
        worst = max(shift_px(self.stage, self.rig(layout), layout))
        parts = [self._state.titles[self._state.scan], seen.view]
        parts.append(f"frame {seen.frame} of {scope.frames}")
        parts.append(f"view {seen.camera} of {scope.cameras}" if seen.fills == ONE_VIEW else "")
        parts.append(f"focus {scope.focus_mm:+.1f} mm")
        parts.append(f"zoom {seen.zoom:.2f}" if seen.zoom != 1 else "")
        parts.append(f"{worst:.1f} px a view")
        return " · ".join(filter(None, parts))

    def _take(self, state: State) -> None:
        """Another state of the source's: what it leaves open stays, as far as it can."""
        self._state, seen = state, self.seen
        if state.shown is not self._shown:
            self._shown, self._balls, self.stage = state.shown, {}, NOTHING
            home = state.shown.middle_frame if state.shown else 0
            seen = replace(seen, frame=home)
        frame = seen.frame if state.frame is None else state.frame
        seen = replace(seen, scan=state.scan, frame=frame, lie=state.lie)
        seen = replace(seen, view=state.view or seen.view)
        self.seen = within(seen, self.scope)
        self._restage()

    def _restage(self) -> None:
        """Make the stage of what is seen, if it is another than the last."""
        shown, seen = self._shown, self.seen
        wanted = (shown, seen.frame, seen.view)
        if shown is None or (wanted == self._staged and self.stage is not NOTHING):
            return
        self.stage, self._staged = shown.stage(seen.frame, seen.view), wanted
        if seen.view not in self._balls:
            at_home = shown.stage(shown.middle_frame, seen.view)
            self._balls[seen.view] = ball_of(at_home.points)
