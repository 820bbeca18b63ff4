"""The order of numbered files, and what their numbers say is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parasam_core.capture.numbering import in_order
from parasam_core.errors import CaptureError


def files(*names):
    return [Path("sweep") / name for name in names]


@given(st.integers(0, 2000), st.integers(2, 40), st.randoms())
def test_numbers_without_gaps_come_in_their_order(first, count, random):
    wanted = files(*(f"tumour3_{n}.png" for n in range(first, first + count)))
    shuffled = random.sample(wanted, count)
    assert in_order(shuffled)[0] == wanted


@given(st.integers(0, 2000), st.integers(4, 40), st.data())
def test_a_missing_number_is_named(first, count, data):
    gone = data.draw(st.integers(first + 1, first + count - 2))
    left = files(*(f"f{n:04}.tif" for n in range(first, first + count) if n != gone))
    with pytest.raises(CaptureError, match=rf"numbered {gone};"):
        in_order(left)


def test_the_same_words_in_capitals_are_one_series():
    assert in_order(files("Snap1.png", "SNAP2.PNG"))[1] == "1 to 2"


def test_every_fifth_frame_is_a_series():
    ordered, numbering = in_order(files(*(f"{n}.png" for n in (0, 5, 10, 15))))
    assert [p.stem for p in ordered] == ["0", "5", "10", "15"]
    assert numbering == "0 to 15 by 5"


def test_three_files_do_not_make_a_stride():
    with pytest.raises(CaptureError, match="numbered 1, 3"):
        in_order(files("0.png", "2.png", "4.png"))


def test_only_the_first_of_many_missing_numbers_are_named():
    with pytest.raises(CaptureError, match="numbered 3, 4, 5, 6, 7, …;"):
        in_order(files("1.png", "2.png", "50.png"))


@pytest.mark.parametrize("names", [
    ["1699999123.png", "1699999156.png", "1699999190.png", "1699999222.png"],
    ["2024-01-01 10-00-59.png", "2024-01-01 10-01-03.png", "2024-01-01 10-01-09.png"],
])  # fmt: skip
def test_times_are_an_order_without_gaps(names):
    ordered, numbering = in_order(reversed(files(*names)))
    assert [p.name for p in ordered] == names
    assert numbering == "by time"


def test_long_numbers_that_follow_each_other_are_no_times():
    with pytest.raises(CaptureError, match="numbered 100003;"):
        in_order(files("i100001.png", "i100002.png", "i100004.png", "i100005.png"))


def test_a_number_twice_is_refused():
    with pytest.raises(CaptureError, match=r"once, got 0?1\.png and 0?1\.png"):
        in_order(files("1.png", "01.png", "2.png"))


@pytest.mark.parametrize("names", [("a_1.png", "b_1.png"), ("start.png", "end.png")])
def test_several_kinds_of_names_are_refused(names):
    with pytest.raises(CaptureError, match="one series of numbered images"):
        in_order(files(*names))


def test_one_file_needs_no_number():
    assert in_order(files("snap.png")) == (files("snap.png"), "one file")
