"""The conversation with Looking Glass Bridge, held with a fake that has Bridge's faults."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from parasam_core.errors import RenderError
from tests.looking_glass.fake_bridge import SESSION, FakeBridge, display, monitor, served
from viewers.looking_glass.bridge import LARGEST_ANSWER, Bridge, Shown
from viewers.looking_glass.panel import expected_by
from viewers.looking_glass.quilt import Layout

GOLDEN = Path(__file__).parents[1] / "golden/looking_glass"
PORTRAIT = Layout(8, 6, 3360, 3360, 0.75)
STEPS = ["show_window", "instance_playlist", "insert_playlist_entry", "play_playlist"]


@pytest.fixture
def fake() -> Iterator[FakeBridge]:
    """Bridge with an ordinary monitor and, as output 1, a Portrait."""
    with served(FakeBridge(monitor(0), display(1))) as bridge:
        yield bridge


@pytest.fixture
def quilt(tmp_path: Path) -> Path:
    path = tmp_path / "q_qs8x6a0.75.png"
    path.write_bytes(b"\x89PNG")
    return path


@pytest.fixture
def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as line:
        line.bind(("localhost", 0))
        return int(line.getsockname()[1])


def talk(fake: FakeBridge, quilt: Path, **patience: float) -> Shown:
    bridge = Bridge(fake.port, **patience)
    (panel,) = bridge.panels()
    return bridge.show(panel, quilt, expected_by(panel).device.layout)


def recorded(fake: FakeBridge) -> list[list[Any]]:
    """The conversation with what differs every time by its name."""
    names = {"orchestration": "<session>", "uri": "<quilt>"}
    said = []
    for method, path, body in fake.conversation:
        known = {key: names.get(key, value) for key, value in body.items()}
        if str(known.get("name", "")).startswith("parasam-"):
            known["name"] = "<playlist>"
        said.append([method, path, known])
    return said


def golden(name: str) -> list[list[Any]]:
    return json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))


def test_a_quilt_is_shown_on_the_panel(fake, quilt) -> None:
    shown = talk(fake, quilt)
    assert recorded(fake) == golden("shown")
    assert {b["orchestration"] for _, _, b in fake.conversation if "orchestration" in b} == {
        SESSION
    }
    assert list(fake.on_panel) == [1]
    assert fake.on_panel[1]["uri"] == str(quilt)
    assert shown.answers == dict.fromkeys(STEPS, "Completion")
    assert shown.status == "Completion"


def test_every_quilt_has_a_playlist_of_its_own_so_the_second_is_seen(fake, quilt, tmp_path) -> None:
    second = tmp_path / "second.mp4"
    second.write_bytes(b"video")
    bridge = Bridge(fake.port)
    (panel,) = bridge.panels()
    names = {bridge.show(panel, path, PORTRAIT).playlist for path in (quilt, second)}
    assert len(names) == 2
    assert fake.on_panel[1]["uri"] == str(second)


def test_a_video_lasts_as_long_as_it_is(fake, tmp_path) -> None:
    video = tmp_path / "turn_qs8x6a0.75.mp4"
    video.write_bytes(b"video")
    bridge = Bridge(fake.port)
    bridge.show(bridge.panels()[0], video, PORTRAIT, lasts_ms=6000)
    assert fake.on_panel[1]["durationMS"] == 6000
    assert fake.on_panel[1]["uri"] == str(video)


def test_what_is_only_taken_is_not_called_done(fake, quilt) -> None:
    fake.answers["play_playlist"] = "Pending"
    shown = talk(fake, quilt)
    assert shown.status == "Pending"
    assert shown.answers["play_playlist"] == "Pending"
    assert shown.answers["insert_playlist_entry"] == "Completion"


def test_without_a_looking_glass_nothing_is_shown(fake, quilt) -> None:
    fake.displays = [monitor(0), monitor(1)]
    with pytest.raises(
        RenderError, match=r"a Looking Glass, Bridge 2\.4\.7 lists 2 ordinary .*USB"
    ):
        talk(fake, quilt)
    assert recorded(fake) == golden("no_panel")


def test_a_crashed_bridge_is_known_by_its_empty_list(fake, quilt) -> None:
    fake.crashed = True
    with pytest.raises(
        RenderError, match="lists none at all, as after a crash; quit Looking Glass"
    ):
        talk(fake, quilt)
    assert recorded(fake) == golden("crashed")


def test_a_refused_entry_is_not_played(fake, quilt) -> None:
    fake.answers["insert_playlist_entry"] = "Failure"
    said = r"take insert_playlist_entry, it answered 'Failure' \(no reason\); see whether .*q_qs8x6"
    with pytest.raises(RenderError, match=said):
        talk(fake, quilt)
    assert recorded(fake) == golden("refused_entry")
    assert fake.on_panel == {}


@pytest.mark.parametrize("crashes", [True, False], ids=["Bridge crashes", "panel is pulled out"])
def test_a_panel_that_goes_while_it_is_shown_is_missed(fake, quilt, crashes: bool) -> None:
    def go() -> None:
        fake.crashed, fake.displays = crashes, [monitor(0), display(1, "LKG-P00043")]

    fake.after_play = go
    said = "lists none at all" if crashes else "expected LKG-P00042 .* no longer lists it"
    with pytest.raises(RenderError, match=said):
        talk(fake, quilt)
    assert recorded(fake) == golden("lost_while_showing")


@pytest.mark.parametrize("endpoint", ["bridge_version", "enter_orchestration", *STEPS])
@pytest.mark.parametrize("answer", ["Failure", "completion", ""])
def test_whatever_is_not_done_ends_the_conversation(fake, quilt, endpoint: str, answer) -> None:
    fake.answers[endpoint] = answer
    with pytest.raises(RenderError, match=rf"{endpoint}.*(Failure|completion|got b'\{{)"):
        talk(fake, quilt)
    assert fake.conversation[-1][1] == f"/{endpoint}"


def test_where_nothing_listens_it_says_to_start_bridge(free_port: int) -> None:
    with pytest.raises(RenderError, match=f"localhost:{free_port}, nothing is there; start Bridge"):
        Bridge(free_port)


@pytest.mark.parametrize("endpoint", ["bridge_version", "available_output_devices", *STEPS])
def test_a_bridge_that_never_answers_is_left(fake, quilt, endpoint: str) -> None:
    fake.silent = {endpoint}
    start = time.monotonic()
    with pytest.raises(RenderError, match=f"to answer {endpoint} within 0.3 s, it did not; quit"):
        talk(fake, quilt, there_s=0.3, done_s=0.3)
    assert 0.3 <= time.monotonic() - start < 3


def test_an_answer_in_drops_is_not_waited_for() -> None:
    assert_left(b"HTTP/1.1 200 OK\r\n\r\n", drop=b" ", said="within 0.3 s")


def test_an_answer_without_end_is_not_kept() -> None:
    said = f"more than {LARGEST_ANSWER >> 20} MB"
    assert_left(b"HTTP/1.1 200 OK\r\n\r\n", drop=b" " * (1 << 20), said=said, patience_s=20)


def assert_left(head: bytes, drop: bytes, said: str, patience_s: float = 0.3) -> None:
    """A server that goes on and on is refused with a sentence."""

    def drip(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.recv(4096)
            line.sendall(head)
            while True:
                try:
                    line.sendall(drop)
                except OSError:
                    return
                time.sleep(0.02)

    with socket.create_server(("localhost", 0)) as listener:
        thread = Thread(target=drip, args=(listener,))
        thread.start()
        with pytest.raises(RenderError, match=said):
            Bridge(listener.getsockname()[1], there_s=patience_s)
        thread.join()


@pytest.mark.parametrize(
    "content",
    [b"<html>Welcome</html>", b"\xff\xfe", b"[]", b"null", b'{"status": "Completion"}',
     b'{"status": {"value": "Completion"}}', b"[" * 100_000,
     b'{"status": {"value": "Completion"}, "payload": {"value": 7}}'],
    ids=["html", "no text", "list", "null", "flat", "no version", "deep", "a number"],
)  # fmt: skip
def test_nonsense_is_not_bridge(fake, content: bytes) -> None:
    fake.raw["bridge_version"] = content
    with pytest.raises(RenderError, match=r"to answer bridge_version, got .* another program has"):
        Bridge(fake.port)
    assert len(fake.conversation) == 1


@pytest.mark.parametrize("line", [b"SSH-2.0-OpenSSH_9.6\r\n", b"", b"HTTP/1.1 404 None\r\n\r\n"])
def test_another_program_on_the_port_is_told_from_bridge(line: bytes) -> None:
    def speak(listener: socket.socket) -> None:
        caller, _ = listener.accept()
        with caller:
            caller.recv(4096)
            caller.sendall(line)

    with socket.create_server(("localhost", 0)) as listener:
        thread = Thread(target=speak, args=(listener,))
        thread.start()
        with pytest.raises(RenderError, match="another program has that port"):
            Bridge(listener.getsockname()[1], there_s=5)
        thread.join()


def test_an_endpoint_that_bridge_does_not_know_is_told(fake) -> None:
    fake.raw["enter_orchestration"] = b""
    with pytest.raises(RenderError, match="know enter_orchestration, it answered nothing; update"):
        Bridge(fake.port)


def test_no_file_is_refused_before_bridge_is_asked(fake, tmp_path) -> None:
    bridge = Bridge(fake.port)
    (panel,) = bridge.panels()
    asked = len(fake.conversation)
    with pytest.raises(RenderError, match=r"quilt video to show, got .*none\.png"):
        bridge.show(panel, tmp_path / "none.png", PORTRAIT)
    assert len(fake.conversation) == asked


def test_no_proxy_hears_of_it(fake, quilt, monkeypatch, free_port) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://localhost:{free_port}")
    assert talk(fake, quilt).status == "Completion"


def test_the_fake_has_bridges_faults(fake, quilt, tmp_path) -> None:
    def ask(method: str, endpoint: str, **body: object) -> bytes:
        asked = {"orchestration": SESSION, **body}
        address = f"http://localhost:{fake.port}/{endpoint}"
        answer = httpx.request(method, address, json=asked, timeout=0.5, trust_env=False)
        assert answer.status_code == 200
        return answer.content

    assert ask("POST", "bridge_version") == b""
    assert ask("PUT", "stop_playlist") == b""
    for path in (quilt, tmp_path):  # the second time, the name is taken and it plays
        ask("PUT", "instance_playlist", name="one", loop=True)
        ask("PUT", "insert_playlist_entry", name="one", uri=str(path))
        assert b"Completion" in ask("PUT", "play_playlist", name="one", head_index=-1)
    assert fake.on_panel[-1]["uri"] == str(quilt)
    with pytest.raises(httpx.ReadTimeout):
        ask("PUT", "delete_playlist", name="one")
