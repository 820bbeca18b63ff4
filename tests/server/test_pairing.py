"""Codes, tokens and patience, by a clock that the test winds."""

import json
import time

import pytest

from xr_server.pairing import ALPHABET, MISSES_A_CODE_STANDS, Pairing, PairingError
from xr_server.patience import ADDRESSES_REMEMBERED, Patience
from xr_server.tokens import DAYS_PAIRED, MOST_PAIRED, Tokens

HEADSET, STRANGER = "192.168.1.50", "192.168.1.66"


class Clock:
    now_s = 1000.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def said():
    return []


@pytest.fixture
def pairing(clock, said):
    return Pairing(Tokens(now_s=clock), Patience(clock), said.append)


def refused(pairing, address, shown="AAAAAA"):
    with pytest.raises(PairingError) as error:
        pairing.trade(address, shown)
    return error.value


def test_a_code_can_be_typed_by_a_person(pairing):
    assert len(pairing.code) == 6
    assert set(pairing.code) <= set(ALPHABET)
    assert not set("01OIL") & set(ALPHABET)
    typed = f" {pairing.code[:3].lower()}-{pairing.code[3:].lower()} "
    assert pairing.tokens.knows(pairing.trade(HEADSET, typed))


def test_after_use_the_next_code_is_announced(pairing, said):
    first = pairing.code
    pairing.trade(HEADSET, first)
    assert said == [pairing.code]
    assert pairing.code != first
    assert refused(pairing, HEADSET, first).status == 403
    assert pairing.tokens.knows(pairing.trade(STRANGER, pairing.code))


def test_who_guesses_waits_longer_each_time(pairing, clock):
    waits = []
    for _ in range(13):
        assert refused(pairing, STRANGER).status == 403
        waits.append(pairing._patience.wait_s(STRANGER))
        clock.now_s += waits[-1]
    assert waits == [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_who_has_to_wait_is_told_how_long_even_with_the_right_code(pairing, clock):
    for _ in range(5):
        refused(pairing, STRANGER)
        clock.now_s += pairing._patience.wait_s(STRANGER) if _ < 4 else 1.5
    no = refused(pairing, STRANGER, pairing.code)
    assert (no.status, no.wait_s) == (429, 2.5)
    assert str(no) == "expected no code for 3 s after wrong ones; wait, then type it"
    assert pairing.trade(HEADSET, pairing.code)  # another address is not kept waiting
    clock.now_s += 2.5
    assert pairing.trade(STRANGER, pairing.code)
    assert pairing._patience.wait_s(STRANGER) == 0


def test_a_code_missed_by_many_is_replaced(pairing, said):
    first = pairing.code
    for i in range(MISSES_A_CODE_STANDS):
        refused(pairing, f"10.0.0.{i}")
    assert said == [pairing.code] != [first]


def test_an_ipv6_network_waits_as_one(clock):
    patience = Patience(clock)
    for i in range(4):
        patience.wrong(f"2001:db8::{i}")
    assert patience.wait_s("2001:db8::ffff%eth0") > 0
    assert patience.wait_s("2001:db8:1::1") == 0
    for _ in range(4):
        patience.wrong("::ffff:192.168.1.66")
    assert patience.wait_s("192.168.1.66") > 0
    assert patience.wait_s("::ffff:192.168.1.50") == 0


def test_only_so_many_addresses_are_remembered(clock):
    patience = Patience(clock)
    for i in range(3 * ADDRESSES_REMEMBERED):
        patience.wrong(f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}")
    assert len(patience._wrong) == ADDRESSES_REMEMBERED


@pytest.mark.parametrize("shown", ["", "é" * 40, "A" * 10_000, "\udcff", "AAAAA\0"])
def test_whatever_is_typed_is_refused(pairing, shown):
    assert refused(pairing, HEADSET, shown).status == 403


def test_a_token_expires(clock):
    tokens = Tokens(now_s=clock)
    token = tokens.issue(HEADSET)
    clock.now_s += DAYS_PAIRED * 86400 - 1
    assert tokens.knows(token)
    clock.now_s += 2
    assert not tokens.knows(token)


@pytest.mark.parametrize("token", ["", "x", "é", "\udcff", "A" * 43])
def test_a_forged_token_is_unknown(token):
    tokens = Tokens()
    tokens.issue(HEADSET)
    assert not tokens.knows(token)


def test_tokens_outlive_the_lab_and_are_kept_as_digests_alone(tmp_path):
    file = tmp_path / "lab" / "paired.json"
    token = Tokens(file).issue(HEADSET)
    assert Tokens(file).knows(token)
    assert token not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())[0]["address"] == HEADSET


def test_what_another_lab_revokes_holds_at_once(tmp_path):
    file = tmp_path / "paired.json"
    running = Tokens(file)
    token = running.issue(HEADSET)
    assert Tokens(file).forget_all() == 1
    assert not running.knows(token)


@pytest.mark.parametrize("damage", ["", "{", "{}", "[1]", '[{"sha256": 1}]', "[null]"])
def test_a_damaged_file_pairs_nobody(tmp_path, damage):
    file = tmp_path / "paired.json"
    tokens = Tokens(file)
    token = tokens.issue(HEADSET)
    time.sleep(0.01)
    file.write_text(damage)
    assert not tokens.knows(token)
    assert tokens.knows(tokens.issue(HEADSET))


def test_only_so_many_are_paired_at_once(tmp_path):
    tokens = Tokens()
    first, *rest = [tokens.issue(HEADSET) for _ in range(MOST_PAIRED + 1)]
    assert not tokens.knows(first)
    assert all(map(tokens.knows, rest))
