"""Every error that ParaSAM raises on purpose.

    ParasamError              one clear sentence: what was expected, what came, what to do
    ├── UsageError            the command was called in a way it cannot be (exit 2)
    ├── GeometryError         spacing, shape or index that cannot be
    ├── CaptureError          a source that cannot be read as a capture
    ├── ScanError             a scan folder that is missing, damaged or not ours
    │   └── LabelError        a label that is not there, ambiguous or protected
    ├── MarkError             a mark in a scan that cannot be, or one too many
    ├── PromptError           a box or point that does not fit the frames
    ├── ModelError            an unknown model, or a checkpoint that is not one
    ├── EmptyMaskError        nothing to measure or to reconstruct
    ├── DatasetError          a tree of training images that would leak, or is damaged
    ├── TableError            a table of volumes that cannot be read, or a row of it
    ├── ServerError           the lab cannot be served, or entered (a port in use, a wrong code)
    └── RenderError           no GL context, a picture beyond the limits, or no panel to show it

Anything else that escapes is a defect of ours.
"""

from __future__ import annotations

import re

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class ParasamError(Exception):
    """Base of all errors meant for the user; `str(error)` is one sentence on one line.

    Control characters, which names of files may hold, are shown as escapes.
    """

    def __str__(self) -> str:
        return CONTROL.sub(lambda match: ascii(match[0])[1:-1], super().__str__())


class UsageError(ParasamError):
    """The command was called in a way it cannot be."""


class GeometryError(ParasamError, ValueError):
    """Spacing, shape or index that cannot be."""


class CaptureError(ParasamError):
    """A source that cannot be read as a capture."""


class ScanError(ParasamError):
    """A scan folder that is missing, damaged or not ours."""


class LabelError(ScanError):
    """A label that is not there, ambiguous or protected."""


class MarkError(ParasamError, ValueError):
    """A mark in a scan that cannot be, or one too many."""


class PromptError(ParasamError, ValueError):
    """A box or point that does not fit the frames."""


class ModelError(ParasamError):
    """An unknown model, or a checkpoint that is not one."""


class EmptyMaskError(ParasamError, ValueError):
    """Nothing to measure or to reconstruct."""


class DatasetError(ParasamError):
    """A tree of training images that would leak, or is damaged."""


class TableError(ParasamError):
    """A table of volumes that cannot be read, or a row of it."""


class ServerError(ParasamError):
    """The lab cannot be served, or entered."""


class RenderError(ParasamError):
    """No GL context, a picture beyond the device's limits, or no panel to show it."""
