import asyncio
import hashlib
import threading

import numpy as np
import pytest

from parasam_core.errors import LabelError, ScanError
from parasam_core.scanfile import write_scan
from tests.server.small import SHAPE, ball, sequence_of
from xr_server.cache import Cache
from xr_server.library import Library
from xr_server.protocol import (
    Ack,
    Failed,
    Hello,
    Look,
    Measured,
    MeshData,
    Open,
    ScanOpened,
    SliceData,
    VolumeData,
    Welcome,
    WireError,
    server_message,
    split_binary,
)
from xr_server.session import Sessions


def talk(library, script):
    """Run an async script with the sessions of a cache."""

    async def run():
        cache = Cache(library)
        try:
            return await script(Sessions(cache), cache)
        finally:
            cache.close()

    return asyncio.run(run())


def read(frame):
    return split_binary(frame) if isinstance(frame, bytes) else (server_message(frame), b"")


async def until(session, wanted, *, unacked=()):
    """Everything the page is sent, up to the first message of this type; acks but some types."""
    heard = []
    while True:
        session.wake.clear()
        while (frame := session.next_frame()) is not None:
            heard.append(read(frame))
            if not isinstance(heard[-1][0], unacked):
                session.receive(Ack(heard[-1][0].seq))
            if isinstance(heard[-1][0], wanted):
                return heard
        await asyncio.wait_for(session.wake.wait(), 30)


async def all_of(session):
    """Everything the page is sent until it has been told the numbers and every slice."""
    heard = await until(session, Measured)
    while (frame := session.next_frame()) is not None:
        heard.append(read(frame))
        session.receive(Ack(heard[-1][0].seq))
    return heard


