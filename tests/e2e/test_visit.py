"""A visit at random: nothing is said on the console, nobody else is asked, nothing is kept."""

from __future__ import annotations

from tests.e2e.lab import Lab
from tests.e2e.visitor import visited


def test_a_short_visit_leaves_nothing_behind(library, browser):
    with Lab(library) as lab:
        _, wrong = visited(lab, browser, minutes=0.3, seed=5)
    assert wrong == []
