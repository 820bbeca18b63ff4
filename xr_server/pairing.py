"""Pairing: a code that a person types once, for a token that a browser keeps.

    terminal shows the code ──typed, or in the QR code's link──► traded once ──► token, 30 days
                  ▲                                                │
                  └───────────── the next code ◄───────────────────┘

Six characters are enough because they are guessed at slowly: an address that is wrong waits, and
a code that was missed twenty times by whomever is replaced.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable

from xr_server.patience import Patience
from xr_server.tokens import Tokens

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0 and O, no 1, I and L
CODE_LENGTH = 6
MISSES_A_CODE_STANDS = 20


class PairingError(Exception):
    """A code was refused; `str(error)` is the sentence.

    Attributes:
        status: of HTTP.
        wait_s: how long to wait before the next, s.
    """

    def __init__(self, status: int, sentence: str, wait_s: float = 0.0) -> None:
        super().__init__(sentence)
        self.status = status
        self.wait_s = wait_s


class Pairing:
    """The code that is valid now, and the tokens given for earlier ones.

    Args:
        tokens: the tokens.
        patience: what wrong codes cost.
        announce: called with each code after the first.
    """

    def __init__(
        self,
        tokens: Tokens | None = None,
        patience: Patience | None = None,
        announce: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.tokens = Tokens() if tokens is None else tokens
        self.code = _new_code()
        self._patience = patience or Patience()
        self._announce = announce
        self._misses = 0

    def trade(self, address: str, shown: str) -> str:
        """A token for the code.

        Raises:
            PairingError: it is wrong, or this address has to wait (429).
        """
        wait_s = self._patience.wait_s(address)
        if wait_s > 0:
            seconds = math.ceil(wait_s)
            sentence = f"expected no code for {seconds} s after wrong ones; wait, then type it"
            raise PairingError(429, sentence, wait_s)
        if not secrets.compare_digest(_as_typed(shown), self.code.encode()):
            self._missed(address)
            raise PairingError(
                403, "expected the code that `parasam lab` shows now, got another; each works once"
            )
        self._patience.right(address)
        self._renew()
        return self.tokens.issue(address)

    def _missed(self, address: str) -> None:
        self._patience.wrong(address)
        self._misses += 1
        if self._misses >= MISSES_A_CODE_STANDS:
            self._renew()

    def _renew(self) -> None:
        self.code, self._misses = _new_code(), 0
        self._announce(self.code)


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def _as_typed(shown: str) -> bytes:
    """Small letters, spaces and hyphens are as good."""
    typed = "".join(c for c in shown[:40].upper() if c not in " -")
    return typed.encode("utf-8", "surrogatepass")
