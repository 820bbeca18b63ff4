"""Opens the live window: unscaled on the panel where that is plugged in, else on the desktop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from parasam_core.errors import RenderError
from viewers.looking_glass.known_panel import KnownPanel
from viewers.looking_glass.look import AS_USUAL, Look
from viewers.looking_glass.offscreen import LEAST_GL
from viewers.looking_glass.source import Source

TICKS_S = 60
PREVIEW_PART = 0.8
"""Of the screen's height."""

BITS = 8


def show_live(
    source: Source, panel: KnownPanel, at: Any, look: Look = AS_USUAL, *, is_panel: bool
) -> None:
    """Show a source until somebody leaves.

    Args:
        source: of what is shown.
        panel: to draw for.
        at: the screen to open on, one of `desktop_screens()`.
        look: how it is seen at first.
        is_panel: that screen is the panel: it is filled, pixel by pixel.

    Raises:
        RenderError: no OpenGL 3.3, a graphics driver that stops, or a focus that cannot be.
    """
    window = _full_window(at) if is_panel else _preview_window(at, panel)
    from viewers.looking_glass.window import HologramWindow

    try:
        hologram = HologramWindow(window, source, panel, look=look, is_panel=is_panel)
    except BaseException:
        window.close()
        raise
    run(hologram)


def run(hologram: Any) -> None:
    """Hand the thread to the window until it is closed.

    Raises:
        RenderError: the graphics driver stopped.
    """
    import pyglet
    from pyglet.window import Window

    def tick(dt: float) -> None:
        hologram.tick(dt)
        if not hologram.is_open:
            pyglet.app.exit()

    pyglet.clock.schedule_interval(tick, 1 / TICKS_S)
    try:
        pyglet.app.run(interval=None)
    except pyglet.gl.GLException as error:
        raise RenderError(
            f"expected the graphics driver to go on drawing, got {error}; show the scan anew, "
            "and if it stops again, take a smaller --device"
        ) from error
    finally:
        pyglet.clock.unschedule(tick)
        Window._enable_event_queue = True  # the loop leaves it off, and no window could be made
        hologram.close()


def panel_screen(
    screens: Sequence[Any], panel: KnownPanel, place: tuple[int, int] | None
) -> Any | None:
    """The screen that is the panel; None where none can be told to be.

    Args:
        screens: the desktop's own first, each with x, y, width and height in pixels.
        panel: whose screen it is.
        place: its (x, y) as Bridge says; None where it does not, then only a second screen of
            exactly its size is taken: an ordinary monitor may be of that size, too.
    """
    if panel.calibration is None:
        return None
    alike = [one for one in screens if (one.width, one.height) == panel.calibration.screen]
    if place is not None:
        return next((one for one in alike if (one.x, one.y) == place), None)
    others = [one for one in alike if one is not screens[0]]
    return others[0] if len(others) == 1 else None


def new_window(width: int, height: int, caption: str, **options: Any) -> Any:
    """A pyglet window with OpenGL 3.3 and 8 bits a channel.

    Args:
        width: pixels.
        height: pixels.
        caption: its title.
        options: more that pyglet takes.

    Raises:
        RenderError: no display, or no such OpenGL.
    """
    import pyglet

    pyglet.options.shadow_window = False
    try:
        from pyglet.window import Window

        made: Any = pyglet.gl.Config
        config = made(
            red_size=BITS, green_size=BITS, blue_size=BITS, double_buffer=True,
            major_version=LEAST_GL[0], minor_version=LEAST_GL[1], forward_compatible=True,
        )  # fmt: skip
        window: Any = Window(width, height, caption, config=config, **options)
        version = window.context.get_info().get_version()
    except Exception as error:  # each system fails in its own way
        raise _no_window(f"{type(error).__name__}: {error}") from error
    if tuple(version[:2]) < LEAST_GL:
        window.close()
        raise _no_window(f"OpenGL {version[0]}.{version[1]}")
    return window


def _full_window(screen: Any) -> Any:
    return new_window(screen.width, screen.height, "ParaSAM", fullscreen=True, screen=screen)


def _preview_window(screen: Any, panel: KnownPanel) -> Any:
    aspect = panel.device.layout.aspect
    height = round(min(screen.height, screen.width / aspect) * PREVIEW_PART)
    return new_window(round(height * aspect), height, "ParaSAM", resizable=True, screen=screen)


def desktop_screens() -> list[Any]:
    """Those that are plugged in, the desktop's own first.

    Raises:
        RenderError: there is no desktop.
    """
    import pyglet

    try:
        display = pyglet.display.get_display()
        first = display.get_default_screen()
        return [first, *(one for one in display.get_screens() if one != first)]
    except Exception as error:  # each system fails in its own way
        raise _no_window(f"{type(error).__name__}: {error}") from error


def _no_window(found: str) -> RenderError:
    return RenderError(
        f"expected a desktop with OpenGL {LEAST_GL[0]}.{LEAST_GL[1]} to open a window on, "
        f"got {found}; without one, --quilt OUT.png writes the picture to a file"
    )
