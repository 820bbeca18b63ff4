"""Table: what training reads of examples again and again, small enough for memory.

Masks lie packed, 8 KB each, on the decoder's grid over the model's square; embeddings stay on
disk. 32,550 examples take 0.3 GB.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from parasam_core.mask import box_of
from parasam_core.sam.embeddings import Embeddings
from parasam_core.sam.encoder import Encoder
from parasam_core.sam.examples import Example
from parasam_core.sam.preprocess import Preprocess
from parasam_core.segmenter import Progress

GRID = 256
"""Edge of the decoder's masks."""


class Table:
    """Embeddings, masks and boxes of examples, by row.

    Args:
        examples: one a row.
        encoder: what they are embedded by, or the part of it that does not learn.

    Attributes:
        examples: as given.
        boxes: (n, 4) float32 XYXY around the tumour in the model's pixels; NaN where there is none.
        contents: (n, 4) float32, the box of the whole image in the model's pixels.
    """

    def __init__(self, examples: Sequence[Example], encoder: Encoder) -> None:
        self.examples = tuple(examples)
        sources = {id(e.source): e.source for e in examples}
        self._kept = {key: Embeddings(source, encoder) for key, source in sources.items()}
        rows = [_row(e, encoder.preprocess) for e in examples]
        self._packed = np.stack([packed for packed, _, _ in rows])
        self.boxes = torch.stack([box for _, box, _ in rows])
        self.contents = torch.stack([content for _, _, content in rows])

    def __len__(self) -> int:
        return len(self.examples)

    def compute(self, progress: Progress, share: slice = slice(None)) -> None:
        """Embed what is not kept yet.

        Args:
            progress: told about every image.
            share: of rows, where several processes do it together.
        """
        for key, kept in self._kept.items():
            kept.compute([e.index for e in self.examples[share] if id(e.source) == key], progress)

    def embeddings(self, rows: NDArray[np.int64]) -> torch.Tensor:
        """(n, channels, 64, 64) float32."""
        found = (self.examples[row] for row in rows)
        return torch.stack([self._kept[id(e.source)].of(e.index) for e in found])

    def masks(self, rows: NDArray[np.int64]) -> torch.Tensor:
        """(n, 256, 256) float32, 1 inside the tumour."""
        bits = np.unpackbits(self._packed[rows], axis=1)
        return torch.from_numpy(bits.reshape(-1, GRID, GRID).astype(np.float32))

    @property
    def has_tumour(self) -> NDArray[np.bool_]:
        """(n,) bool."""
        return np.asarray(torch.isfinite(self.boxes[:, 0]).numpy())


def _row(
    example: Example, ways: Preprocess
) -> tuple[NDArray[np.uint8], torch.Tensor, torch.Tensor]:
    mask = example.mask()
    found = box_of(mask)
    content = ways.box((0, 0, mask.shape[1], mask.shape[0]), mask.shape)
    box = ways.box(found, mask.shape) if found else torch.full((4,), torch.nan)
    return np.packbits(_on_grid(mask, content, ways.side)), box, content


def _on_grid(mask: NDArray[np.bool_], content: torch.Tensor, side: int) -> NDArray[np.bool_]:
    """A (y, x) mask on the decoder's (256, 256) grid, where more than half of a cell is inside."""
    width, height = (max(1, round(float(v) * GRID / side)) for v in content[2:])
    levels = torch.from_numpy(mask.astype(np.float32))[None, None]
    fitted = F.interpolate(levels, (height, width), mode="bilinear", antialias=True)
    return F.pad(fitted[0, 0] > 0.5, (0, GRID - width, 0, GRID - height)).numpy()
