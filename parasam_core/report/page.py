"""What a report says → one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from parasam_core.agreement.edges import TOLERANCE_MM
from parasam_core.mask import CONFIDENCE
from parasam_core.provenance import Provenance
from parasam_core.report.contents import Picture, Report, Row

TEMPLATE = "page.html.j2"
SHORT_DIGEST = 12
SKIPPED = (CONFIDENCE,)


def page(report: Report) -> str:
    """The page; text of users is escaped, pictures are within it."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # only a report needs it

    environment = Environment(
        loader=PackageLoader("parasam_core.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "data_uri": _data_uri, "number": _number, "days": _days, "short": _short,
    }  # fmt: skip
    environment.globals |= {"facts": facts, "anchor": _anchor, "nsd_mm": TOLERANCE_MM}
    return environment.get_template(TEMPLATE).render(report=report)


def facts(made: Provenance) -> dict[str, str]:
    """What is known of where something came from, as words beside values."""
    known = {"from": made.source, "sha256": made.digest, "made by": made.made_by}
    known |= {
        name.replace("_", " "): _said(value)
        for name, value in made.details.items()
        if name not in SKIPPED
    }
    sure = made.details.get(CONFIDENCE)
    if isinstance(sure, Mapping) and sure:
        values = sorted(float(v) for v in sure.values())
        middle = values[len(values) // 2]
        known["confidence"] = (
            f"{values[0]:.2f} to {values[-1]:.2f} on {len(values)} frames, median {middle:.2f}"
        )
    return {name: value for name, value in known.items() if value}


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_said(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_said(one) for one in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _anchor(row: Row) -> str:
    return f"scan-{row.scan}"


def _data_uri(picture: Picture) -> str:
    return f"data:{picture.kind};base64,{base64.b64encode(picture.content).decode()}"


def _number(value: float | None, digits: int = 2) -> str:
    """A number with so many digits behind the point; a dash where there is none."""
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def _days(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def _short(digest: str) -> str:
    return digest[:SHORT_DIGEST]
