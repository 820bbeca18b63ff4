"""The README's quilt, made small: `python -m tests.looking_glass.picture OUT.png SCAN`."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

WIDTH_PX = 1120


def main(out: Path, scan: Path) -> None:
    parasam = Path(sys.executable).with_name("parasam")
    with tempfile.TemporaryDirectory() as folder:
        quilt = Path(folder) / "quilt.png"
        command = [parasam, "hologram", scan, "--device", "portrait", "--quilt", quilt]
        subprocess.run(command, check=True)
        picture = Image.open(quilt)
        height_px = round(WIDTH_PX * picture.height / picture.width)
        small = picture.resize((WIDTH_PX, height_px), Image.Resampling.LANCZOS)
        small.quantize(128, dither=Image.Dither.NONE).save(out, optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
