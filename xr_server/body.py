"""Body: the surface of a scene's mask at every level of detail; then its numbers.

Slow, so `cache.py` calls it off the event loop; heavy to import, so that it does so there too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial

from parasam_core import extent
from parasam_core.errors import EmptyMaskError
from parasam_core.gltf_packed import packed_glb
from parasam_core.mask import MaskStack
from parasam_core.measure import measure
from parasam_core.mesh import Mesh
from parasam_core.provenance import EDITED_FROM
from parasam_core.segmenter import doubtful_frames
from parasam_core.solid.attributes import with_distance
from parasam_core.solid.fill import fill
from parasam_core.solid.simplify import LEVELS, levels_of_detail, simplified
from parasam_core.solid.sketch import sketch
from parasam_core.solid.surface import surface
from parasam_core.volume import Volume
from xr_server.protocol import Diameter, Measured, MeshData
from xr_server.scene import Item, Scene

MOST_TRIANGLES = 400_000
MOST_COMPARED_TRIANGLES = 60_000


@dataclass(frozen=True)
class Level:
    """A level of detail.

    Attributes:
        header: its message.
        glb: its payload.
    """

    header: MeshData
    glb: bytes

    def item(self) -> Item:
        """As it is sent."""
        return Item(self.header, len(self.glb), partial(bytes, self.glb))


@dataclass(frozen=True)
class Body:
    """A tumour's surface.

    Attributes:
        levels: coarse first; `levels[i].header.level == i`.
        mask: what was outlined.
        volume: the voxels it encloses.
        finest: the surface as it was made, mm.
    """

    levels: tuple[Level, ...]
    mask: MaskStack
    volume: Volume
    finest: Mesh


def sketch_of(scene: Scene) -> Level | None:
    """Make the coarsest level, before the surface is made; None where that is made as soon.

    Raises:
        EmptyMaskError: nothing is tumour.
        GeometryError: it is too large to be packed.
    """
    mask = _mask_of(scene)
    coarse = sketch(fill(mask, ends="drawn"))
    return None if coarse is None else _level(scene, mask, 0, 2, coarse)


def body_of(scene: Scene, sketched: Level | None) -> Body:
    """Make the surface.

    Args:
        scene: of what.
        sketched: its coarsest level where that was made.

    Raises:
        EmptyMaskError: nothing is tumour.
        GeometryError: it is too large to be packed.
    """
    mask = _mask_of(scene)
    volume = fill(mask, ends="drawn")
    finest = surface(volume)
    begun = [] if sketched is None else [sketched]
    meshes = levels_of_detail(simplified(finest, MOST_TRIANGLES), LEVELS[len(begun) :])
    count = len(begun) + len(meshes)
    made = [_level(scene, mask, i, count, mesh) for i, mesh in enumerate(meshes, len(begun))]
    return Body((*begun, *made), mask, volume, finest)


def _mask_of(scene: Scene) -> MaskStack:
    if scene.mask is None:
        raise EmptyMaskError(f"expected a mask in {scene.opened.scan}, got none")
    return scene.mask


def _level(scene: Scene, mask: MaskStack, level: int, levels: int, mesh: Mesh) -> Level:
    packed = packed_glb(mesh, mask.provenance.as_json())
    sha256 = hashlib.sha256(packed.glb).hexdigest()
    scan, label, triangles = scene.opened.scan, scene.opened.label or "", len(mesh.faces)
    header = MeshData(scan, label, level, levels, triangles, sha256, packed.error_mm)
    return Level(header, packed.glb)


def against_of(body: Body, other: Body) -> bytes:
    """A surface as GLB, each vertex with its distance to another one, mm, positive outside.

    Both are of one scan, so that they lie in one frame.

    Raises:
        GeometryError: it is too large to be packed.
    """
    mesh = with_distance(simplified(body.finest, MOST_COMPARED_TRIANGLES), other.finest)
    return packed_glb(mesh, body.mask.provenance.as_json()).glb


def measured_of(body: Body) -> Measured:
    """Measure what the surface was made of."""
    found = measure(body.mask, body.volume, body.finest)
    coarsest = body.levels[0].header
    return Measured(
        scan=coarsest.scan,
        label=coarsest.label,
        mesh=coarsest.sha256,
        volume_mm3=found.volume_mm3,
        interval_mm3=list(found.interval_mm3),
        mesh_volume_mm3=found.mesh_volume_mm3,
        surface_mm2=found.surface_mm2,
        extent_mm=list(found.extent_mm),
        caliper_mm3=found.caliper_mm3,
        voxels=found.voxels,
        frames=list(found.frames),
        warnings=list(found.warnings),
        diameters=[_sent(diameter) for diameter in found.diameters],
        confidence=_frame_by_frame(body.mask),
        doubtful=doubtful_frames(body.mask),
        drawn_by=_drawn_by(body.mask),
    )


def _drawn_by(mask: MaskStack) -> str:
    made, by_hand = mask.provenance, len(mask.edited_frames)
    verb = made.details.get(EDITED_FROM, made.made_by)
    drawn_over = f"; {by_hand} {'frame' if by_hand == 1 else 'frames'} drawn over by hand"
    return f"{made.source}, {verb}{drawn_over if by_hand else ''}"


def _frame_by_frame(mask: MaskStack) -> list[float | None]:
    sure = mask.confidence
    return [sure.get(z) for z in range(len(mask.masks))] if sure else []


def _sent(diameter: extent.Diameter) -> Diameter:
    feet, ends = ([list(point) for point in pair] for pair in (diameter.feet_mm, diameter.ends_mm))
    return Diameter(feet, ends)
