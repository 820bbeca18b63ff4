"""Stands in for Looking Glass Bridge's REST port: a real HTTP server, with Bridge's own faults.

From shared facts, none of them tried on a panel: answers 200 and nothing to what it does not know;
keeps an old playlist when a name comes again; ignores an entry for a playlist that plays; hangs on
`delete_playlist`; goes on answering Completion, with no display, after a crash.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

SESSION = "1a6aed0d-77bf-4129-8e01-71d61c58473d"
PORTRAIT_QUILT = {"quiltX": 3360, "quiltY": 3360, "tileX": 8, "tileY": 6, "quiltAspect": 0.75}
GIVE_UP_S = 30


def named(value: Any) -> dict[str, Any]:
    return {"name": "value", "value": value}


def display(index: int = 0, serial: str = "LKG-P00042", **fields: Any) -> dict[str, Any]:
    """An entry of the device list; a Portrait unless `fields` say otherwise."""
    told = {
        "calibration": json.dumps({"serial": serial, "viewCone": {"value": 40.0}}),
        "defaultQuilt": json.dumps(PORTRAIT_QUILT),
        "hardwareVersion": "portrait",
        "hwid": serial,
        "index": index,
        "state": "ok",
        "windowCoords": {"x": 1920, "y": 0},
    } | fields
    return {name: named(value) for name, value in told.items()}


def monitor(index: int = 0) -> dict[str, Any]:
    """An ordinary display."""
    return display(index, "", calibration="", defaultQuilt="{}", hardwareVersion="thirdparty")


class FakeBridge:
    """What Bridge knows.

    Attributes:
        displays: entries of the device list.
        answers: statuses that go before its own, by endpoint; "" gives none.
        raw: bytes that are sent in place of an answer, by endpoint.
        silent: endpoints that are never answered.
        crashed: it answers Completion to everything and lists nothing.
        after_play: called when something was played.
        conversation: (method, path, body) of all that it was asked.
        on_panel: what each output shows: the entry, by head index.
    """

    def __init__(self, *displays: dict[str, Any]) -> None:
        self.displays = list(displays)
        self.version = "2.4.7"
        self.answers: dict[str, str] = {}
        self.raw: dict[str, bytes] = {}
        self.silent: set[str] = set()
        self.crashed = False
        self.after_play: Callable[[], None] = lambda: None
        self.conversation: list[tuple[str, str, Any]] = []
        self.on_panel: dict[int, dict[str, Any]] = {}
        self.port = 0
        self.over = Event()
        self._playlists: dict[str, list[dict[str, Any]]] = {}
        self._playing: set[str] = set()

    def answer(self, method: str, endpoint: str, body: dict[str, Any]) -> bytes:
        """The bytes of the answer; b"" for what Bridge does not know."""
        self.conversation.append((method, f"/{endpoint}", body))
        if endpoint in self.silent or endpoint == "delete_playlist":
            self.over.wait(GIVE_UP_S)
            return b""
        if endpoint in self.raw:
            return self.raw[endpoint]
        act = getattr(self, f"_do_{endpoint}", None)
        if method != "PUT" or act is None:
            return b""
        if self.answers.get(endpoint) not in (None, "Pending"):
            return told(self.answers[endpoint], "no reason")
        needs_session = endpoint not in ("bridge_version", "enter_orchestration")
        if needs_session and body["orchestration"] != SESSION:
            return told("UnknownOrchestration")
        value = None if self.crashed and needs_session else act(body)
        if self.crashed and endpoint == "available_output_devices":
            value = {}
        return told(self.answers.get(endpoint, "Completion"), value)

    def _do_bridge_version(self, body: dict[str, Any]) -> str:
        return self.version

    def _do_enter_orchestration(self, body: dict[str, Any]) -> str:
        return SESSION

    def _do_available_output_devices(self, body: dict[str, Any]) -> dict[str, Any]:
        return {str(n): named(entry) for n, entry in enumerate(self.displays)}

    def _do_show_window(self, body: dict[str, Any]) -> None:
        assert body["show_window"] is True

    def _do_instance_playlist(self, body: dict[str, Any]) -> None:
        self._playlists.setdefault(body["name"], [])

    def _do_insert_playlist_entry(self, body: dict[str, Any]) -> None:
        if body["name"] not in self._playing:
            assert Path(body["uri"]).is_absolute()
            assert Path(body["uri"]).is_file()
            self._playlists[body["name"]].append(body)

    def _do_play_playlist(self, body: dict[str, Any]) -> None:
        self._playing.add(body["name"])
        self.on_panel[body["head_index"]] = self._playlists[body["name"]][0]
        self.after_play()


def told(status: str, value: Any = "") -> bytes:
    """An answer as Bridge writes it."""
    payload = {"name": "payload", "type": "WSTRING", "value": value}
    said = {"name": "value", "payload": payload}
    if status:
        said["status"] = {"name": "status", "type": "WSTRING", "value": status}
    return json.dumps(said).encode()


@contextmanager
def served(bridge: FakeBridge) -> Iterator[FakeBridge]:
    """The fake on a port of its own, while in the context."""

    class Line(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            length = int(self.headers["Content-Length"])
            content = json.loads(self.rfile.read(length) or b"{}")
            answer = bridge.answer(self.command, self.path.removeprefix("/"), content)
            if not bridge.over.is_set():
                self.send_response(200)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

        do_POST = do_PUT  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("localhost", 0), Line)
    bridge.port = server.server_address[1]
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield bridge
    finally:
        bridge.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
