"""Tasks for processes that start quickly."""

from __future__ import annotations

import os


def end(how, progress):
    """A task that ends its own process by a signal, or does not."""
    progress("working", 1, 1)
    if how:
        os.kill(os.getpid(), how)
    return "well"
