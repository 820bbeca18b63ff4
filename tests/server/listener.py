"""A page that listens: for tests of what every page is told."""

from tests.server.small import SHAPE
from xr_server.protocol import (
    Ack,
    Hello,
    Measured,
    Open,
    ScanOpened,
    SliceData,
    server_message,
    split_binary,
    text_frame,
)


class Listener:
    """A page that acks all that it hears.

    Attributes:
        heard: each message, and how long its payload was.
    """

    def __init__(self, socket):
        self.socket = socket
        self.heard = []
        self.say(Hello())

    def say(self, message):
        self.socket.send(text_frame(message))

    def open(self, scan, label=None):
        """Until all of it is there."""
        self.say(Open(scan, label))
        self.until(lambda heard: len(of(heard, SliceData)) == SHAPE[0])
        if of(self.heard, ScanOpened)[-1].frames_with_tumour is not None:
            self.until(lambda heard: of(heard, Measured))
        self.heard.clear()

    def until(self, wish):
        while not wish(self.heard):
            frame = self.socket.recv(timeout=30)
            is_text = isinstance(frame, str)
            message, payload = (server_message(frame), b"") if is_text else split_binary(frame)
            self.heard.append((message, bytes(payload)))
            self.say(Ack(message.seq))
        return self.heard


def of(heard, kind):
    return [message for message, _ in heard if isinstance(message, kind)]