def test_a_scan_is_opened(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        [(welcome, _)] = await until(session, Welcome)
        assert [card.id for card in welcome.scans] == ["M1_d0", "M1_d6"]
        assert welcome.scans[0].labels == ["a", "empty"]
        session.receive(Open("M1_d0", "a"))
        return await all_of(session)

    heard = talk(library, script)
    messages = [message for message, _ in heard]
    opened = messages[0]
    assert isinstance(opened, ScanOpened)
    assert (opened.shape, opened.label, opened.spacing_source) == (list(SHAPE), "a", "user")
    levels = [m.level for m in messages if isinstance(m, MeshData)]
    assert levels == list(range(len(levels)))
    for message, payload in heard:
        if isinstance(message, MeshData):
            assert bytes(payload[:4]) == b"glTF"
            assert hashlib.sha256(payload).hexdigest() == message.sha256
    frames = [m.frame for m in messages if isinstance(m, SliceData)]
    assert sorted(frames) == list(range(SHAPE[0]))
    first, last = opened.frames_with_tumour
    assert frames[0] == (first + last) // 2
    [measured] = [m for m in messages if isinstance(m, Measured)]
    assert measured.volume_mm3 == pytest.approx(4 / 3 * np.pi, rel=0.05)


def test_slices_hold_the_pixels_and_the_mask(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(Open("M1_d0", "a"))
        return await all_of(session)

    scan = library.scan("M1_d0")
    frames, masks = scan.sequence().frames, scan.mask("a").masks
    for message, payload in talk(library, script):
        if isinstance(message, SliceData):
            pixels = message.width * message.height
            grey = np.frombuffer(payload[:pixels], np.uint8).reshape(SHAPE[1:])
            bits = np.unpackbits(np.frombuffer(payload[pixels:], np.uint8))[:pixels]
            np.testing.assert_array_equal(grey, frames[message.frame])
            np.testing.assert_array_equal(bits.reshape(SHAPE[1:]), masks[message.frame])


def test_a_scan_without_masks_is_slices_only(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(Open("M1_d6"))
        return await until(session, SliceData)

    heard = talk(library, script)
    assert [type(m) for m, _ in heard] == [Welcome, ScanOpened, SliceData]
    assert heard[1][0].label is None
    assert len(heard[2][1]) == SHAPE[1] * SHAPE[2]


def test_an_empty_mask_has_no_mesh_and_is_no_failure(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(Open("M1_d0", "empty"))
        heard = await until(session, SliceData)
        await session._opening
        while (frame := session.next_frame()) is not None:
            heard.append(read(frame))
        return heard

    messages = [m for m, _ in talk(library, script)]
    assert {type(m) for m in messages} == {Welcome, ScanOpened, SliceData, VolumeData}


def test_the_volume_is_sent_once_whichever_masks_are_shown(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        heard = []
        for label in ("a", "empty"):
            session.receive(Open("M1_d0", label))
            heard += (await until(session, VolumeData))[-1:]
        return heard

    (first, payload), (again, nothing) = talk(library, script)
    assert (first.sha256, first.shape, first.step) == (again.sha256, again.shape, again.step)
    assert len(payload) == first.payload_bytes > 0
    assert hashlib.sha256(payload).hexdigest() == first.sha256
    assert bytes(nothing) == b""


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Open("nobody"), "expected one of the scans M1_d0, M1_d6, got 'nobody'"),
        (Open("M1_d0", "nothing"), "expected one of the labels of M1_d0 (a, empty), got 'nothing'"),
        (Open("../M1_d0"), "expected one of the scans M1_d0, M1_d6, got '../M1_d0'"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_answered_with_a_sentence(library, wish, sentence):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(wish)
        return (await until(session, Failed))[-1][0]

    assert talk(library, script).sentence == sentence


def test_a_defect_of_ours_is_told_and_logged(library, monkeypatch, caplog):
    monkeypatch.setattr("xr_server.cache.scene_of", lambda *_: 1 / 0)

    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(Open("M1_d0"))
        return (await until(session, Failed))[-1][0]

    assert "M1_d0" in talk(library, script).sentence
    assert "division by zero" in caplog.text


def test_a_look_goes_first_even_when_it_comes_before_the_scan_is_read(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(Open("M1_d6"))
        session.receive(Look("M1_d6", 2))
        session.receive(Look("M1_d0", 9))
        heard = await until(session, ScanOpened)
        session.receive(Look("M1_d6", 3))
        return (await until(session, SliceData))[-1][0], heard

    slice_, _ = talk(library, script)
    assert slice_.frame == 3


def test_a_look_at_another_scan_changes_nothing(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(Open("M1_d6"))
        await until(session, ScanOpened)
        session.receive(Look("M1_d0", 0))
        return (await until(session, SliceData))[-1][0]

    assert talk(library, script).frame == (SHAPE[0] - 1) // 2


def test_the_last_of_quick_wishes_is_shown(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        for wish in (Open("M1_d0", "a"), Open("M1_d6"), Open("M1_d0", "empty")):
            session.receive(wish)
        await session._opening
        return await until(session, SliceData)

    messages = [m for m, _ in talk(library, script)]
    assert [m.label for m in messages if isinstance(m, ScanOpened)] == ["empty"]


def test_meshes_that_the_page_holds_are_not_sent_again(library):
    async def script(sessions, _):
        first = sessions.greeted(Hello())
        first.receive(Open("M1_d0", "a"))
        held = [m.sha256 for m, _ in await all_of(first) if isinstance(m, MeshData)]
        second = sessions.greeted(Hello(holds=held))
        second.receive(Open("M1_d0", "a"))
        return held, [(m, p) for m, p in await all_of(second) if isinstance(m, MeshData)]

    held, again = talk(library, script)
    assert [(m.sha256, bytes(p)) for m, p in again] == [(sha, b"") for sha in held]


def test_meshes_that_were_acked_are_not_sent_again_until_the_page_says_hello_without_them(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(Open("M1_d0", "a"))
        first = await all_of(session)
        session.receive(Open("M1_d0", "a"))
        again = await until(session, Measured, unacked=MeshData)
        session = sessions.greeted(Hello(session.token))
        anew = await until(session, MeshData)
        return [
            [len(p) for m, p in heard if isinstance(m, MeshData)] for heard in (first, again, anew)
        ]

    first, again, anew = talk(library, script)
    assert all(first)
    assert again == [0] * len(first)
    assert anew == first


def test_a_page_that_comes_back_gets_what_it_did_not_ack(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(Open("M1_d6"))
        await until(session, ScanOpened)
        taken = [read(session.next_frame())[0] for _ in range(4)]
        for message in taken[:2]:
            session.receive(Ack(message.seq))
        again = sessions.greeted(Hello(session.token))
        assert again is session
        rest = []
        while (frame := again.next_frame()) is not None:
            rest.append(read(frame)[0])
            again.receive(Ack(rest[-1].seq))
        return taken, rest

    taken, rest = talk(library, script)
    assert isinstance(rest[0], Welcome)
    frames = [m.frame for m in rest[1:]]
    assert len(frames) == len(rest) - 1 == SHAPE[0] - 2
    assert set(frames) == set(range(SHAPE[0])) - {m.frame for m in taken[:2]}


def test_an_unknown_token_begins_anew(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello("of a server that is gone"))
        [(welcome, _)] = await until(session, Welcome)
        return session.token, welcome.session

    token, told = talk(library, script)
    assert told == token
    assert token != "of a server that is gone"  # noqa: S105


def test_without_acks_no_more_than_the_credit_is_sent(library):
    async def script(sessions, _):
        session = sessions.greeted(Hello())
        session.receive(Open("M1_d6"))
        await until(session, ScanOpened)
        sent = 0
        while session.next_frame() is not None:
            sent += 1
        return sent

    assert talk(library, script) == 8


def test_a_second_hello_is_refused(library):
    async def script(sessions, _):
        sessions.greeted(Hello()).receive(Hello())

    with pytest.raises(WireError, match="one hello"):
        talk(library, script)


def test_old_sessions_are_forgotten(library):
    async def script(_, cache):
        sessions = Sessions(cache, kept=2)
        there, *gone = [sessions.greeted(Hello()) for _ in range(4)]
        for session in gone:
            sessions.miss(session)
        tokens = [session.token for session in (there, *gone)]
        return [sessions.greeted(Hello(token)).token == token for token in tokens]

    assert talk(library, script) == [True, False, True, True]


def test_scenes_are_made_once_and_anew_when_written_anew(library, library_folder):
    async def script(_, cache):
        first, same = await asyncio.gather(cache.scene("M1_d0", "a"), cache.scene("M1_d0", "a"))
        body = await cache.body(first)
        assert (same is first, await cache.body(first) is body) == (True, True)
        scan = library.scan("M1_d0")
        scan.write_mask("a", ball(scan.sequence(), radius_mm=0.8))
        changed = await cache.scene("M1_d0", "a")
        return first, changed, await cache.measured(first), await cache.measured(changed)

    first, changed, before, after = talk(library, script)
    assert first is not changed
    assert after.volume_mm3 < before.volume_mm3


def test_no_label_means_the_first_also_when_it_comes_later(library):
    async def script(_, cache):
        before = await cache.scene("M1_d6", None)
        scan = library.scan("M1_d6")
        scan.write_mask("late", ball(scan.sequence()))
        return before, await cache.scene("M1_d6", None)

    before, after = talk(library, script)
    assert (before.opened.label, after.opened.label) == (None, "late")


def test_a_surface_that_nobody_waits_for_is_not_begun(library, monkeypatch):
    begun, go_on = [], threading.Event()

    def slow(scene, _):
        begun.append(scene.opened.label)
        go_on.wait(30)

    monkeypatch.setattr("xr_server.cache._sketch_of", lambda _: None)
    monkeypatch.setattr("xr_server.cache._body_of", slow)

    async def script(_, cache):
        scenes = [await cache.scene("M1_d0", label) for label in ("a", "empty")]
        waiting = [asyncio.create_task(cache.body(s)) for s in (*scenes, scenes[1], scenes[1])]
        while len(begun) < 1 or cache._things._waiting["body", scenes[1].content] < 3:
            await asyncio.sleep(0)
        for task in waiting[1:3]:
            task.cancel()
        await asyncio.sleep(0)
        alone = waiting[3].cancelled()
        waiting[3].cancel()
        await asyncio.gather(*waiting[1:], return_exceptions=True)
        go_on.set()
        await waiting[0]
        return alone

    assert talk(library, script) is False
    assert begun == ["a"]


def test_a_cache_keeps_what_was_used_last(library):
    async def script(_, __):
        cache = Cache(library, kept=2)
        first = await cache.scene("M1_d0", "a")
        await cache.scene("M1_d0", "empty")
        again = await cache.scene("M1_d0", "a")
        second = await cache.scene("M1_d6", None)
        kept = await cache.scene("M1_d0", "a"), await cache.scene("M1_d6", None)
        cache.close()
        return first is again is kept[0], second is kept[1], len(cache._things._made)

    assert talk(library, script) == (True, True, 2)


def test_a_failure_is_not_kept(library, monkeypatch):
    async def script(_, cache):
        with monkeypatch.context() as broken:
            broken.setattr("xr_server.cache.scene_of", lambda *_: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                await cache.scene("M1_d0", "a")
        return await cache.scene("M1_d0", "a")

    assert talk(library, script).opened.label == "a"


def test_scans_that_come_while_served_are_listed(library, library_folder):
    write_scan(library_folder / "M1_d10.zarr", sequence_of("d10"))
    assert [card.timepoint for card in library.cards()] == ["d0", "d6", "d10"]
    assert library.scan("M1_d10").timepoint == "d10"


def test_a_scan_that_breaks_while_served_leaves_the_list_as_it_was(library, library_folder):
    (library_folder / "M1_d6.zarr" / "zarr.json").unlink()
    assert [card.id for card in library.cards()] == ["M1_d0", "M1_d6"]
    with pytest.raises(ScanError, match="M1_d6"):
        library.scan("M1_d6")


def test_a_library_of_one_scan(library_folder):
    one = Library(library_folder / "M1_d0.zarr")
    assert [card.id for card in one.cards()] == ["M1_d0"]


def test_unknown_labels_name_no_path(library):
    async def script(_, cache):
        await cache.scene("M1_d6", "a")

    with pytest.raises(
        LabelError, match=r"^expected one of the labels of M1_d6 \(none\), got 'a'$"
    ):
        talk(library, script)
