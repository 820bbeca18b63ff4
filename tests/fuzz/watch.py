"""What must not happen when a damaged file is imported, and the loop that looks for it."""

from __future__ import annotations

import json
import random
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.fuzz.damage import damaged
from tests.fuzz.seeds import ROI, Seed, write_scan_in, write_seeds

START_SECONDS = 300.0
SPACING = (0.1, 0.05, 0.05)


@dataclass(frozen=True)
class Finding:
    """Something that must not happen: a kind, the seed that makes it again, and what it was."""

    kind: str
    seed: str
    what: str
    content: bytes = field(repr=False)


class Child:
    """A process that imports, replaced when it dies."""

    def __init__(self, errors: Path, patience: float) -> None:
        self._errors, self._patience = errors, patience
        self._process: subprocess.Popen[str] | None = None

    def ask(self, wanted: dict[str, Any]) -> tuple[dict[str, str], str]:
        """Its answer, and what it printed to the terminal."""
        if self._process is None:
            self._start()
        process, before = self._process, self._errors.stat().st_size
        assert process is not None
        assert process.stdin is not None
        process.stdin.write(json.dumps(wanted) + "\n")
        process.stdin.flush()
        line = self._line(self._patience)
        if not line:
            self.stop()
            why = "died" if line == "" else f"longer than {self._patience:g} s"
            return {"outcome": f"not ours: {why}", "message": ""}, self._said_since(before)
        return json.loads(line), self._said_since(before)

    def _line(self, seconds: float) -> str | None:
        """The next line; "" where the process ended, None where it took longer."""
        assert self._process is not None
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], seconds)
        return self._process.stdout.readline() if ready else None

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            with self._process:  # closes its pipes
                self._process = None

    def _start(self) -> None:
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.fuzz.child"], cwd=ROOT, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        self._line(START_SECONDS)

    def _said_since(self, before: int) -> str:
        return self._errors.read_bytes()[before:].decode("utf-8", "replace")


class Bench:
    """A folder with a source of every kind, a scan for labels, and a file that nobody may touch."""

    def __init__(self, folder: Path, patience: float) -> None:
        self.scan = write_scan_in(folder / "made")
        self.seeds = write_seeds(folder / "seeds", self.scan)
        self._seeds, self._work = folder / "seeds", folder / "work"
        self._child = Child(folder / "said.txt", patience)
        (folder / "said.txt").touch()

    def stop(self) -> None:
        self._child.stop()

    def tried(self, kind: str, seed: str, content: bytes | None = None) -> tuple[str, list[str]]:
        """Damage one source and import it: the outcome, and what must not have happened."""
        work, how = self._fresh(kind), self.seeds[kind]
        victim = work / "in" / how.damaged
        if content is None:
            content = damaged(victim.read_bytes(), random.Random(seed))  # noqa: S311
        victim.write_bytes(content)
        scan = work / "in" / "scan.zarr" if how.onto else work / "out.zarr"
        before = _everything(work)
        answer, said = self._child.ask(
            {
                "source": str(work / "in" / how.source),
                "scan": str(scan),
                "onto": how.onto,
                "more": _more(how),
            }
        )
        self.last = content
        return answer["outcome"], list(_wrong(answer, said, before, _everything(work)))

    def content(self, kind: str) -> bytes:
        """The valid file of a kind."""
        return (self._fresh(kind) / "in" / self.seeds[kind].damaged).read_bytes()

    def _fresh(self, kind: str) -> Path:
        shutil.rmtree(self._work, ignore_errors=True)
        shutil.copytree(self._seeds / kind, self._work / "in")
        if self.seeds[kind].onto:
            shutil.copytree(self.scan.path, self._work / "in" / "scan.zarr")
        return self._work


def fuzzed(
    *,
    seed: int,
    seconds: float = 1e9,
    rounds: int = 1 << 60,
    patience: float = 20.0,
    tell: Callable[[Finding], None] = lambda _: None,
) -> tuple[Counter[tuple[str, str]], list[Finding]]:
    """Go round the kinds until time or rounds are over: outcomes by kind, and findings."""
    outcomes: Counter[tuple[str, str]] = Counter()
    findings: list[Finding] = []
    stop = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), patience)
        try:
            for number in range(rounds):
                for kind in bench.seeds:
                    if time.monotonic() > stop:
                        return outcomes, findings
                    label = f"{seed}:{number}:{kind}"
                    outcome, wrong = bench.tried(kind, label)
                    outcomes[kind, outcome] += 1
                    for what in wrong:
                        findings.append(Finding(kind, label, what, bench.last))
                        tell(findings[-1])
        except KeyboardInterrupt:
            return outcomes, findings
        finally:
            bench.stop()
    return outcomes, findings


def _more(how: Seed) -> dict[str, Any]:
    if how.onto:
        return {}
    area = {} if how.stated else {"spacing_mm": SPACING}
    return area | ({"roi_xyxy": ROI} if not how.source.startswith("X.") else {"roi_xyxy": None})


def _everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def _wrong(
    answer: dict[str, str], said: str, before: dict[str, bytes], after: dict[str, bytes]
) -> Iterator[str]:
    """What must not have happened."""
    outcome, message = answer["outcome"], answer["message"]
    if outcome.startswith("not ours"):
        yield f"{outcome}: {message}"
    if said.strip():
        yield f"said: {said.strip()[:300]}"
    if outcome != "read" and ("\n" in message or len(message) > 1000):
        yield f"no sentence: {message[:300]!r}"
    changed = sorted(n for n in before.keys() | after.keys() if before.get(n) != after.get(n))
    allowed = ("out.zarr/", "in/scan.zarr/labels/") if outcome == "read" else ()
    beyond = [n for n in changed if not n.startswith(allowed or ("\0",)) or ".partial" in n]
    if beyond:
        yield f"left behind or changed: {beyond[:5]}"
