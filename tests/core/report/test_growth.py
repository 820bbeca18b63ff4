"""Timepoints become days, volumes a rate."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.report.growth import growth
from parasam_core.timepoint import days_of


@pytest.mark.parametrize(
    ("texts", "days"),
    [
        (["d0", "d6", "d14"], [0, 6, 14]),
        (["Day 3", "day_10", "D-1"], [3, 10, -1]),
        (["wk2", "week 3", "4w"], [14, 21, 28]),
        (["48h", "h12"], [2, 0.5]),
        (["0", "3.5", "7,5"], [0, 3.5, 7.5]),
        (["2026-05-08", "20260501", "2026_05_04"], [7, 0, 3]),
        (["d0", "before"], None),
        (["d0", "2026-05-01"], None),
        (["2026-13-01"], None),
        ([""], None),
        ([], []),
    ],
)
def test_timepoints_in_days(texts, days):
    assert days_of(texts) == days


@given(st.floats(0.01, 0.5), st.floats(1, 200), st.lists(st.integers(0, 60), min_size=2,
       max_size=6, unique=True))  # fmt: skip
def test_an_exponential_gives_its_own_rate(rate, first_mm3, days):
    found = growth("M1", "manual", days, [first_mm3 * math.exp(rate * day) for day in days])
    assert found.rate_per_day == pytest.approx(rate)
    assert found.doubling_days == pytest.approx(math.log(2) / rate)
    assert found.reason == ""


@pytest.mark.parametrize(
    ("days", "volumes", "reason"),
    [
        (None, [1, 2], "neither days nor dates"),
        ([3, 3], [1, 2], "only one timepoint"),
        ([0, 3], [2, 1], "does not grow"),
        ([0, 3], [0, 1], "a volume of 0"),
    ],
)
def test_without_a_doubling_time_there_is_a_reason(days, volumes, reason):
    found = growth("M1", "manual", days, volumes)
    assert found.doubling_days is None
    assert reason in found.reason
