"""Scene: one scan with one mask, as messages. Its surface and numbers are made in `body.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from parasam_core.gltf import scene_from_index
from parasam_core.mask import MaskStack
from parasam_core.scanfile import ScanFile
from parasam_core.sequence import Sequence
from xr_server.protocol import ScanOpened, ServerMessage, SliceData
from xr_server.textures import slice_payload


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
        digests: sha256 of each slice's payload.
    """

    opened: ScanOpened
    sequence: Sequence
    mask: MaskStack | None
    content: str
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
        payload = partial(_payload, self.sequence, self.mask, frame)
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
    return Scene(opened, sequence, mask, content, _digests(sequence, mask))


def _payload(sequence: Sequence, mask: MaskStack | None, frame: int) -> bytes:
    return slice_payload(sequence.frames[frame], None if mask is None else mask.masks[frame])


def _digests(sequence: Sequence, mask: MaskStack | None) -> tuple[str, ...]:
    """Of what is shown and not of what is on disk, which may change under the same name."""
    payloads = (_payload(sequence, mask, k) for k in range(len(sequence.frames)))
    return tuple(hashlib.sha256(payload).hexdigest() for payload in payloads)


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
