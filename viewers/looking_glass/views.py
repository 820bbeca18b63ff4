"""The ways to see a tumour, in the page's words. Light to import: `parasam --help` does."""

from __future__ import annotations

from parasam_core.errors import UsageError

CUT, GLASS, WHOLE, VOXELS, INSIDE = "cut", "glass", "whole", "voxels", "inside"

VIEWS = {
    CUT: "open at the frame",
    GLASS: "a glass shell with the frame in it",
    WHOLE: "closed, with the frame through it",
    VOXELS: "its voxels as they are counted",
    INSIDE: "the ultrasound within a glass shell",
}
"""What each shows."""

SHARED_WHOLE = "solid"
"""How the page calls `WHOLE` in messages."""


def view_named(word: str) -> str:
    """The view of a word: one of `VIEWS`, or as a lab's messages have it.

    Raises:
        UsageError: there is none.
    """
    view = WHOLE if word == SHARED_WHOLE else word
    if view not in VIEWS:
        raise UsageError(f"expected a view, {', '.join(VIEWS)}, got {word!r}")
    return view
