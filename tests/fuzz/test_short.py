"""A few rounds of the fuzz, and that it would notice."""

from __future__ import annotations

import pytest

from tests.fuzz.watch import Bench, fuzzed

PATIENCE = 120.0  # others may be at work on this machine


def test_a_few_damaged_files_of_every_kind_do_no_harm():
    outcomes, findings = fuzzed(seed=7, rounds=5, patience=PATIENCE)
    assert [(f.seed, f.what) for f in findings] == []
    read = sum(n for (_, outcome), n in outcomes.items() if outcome == "read")
    assert 0.1 < read / sum(outcomes.values()) < 0.9


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    made = Bench(tmp_path_factory.mktemp("bench"), PATIENCE)
    yield made
    made.stop()


def test_every_seed_is_valid(bench):
    for kind in bench.seeds:
        if kind == "medsam tree":  # one scan of it is no source of its own
            continue
        assert bench.tried(kind, "", bench.content(kind)) == ("read", []), kind
