"""Everything that knows torch: models, preprocessing, embeddings, prediction."""

from parasam_core.sam import store
from parasam_core.sam.predict import SamSegmenter

__all__ = ["SamSegmenter", "load_automatic", "load_segmenter", "store"]


def load_segmenter(name: str = "lite-medsam") -> SamSegmenter:
    """A segmenter by its model's name.

    Raises:
        ModelError: no such model, or its checkpoint is missing or not one.
    """
    return SamSegmenter(store.load(name))


def load_automatic() -> SamSegmenter:
    """The segmenter that comes along for scans without any box.

    Raises:
        ModelError: none comes along.
    """
    return SamSegmenter(store.load_automatic())
