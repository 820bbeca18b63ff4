"""Body: the surface of a scene's mask at every level of detail; then its numbers.

Slow, so `cache.py` calls it off the event loop; heavy to import, so that it does so there too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial

from parasam_core.errors import EmptyMaskError
from parasam_core.gltf_packed import Packed, packed_glb
from parasam_core.mask import MaskStack
from parasam_core.measure import measure
from parasam_core.mesh import Mesh
from parasam_core.solid.fill import fill
from parasam_core.solid.simplify import levels_of_detail, simplified
from parasam_core.solid.surface import surface
from parasam_core.volume import Volume
from xr_server.protocol import Measured, MeshData, ScanOpened
from xr_server.scene import Item, Scene

MOST_TRIANGLES = 400_000


@dataclass(frozen=True)
class Body:
    """A tumour's surface.

    Attributes:
        meshes: coarse first; `meshes[i].level == i`.
        glbs: the payload of each.
        mask: what was outlined.
        volume: the voxels it encloses.
        finest: the surface as it was made, mm.
    """

    meshes: tuple[MeshData, ...]
    glbs: tuple[bytes, ...]
    mask: MaskStack
    volume: Volume
    finest: Mesh

    def items(self) -> list[Item]:
        """Every mesh."""
        pairs = zip(self.meshes, self.glbs, strict=True)
        return [Item(mesh, len(glb), partial(bytes, glb)) for mesh, glb in pairs]


def body_of(scene: Scene) -> Body:
    """Make the surface.

    Raises:
        EmptyMaskError: nothing is tumour.
        GeometryError: it is too large to be packed.
    """
    if scene.mask is None or scene.opened.label is None:
        raise EmptyMaskError(f"expected a mask in {scene.opened.scan}, got none")
    volume = fill(scene.mask, ends="drawn")
    finest = surface(volume)
    levels = levels_of_detail(simplified(finest, MOST_TRIANGLES))
    extras = scene.mask.provenance.as_json()
    packed = [packed_glb(level, extras) for level in levels]
    meshes = tuple(
        _header(scene.opened, i, len(levels), len(level.faces), made)
        for i, (level, made) in enumerate(zip(levels, packed, strict=True))
    )
    glbs = tuple(made.glb for made in packed)
    return Body(meshes, glbs, scene.mask, volume, finest)


def _header(opened: ScanOpened, level: int, levels: int, triangles: int, made: Packed) -> MeshData:
    sha256 = hashlib.sha256(made.glb).hexdigest()
    return MeshData(
        opened.scan, opened.label or "", level, levels, triangles, sha256, made.error_mm
    )


def measured_of(body: Body) -> Measured:
    """Measure what the surface was made of."""
    found = measure(body.mask, body.volume, body.finest)
    return Measured(
        scan=body.meshes[0].scan,
        label=body.meshes[0].label,
        volume_mm3=found.volume_mm3,
        interval_mm3=list(found.interval_mm3),
        mesh_volume_mm3=found.mesh_volume_mm3,
        surface_mm2=found.surface_mm2,
        extent_mm=list(found.extent_mm),
        caliper_mm3=found.caliper_mm3,
        voxels=found.voxels,
        frames=list(found.frames),
        warnings=list(found.warnings),
    )
