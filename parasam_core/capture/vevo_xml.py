"""The parameters of a VEVO raw export (`X.raw.xml`). Entities and document types are refused."""

from __future__ import annotations

import math
import re
from pathlib import Path
from xml.parsers import expat

from parasam_core.errors import CaptureError

LARGEST_XML = 16 << 20
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
MM_OF_UNIT = {"": 1.0, "mm": 1.0, "cm": 10.0, "um": 1e-3, "µm": 1e-3, "μm": 1e-3}


class Parameters:
    """`parameter` elements by name."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stated: dict[str, set[tuple[str, str]]] = {}
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._on_element
        parser.StartDoctypeDeclHandler = self._on_doctype
        try:
            parser.Parse(_content(path), True)
        except (expat.ExpatError, ValueError, LookupError) as error:
            raise CaptureError(f"expected XML, got {path} ({error}); export it again") from error

    def number(self, name: str) -> float:
        """A finite number, whose decimal mark is a point or a comma.

        Raises:
            CaptureError: it is not there, not one, or stated in several ways.
        """
        return self._parsed(name)[0]

    def count(self, name: str) -> int:
        """A whole number > 0.

        Raises:
            CaptureError: see `number`; or it is no such.
        """
        value = self.number(name)
        if value != int(value) or not 0 < value < 2**31:
            raise self._wrong(name, "a whole number > 0", str(value))
        return int(value)

    def mm(self, name: str) -> float:
        """A length in mm.

        Raises:
            CaptureError: see `number`; or its unit is not known.
        """
        value, unit = self._parsed(name)
        if unit.casefold() not in MM_OF_UNIT:
            raise self._wrong(name, f"a length in one of {', '.join(MM_OF_UNIT)}", unit)
        return value * MM_OF_UNIT[unit.casefold()]

    def has(self, name: str) -> bool:
        """Whether it is stated."""
        return name in self._stated

    def text(self, name: str) -> str:
        """As stated; "" where it is not, or in several ways."""
        stated = {value for value, _ in self._stated.get(name, ())}
        return stated.pop().strip() if len(stated) == 1 else ""

    def _parsed(self, name: str) -> tuple[float, str]:
        stated = self._stated.get(name, set())
        if len(stated) != 1:
            there = " and ".join(sorted(value for value, _ in stated)) or "none"
            raise self._wrong(name, "one value", there)
        ((value, unit),) = stated
        number = float(value.replace(",", ".")) if NUMBER.fullmatch(value) else math.nan
        if not math.isfinite(number):
            raise self._wrong(name, "a number", value)
        return number, unit

    def _wrong(self, name: str, expected: str, got: str) -> CaptureError:
        return CaptureError(f"expected {name} in {self._path} to be {expected}, got {got[:80]!r}")

    def _on_element(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "parameter" and "name" in attributes:
            value = attributes.get("value", "").strip()
            unit = attributes.get("units", attributes.get("unit", "")).strip()
            self._stated.setdefault(attributes["name"], set()).add((value, unit))

    def _on_doctype(self, *_: object) -> None:
        raise CaptureError(
            f"expected XML without a document type or entities, got {self._path} with them; "
            "export it again"
        )


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_XML:
        raise CaptureError(
            f"expected an XML file of at most {LARGEST_XML >> 20} MiB, got {path}, which is larger"
        )
    return path.read_bytes()
