"""Body: the surface of a scene's mask at every level of detail; then its numbers.

Slow, so `cache.py` calls it off the event loop; heavy to import, so that it does so there too.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial

from parasam_core.errors import EmptyMaskError
from parasam_core.gltf import glb_from_mesh
from parasam_core.mask import MaskStack
from parasam_core.measure import measure
from parasam_core.mesh import Mesh
from parasam_core.solid.fill import fill
from parasam_core.solid.simplify import levels_of_detail, simplified
from parasam_core.solid.surface import surface
from parasam_core.volume import Volume
from xr_server.protocol import Measured, MeshData
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
    """
    if scene.mask is None or scene.opened.label is None:
        raise EmptyMaskError(f"expected a mask in {scene.opened.scan}, got none")
    volume = fill(scene.mask, ends="drawn")
    finest = surface(volume)
    levels = levels_of_detail(simplified(finest, MOST_TRIANGLES))
    extras = scene.mask.provenance.as_json()
    glbs = tuple(glb_from_mesh(level, extras) for level in levels)
    scan, label = scene.opened.scan, scene.opened.label
    meshes = tuple(
        MeshData(scan, label, i, len(levels), len(m.faces), hashlib.sha256(glb).hexdigest())
        for i, (m, glb) in enumerate(zip(levels, glbs, strict=True))
    )
    return Body(meshes, glbs, scene.mask, volume, finest)


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
