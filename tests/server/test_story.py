"""Whatever is lost, delayed, doubled or reordered, the page ends in the lab's scene."""

import asyncio
import time
from operator import methodcaller

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.server.model import Talk
from xr_server.outbox import MESSAGES_IN_FLIGHT

scans = st.sampled_from("ab")
counts = st.integers(0, 9)


def step(name, *arguments):
    return st.builds(methodcaller, st.just(name), *arguments)


steps = st.one_of(
    step("open", scans, st.booleans()),
    step("look", st.integers(0, 3)),
    step("write_anew", scans),
    step("change", scans),
    step("mark", scans),
    step("hear", counts),
    step("ack", counts, st.integers(1, 2)),
    step("take", st.sampled_from([2, 5, 99])),
    step("take", st.sampled_from([2, 5, 99])),
    step("lose", counts),
    step("forget", counts),
    step("start_the_lab_again"),
)
moments = st.sampled_from([0, 1, 2, 5, 9])


async def told(story):
    talk = Talk()
    for step, moments in story:
        step(talk)
        for _ in range(moments):
            await asyncio.sleep(0)
        assert talk.session.outbox.in_flight[0] <= MESSAGES_IN_FLIGHT
    await talk.settle()
    return talk


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(steps, moments), max_size=16))
def test_the_page_ends_in_the_scene_of_the_lab(story):
    talk = asyncio.run(told(story))
    assert talk.scene == talk.shelves.shown
    assert talk.scene["scan"][0].scan == talk.wanted


def test_a_page_that_takes_nothing_delays_nobody():
    """Nothing waits for it: what it is owed stays in its own outbox, within its credit."""

    async def script():
        stalled = Talk()
        for _ in range(9):
            stalled.hear(99)
            await asyncio.sleep(0)
        owed = stalled.session.outbox.in_flight[0]
        since = time.perf_counter()
        other = Talk(shelves=stalled.shelves)
        await other.settle()
        return owed, stalled.session.next_frame(), other, time.perf_counter() - since

    owed, more, other, seconds = asyncio.run(script())
    assert (owed, more) == (MESSAGES_IN_FLIGHT, None)
    assert other.scene == other.shelves.shown
    assert seconds < 1
