"""The things of a stage on the GPU, each with the program that draws it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.gltf import TUMOUR_RGBA
from parasam_core.scanfile import LABEL_RGBA
from viewers.looking_glass.caption import Strip
from viewers.looking_glass.grey_volume import FARTHEST_MM, GreyVolume
from viewers.looking_glass.picture import Picture, Plane, Section
from viewers.looking_glass.quilt import Layout, Rig
from viewers.looking_glass.stage import Stage
from viewers.looking_glass.uploads import Texture, Triangles, Uploads

RECTANGLE = np.array([0, 1, 2, 2, 1, 3], np.uint32)
NO_NORMALS, NO_BOX_NORMALS = (np.zeros((n, 3), np.float32) for n in (4, 8))
PLACES = np.array([(0, 0), (1, 0), (0, 1), (1, 1)], np.float32)
BOX = np.array(
    [0, 2, 1, 1, 2, 3, 4, 5, 6, 5, 7, 6, 0, 1, 4, 1, 5, 4, 2, 6, 3, 3, 6, 7, 0, 4, 2, 2, 4, 6, 1,
     3, 5, 3, 7, 5], np.uint32,
)  # fmt: skip
"""Counter-clockwise from outside, where x, y and z of the corners make a right-handed system."""

FLESH = tuple(0.42 * part for part in TUMOUR_RGBA[:3])
"""Of a body that is cut open, seen from within."""

GLASS = (1.0, 0.332, 0.238)
"""#ff9c86 in linear light, as the page's shell."""

AROUND = 0.5
"""Opacity of a slice outside an open tumour, so that what is behind it shines through."""

BESIDE_GLOW, LEADING_GLOW = 0.62, 0.85
"""Of white, where a lit tumour leads, and where the slice does."""

INK = (0.55, 0.58, 0.62)

FACING = np.array([(-1, 1, 0), (1, 1, 0), (-1, -1, 0), (1, -1, 0)], np.float32)
"""A square that faces the viewer."""

KEEP_ALL = (0.0, 0.0, 0.0, 1.0)

CUT_PLANE, DIVIDING_PLANE = 4, 5
"""Clip distances of views.vert, after the four edges of a tile."""


def linear(level: float) -> float:
    """Light of an sRGB level, both 0..1."""
    return float(level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4)


OUTLINE = tuple(linear(level / 255) for level in LABEL_RGBA[:3])


def on_stage(plane: Plane, rig: Rig) -> NDArray[np.float64]:
    """(4,) a plane on the stage: what lies beyond it, seen from the middle, has xyz·p + w > 0."""
    normal = rig.turn @ plane.normal
    offset = -float(normal @ (rig.turn @ (plane.centre - rig.target)))
    facing = normal[2] * rig.distance + offset
    return np.array([*normal, offset]) * (-1 if facing > 0 else 1)


class Drawable:
    """Triangles, and how they are drawn.

    Attributes:
        fragment: file of the shader that colours them.
        culled: which faces are not drawn, "front", "back" or "".
        is_glass: seen through: it hides nothing, and counts as there where nothing else is.
        is_there: whether it has a depth at all.
        is_opaque: whether it covers what is behind it everywhere: then nothing has to be blended.
        cut: of which only what lies beyond, seen from the middle, is drawn.
        beyond: -1 draws what lies before the cut instead.
        divide: a plane; see `divide_side`.
        divide_side: 1 draws what each eye has on its side of `divide`, -1 the other; 0 both.
    """

    fragment: str
    culled = ""
    is_glass = False
    is_there = True
    is_opaque = False

    def __init__(self, gl: Any, triangles: Triangles) -> None:
        self._gl, self._triangles = gl, triangles
        self.cut: Plane | None = None
        self.beyond = 1
        self.divide: Plane | None = None
        self.divide_side = 0

    def set_uniforms(self, program: Any, rig: Rig) -> None:
        """Give the program in use what is this thing's own."""
        kept = KEEP_ALL if self.cut is None else tuple(self.beyond * on_stage(self.cut, rig))
        program["kept"] = kept
        program["divide"] = KEEP_ALL if self.divide is None else tuple(on_stage(self.divide, rig))
        program["divide_side"] = 0 if self.divide is None else self.divide_side

    def draw(self, instances: int, *, with_glass: bool = False) -> None:
        """Draw with the program in use; with the depth of glass, too, or without."""
        gl = self._gl
        gl.glCullFace(gl.GL_FRONT if self.culled == "front" else gl.GL_BACK)
        for switch, is_on in (
            (gl.GL_CULL_FACE, bool(self.culled)),
            (gl.GL_BLEND, not self.is_opaque),
            (gl.GL_CLIP_DISTANCE0 + CUT_PLANE, self.cut is not None),
            (gl.GL_CLIP_DISTANCE0 + DIVIDING_PLANE, self.divide is not None),
        ):
            (gl.glEnable if is_on else gl.glDisable)(switch)
        gl.glDepthMask(self.is_there and (with_glass or not self.is_glass))
        self._triangles.draw(instances)
        gl.glDepthMask(True)


