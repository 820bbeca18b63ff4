"""An OpenGL context without a screen: through EGL on Linux, an invisible window elsewhere."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import pyglet

from parasam_core.errors import RenderError

LEAST_GL = (3, 3)


def offscreen_context() -> Any:
    """An invisible pyglet window whose context is current; close it to free all that is in it.

    Its own framebuffer may have 16 bits a pixel: draw into one of your own.

    Raises:
        RenderError: there is no OpenGL 3.3 here.
    """
    # these decide what `pyglet.window` becomes, so they come before its first import
    pyglet.options.headless = sys.platform.startswith("linux")
    pyglet.options.shadow_window = False
    try:
        with warnings.catch_warnings(action="ignore"):  # what matters comes as an error
            from pyglet.window import Window

            window: Any = Window(width=16, height=16, visible=False, vsync=False)
        version = window.context.get_info().get_version()
    except Exception as error:  # EGL, its driver and pyglet each fail in their own way
        raise _no_gl(f"{type(error).__name__}: {error}") from error
    if tuple(version[:2]) < LEAST_GL:
        window.close()
        raise _no_gl(f"OpenGL {version[0]}.{version[1]}")
    return window


def _no_gl(found: str) -> RenderError:
    return RenderError(
        f"expected OpenGL {LEAST_GL[0]}.{LEAST_GL[1]} or later, usable without a screen, "
        f"got {found}; on Debian or Ubuntu: apt install libegl1 libgl1-mesa-dri"
    )
