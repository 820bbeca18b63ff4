"""Several models on the same images with the same prompts: figures that tell which is better.

compare.py   ask every model about every example
judge.py     one mask against the truth: Dice, IoU, HD95, NSD
summary.py   many of those in a few numbers, with their intervals
figures.py   truth and every model's mask side by side, and a contact sheet
files.py     the table and the pictures in a folder
"""

from parasam_core.sam.compare.compare import Comparison, compared
from parasam_core.sam.compare.files import write_comparison

__all__ = ["Comparison", "compared", "write_comparison"]
