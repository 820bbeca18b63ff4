"""The displays: what each expects of a quilt. Presets are the last resort, where no panel answers.

Sources disagree about some of them (the 16" landscape: 7×7 in tables, 8×6 said by a panel), so a
panel's own answer goes before this table.
"""

from __future__ import annotations

from dataclasses import dataclass

from parasam_core.errors import RenderError
from viewers.looking_glass.quilt import Layout

DEFAULT = "16-gen3-portrait"


@dataclass(frozen=True)
class Device:
    """A model of display.

    Attributes:
        name: as `--device` takes it.
        title: as people call it.
        layout: of the quilt it expects.
        view_cone_deg: angle over which it spreads its views.
        serial_prefix: how its serial numbers begin; "" where unknown.
        screen: (width, height) of the panel, pixels; None where unknown.
        dpi: of the panel; None where unknown.
    """

    name: str
    title: str
    layout: Layout
    view_cone_deg: float
    serial_prefix: str = ""
    screen: tuple[int, int] | None = None
    dpi: float | None = None


WIDE, TALL = 16 / 9, 9 / 16

PRESETS = {
    device.name: device
    for device in (
        Device("8.9", 'Looking Glass 8.9"', Layout(5, 9, 4096, 4096, 1.6), 40,
               "LKG-2K", (2560, 1600), 338),
        Device("15.6", 'Looking Glass 15.6"', Layout(5, 9, 4096, 4096, WIDE), 40,
               "LKG-4K", (3840, 2160), 283),
        Device("8k-gen1", "Looking Glass 8K", Layout(5, 9, 8192, 8192, WIDE), 40,
               "LKG-8K", (7680, 4320), 280),
        Device("portrait", "Looking Glass Portrait", Layout(8, 6, 3360, 3360, 0.75), 40,
               "LKG-P", (1536, 2048), 324),
        Device("16-gen2", 'Looking Glass 16" (2nd generation)', Layout(5, 9, 4096, 4096, WIDE), 40,
               "LKG-A", (3840, 2160), 283),
        Device("32-gen2", 'Looking Glass 32" (2nd generation)', Layout(5, 9, 8192, 8192, WIDE), 40,
               "LKG-B", (7680, 4320), 280),
        Device("65", 'Looking Glass 65"', Layout(8, 9, 8192, 8192, WIDE), 40,
               "LKG-D", (7680, 4320), 136),
        Device("go", "Looking Glass Go", Layout(11, 6, 4092, 4092, TALL), 54,
               "LKG-E", (1440, 2560), 491),
        Device("16-gen3-portrait", 'Looking Glass 16" Portrait', Layout(11, 6, 5995, 6000, TALL),
               50, "LKG-H", (2160, 3840), 283),
        Device("16-gen3-landscape", 'Looking Glass 16" Landscape', Layout(7, 7, 5999, 5999, WIDE),
               50, "LKG-J", (3840, 2160), 283),
        # of the 27" neither screen nor cone is known; the cone is that of its 16" sisters
        Device("27-landscape", 'Looking Glass 27" Landscape', Layout(8, 6, 7680, 4320, WIDE), 50),
        Device("27-portrait", 'Looking Glass 27" Portrait', Layout(12, 4, 7680, 4320, TALL), 50),
        Device("32-gen3-portrait", 'Looking Glass 32" Portrait', Layout(11, 6, 8184, 8184, TALL),
               54, "LKG-K", (4320, 7680), 280),
        Device("32-gen3-landscape", 'Looking Glass 32" Landscape', Layout(7, 7, 8190, 8190, WIDE),
               50, "LKG-L", (7680, 4320), 280),
    )
}  # fmt: skip


def preset(name: str) -> Device:
    """The display of a name of the table (`portrait`) or of a serial number (`LKG-P00042`).

    Raises:
        RenderError: neither; the sentence lists the names.
    """
    wanted = name.strip()
    if wanted.lower() in PRESETS:
        return PRESETS[wanted.lower()]
    for device in PRESETS.values():
        if device.serial_prefix and wanted.upper().startswith(device.serial_prefix):
            return device
    raise RenderError(
        f"expected a Looking Glass among {', '.join(PRESETS)}, or a serial number (LKG-…), "
        f"got {name!r}"
    )
