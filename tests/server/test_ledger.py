"""What took long is known to the next lab; what cannot be read is found out again."""

import pytest

from xr_server.ledger import Ledger


@pytest.fixture
def file(tmp_path):
    return tmp_path / "lab" / "ledger.jsonl"


def test_what_was_written_is_read_the_latest_of_each(file):
    ledger = Ledger(file)
    assert ledger.read() == {}
    ledger.add("a", {"volume_mm3": 0.1 + 0.2, "warnings": ["é"]})
    ledger.add("b", 1)
    ledger.add("b", 2)
    assert file.stat().st_mode & 0o077 == 0
    assert Ledger(file).read() == {"a": {"volume_mm3": 0.1 + 0.2, "warnings": ["é"]}, "b": 2}


@pytest.mark.parametrize(
    "line",
    [b"", b"not json", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"key": "a"}', b"[" * 99999,
     b'{"version": "0.0.0", "key": "a", "value": 1}'],
)  # fmt: skip
def test_a_line_that_is_not_ours_is_passed_over(file, line):
    Ledger(file).add("before", 1)
    with file.open("ab") as stream:
        stream.write(line + b"\n")
    Ledger(file).add("behind", 2)
    assert Ledger(file).read() == {"before": 1, "behind": 2}


def test_the_oldest_go_where_there_are_too_many(file):
    ledger = Ledger(file, most=10)
    for number in range(11):
        ledger.add(str(number), number)
    assert list(ledger.read()) == ["6", "7", "8", "9", "10"]
    assert len(file.read_bytes().splitlines()) == 5


def test_without_a_file_nothing_is_kept():
    ledger = Ledger()
    ledger.add("a", 1)
    assert ledger.read() == {}
