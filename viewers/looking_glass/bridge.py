"""Looking Glass Bridge, which owns the panels: a client of its REST port on this machine.

Bridge takes PUT with JSON. It answers 200 and nothing where it does not know the endpoint, and goes
on answering "Completion" after it has crashed. So every answer is read for its status, the list of
displays is looked at before and after, and every playlist has a name of its own: to reuse one does
nothing, an entry put into one that plays is ignored, and deleting one makes Bridge hang.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import Any
from uuid import uuid4

from parasam_core.errors import RenderError
from viewers.looking_glass.panel import Panel, panels_listed
from viewers.looking_glass.quilt import Layout

HOST, PORT = "localhost", 33334

THERE_S = 2.0
"""How long Bridge may take to say that it is there."""

DONE_S = 15.0
"""How long it may take for anything else."""

DONE, TAKEN = "Completion", "Pending"
"""What it answers when something is done, and when it is taken to be done later."""

LARGEST_ANSWER = 4 << 20
STILL_MS = 20_000
RESTART = "quit Looking Glass Bridge, start it again, and try once more"


@dataclass(frozen=True)
class Shown:
    """What Bridge said to being shown something.

    Attributes:
        playlist: the name it was given, this once.
        answers: the status of every step, by its endpoint.
    """

    playlist: str
    answers: dict[str, str]

    @property
    def status(self) -> str:
        """Bridge's "Completion" if every step got that, else "Pending"."""
        return TAKEN if TAKEN in self.answers.values() else DONE


@dataclass(frozen=True)
class _Answer:
    status: str
    value: Any


