"""What panels said of themselves, kept by serial number for when nobody answers."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from parasam_core.atomic import write_bytes
from parasam_core.errors import RenderError
from parasam_core.home import home
from viewers.looking_glass.calibration import SERIAL, read_calibration, read_default_quilt


@dataclass(frozen=True)
class Seen:
    """A panel's own answer, and when it came.

    Attributes:
        calibration: JSON text, as Bridge gave it.
        default_quilt: JSON text, as Bridge gave it; "" where it gave none.
        at: date and time, UTC, ISO 8601.
    """

    calibration: str
    default_quilt: str
    at: str

    @property
    def date(self) -> str:
        """The day, as 2026-11-27."""
        return self.at[:10]


def seen_folder() -> Path:
    """One file a panel; may be deleted at any time, Bridge is asked again."""
    return home() / "looking_glass"


def keep(calibration: str, default_quilt: str = "") -> Seen:
    """Keep an answer as the last one of its panel.

    Raises:
        RenderError: it cannot be a panel's, or it cannot be written.
    """
    target = _file(read_calibration(calibration).serial)
    read_default_quilt(default_quilt)
    seen = Seen(calibration, default_quilt, datetime.now(UTC).isoformat(timespec="microseconds"))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, json.dumps(asdict(seen), indent=1).encode())
    except OSError as error:
        raise RenderError(
            f"expected to write {target}, got {error.strerror}; set PARASAM_HOME to a folder of "
            "yours, and the panel's calibration is kept there"
        ) from error
    return seen


def last_seen(serial_prefix: str = "") -> Seen | None:
    """The latest answer of a panel whose serial number begins so; None where there is none."""
    folder = seen_folder()
    files = folder.glob("*.json") if folder.is_dir() else ()
    wanted = [file for file in files if file.stem.startswith(serial_prefix.upper())]
    found = [seen for seen in map(_read, wanted) if seen is not None]
    return max(found, key=lambda seen: seen.at, default=None)


def seen_of(serial: str) -> Seen | None:
    """The last answer of the panel with this serial number; None where there is none."""
    return _read(_file(serial)) if SERIAL.fullmatch(serial) else None


def _file(serial: str) -> Path:
    return seen_folder() / f"{serial.upper()}.json"


def _read(file: Path) -> Seen | None:
    """A file that is damaged, or not there, was never seen."""
    try:
        seen = Seen(**json.loads(file.read_bytes()))
        datetime.fromisoformat(seen.at)
        read_calibration(seen.calibration)
        read_default_quilt(seen.default_quilt)
    except (OSError, ValueError, TypeError, RecursionError, RenderError):
        return None
    return seen
