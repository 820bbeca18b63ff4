"""axe in a page: what keeps somebody from using it."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Page

AXE = (
    Path(__file__).resolve().parents[2] / "viewers/webxr/node_modules/axe-core/axe.min.js"
).read_text("utf-8")
"""To be there from the page's start: its policy lets no script be put in later."""

LEVELS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
HOW = {"runOnly": LEVELS, "rules": {"target-size": {"enabled": True}}}


def violations(page: Page) -> list[str]:
    """Each rule that is broken, and where."""
    found = page.evaluate(f"axe.run(document, {json.dumps(HOW)}).then(r => r.violations)")
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]
