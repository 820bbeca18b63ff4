"""The pages of pairing: one to type the code in, and one that hands over the cookie."""

from __future__ import annotations

import html

from starlette.responses import HTMLResponse

from xr_server.caller import COOKIE, PARAMETER, Caller
from xr_server.tokens import DAYS_PAIRED

LOOKS = (
    "body{font:18px/1.5 system-ui,sans-serif;background:#0b0f15;color:#e6ebf2;max-width:32em;"
    "margin:12vh auto;padding:0 1em}a{color:#8ab8ff}"
    "input,button{font:inherit;padding:.4em .8em;border-radius:.4em;border:1px solid #4a5565;"
    "background:#161c26;color:inherit}input{width:9em;text-transform:uppercase}"
)


def code_page(sentence: str) -> str:
    """A page to type the code in, with what was wrong with the last, if anything.

    Its form asks with GET: what a page without a referrer posts has no origin to be known by.
    """
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>ParaSAM lab</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{LOOKS}</style><h1>Pair this browser</h1>"
        f'<p role="alert">{html.escape(sentence)}</p>'
        f'<form><input name="{PARAMETER}" aria-label="Code" maxlength="12" autocomplete="off" '
        'autocapitalize="characters" spellcheck="false" autofocus required> '
        "<button>Pair</button></form>"
        "<p>The code stands in the terminal where <code>parasam lab</code> runs. It works once. "
        '<a href="/doctor">What does this browser lack?</a></p></html>'
    )


def welcome(token: str, caller: Caller, *, secure: bool) -> HTMLResponse:
    """Gives the cookie, and goes on to the address without the code.

    Not by a redirect: a browser that came from elsewhere would not send a strict cookie on it.

    Args:
        token: to be kept by the browser.
        caller: who showed the code.
        secure: whether the cookie is for HTTPS alone.
    """
    response = HTMLResponse(
        '<!doctype html><meta http-equiv="refresh" content="0; '
        f'url={html.escape(caller.target)}"><title>ParaSAM</title>Paired.'
    )
    response.headers["cache-control"] = "no-store"
    response.set_cookie(
        COOKIE,
        token,
        max_age=DAYS_PAIRED * 86400,
        httponly=True,
        samesite="strict",
        secure=secure,
    )
    return response
