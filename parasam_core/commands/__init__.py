"""The words of the `parasam` command, a file for each or for two that belong together."""

from __future__ import annotations

from parasam_core.commands import (
    agreeing,
    comparing,
    demo,
    exporting,
    importing,
    marking,
    measuring,
    models,
    reporting,
    segmenting,
    training,
)

VERBS = (
    importing.VERB,
    segmenting.VERB,
    measuring.MEASURE,
    measuring.MESH,
    marking.VERB,
    exporting.VERB,
    training.VERB,
    comparing.VERB,
    reporting.VERB,
    agreeing.VERB,
    models.VERB,
    demo.VERB,
)
