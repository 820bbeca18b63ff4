"""Training of the mask decoder on kept embeddings: `train` with `Settings`."""

from parasam_core.sam.train.settings import Settings
from parasam_core.sam.train.train import Trained, check_out, train

__all__ = ["Settings", "Trained", "check_out", "train"]
