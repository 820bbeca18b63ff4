"""What was read from a folder of captures: a mask and a finding for every frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.findings import Finding
from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.space import Space


@dataclass(frozen=True)
class Outlines:
    """The masks of all frames, small: a sweep's frames need not be in memory beside them.

    Attributes:
        space: of the frames.
        provenance: where they came from.
        findings: one a frame.
        packed: one a frame, the mask at 8 pixels a byte; None where there is none.
    """

    space: Space
    provenance: Provenance
    findings: tuple[Finding, ...]
    packed: tuple[NDArray[np.uint8] | None, ...] = field(repr=False)

    @property
    def annotated(self) -> NDArray[np.bool_]:
        """(z,) False where an outline is not there or not sure; such a frame's mask is empty."""
        return np.array([f.annotated for f in self.findings], np.bool_)

    def frames(self) -> Iterator[NDArray[np.bool_]]:
        """Each frame's (y, x) mask, in order."""
        shape = self.space.shape[1:]
        for bits in self.packed:
            if bits is None:
                yield np.zeros(shape, np.bool_)
            else:
                flat = np.unpackbits(bits, count=shape[0] * shape[1])
                yield flat.reshape(shape).view(np.bool_)

    def mask(self) -> MaskStack:
        """All of them in memory."""
        masks = np.stack(list(self.frames()))
        return MaskStack(masks, self.space, self.provenance, self.annotated)
