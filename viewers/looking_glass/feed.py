"""Feed: follows a running lab on a thread of its own, for a window that draws what is shown.

    the lab ◄──WebSocket──► thread: Follower ──Snapshot──► `state`, `wait` ──► the window
                               ▲                                                   │
                               └────────────── `look`, `open`, `turn` ◄────────────┘

Whoever shares the scene, on the page or in a headset, leads: their scan, frame, view, pose and
probe are in `state`, and what the panel's user does goes to them. A page that goes its own way
(which it does until its user presses “Share the scene”) is not followed, for that is its wish: then
the scan that was asked for is shown, or the library's first, and `state.advice` says what to press.
If the panel's user has done something by then, a page that starts to share comes along to it.

A line that falls is dialled again, later each time, and nothing is sent twice that has come; a lab
that was started again is told what to show.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidStatus,
    WebSocketException,
)
from websockets.typing import Subprotocol

from viewers.looking_glass.entry import entry_to, not_reached, paired
from viewers.looking_glass.follower import Follower
from viewers.looking_glass.held import LetGoError
from viewers.looking_glass.snapshot import Snapshot
from xr_server.protocol import SUBPROTOCOL, Selection, WireError, text_frame

FIRST_WAIT_S = 0.05
LONGEST_WAIT_S = 3.0
REFUSED_WAIT_S = 20.0
"""Before a lab is asked again that said no: it does not change its mind by itself."""

DIALLED_WITHIN_S = 5.0
SILENT_S = 10.0
SAID_EVERY_S = 0.016
LARGEST_FRAME = 64 << 20
LEAVING, PROTOCOL_ERROR, POLICY_VIOLATION = 1001, 1002, 1008


class Feed:
    """What a lab shows, as it changes. A context manager: follows from entering to leaving.

    Args:
        url: the lab's, as `parasam lab` prints it.
        code: the pairing code that the lab shows, where it is on another machine.
        ca: PEM of the authority to trust, the lab's `/ca.crt`.
        scan: what to show where nobody shares the scene; None: the library's first.
        label: which mask of it; None: its first.

    Raises:
        ServerError: no such address; on entering, the code is refused.
    """

    def __init__(
        self,
        url: str,
        code: str | None = None,
        ca: Path | None = None,
        scan: str | None = None,
        label: str | None = None,
    ) -> None:
        self._entry = entry_to(url, code, ca)
        self._follower = Follower(None if scan is None else Selection(scan, label))
        self._published = self._state = self._follower.snapshot
        self._news = threading.Condition()
        self._user_did = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._following: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)

    def __enter__(self) -> Feed:
        self._entry = paired(self._entry)
        self._loop = asyncio.new_event_loop()
        self._following = self._loop.create_task(self._follow())
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._following is not None:
            with contextlib.suppress(RuntimeError):  # it ended by itself
                self._loop.call_soon_threadsafe(self._following.cancel)
            self._thread.join()

    @property
    def state(self) -> Snapshot:
        """What is shown now; from any thread."""
        return self._state

    def wait(self, version: int, timeout_s: float) -> Snapshot:
        """The state once its version is above this one, or after this long as it then is."""
        with self._news:
            self._news.wait_for(lambda: self._state.version > version, timeout_s)
            return self._state

    def look(self, frame: int) -> None:
        """Look at another frame, or the nearest that there is; who shares the scene does, too."""
        self._do(lambda: self._follower.look(frame))

    def open(self, scan: str, label: str | None = None) -> None:
        """Show another scan, or mask; who shares the scene sees it, too."""
        self._do(lambda: self._follower.open(scan, label))

    def turn(self, pose: tuple[float, ...]) -> None:
        """Move the tumour, for all who share the scene.

        Args:
            pose: x, y, z in metres, a unit quaternion x, y, z, w, and the magnification, in the
                coordinates of the stand; see `Share.pose`.
        """
        if len(pose) != 8:
            raise ValueError(f"expected a pose of 8 numbers, got {len(pose)}")
        self._do(lambda: self._follower.turn([float(number) for number in pose]))

    def _do(self, what: Callable[[], object]) -> None:
        """On the feed's own thread, so that nothing needs a lock; before and after it, nothing."""

        def done() -> None:
            what()
            self._publish()
            self._user_did.set()

        with contextlib.suppress(RuntimeError):  # the loop was closed
            if self._loop is not None:
                self._loop.call_soon_threadsafe(done)

    def _publish(self) -> None:
        """Let others see what has changed."""
        now = self._follower.snapshot
        if now is not self._published:
            with self._news:
                self._published, self._state = now, replace(now, version=self._state.version + 1)
                self._news.notify_all()

    def _run(self) -> None:
        if self._loop is None or self._following is None:
            return
        try:
            self._loop.run_until_complete(self._following)
        except asyncio.CancelledError:
            self._follower.fell("the lab was left")
        except Exception:
            self._follower.fell("ParaSAM failed; see what it wrote, and start this panel anew")
            raise
        finally:
            self._publish()
            self._loop.close()

    async def _follow(self) -> None:
        tries = 0
        while True:
            trouble, least_s = await self._line()
            tries = 0 if self._follower.is_welcome else min(tries + 1, 10)
            self._follower.fell(trouble)
            self._publish()
            await asyncio.sleep(max(least_s, min(LONGEST_WAIT_S, FIRST_WAIT_S * 2**tries)))

    async def _line(self) -> tuple[str, float]:
        """One line, until it falls: why it did, and how long to wait at least, s."""
        at = self._entry.origin
        try:
            async with connect(
                self._entry.socket,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                additional_headers=self._entry.headers,
                ssl=self._entry.trust,
                proxy=None,
                compression=None,
                open_timeout=DIALLED_WITHIN_S,
                ping_interval=SILENT_S,
                ping_timeout=SILENT_S,
                close_timeout=1,
                max_size=LARGEST_FRAME,
            ) as socket:
                await self._talk(socket)
        except LetGoError:
            return "taking the line up anew", 0.0
        except WireError as error:
            return f"the lab at {at} and this panel do not match: {error}", REFUSED_WAIT_S
        except ConnectionClosed as closed:
            return _why(at, closed)
        except InvalidStatus as no:
            return _refusal(at, no)
        except OSError as error:  # TimeoutError among them
            return not_reached(self._entry, error), 0.0
        except WebSocketException as error:
            return f"expected a lab at {at}, got another program ({error})", 0.0
        raise AssertionError("a talk ends with an exception")

    async def _talk(self, socket: ClientConnection) -> None:
        """Hear and answer; ends with an exception."""
        saying = asyncio.create_task(self._say_what_the_user_did(socket))
        try:
            if socket.subprotocol != SUBPROTOCOL:
                raise WireError(f"expected {SUBPROTOCOL}, got {socket.subprotocol or 'none'}")
            await socket.send(text_frame(self._follower.hello()))
            while True:
                for answer in self._follower.hear(await socket.recv()):
                    await socket.send(text_frame(answer))
                self._publish()
                self._user_did.set()  # the frame looked at may be another
        except asyncio.CancelledError:
            await socket.close(LEAVING)
            raise
        except WireError:
            await socket.close(PROTOCOL_ERROR, "this panel did not understand")
            raise
        finally:
            saying.cancel()

    async def _say_what_the_user_did(self, socket: ClientConnection) -> None:
        """At once, then so often that the eye sees no difference."""
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self._user_did.wait()
                self._user_did.clear()
                for message in self._follower.unsaid():
                    await socket.send(text_frame(message))
                await asyncio.sleep(SAID_EVERY_S)


def _why(at: str, closed: ConnectionClosed) -> tuple[str, float]:
    """The lab's own reason where it gave one."""
    said = closed.rcvd
    if said is None or not said.reason:
        return f"the line to {at} fell; it is dialled again", 0.0
    is_refused = said.code in (PROTOCOL_ERROR, POLICY_VIOLATION)
    return f"{at} hung up: {said.reason}", REFUSED_WAIT_S if is_refused else 0.0


def _refusal(at: str, no: InvalidStatus) -> tuple[str, float]:
    """The lab's sentence; whoever else answers there is no lab."""
    status = no.response.status_code
    sentence = (no.response.body or b"").decode(errors="replace").partition("\n")[0][:300]
    if status == HTTPStatus.FORBIDDEN and sentence:
        return f"{at} lets nobody in: {sentence}", REFUSED_WAIT_S
    return f"expected a lab at {at}, got HTTP {status}; start it with `parasam lab`", 0.0
