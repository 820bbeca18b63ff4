"""Kappa, ICC and limits of agreement: published examples, other implementations, and their laws."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from statsmodels.stats import inter_rater

from parasam_core.agreement.bland_altman import bland_altman
from parasam_core.agreement.icc import icc
from parasam_core.agreement.kappa import cohen_kappa, fleiss_kappa, fleiss_kappa_of_votes

FLEISS_1971 = [
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0],
    [2, 0, 4, 0, 0], [0, 0, 4, 0, 2], [2, 0, 3, 1, 0], [2, 0, 0, 4, 0], [0, 0, 0, 0, 6],
    [1, 0, 0, 5, 0], [1, 1, 0, 4, 0], [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1],
    [0, 0, 5, 0, 1], [3, 0, 0, 1, 2], [5, 1, 0, 0, 0], [0, 2, 0, 4, 0], [1, 0, 2, 0, 3],
    [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0], [1, 0, 0, 4, 1],
    [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
]  # fmt: skip
"""30 patients, six psychiatrists, five diagnoses."""

SHROUT_FLEISS_1979 = [
    [9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7],
]  # fmt: skip

WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
"""Bland & Altman 1986: peak expiratory flow of 17 people by two meters, l/min."""

VOLUMES = st.lists(st.tuples(*[st.floats(1, 500)] * 2), min_size=3, max_size=12)


def test_cohen_of_a_textbook():
    """50 grant proposals, two readers: p₀ 0.7, pₑ 0.5."""
    assert cohen_kappa(20, 5, 10, 15) == pytest.approx(0.4)


def test_fleiss_of_1971():
    assert fleiss_kappa(FLEISS_1971, np.ones(30)) == pytest.approx(0.430, abs=5e-4)


@settings(deadline=None, max_examples=40)
@given(hnp.arrays(np.bool_, (3, 4, 5)), st.integers(1, 3))
def test_kappas_of_masks_are_those_of_a_table_of_all_voxels(masks, more):
    raters = np.concatenate([masks] * more).reshape(3 * more, -1)
    votes = np.bincount(raters.sum(axis=0), minlength=len(raters) + 1)
    found = fleiss_kappa_of_votes(votes)
    if raters.all() or not raters.any():
        assert found is None
        return
    table, _ = inter_rater.aggregate_raters(raters.T.astype(int), n_cat=2)
    assert found == pytest.approx(inter_rater.fleiss_kappa(table), abs=1e-12)


@given(*[st.integers(0, 50)] * 4)
def test_the_laws_of_cohens_kappa(both, only_a, only_b, neither):
    found = cohen_kappa(both, only_a, only_b, neither)
    assert found == cohen_kappa(both, only_b, only_a, neither)
    if found is None:
        assert only_a + only_b == 0
        return
    assert -1 - 1e-12 <= found <= 1 + 1e-12
    assert found == pytest.approx(cohen_kappa(neither, only_a, only_b, both))
    table = [[both, only_a], [only_b, neither]]
    assert found == pytest.approx(inter_rater.cohens_kappa(table, return_results=False), abs=1e-12)
    if only_a + only_b == 0:
        assert found == pytest.approx(1)


def test_icc_of_1979():
    """Table 4, and the intervals that R's psych gives for it."""
    found = icc(("1", "2", "3", "4"), SHROUT_FLEISS_1979)
    assert found.icc_2_1 == pytest.approx(0.29, abs=5e-3)
    assert found.icc_3_1 == pytest.approx(0.71, abs=6e-3)
    assert found.icc_2_1_interval == pytest.approx((0.019, 0.761), abs=1e-3)
    assert found.icc_3_1_interval == pytest.approx((0.342, 0.946), abs=1e-3)


