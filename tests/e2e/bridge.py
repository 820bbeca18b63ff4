"""Stands in for Looking Glass Bridge: tells a page which panels there are.

As the maker's module asks: four bytes of a number that comes back, then CBOR (RFC 8949).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

from websockets.sync.server import ServerConnection, serve
from websockets.typing import Subprotocol

PORT = 11222
PROTOCOL = Subprotocol("rep.sp.nanomsg.org")
PORTRAIT: dict[str, Any] = {
    "configVersion": "1.0",
    "serial": "LKG-P00001",
    "pitch": {"value": 52.5},
    "slope": {"value": -7.2},
    "center": {"value": 0.3},
    "viewCone": {"value": 40.0},
    "invView": {"value": 1.0},
    "verticalAngle": {"value": 0.0},
    "DPI": {"value": 324.0},
    "screenW": {"value": 1536.0},
    "screenH": {"value": 2048.0},
    "flipImageX": {"value": 0.0},
    "flipImageY": {"value": 0.0},
    "flipSubp": {"value": 0.0},
}


@contextmanager
def bridge(*calibrations: dict[str, Any]) -> Iterator[None]:
    """Bridge with these panels, while in the context."""
    devices = [
        {"calibration": one, "index": n, "state": "ok"} for n, one in enumerate(calibrations)
    ]
    reply = cbor({"error": 0, "version": "2.4.7", "devices": devices})

    def answer(line: ServerConnection) -> None:
        for asked in line:
            assert isinstance(asked, bytes)
            line.send(asked[:4] + reply)

    with serve(answer, "localhost", PORT, subprotocols=[PROTOCOL]) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


def cbor(value: Any) -> bytes:
    """Whole numbers, floats, texts, lists and dictionaries."""
    match value:
        case int():
            return _head(0, value)
        case float():
            return b"\xfb" + struct.pack(">d", value)
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case list():
            return _head(4, len(value)) + b"".join(map(cbor, value))
        case dict():
            items = (cbor(part) for item in value.items() for part in item)
            return _head(5, len(value)) + b"".join(items)
        case _:
            raise TypeError(f"expected a number, text, list or dictionary, got {value!r}")


def _head(kind: int, count: int) -> bytes:
    return struct.pack(">BI", kind << 5 | 26, count)
