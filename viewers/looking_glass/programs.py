"""The programs that draw, and the cameras they all see by."""

from __future__ import annotations

from typing import Any

import numpy as np

from viewers.looking_glass.gl_objects import new_name, program
from viewers.looking_glass.quilt import Rig

MOST_VIEWS = 128
"""As many as `Views` in views.vert holds; 10 KB of the 16 KB that GL 3.3 promises."""


class Programs:
    """Each of views.vert and another fragment shader, made when it is first asked for."""

    def __init__(self, gl: Any) -> None:
        self._gl = gl
        self._made: dict[str, Any] = {}
        self._views = new_name(gl.glGenBuffers)

    def of(self, fragment: str) -> Any:
        """The program that colours with a file in `shaders/`."""
        made = self._made.get(fragment)
        if made is None:
            made = self._made[fragment] = program("views.vert", fragment)
            block = self._gl.glGetUniformBlockIndex(made.id, b"Views")
            self._gl.glUniformBlockBinding(made.id, block, 0)
        return made

    def see_by(self, rig: Rig) -> None:
        """Give all of them these cameras."""
        gl = self._gl
        matrices = np.zeros((MOST_VIEWS, 4, 4), np.float32)
        matrices[: rig.views] = np.swapaxes(rig.clip_from_stage, 1, 2)  # GL counts down columns
        eyes = np.zeros((MOST_VIEWS, 4), np.float32)
        eyes[: rig.views, :3] = rig.eyes
        content = matrices.tobytes() + eyes.tobytes()
        gl.glBindBuffer(gl.GL_UNIFORM_BUFFER, self._views)
        gl.glBufferData(gl.GL_UNIFORM_BUFFER, len(content), content, gl.GL_DYNAMIC_DRAW)
        gl.glBindBufferBase(gl.GL_UNIFORM_BUFFER, 0, self._views)
