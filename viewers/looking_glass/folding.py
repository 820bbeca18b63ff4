"""How each of the lab's messages changes the snapshot of what it shows.

Pure, no sockets: the counterpart of the page's `state/lab.ts`. Of the same messages in the same
order, both show the same.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import numpy as np

from parasam_core.gltf_unpacked import unpacked_mesh
from viewers.looking_glass.snapshot import Coarse, Slice, Snapshot, Surface
from xr_server.protocol import (
    Failed,
    Measured,
    MeshData,
    People,
    ScanOpened,
    ServerMessage,
    Shared,
    SliceData,
    VolumeData,
    Welcome,
    WireError,
    WithPayload,
)

MOST_SLICE_BYTES = 1 << 30
"""Slices that are kept; the farthest from the one looked at go, and the nearest is shown."""


def taken(before: Snapshot, message: ServerMessage, payload: bytes | memoryview = b"") -> Snapshot:
    """The snapshot after a message; the same object where nothing that is shown has changed.

    Args:
        before: the snapshot.
        message: the next of the server.
        payload: of a mesh, slice or volume: all of it, though it may have come earlier.

    Raises:
        WireError: it does not fit what came before: a slice of another size, a scan of no voxels.
        GeometryError: a mesh that cannot be read.
    """
    match message:
        case Welcome():
            return replace(before, is_open=True, trouble="", scans=tuple(message.scans))
        case ScanOpened():
            return _with_scan(before, message)
        case MeshData() | SliceData() | VolumeData():
            return _with_payload(before, message, payload)
        case Measured():
            return replace(before, measured=message) if _is_of(before, message) else before
        case Failed():
            return replace(before, failure=message.sentence)
        case People():
            others = tuple(replace(person, presence=None) for person in message.people)
            return before if others == before.others else replace(before, others=others)
        case Shared():
            return _with_scene(before, message)
        case _:
            return before


def _with_payload(before: Snapshot, header: WithPayload, payload: bytes | memoryview) -> Snapshot:
    """What is of another scan or mask came too late."""
    if not _is_of(before, header):
        return before
    if not isinstance(header, MeshData) and len(payload) != header.payload_bytes:
        expected, got = header.payload_bytes, len(payload)
        raise WireError(f"expected {expected} bytes of {header.key()}, got the digest of {got}")
    match header:
        case MeshData():
            return _with_surface(before, header, payload)
        case SliceData():
            return _with_slice(before, header, payload)
        case VolumeData():
            levels = np.frombuffer(payload, np.uint8).reshape(header.shape)
            return replace(before, volume=Coarse(header, levels))


def turned_to(before: Snapshot, frame: int) -> Snapshot:
    """Looking at another frame, or the nearest to it that the scan has."""
    frame = min(max(frame, 0), before.shape[0] - 1)
    return (
        before if frame == before.frame or before.opened is None else replace(before, frame=frame)
    )


def fallen(before: Snapshot, trouble: str) -> Snapshot:
    """The line does not stand; what was shown stays."""
    return replace(before, is_open=False, trouble=trouble, others=())


def _with_scan(before: Snapshot, opened: ScanOpened) -> Snapshot:
    """What was shown of another scan or mask goes, and so does what is empty now."""
    if 0 in opened.shape:
        raise WireError(f"expected a scan of at least a voxel, got shape {opened.shape}")
    if np.linalg.matrix_rank(np.reshape(opened.scene_from_index, (4, 4)), tol=0) < 4:
        raise WireError("expected a scan that extends in space, got one that is flat")
    now = replace(before, opened=opened, failure="")
    if before.opened is None or _identity(before.opened) != _identity(opened):
        now = replace(now, slices=MappingProxyType({}), surfaces=(), volume=None, measured=None)
        now = replace(now, frame=first_frame_to_show(opened))
    elif opened.frames_with_tumour is None:
        now = replace(now, surfaces=(), measured=None)
    return _at_shared_place(now)


def first_frame_to_show(opened: ScanOpened) -> int:
    """The middle of the tumour, or of the sweep where there is none."""
    first, last = opened.frames_with_tumour or (0, opened.shape[0] - 1)
    return min((first + last + 1) // 2, opened.shape[0] - 1)


def _with_surface(before: Snapshot, header: MeshData, glb: bytes | memoryview) -> Snapshot:
    """A level takes the place of what was of it; another coarsest one is of another surface."""
    here = before.surfaces
    if any((s.header.level, s.header.sha256) == (header.level, header.sha256) for s in here):
        mesh = next(s.mesh for s in here if s.header.sha256 == header.sha256)
    else:
        mesh = unpacked_mesh(glb)
    coarsest = here[0].header if here else None
    if header.level == 0 and (coarsest is None or coarsest.sha256 != header.sha256):
        here = ()
    kept = [s for s in here if s.header.level != header.level]
    kept = [s for s in kept if header.level == 0 or s.header.level < header.levels]
    levels = sorted([*kept, Surface(header, mesh)], key=lambda s: s.header.level)
    return replace(before, surfaces=tuple(levels))


def _with_slice(before: Snapshot, header: SliceData, payload: bytes | memoryview) -> Snapshot:
    frames, *size = before.shape
    if header.frame >= frames or [header.height, header.width] != size:
        raise WireError(
            f"expected a frame of {frames}, {size[1]} × {size[0]} pixels, "
            f"got frame {header.frame} of {header.width} × {header.height}"
        )
    slices = {**before.slices, header.frame: Slice(header, memoryview(payload))}
    if len(slices) * header.payload_bytes > MOST_SLICE_BYTES:
        del slices[max(slices, key=lambda frame: abs(frame - before.frame))]
    return replace(before, slices=MappingProxyType(slices))


def _with_scene(before: Snapshot, said: Shared) -> Snapshot:
    """Null is what nobody has said yet: then what was shown stays."""
    old = before.scene
    is_other = said.selection and old.selection and said.selection.scan != old.selection.scan
    probe = said.probe or (None if is_other else old.probe)
    view, pose, beside = said.view or old.view, said.pose or old.pose, said.beside or old.beside
    scene = replace(said, view=view, pose=pose, probe=probe, beside=beside, heard=0, seq=0)
    if scene == old:
        return before
    return _at_shared_place(replace(before, scene=scene))


def _at_shared_place(now: Snapshot) -> Snapshot:
    """At the frame that is shared; where nobody has said which, at the first to show."""
    selection, place = now.scene.selection, now.scene.place
    if now.opened is None or selection is None or selection.scan != now.scan:
        return now
    if place is None:
        return turned_to(now, first_frame_to_show(now.opened))
    return turned_to(now, place.frame) if place.scan == now.scan else now


def _is_of(snapshot: Snapshot, header: WithPayload | Measured) -> bool:
    label = snapshot.label if isinstance(header, VolumeData) else header.label
    return (header.scan, label) == (snapshot.scan, snapshot.label)


def _identity(opened: ScanOpened) -> tuple[object, ...]:
    return opened.scan, opened.label, *opened.shape
