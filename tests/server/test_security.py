"""Who is let in, asked of the guard itself: callers from elsewhere cannot be had in a test."""

import asyncio

import pytest

from xr_server.addresses import is_loopback
from xr_server.doors import Doors, doors_of
from xr_server.pairing import Pairing
from xr_server.security import Guard

ABROAD = "192.168.1.50"


async def anyone(scope, receive, send):
    """An app that lets in everyone."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"in"})


def knock(doors, *, client="127.0.0.1", kind="http", method="GET", query="", path="/", **headers):
    """What the guard and the app behind it send."""
    headers = {"host": "localhost:8017", **headers}
    scope = {
        "type": kind,
        "method": method,
        "scheme": "http",
        "path": path,
        "extensions": {},
        "query_string": query.encode(),
        "client": (client, 1234),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    sent = []

    async def send(message):
        sent.append(message)

    asyncio.run(Guard(anyone, doors)(scope, None, send))
    return sent


def is_let_in(doors, **caller):
    sent = knock(doors, **caller)
    if caller.get("kind") == "websocket":
        return sent[0]["type"] == "websocket.accept"
    return sent[0]["status"] == 200 and sent[1]["body"] == b"in"


HERE = doors_of("127.0.0.1")
EVERYWHERE = Doors(frozenset({"localhost", "127.0.0.1", "::1", "lab"}), True, Pairing())
TOKEN = EVERYWHERE.pairing.tokens.issue(ABROAD)


def code():
    return EVERYWHERE.pairing.code


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("host", "let_in"),
    [
        ("localhost:8017", True),
        ("LOCALHOST", True),
        ("127.0.0.1:8017", True),
        ("[::1]:8017", True),
        ("evil.example:8017", False),
        ("localhost.evil.example", False),
        ("evil.example@localhost", False),
        ("localhost/evil.example", False),
        ("192.168.1.7:8017", False),
        ("", False),
        ("[::1", False),
    ],
)
def test_a_lab_for_this_machine_answers_to_its_own_names(kind, host, let_in):
    assert is_let_in(HERE, kind=kind, host=host) == let_in


@pytest.mark.parametrize(
    ("host", "let_in"),
    [
        ("192.168.1.7:8017", True),
        ("[fe80::1]:8017", True),
        ("lab:8017", True),
        ("localhost", True),
        ("evil.example", False),
        ("192.168.1.7.evil.example", False),
    ],
)
def test_a_lab_for_all_answers_to_addresses_and_its_name(host, let_in):
    assert is_let_in(EVERYWHERE, host=host) == let_in


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("origin", "let_in"),
    [
        ("http://localhost:8017", True),
        ("https://localhost:8017", True),
        ("http://LOCALHOST:8017", True),
        ("http://localhost", False),
        ("http://localhost:9999", False),
        ("http://evil.example", False),
        ("null", False),
        ("", False),
        ("chrome-extension://localhost:8017", False),
        ("http://[", False),
    ],
)
def test_a_page_of_another_origin_is_kept_out(kind, origin, let_in):
    assert is_let_in(HERE, kind=kind, origin=origin) == let_in


def test_a_refusal_is_a_sentence():
    start, body = knock(HERE, host="evil.example")
    assert start["status"] == 403
    assert body["body"].startswith(b"expected a request for an address of this lab, got one for")
    [refusal] = knock(HERE, host="evil.example", kind="websocket")
    assert refusal["type"] == "websocket.close"


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("client", "cookie", "let_in"),
    [
        ("127.0.0.1", "", True),
        ("::1", "", True),
        ("::ffff:127.0.0.1", "", True),
        (ABROAD, "", False),
        (ABROAD, "parasam_pair=another", False),
        (ABROAD, "parasam_pair=", False),
        (ABROAD, f"other=1; parasam_pair={TOKEN}", True),
        (ABROAD, "parasam_pair=\u00e9", False),
    ],
)
def test_a_caller_from_elsewhere_is_paired_first(kind, client, cookie, let_in):
    assert is_let_in(EVERYWHERE, kind=kind, client=client, cookie=cookie) == let_in


def test_a_token_does_as_a_bearer():
    assert is_let_in(EVERYWHERE, client=ABROAD, authorization=f"Bearer {TOKEN}")
    assert not is_let_in(EVERYWHERE, client=ABROAD, authorization=f"Basic {TOKEN}")
    assert not is_let_in(EVERYWHERE, client=ABROAD, authorization=f"Bearer {TOKEN}x")


def test_the_code_is_traded_for_a_token_in_a_strict_cookie():
    shown = code()
    start, body = knock(EVERYWHERE, client=ABROAD, query=f"emulate=1&pair={shown}&a=%3C%26")
    headers = {k.decode(): v.decode() for k, v in start["headers"]}
    assert start["status"] == 200
    cookie = headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie
    assert headers["cache-control"] == "no-store"
    assert b'url=/?emulate=1&amp;a=%3C%26"' in body["body"]
    assert shown.encode() not in body["body"]
    assert is_let_in(EVERYWHERE, client=ABROAD, cookie=headers["set-cookie"].split(";")[0])


def test_a_code_works_once():
    shown = code()
    assert knock(EVERYWHERE, client=ABROAD, query=f"pair={shown}")[0]["status"] == 200
    assert knock(EVERYWHERE, client=ABROAD, query=f"pair={shown}")[0]["status"] == 403


def test_pairing_goes_on_nowhere_else():
    _, body = knock(EVERYWHERE, client=ABROAD, path="//evil.example/", query=f"pair={code()}")
    assert b'url=/evil.example/"' in body["body"]


@pytest.mark.parametrize(
    "caller",
    [
        {"query": "pair=another"},
        {"query": "pair="},
        {"query": "pair={code}x"},
        {"query": "pair={code}", "method": "POST"},
        {"query": "pair={code}", "kind": "websocket"},
        {"query": "pair={code}", "host": "evil.example"},
        {"query": "pair={code}", "origin": "http://evil.example"},
    ],
)
def test_a_code_that_is_wrong_or_shown_wrongly_opens_nothing(caller):
    doors = Doors(any_address=True, pairing=Pairing())
    caller = caller | {"query": caller["query"].format(code=doors.pairing.code)}
    start = knock(doors, client=ABROAD, **caller)[0]
    assert start["type"] == "websocket.close" or start["status"] == 403
    assert len(doors.pairing.tokens) == 0


@pytest.mark.parametrize(
    ("accept", "kind", "inside"),
    [
        ("text/html,*/*", b"text/html", b"<form>"),
        ("*/*", b"text/plain", b"expected a paired browser; type the code"),
    ],
)
def test_a_person_gets_a_page_to_type_the_code_and_a_program_a_sentence(accept, kind, inside):
    start, body = knock(EVERYWHERE, client=ABROAD, accept=accept)
    assert start["status"] == 403
    assert dict(start["headers"])[b"content-type"].startswith(kind)
    assert inside in body["body"]


@pytest.mark.parametrize("path", ["/healthz", "/ca.crt", "/doctor", "/doctor/doctor.js"])
def test_what_is_needed_before_pairing_is_open(path):
    assert is_let_in(EVERYWHERE, client=ABROAD, path=path)
    assert not is_let_in(EVERYWHERE, client=ABROAD, path=path, host="evil.example")


@pytest.mark.parametrize(
    "path",
    [
        "/healthz/..",
        "/doctor/",
        "/doctor/../",
        "/doctor/../assets/main-1a2b3c.js",
        "/metrics",
        "/openapi.json",
        "/doctor2",
        "/api",
    ],
)
def test_all_else_is_not(path):
    assert not is_let_in(EVERYWHERE, client=ABROAD, path=path)


def test_every_answer_has_the_headers():
    for sent in (knock(HERE), knock(HERE, host="evil"), knock(EVERYWHERE, client=ABROAD)):
        names = {name for name, _ in sent[0]["headers"]}
        assert {b"content-security-policy", b"x-content-type-options"} <= names


def test_beyond_this_machine_a_lab_asks_for_pairing_with_a_code_of_its_own():
    assert doors_of("127.0.0.1").pairing is doors_of("localhost").pairing is None
    first, second = doors_of("0.0.0.0"), doors_of("192.168.1.7")  # noqa: S104
    assert first.pairing.code != second.pairing.code
    assert "192.168.1.7" in second.names


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.2", True), ("::1", True), ("0.0.0.0", False), ("lab", False)],  # noqa: S104
)
def test_what_is_this_machine_only(host, loopback):
    assert is_loopback(host) == loopback


def test_a_start_and_end_of_the_server_goes_through():
    heard = []

    async def app(scope, receive, send):
        heard.append(scope["type"])

    asyncio.run(Guard(app, HERE)({"type": "lifespan"}, None, None))
    assert heard == ["lifespan"]
