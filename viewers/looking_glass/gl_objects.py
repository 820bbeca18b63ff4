"""Programs, buffers and textures of an OpenGL context. Made here, freed by their owners."""

from __future__ import annotations

import ctypes
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray


def program(vertex: str, fragment: str) -> Any:
    """A program of two files in `shaders/`."""
    from pyglet.graphics.shader import Shader, ShaderProgram

    folder = resources.files("viewers.looking_glass") / "shaders"
    return ShaderProgram(
        Shader((folder / vertex).read_text("utf-8"), "vertex"),
        Shader((folder / fragment).read_text("utf-8"), "fragment"),
    )


def new_name(generate: Any) -> int:
    """One name of `glGenBuffers` and its like."""
    name = ctypes.c_uint()
    generate(1, ctypes.byref(name))
    return name.value


def free(delete: Any, name: int) -> None:
    """Give a name back to `glDeleteBuffers` and its like."""
    delete(1, ctypes.byref(ctypes.c_uint(name)))


def limit(gl: Any, which: int) -> int:
    """What the device says of itself, `GL_MAX_TEXTURE_SIZE` and its like."""
    value = ctypes.c_int()
    gl.glGetIntegerv(which, ctypes.byref(value))
    return value.value


def filled_buffer(gl: Any, kind: int, content: NDArray[Any]) -> int:
    """A buffer that stays as it is."""
    buffer = new_name(gl.glGenBuffers)
    gl.glBindBuffer(kind, buffer)
    gl.glBufferData(kind, content.nbytes, np.ascontiguousarray(content).tobytes(),
                    gl.GL_STATIC_DRAW)  # fmt: skip
    return buffer


def grey_texture(gl: Any, levels: NDArray[np.uint8]) -> int:
    """A grey (y, x) image with its smaller copies."""
    height, width = levels.shape
    texture = new_name(gl.glGenTextures)
    gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
    gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
    gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_R8, width, height, 0, gl.GL_RED,
                    gl.GL_UNSIGNED_BYTE, np.ascontiguousarray(levels).tobytes())  # fmt: skip
    gl.glGenerateMipmap(gl.GL_TEXTURE_2D)
    filtered(gl, gl.GL_TEXTURE_2D, gl.GL_LINEAR_MIPMAP_LINEAR, gl.GL_LINEAR)
    return texture


def solid_texture(gl: Any, samples: NDArray[np.uint8]) -> int:
    """A (z, y, x, 3) image in three dimensions."""
    depth, height, width, _ = samples.shape
    texture = new_name(gl.glGenTextures)
    gl.glBindTexture(gl.GL_TEXTURE_3D, texture)
    gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
    filtered(gl, gl.GL_TEXTURE_3D, gl.GL_LINEAR, gl.GL_LINEAR)
    gl.glTexImage3D(gl.GL_TEXTURE_3D, 0, gl.GL_RGB8, width, height, depth, 0, gl.GL_RGB,
                    gl.GL_UNSIGNED_BYTE, np.ascontiguousarray(samples).tobytes())  # fmt: skip
    return texture


def colour_texture(gl: Any, width: int, height: int, rows: NDArray[np.uint8] | None = None) -> int:
    """An RGBA texture without smaller copies: empty, or (y, x, 3 or 4) rows, bottom row first."""
    texture = new_name(gl.glGenTextures)
    gl.glBindTexture(gl.GL_TEXTURE_2D, texture)
    gl.glPixelStorei(gl.GL_UNPACK_ALIGNMENT, 1)
    filtered(gl, gl.GL_TEXTURE_2D, gl.GL_NEAREST, gl.GL_NEAREST)
    kind = gl.GL_RGB if rows is not None and rows.shape[2] == 3 else gl.GL_RGBA
    content = None if rows is None else np.ascontiguousarray(rows).tobytes()
    gl.glTexImage2D(gl.GL_TEXTURE_2D, 0, gl.GL_RGBA8, width, height, 0, kind,
                    gl.GL_UNSIGNED_BYTE, content)  # fmt: skip
    return texture


def filtered(gl: Any, kind: int, smaller: int, larger: int) -> None:
    """How the bound texture is read between its pixels; at its edges they go on."""
    for setting, value in (
        (gl.GL_TEXTURE_MIN_FILTER, smaller),
        (gl.GL_TEXTURE_MAG_FILTER, larger),
        (gl.GL_TEXTURE_WRAP_S, gl.GL_CLAMP_TO_EDGE),
        (gl.GL_TEXTURE_WRAP_T, gl.GL_CLAMP_TO_EDGE),
        (gl.GL_TEXTURE_WRAP_R, gl.GL_CLAMP_TO_EDGE),
    ):
        gl.glTexParameteri(kind, setting, value)