class Bridge:
    """A conversation with the Bridge of this machine.

    Args:
        port: of its REST interface.
        there_s: seconds within which it says its version.
        done_s: seconds within which it answers anything else.

    Attributes:
        version: as it says, "2.4.7".

    Raises:
        RenderError: it is not there, does not answer in time, or answers what Bridge does not.
    """

    def __init__(
        self, port: int | None = None, *, there_s: float = THERE_S, done_s: float = DONE_S
    ) -> None:
        self._port = PORT if port is None else port
        self._done_s = done_s
        self.version = self._word("bridge_version", {}, there_s)
        self._session = self._word("enter_orchestration", {"name": "default"}, done_s)

    def panels(self) -> list[Panel]:
        """The Looking Glasses that are there, by their index; at least one.

        Raises:
            RenderError: there is none, or Bridge has crashed.
        """
        listed = panels_listed(self._ask("available_output_devices").value)
        if not listed:
            raise RenderError(
                f"expected Looking Glass Bridge {self.version} to list the displays, it lists "
                f"none at all, as after a crash; {RESTART}"
            )
        panels = [panel for panel in listed if panel.is_looking_glass]
        if not panels:
            raise RenderError(
                f"expected a Looking Glass, Bridge {self.version} lists {len(listed)} ordinary "
                "display(s) and no other; connect both of the panel's cables, USB and video, "
                "or write the quilt with --quilt"
            )
        return panels

    def show(self, panel: Panel, media: Path, layout: Layout, *, lasts_ms: int = STILL_MS) -> Shown:
        """Have a quilt shown until something else is.

        Args:
            panel: one of `panels()`.
            media: a quilt or a quilt video, in a file that Bridge can read.
            layout: its own; of a video, that of every frame.
            lasts_ms: after which it begins again; of a video, its length.

        Raises:
            RenderError: no such file, Bridge refused a step or did not answer it, or the panel is
                no longer there afterwards. What the panel shows is then not known.
        """
        if not media.is_file():
            raise RenderError(f"expected a quilt or a quilt video to show, got {media}")
        playlist = f"parasam-{uuid4().hex}"
        name, head = {"name": playlist}, {"head_index": panel.index}
        steps: list[tuple[str, dict[str, Any]]] = [
            ("show_window", {"show_window": True, **head}),
            ("instance_playlist", {**name, "loop": True}),
            ("insert_playlist_entry", {**name, **_entry(media.resolve(), layout, lasts_ms)}),
            ("play_playlist", {**name, **head}),
        ]
        answers = {endpoint: self._ask(endpoint, body).status for endpoint, body in steps}
        self._check_still_there(panel)
        return Shown(playlist, answers)

    def _check_still_there(self, panel: Panel) -> None:
        there = [(one.index, one.serial) for one in self.panels()]
        if (panel.index, panel.serial) not in there:
            raise RenderError(
                f"expected {panel.title} to show the quilt, Looking Glass Bridge {self.version} "
                "no longer lists it; check the panel's cables and try once more"
            )

    def _word(self, endpoint: str, body: dict[str, Any], patience_s: float) -> str:
        value = self._put(endpoint, body, patience_s).value
        if not (isinstance(value, str) and value):
            raise self._not_bridge(endpoint, f"the value {value!r:.80}")
        return value

    def _ask(self, endpoint: str, body: dict[str, Any] | None = None) -> _Answer:
        return self._put(endpoint, {"orchestration": self._session, **(body or {})}, self._done_s)

    def _put(self, endpoint: str, body: dict[str, Any], patience_s: float) -> _Answer:
        content = self._exchanged(endpoint, json.dumps(body), patience_s)
        if not content:
            raise RenderError(
                f"expected Looking Glass Bridge to know {endpoint}, it answered nothing; "
                "update Bridge to 2.2 or later"
            )
        try:
            told = json.loads(content)
            status = told["status"]["value"]
        except (ValueError, LookupError, TypeError, RecursionError) as error:
            raise self._not_bridge(endpoint, f"{content[:60]!r}") from error
        payload = told.get("payload")
        value = payload.get("value") if isinstance(payload, dict) else None
        if status not in (DONE, TAKEN):
            raise _refused(endpoint, body, status, value)
        return _Answer(status, value)

    def _exchanged(self, endpoint: str, body: str, patience_s: float) -> bytes:
        line = HTTPConnection(HOST, self._port, timeout=patience_s)
        with self._said_clearly(endpoint, patience_s):
            try:
                line.request("PUT", f"/{endpoint}", body, {"Content-Type": "application/json"})
                answer = line.getresponse()
                content = _whole(answer, patience_s)
            finally:
                line.close()
        if answer.status != 200:
            raise self._not_bridge(endpoint, f"HTTP {answer.status}")
        return content

    @contextmanager
    def _said_clearly(self, endpoint: str, patience_s: float) -> Iterator[None]:
        try:
            yield
        except ConnectionRefusedError as error:
            raise RenderError(
                f"expected Looking Glass Bridge on {HOST}:{self._port}, nothing is there; start "
                "Bridge on the machine that the panel is plugged into, or write the quilt "
                "with --quilt"
            ) from error
        except TimeoutError as error:
            raise RenderError(
                f"expected Looking Glass Bridge to answer {endpoint} within {patience_s:g} s, "
                f"it did not; {RESTART}"
            ) from error
        except (OSError, HTTPException) as error:
            raise self._not_bridge(endpoint, f"{type(error).__name__}: {error}") from error

    def _not_bridge(self, endpoint: str, got: str) -> RenderError:
        return RenderError(
            f"expected Looking Glass Bridge on {HOST}:{self._port} to answer {endpoint}, "
            f"got {got}; see whether another program has that port, or {RESTART}"
        )


def _entry(media: Path, layout: Layout, lasts_ms: int) -> dict[str, Any]:
    return {
        "id": 0,
        "index": 0,
        "uri": str(media),
        "rows": layout.rows,
        "cols": layout.columns,
        "aspect": layout.aspect,
        "view_count": layout.views,
        "durationMS": lasts_ms,
        "isRGBD": 0,
        "focus": 0,
        "zoom": 1,
        "crop_pos_x": 0,
        "crop_pos_y": 0,
        "tag": "",
    }


def _refused(endpoint: str, body: dict[str, Any], status: Any, value: Any) -> RenderError:
    reason = f" ({value:.200})" if isinstance(value, str) and value else ""
    remedy = f"see whether Bridge may read {body['uri']}" if "uri" in body else RESTART
    return RenderError(
        f"expected Looking Glass Bridge to take {endpoint}, "
        f"it answered {status!r:.80}{reason}; {remedy}"
    )


def _whole(answer: HTTPResponse, patience_s: float) -> bytes:
    """The body; the patience is for all of it, not for each piece."""
    until = time.monotonic() + patience_s
    content = b""
    while piece := answer.read1(1 << 16):
        content += piece
        if len(content) > LARGEST_ANSWER:
            raise HTTPException(f"more than {LARGEST_ANSWER >> 20} MB")
        if time.monotonic() > until:
            raise TimeoutError
    return content