class Body(Drawable):
    """The tumour: closed, or open at a cut, where its far side is seen from within."""

    fragment = "solid.frag"
    is_opaque = True

    def __init__(self, gl: Any, uploads: Uploads, stage: Stage, cut: Plane | None) -> None:
        super().__init__(gl, uploads.of(Triangles, stage.positions, stage.normals, stage.faces))
        self.cut = cut
        self.culled = "" if cut else "back"

    def set_uniforms(self, program: Any, rig: Rig) -> None:
        """Its colours."""
        super().set_uniforms(program, rig)
        program["albedo"] = TUMOUR_RGBA[:3]
        program["inner"] = FLESH


class Shell(Drawable):
    """The tumour's surface as glass: one side of it, "front" or "back"."""

    fragment = "shell.frag"
    is_glass = True

    def __init__(self, gl: Any, uploads: Uploads, stage: Stage, side: str) -> None:
        super().__init__(gl, uploads.of(Triangles, stage.positions, stage.normals, stage.faces))
        self.culled = "back" if side == "front" else "front"

    def set_uniforms(self, program: Any, rig: Rig) -> None:
        """Its colour."""
        super().set_uniforms(program, rig)
        program["tint"] = GLASS


class Slice(Drawable):
    """A textured rectangle, seen from both sides. Its edge may be see-through."""

    fragment = "picture.frag"

    def __init__(self, gl: Any, uploads: Uploads, hung: Picture | Section, *, leads: bool) -> None:
        super().__init__(gl, uploads.of(Triangles, hung.corners, NO_NORMALS, RECTANGLE, PLACES))
        self._hung, self._leads = hung, leads
        arrays = [hung.volume.samples] if isinstance(hung, Section) else [hung.levels]
        if isinstance(hung, Picture) and hung.mask is not None:
            arrays.append(hung.mask)
        self._textures = [uploads.of(Texture, array) for array in arrays]

    def set_uniforms(self, program: Any, rig: Rig) -> None:
        """What it shows, and where it fades out."""
        super().set_uniforms(program, rig)
        hung = self._hung
        is_section = isinstance(hung, Section)
        program["is_of_volume"] = is_section
        program["is_outlined"] = is_section or len(self._textures) > 1
        program["levels"], program["mask"], program["volume"] = 0, 1, 2
        program["outline"] = OUTLINE
        program["around"] = AROUND if self._leads else 1.0
        program["glow"] = LEADING_GLOW if self._leads else BESIDE_GLOW
        program["fade"] = hung.fade
        if isinstance(hung, Section):
            program["texture_from_stage"] = texture_from_stage(hung.volume, rig)
        for n, texture in enumerate(self._textures):
            texture.bind(2 if is_section else n)


class Light(Drawable):
    """The ultrasound within the mask, drawn on the far sides of its box.

    The box is larger than what is framed: where it reaches beyond the far plane it is drawn all the
    same.
    """

    fragment = "inside.frag"
    culled = "front"
    is_there = False

    def __init__(self, gl: Any, uploads: Uploads, volume: GreyVolume, cut: Plane | None) -> None:
        super().__init__(gl, uploads.of(Triangles, volume.corners, NO_BOX_NORMALS, BOX))
        self._volume, self._open_at = volume, cut
        self._texture = uploads.of(Texture, volume.samples)

    def set_uniforms(self, program: Any, rig: Rig) -> None:
        """Where it is, and where it is open."""
        super().set_uniforms(program, rig)
        at = self._open_at
        program["open_at"] = KEEP_ALL if at is None else tuple(on_stage(at, rig))
        program["texture_from_stage"] = texture_from_stage(self._volume, rig)
        program["step_m"] = self._volume.step_m
        program["farthest_m"] = 1e-3 * FARTHEST_MM
        program["volume"] = 2
        self._texture.bind(2)

    def draw(self, instances: int, *, with_glass: bool = False) -> None:
        """Draw with the program in use."""
        gl = self._gl
        gl.glEnable(gl.GL_DEPTH_CLAMP)
        gl.glDepthFunc(gl.GL_LEQUAL)  # clamped is as far as what is empty
        super().draw(instances, with_glass=with_glass)
        gl.glDepthFunc(gl.GL_LESS)
        gl.glDisable(gl.GL_DEPTH_CLAMP)


class Words(Drawable):
    """A caption in the focal plane, in the pixels of the tiles."""

    fragment = "caption.frag"

    def __init__(self, gl: Any, uploads: Uploads, strip: Strip, layout: Layout) -> None:
        super().__init__(gl, uploads.of(Triangles, FACING, NO_NORMALS, RECTANGLE, PLACES))
        self._texture = uploads.of(Texture, strip.cover)
        self._low = 2 * strip.bottom_px / layout.tile_height - 1
        self._high = self._low + 2 * len(strip.cover) / layout.tile_height

    def set_uniforms(self, program: Any, rig: Rig) -> None:
        """Where it is: as wide as the focal plane."""
        super().set_uniforms(program, rig)
        wide, tall = rig.half_height * rig.aspect, rig.half_height * (self._high - self._low) / 2
        placed = np.diag([wide, tall, 1.0, 1.0])
        placed[1, 3] = rig.half_height * (self._low + self._high) / 2
        program["stage_from_scene"] = tuple(placed.T.ravel().tolist())
        program["ink"] = INK
        program["levels"] = 0
        self._texture.bind(0)


def texture_from_stage(volume: GreyVolume, rig: Rig) -> tuple[float, ...]:
    """A matrix as GL takes it, down its columns."""
    stage_from_texture = rig.stage_from_scene @ volume.scene_from_texture
    return tuple(np.linalg.inv(stage_from_texture).T.ravel().tolist())
