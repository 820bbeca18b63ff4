"""`parasam measure` and `parasam mesh`: what a mask says of the tumour."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from parasam_core.atomic import write_bytes
from parasam_core.console import answer
from parasam_core.errors import UsageError
from parasam_core.tables import as_csv, check_csv_target
from parasam_core.verbs import Verb

if TYPE_CHECKING:
    from parasam_core.measure import Measurement

FEWEST_TRIANGLES = 100


def _add_scan_and_label(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scan", type=Path)
    parser.add_argument("--label", help="which mask; may be left out where there is one")


def _add_measure(parser: argparse.ArgumentParser) -> None:
    _add_scan_and_label(parser)
    add_ends(parser)
    parser.add_argument(
        "--sections", type=Path, metavar="FILE.csv", help="area and diameters, frame by frame"
    )
    parser.add_argument(
        "--csv", type=Path, metavar="FILE.csv", help="the numbers as a line of `parasam report`"
    )


def add_ends(parser: argparse.ArgumentParser) -> None:
    """What is done where outlines say that the tumour goes on beyond them."""
    parser.add_argument(
        "--ends",
        choices=("required", "drawn", "caps"),
        default="required",
        help="where only some frames are outlined and the tumour goes on beyond them: refuse, end "
        "it as drawn, or round it off (required)",
    )


def _measure(options: argparse.Namespace) -> None:
    from parasam_core import api

    for table in (options.sections, options.csv):
        if table is not None:
            check_csv_target(table)
    found = api.measure(options.scan, options.label, ends=options.ends)
    _write_tables(options, found)
    length, width, height = found.extent_mm
    box = found.box_mm
    difference = found.mesh_volume_mm3 / found.volume_mm3 - 1
    low, high = found.interval_mm3
    filled = f", {found.filled_frames} of them filled" if found.filled_frames else ""
    lines = [
        f"volume    {found.volume_mm3:.2f} mm³ ({found.voxels} voxels), 95 % between {low:.1f} and "
        f"{high:.1f}",
        f"extent    {length:.2f} × {width:.2f} × {height:.2f} mm",
        f"box       {box[0]:.2f} × {box[1]:.2f} × {box[2]:.2f} mm, the smallest around it",
        f"surface   {found.surface_mm2:.2f} mm² (mesh volume {difference:+.2%})",
        f"section   {found.longest_section_mm:.2f} mm at most, on frame "
        f"{found.longest_section_frame}",
        f"caliper   {found.caliper_mm3:.2f} mm³ (width² × length / 2), ellipsoid "
        f"{found.ellipsoid_mm3:.2f} mm³ (π/6 × length × width × height)",
        f"Cavalieri {found.cavalieri_mm3:.2f} mm³ (area × distance of {found.outlined_frames} "
        "outlined sections)",
        f"bodies    {found.bodies}",
        f"frames    {found.frames[0]}–{found.frames[1]}{filled}",
        *(f"warning   {warning}" for warning in found.warnings),
    ]
    answer(found.as_json(), lines, as_json=options.json)


def _write_tables(options: argparse.Namespace, found: Measurement) -> None:
    from parasam_core.report.contents import Row, line_of
    from parasam_core.scanfile import ScanFile
    from parasam_core.sections import Section

    if options.sections is not None:
        write_bytes(options.sections, as_csv(found.sections, Section).encode())
    if options.csv is not None:
        line = line_of(ScanFile.open(options.scan), options.label, found)
        write_bytes(options.csv, as_csv([line], Row).encode())


def _add_mesh(parser: argparse.ArgumentParser) -> None:
    _add_scan_and_label(parser)
    parser.add_argument("out", type=Path, help="OUT.glb, .stl, .ply or .obj")
    parser.add_argument("--triangles", type=int, metavar="N", help="at most about so many")
    parser.add_argument(
        "--style",
        choices=("smooth", "blocks"),
        default="smooth",
        help="smooth, or the voxels as they were counted (smooth)",
    )
    add_ends(parser)
    parser.add_argument(
        "--against", metavar="LABEL", help="another mask, whose surface's distance every point gets"
    )


def _mesh(options: argparse.Namespace) -> None:
    from parasam_core import api

    if options.triangles is not None and options.triangles < FEWEST_TRIANGLES:
        raise UsageError(
            f"expected --triangles of {FEWEST_TRIANGLES} or more, got {options.triangles}"
        )
    mesh = api.write_mesh(
        options.scan,
        options.out,
        label=options.label,
        triangles=options.triangles,
        style=options.style,
        ends=options.ends,
        against=options.against,
    )
    spans = {n: (float(v.min()), float(v.max())) for n, v in mesh.attributes.items()}
    result = {
        "mesh": str(options.out),
        "triangles": len(mesh.faces),
        "mesh_volume_mm3": mesh.volume_mm3,
        "attributes": spans,
    }
    lines = [
        f"{options.out}: {len(mesh.faces)} triangles, {mesh.volume_mm3:.2f} mm³ enclosed",
        *(f"{name}: {low:.3f} to {high:.3f}" for name, (low, high) in spans.items()),
    ]
    answer(result, lines, as_json=options.json)


MEASURE = Verb("measure", "volume, extents and surface of a mask", _add_measure, _measure)
MESH = Verb("mesh", "write the surface of a mask", _add_mesh, _mesh)
