"""Verb: one word of the `parasam` command. Rooms above the core offer theirs as entry points."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Verb:
    """A word of the command.

    Attributes:
        name: the word.
        help: one line for `parasam --help`.
        add_arguments: adds its arguments; `--json` is there already.
        run: does it; errors for the user are ParasamError.
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], None]
