import json
from datetime import datetime

import pytest

from parasam_core.errors import ServerError
from xr_server.audit import LARGEST_BYTES, OLDER_KEPT, Audit
from xr_server.witness import CALLERS_REMEMBERED, Witness


def lines(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_what_happens_at_the_door_is_written_down(tmp_path):
    file = tmp_path / "lab" / "audit.jsonl"
    witness = Witness(Audit(file))
    witness.refused("192.168.1.66", "origin", "expected “this”,\ngot 'that'")
    witness.paired("192.168.1.50")
    witness.revoked(2)
    witness.audit.close()
    assert [(line["address"], line["what"], line["outcome"]) for line in lines(file)] == [
        ("192.168.1.66", "origin", "refused: expected “this”,\ngot 'that'"),
        ("192.168.1.50", "pairing", "paired"),
        ("unknown", "revocation", "2 forgotten"),
    ]
    assert datetime.fromisoformat(lines(file)[0]["time"]).tzinfo is not None
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_flood_of_refusals_is_a_line_a_second_with_how_many(tmp_path):
    now_s = [0.0]
    file = tmp_path / "audit.jsonl"
    witness = Witness(Audit(file), clock_s=lambda: now_s[0])
    for i in range(2000):
        now_s[0] = i // 1000 * 1.5
        witness.refused("192.168.1.66", "host", "no")
    witness.refused("192.168.1.67", "host", "no")
    outcomes = [line["outcome"] for line in lines(file)]
    assert outcomes == ["refused: no", "refused, and 999 times before: no", "refused: no"]
    assert b'parasam_refusals_total{what="host"} 2001.0' in witness.metrics.text()
    for i in range(3 * CALLERS_REMEMBERED):
        witness.refused(f"10.0.{i >> 8}.{i & 255}", "host", "no")
    assert len(witness._written) == CALLERS_REMEMBERED
    witness.audit.close()


def test_it_does_not_grow_for_ever(tmp_path):
    file = tmp_path / "audit.jsonl"
    audit = Audit(file)
    for _ in range(60):
        audit.write("10.0.0.1", "host", "x" * (LARGEST_BYTES // 10))
    audit.close()
    kept = sorted(tmp_path.iterdir())
    assert len(kept) == 1 + OLDER_KEPT
    assert all(path.stat().st_size <= LARGEST_BYTES for path in kept)


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "lab").write_text("")
    with pytest.raises(ServerError, match=r"expected to write the audit log .*; set PARASAM_HOME"):
        Audit(tmp_path / "lab" / "audit.jsonl")
