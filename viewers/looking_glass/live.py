"""`parasam hologram --window`: a scan, a library, or what a lab shows, in the live window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from parasam_core.scanfile import scans_in
from viewers.looking_glass.feed import Feed
from viewers.looking_glass.followed import Followed
from viewers.looking_glass.known_panel import KnownPanel
from viewers.looking_glass.look import AS_USUAL, Look
from viewers.looking_glass.native import attached_panel
from viewers.looking_glass.opening import desktop_screens, panel_screen, show_live
from viewers.looking_glass.source import Library, Source
from viewers.looking_glass.specimen import Specimen


def show_scans(
    path: Path,
    label: str | None,
    asked: str | None,
    calibration: Path | None = None,
    look: Look = AS_USUAL,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Show a scan or a library in the live window until somebody leaves.

    Args:
        path: a scan, or a folder of scans, which begins with its first.
        label: which mask; None where there is one.
        asked: serial number of the panel, or a display's name; None for any.
        calibration: of the panel, a JSON file; None: as Bridge says, or as it was seen last.
        look: how it is seen at first.
        say: is told for which panel it is drawn, before the window opens.

    Raises:
        ScanError, EmptyMaskError: no scan, or one alone without such a label.
        UsageError: the calibration cannot be read, or a scan alone has no such frame.
        RenderError: no desktop, no OpenGL 3.3, no such display, or a focus that cannot be.
    """
    scans = scans_in(path)
    if len(scans) == 1:
        label = scans[0].label_named(label)
        look.check(scans[0])

    def library() -> Library:
        return Library(scans, lambda scan: Specimen.of_scan(scan, scan.label_named(label)))

    _show(library, asked, calibration, look, say)


def show_lab(
    url: str,
    code: str | None,
    ca: Path | None,
    asked: str | None,
    calibration: Path | None = None,
    look: Look = AS_USUAL,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Show what a running lab shows, until somebody leaves; what is done here is done there.

    Args:
        url: the lab's, as `parasam lab` prints it.
        code: the pairing code that the lab shows, where it is on another machine.
        ca: the lab's certificate authority, a PEM file; None: those that this system trusts.
        asked: serial number of the panel, or a display's name; None for any.
        calibration: of the panel, a JSON file; None: as Bridge says, or as it was seen last.
        look: how it is seen at first.
        say: is told for which panel it is drawn, before the window opens.

    Raises:
        ServerError: no such address, or the code is refused.
        UsageError, RenderError: as of `show_scans`.
    """
    with Feed(url, code, ca) as feed:
        _show(lambda: Followed(feed), asked, calibration, look, say)


def _show(
    source: Callable[[], Source],
    asked: str | None,
    calibration: Path | None,
    look: Look,
    say: Callable[[str], None],
) -> None:
    """A source, made once it is known that there is a desktop to show it on."""
    screens = desktop_screens()
    panel, place, silence = attached_panel(asked, calibration)
    glass = panel_screen(screens, panel, place)
    for line in lines_of_panel(panel, silence, is_there=glass is not None):
        say(line)
    show_live(source(), panel, glass or screens[0], look, is_panel=glass is not None)


def lines_of_panel(panel: KnownPanel, silence: str, *, is_there: bool) -> list[str]:
    """For which panel it is drawn, and why not on the panel itself."""
    lines = [f"drawn for a {panel.device.title} ({panel.source}); H lists the keys"]
    if panel.calibration is None:
        lines.append(f"a preview only, the panel's lenses are not known: {silence}")
    elif not is_there:
        wide, tall = panel.calibration.screen
        lines.append(
            f"a preview only: expected a screen of exactly {wide}×{tall} pixels that can be told "
            "to be the panel, got none; connect it, and let the system not scale it"
        )
    return [*lines, panel.remark] if panel.remark else lines
