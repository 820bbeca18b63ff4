import pytest

from xr_server.pace import (
    ADDRESSES_REMEMBERED,
    MESSAGES_A_SECOND,
    MESSAGES_AT_ONCE,
    REQUESTS_AT_ONCE,
    Crowd,
    Pace,
)


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


def said(pace, most=100_000):
    return next(i for i in range(most) if not pace.heard())


def test_a_burst_and_then_a_steady_rate(clock):
    pace = Pace(clock_s=clock)
    assert said(pace) == MESSAGES_AT_ONCE
    clock.now_s += 2
    assert said(pace) == 2 * MESSAGES_A_SECOND
    clock.now_s += 3600
    assert said(pace) == MESSAGES_AT_ONCE


def test_an_ack_costs_nothing(clock):
    pace = Pace(clock_s=clock)
    for _ in range(20_000):
        pace.sent()
        assert pace.heard()
    assert said(pace) == MESSAGES_AT_ONCE


def test_an_address_that_is_not_paired_has_an_allowance_of_its_own(clock):
    crowd = Crowd(clock)
    assert all(crowd.heard("192.168.1.66") for _ in range(int(REQUESTS_AT_ONCE)))
    assert not crowd.heard("192.168.1.66")
    assert crowd.heard("192.168.1.50")
    clock.now_s += 1
    assert crowd.heard("192.168.1.66")


def test_only_so_many_addresses_are_remembered(clock):
    crowd = Crowd(clock)
    for i in range(3 * ADDRESSES_REMEMBERED):
        crowd.heard(f"10.0.{i >> 8}.{i & 255}")
    assert len(crowd._paces) == ADDRESSES_REMEMBERED
