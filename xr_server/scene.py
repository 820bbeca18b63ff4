"""Scene: one scan with one mask, as messages. Its surface and numbers are made in `body.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from parasam_core.gltf import scene_from_index
from parasam_core.mask import MaskStack
from parasam_core.scanfile import ScanFile
from parasam_core.sequence import Sequence
from xr_server.protocol import Mark, Marks, ScanOpened, ServerMessage, SliceData
from xr_server.textures import mask_bits, slice_payload


@dataclass(frozen=True)
class Item:
    """A message, and its payload made when it is sent.

    Attributes:
        message: what is said.
        payload_bytes: how long the payload is.
        payload: makes it; None for a message without one.
    """

    message: ServerMessage
    payload_bytes: int = 0
    payload: Callable[[], bytes] | None = None


@dataclass(frozen=True)
class Scene:
    """A scan as it is shown.

    Attributes:
        opened: its geometry.
        sequence: its frames.
        mask: the mask shown, if any.
        content: digest of what is on disk.
        bits: each frame's mask as it is sent, so that what waits to be sent keeps no mask alive.
        digests: sha256 of each slice's payload.
    """

    opened: ScanOpened
    sequence: Sequence
    mask: MaskStack | None
    content: str
    bits: tuple[bytes, ...]
    digests: tuple[str, ...]

    @property
    def has_tumour(self) -> bool:
        """Whether any pixel is tumour."""
        return self.opened.frames_with_tumour is not None

    @property
    def masks(self) -> NDArray[np.bool_]:
        """(z, y, x) bool, the tumour; empty where no mask is shown."""
        return np.zeros(self.opened.shape, np.bool_) if self.mask is None else self.mask.masks

    def slice(self, frame: int) -> Item:
        """A frame with its mask."""
        _, height, width = self.opened.shape
        scan, label, sha256 = self.opened.scan, self.opened.label, self.digests[frame]
        header = SliceData(scan, frame, width, height, label, sha256)
        payload = partial(slice_payload, self.sequence.frames[frame], self.bits[frame])
        return Item(header, header.payload_bytes, payload)

    def slices(self) -> list[Item]:
        """Every frame."""
        return [self.slice(frame) for frame in range(self.opened.shape[0])]


def scene_of(scan: ScanFile, label: str | None, content: str) -> Scene:
    """Read a scan into memory.

    Args:
        scan: which.
        label: the mask to show; None shows none.
        content: digest of what is on disk.

    Raises:
        ScanError: the scan is damaged.
        LabelError: no such label.
    """
    mask = None if label is None else scan.mask(label)
    sequence = scan.sequence()
    opened = _opened(scan, sequence, label, mask)
    frames = range(len(sequence.frames))
    bits = tuple(b"" if mask is None else mask_bits(mask.masks[k]) for k in frames)
    return Scene(opened, sequence, mask, content, bits, _digests(sequence, bits))


def marks_of(scan: ScanFile) -> Marks:
    """What was measured and noted in a scan.

    Raises:
        ScanError: that is damaged.
    """
    return Marks(scan.name, [Mark(**mark.as_json()) for mark in scan.marks()])


def edited_scene(scene: Scene, mask: MaskStack, frame: int) -> Scene:
    """The scene once a frame's mask was edited: what `scene_of` would read, without reading.

    Its `content` is yet that of the scene before, for it is not on disk.

    Args:
        scene: as it was.
        mask: as it is.
        frame: which is another.
    """
    tumour = mask.frames_with_tumour
    opened = replace(scene.opened, frames_with_tumour=list(tumour) if tumour else None)
    bits, digests = list(scene.bits), list(scene.digests)
    bits[frame] = mask_bits(mask.masks[frame])
    digests[frame] = _digest(scene.sequence.frames[frame], bits[frame])
    return replace(scene, opened=opened, mask=mask, bits=tuple(bits), digests=tuple(digests))


def _digests(sequence: Sequence, bits: tuple[bytes, ...]) -> tuple[str, ...]:
    """Of what is shown and not of what is on disk, which may change under the same name."""
    return tuple(map(_digest, sequence.frames, bits))


def _digest(frame: NDArray[np.uint8], bits: bytes) -> str:
    return hashlib.sha256(slice_payload(frame, bits)).hexdigest()


def _opened(
    scan: ScanFile, sequence: Sequence, label: str | None, mask: MaskStack | None
) -> ScanOpened:
    tumour = None if mask is None else mask.frames_with_tumour
    return ScanOpened(
        scan=scan.name,
        subject=scan.subject,
        timepoint=scan.timepoint,
        label=label,
        labels=list(scan.labels),
        shape=list(scan.space.shape),
        spacing_mm=list(scan.space.spacing_mm),
        spacing_source=str(sequence.provenance.details.get("spacing_source", "unknown")),
        scene_from_index=scene_from_index(scan.space).flatten(order="F").tolist(),
        frames_with_tumour=list(tumour) if tumour else None,
    )
