import json
from datetime import datetime

from xr_server.audit import LARGEST_BYTES, OLDER_KEPT, Audit
from xr_server.witness import Witness


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


def test_it_does_not_grow_for_ever(tmp_path):
    file = tmp_path / "audit.jsonl"
    audit = Audit(file)
    for _ in range(60):
        audit.write("10.0.0.1", "host", "x" * (LARGEST_BYTES // 10))
    audit.close()
    kept = sorted(tmp_path.iterdir())
    assert len(kept) == 1 + OLDER_KEPT
    assert all(path.stat().st_size <= LARGEST_BYTES for path in kept)
