"""Mesh → file: GLB through `gltf`, STL, PLY and OBJ through trimesh, in mm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import trimesh

from parasam_core.atomic import write_bytes
from parasam_core.errors import UsageError
from parasam_core.gltf import glb_from_mesh
from parasam_core.mesh import Mesh
from parasam_core.provenance import Provenance

SUFFIXES = (".glb", ".stl", ".ply", ".obj")
WITH_ATTRIBUTES = (".glb", ".ply")


def check_mesh_target(path: Path, *, attributes: bool = False) -> None:
    """Refuse a file name before any work is done for it.

    Args:
        path: where a mesh is to be written.
        attributes: whether what is known of each vertex has to be in the file.

    Raises:
        UsageError: another suffix, or a folder that is not there.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise UsageError(f"expected a mesh file ending in {', '.join(SUFFIXES)}, got {path}")
    if not path.parent.is_dir() or path.is_dir():
        raise UsageError(f"expected a file in a folder that is there, got {path}")
    if attributes and path.suffix.lower() not in WITH_ATTRIBUTES:
        raise UsageError(
            f"expected a file that holds distances, ending in {' or '.join(WITH_ATTRIBUTES)}, "
            f"got {path}"
        )


def write_mesh(path: Path | str, mesh: Mesh, provenance: Provenance) -> None:
    """Write a mesh: GLB in metres and Y-up with our provenance, the others in the scan's mm.

    Attributes are in GLB and, as properties of vertices, in PLY; STL and OBJ cannot hold them.

    Raises:
        UsageError: see `check_mesh_target`.
    """
    target = Path(path)
    check_mesh_target(target)
    kind = target.suffix.lower()
    if kind == ".glb":
        write_bytes(target, glb_from_mesh(mesh, provenance.as_json()))
        return
    body = trimesh.Trimesh(mesh.vertices_mm, mesh.faces, vertex_normals=mesh.normals, process=False)
    body.vertex_attributes.update(mesh.attributes)
    content: Any = body.export(file_type=kind[1:])
    write_bytes(target, content.encode() if isinstance(content, str) else content)