@settings(deadline=None)
@given(VOLUMES, st.floats(1, 50), st.floats(0.5, 20))
def test_the_laws_of_icc(rows, bias, times):
    table = np.array(rows)
    if np.ptp(table, axis=0).min() < 1:
        return
    found = icc(("a", "b"), table)
    for value, ends in ((found.icc_2_1, found.icc_2_1_interval),
                        (found.icc_3_1, found.icc_3_1_interval)):  # fmt: skip
        assert value <= 1 + 1e-9
        assert ends is None or ends[0] - 1e-9 <= value <= ends[1] + 1e-9
    moved = icc(("a", "b"), table + np.array((0, bias)))
    assert moved.icc_3_1 == pytest.approx(found.icc_3_1, abs=1e-6)
    scaled = icc(("a", "b"), table * times)
    assert scaled.icc_2_1 == pytest.approx(found.icc_2_1, abs=1e-6)
    same = icc(("a", "b"), table[:, [0, 0]])
    assert (same.icc_2_1, same.icc_3_1) == pytest.approx((1, 1))
    assert same.icc_2_1_interval == pytest.approx((1, 1))


def test_an_icc_that_has_no_value_says_why():
    assert "2 cases" in icc(("a", "b"), [[1, 2], [3, 4]]).reason
    flat = icc(("a", "b"), [[5, 5]] * 4)
    assert flat.icc_2_1 is flat.icc_3_1 is None
    assert "same volume" in flat.reason
    opposite = icc(("a", "b"), [[1, 3], [3, 1], [2, 2]])
    assert opposite.icc_3_1 == pytest.approx(-1)
    assert (opposite.icc_2_1_interval is None) == bool(opposite.reason)
    biased = icc(("a", "b"), [[1, 2], [3, 4], [6, 7]])
    assert biased.icc_3_1 == pytest.approx(1)
    assert biased.icc_2_1 < 1
    assert not biased.reason


def test_limits_of_1986():
    """Mean -2.1 l/min, SD 38.8; standard errors 9.4 and, of the limits, 16.3."""
    found = bland_altman("wright", "mini", WRIGHT, MINI, 17)
    assert (found.n, found.reason) == (17, "")
    assert found.mm3.bias == pytest.approx(-2.1, abs=0.05)
    assert found.mm3.sd == pytest.approx(38.8, abs=0.05)
    assert found.mm3.bias_interval == pytest.approx((-22.0, 17.8), abs=0.1)
    assert found.mm3.lower_limit == pytest.approx(-2.1 - 1.96 * 38.8, abs=0.1)
    low, high = found.mm3.lower_limit_interval
    assert (high - low) / 2 / 2.12 == pytest.approx(16.3, abs=0.15)
    assert found.mm3.upper_limit_interval == pytest.approx((73.86 - 34.7, 73.86 + 34.7), abs=0.3)


@given(VOLUMES)
def test_the_laws_of_limits(rows):
    a, b = np.transpose(rows)
    ab, ba = bland_altman("a", "b", a, b, 3), bland_altman("b", "a", b, a, 3)
    assert ab.mm3.bias == pytest.approx(-ba.mm3.bias)
    assert ab.mm3.lower_limit == pytest.approx(-ba.mm3.upper_limit, abs=1e-9)
    assert ab.percent.sd == pytest.approx(ba.percent.sd, abs=1e-9)
    low, high = ab.mm3.bias_interval
    assert low <= ab.mm3.bias <= high
    json.dumps(ab.as_json(), allow_nan=False)


@pytest.mark.parametrize(
    ("a", "b", "reason"),
    [
        ([5.0], [4.0], "1 case: 3 or more"),
        ([5.0, 6.0], [4.0, 8.0], "2 cases: 3 or more"),
        ([5.0, 6.0, 7.0], [4.0, 5.0, 6.0], "all differences are the same"),
        ([0.0, 6.0, 7.0], [0.0, 5.0, 8.0], "no percent of a mean volume of 0"),
    ],
)
def test_figures_that_have_no_value_say_why(a, b, reason):
    found = bland_altman("a", "b", a, b, len(a)).as_json()
    assert reason in found["reason"]
    assert found["bias_mm3"] == pytest.approx(np.subtract(a, b).mean())
    json.dumps(found, allow_nan=False)
