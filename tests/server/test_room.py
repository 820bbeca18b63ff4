"""Several pages share a scene: whatever is lost on the way, all of them end in the same."""

import asyncio
from operator import methodcaller
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.server.company import FIELDS, Member, selection
from xr_server.protocol import Hello, Join, Presence, Share, WireError
from xr_server.session import Sessions

PAGES = 3


def sessions_without_scans():
    return Sessions(SimpleNamespace(library=SimpleNamespace(cards=list)))


def step(name, *arguments):
    return st.builds(methodcaller, st.just(name), *arguments)


def said(change, is_heard):
    return methodcaller("say", *change, is_heard)


numbers = st.integers(0, 9)
poses = st.lists(st.floats(-1, 1), min_size=8, max_size=8)
changes = st.one_of(
    st.tuples(st.just("selection"), st.builds(selection, st.sampled_from("ab"))),
    st.tuples(st.just("place"), numbers),
    st.tuples(st.just("view"), st.sampled_from(["cut", "glass"])),
    st.tuples(st.just("pose"), poses),
    st.tuples(st.just("probe"), st.none() | st.lists(st.floats(-1, 1), min_size=7, max_size=7)),
    st.tuples(st.just("beside"), st.sampled_from(["nothing", "times"])),
)
steps = st.one_of(
    st.builds(
        lambda change, is_heard: methodcaller("say", *change, is_heard), changes, st.booleans()
    ),
    st.builds(lambda change: methodcaller("say", *change), changes),
    step("hear", numbers),
    step("ack", numbers),
    step("move", st.floats(-1, 1)),
    step("go", st.booleans()),
    step("connect"),
)
stories = st.lists(st.tuples(st.integers(0, PAGES), steps), max_size=40)


def settled(members):
    for _ in range(99):
        if sum(member.settle() for member in members) == 0:
            return
    raise AssertionError("it never comes to rest")


async def told(story):
    sessions = sessions_without_scans()
    members = [Member(sessions) for _ in range(PAGES)]
    for who, happens in story:
        if who < PAGES:
            happens(members[who])
        else:  # the lab is started again
            sessions = sessions_without_scans()
            for member in members:
                member.restarted(sessions)
    settled(members)
    return sessions, members


@settings(max_examples=400, deadline=None)
@given(stories)
def test_pages_that_go_together_end_in_the_same_scene(story):
    sessions, members = asyncio.run(told(story))
    scene = {name: getattr(sessions.room.scene, name) for name in FIELDS}
    for member in members:
        assert not member.unheard
        if member.together:
            shown = {name: member.scene[name] for name in FIELDS if scene[name] is not None}
            assert shown == {name: scene[name] for name in FIELDS if scene[name] is not None}


@settings(max_examples=100, deadline=None)
@given(stories)
def test_everybody_knows_who_else_is_there(story):
    _, members = asyncio.run(told(story))
    seats = [member.people.seat for member in members]
    assert sorted(seats) == list(range(PAGES))
    for member in members:
        others = {m.people.you: m.together for m in members if m is not member}
        seen = {person.id: person for person in member.people.people if not person.away}
        assert {key: person.together for key, person in seen.items()} == others
        assert all(p.presence is None for p in member.people.people if p.away or not p.together)


def in_company(script):
    async def run():
        return script(sessions_without_scans())

    return asyncio.run(run())


def test_a_change_comes_to_the_others_and_does_not_come_back_late():
    def script(sessions):
        first, second = Member(sessions), Member(sessions)
        settled([first, second])
        first.say("selection", selection("a"))
        first.say("place", 3)
        first.say("place", 4)
        heard = first.session._guest.heard
        settled([second])
        return first, second, heard

    first, second, heard = in_company(script)
    assert heard == first.change
    assert second.scene["place"].frame == first.scene["place"].frame == 4


def test_a_change_heard_before_the_line_fell_does_not_undo_what_came_after_it():
    def script(sessions):
        first, second = Member(sessions), Member(sessions)
        settled([first, second])
        first.say("view", "glass")  # heard, though the page never learns of it
        settled([second])
        second.say("view", "cut")
        first.connect()
        settled([first, second])
        return first.scene["view"], second.scene["view"]

    assert in_company(script) == ("cut", "cut")


def test_frame_and_probe_of_a_scan_that_is_no_longer_selected_are_dropped():
    def script(sessions):
        first, second = Member(sessions), Member(sessions)
        settled([first, second])
        first.say("selection", selection("a"))
        settled([first, second])
        second.say("selection", selection("b"))
        first.say("place", 7)  # it has not heard of b yet
        first.say("probe", [0.0] * 6 + [1.0])
        settled([first, second])
        seen = ("selection", "place", "probe")
        return [[m.scene[name] for name in seen] for m in (first, second)]

    assert in_company(script) == [[selection("b"), None, None]] * 2


def test_who_goes_their_own_way_hears_nothing_and_says_nothing():
    def script(sessions):
        first, second, alone = Member(sessions), Member(sessions), Member(sessions, together=False)
        settled([first, second, alone])
        alone.say("view", "solid")
        first.say("view", "glass")
        alone.move(0.5)
        settled([first, second, alone])
        [seen] = [p for p in first.people.people if p.id == alone.people.you]
        return second.scene["view"], alone.scene["view"], seen.presence

    assert in_company(script) == ("glass", "solid", None)


def test_who_comes_to_an_empty_room_brings_the_scene_and_who_comes_later_takes_it_over():
    def script(sessions):
        first = Member(sessions, together=False)
        settled([first])
        first.say("view", "glass")
        first.go(True)
        later = Member(sessions, together=False)
        later.say("view", "solid")
        later.go(True)
        settled([first, later])
        return first.scene["view"], later.scene["view"]

    assert in_company(script) == ("glass", "glass")


def test_whose_line_fell_is_away_and_keeps_its_id():
    def script(sessions):
        first, second = Member(sessions), Member(sessions)
        settled([first, second])
        second.move(0.5)
        settled([first])
        [before] = first.people.people
        sessions.miss(second.session)
        settled([first])
        [gone] = first.people.people
        second.connect()
        settled([first, second])
        [back] = first.people.people
        sessions.forget(second.session)
        settled([first])
        return before, gone, back, first.people.people

    before, gone, back, nobody = in_company(script)
    assert (before.away, before.presence.head[0]) == (False, 0.5)
    assert (gone.away, gone.presence) == (True, None)
    assert (back.id, back.away) == (before.id, False)
    assert nobody == []


def test_one_joins_before_one_shares():
    def script(sessions):
        session = sessions.greeted(Hello())
        for message in (Share(1, view="cut"), Presence(False)):
            with pytest.raises(WireError, match="expected join before"):
                session.receive(message)
        session.receive(Join("", True))
        session.receive(Share(1, view="cut"))
        return sessions.room.scene.view

    assert in_company(script) == "cut"


def test_who_stays_away_leaves(monkeypatch):
    monkeypatch.setattr("xr_server.session.AWAY_S", 0.01)

    async def run():
        sessions = sessions_without_scans()
        first, second, third = (Member(sessions) for _ in range(3))
        settled([first, second, third])
        sessions.miss(second.session)
        third.connect()
        while len(sessions.room.guests) > 2:
            await asyncio.sleep(0.01)
        settled([first, third])
        return first.people.people, third.people.you

    people, third = asyncio.run(run())
    assert [person.id for person in people] == [third]
