"""The `parasam` command: one short function a verb.

Results go to stdout (`--json` prints one object), everything else to stderr. Exit 0, 1 (failed,
one clear sentence), 2 (usage). Rooms above the core bring their verbs as entry points.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence as Items
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from parasam_core.console import answer, progress_shown, say
from parasam_core.errors import ParasamError, UsageError
from parasam_core.importing import command as import_command
from parasam_core.importing.command import box as _box
from parasam_core.provenance import version
from parasam_core.segmenter import doubtful_frames, read_boxes
from parasam_core.sequence import Box
from parasam_core.verbs import Verb

FEWEST_TRIANGLES = 100
NEIGHBOURS = (
    "split by frame: frames beside those of Train are in Test, so a score on Test says nothing "
    "about other animals"
)


def main(arguments: Items[str] | None = None) -> None:
    """Run the command and exit."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except UsageError as error:
        say(f"parasam {options.verb}: {error}")
        sys.exit(2)
    except ParasamError as error:
        say(f"parasam {options.verb}: {error}")
        sys.exit(1)
    except OSError as error:
        say(f"parasam {options.verb}: {_os_sentence(error)}")
        sys.exit(1)
    except MemoryError:
        say(f"parasam {options.verb}: expected more memory than there is; give less at once")
        sys.exit(1)
    except KeyboardInterrupt:
        say(f"parasam {options.verb}: stopped")
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="parasam", description="From a 3D ultrasound sweep of a mouse tumour to its volume."
    )
    parser.add_argument("--version", action="version", version=f"parasam {version()}")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in (*_OWN_VERBS, *_verbs_above()):
        sub = verbs.add_parser(verb.name, help=verb.help, description=verb.help)
        sub.add_argument("--json", action="store_true", help="print one JSON object on stdout")
        verb.add_arguments(sub)
        sub.set_defaults(run=verb.run)
    return parser


def _verbs_above() -> list[Verb]:
    return [e.load() for e in sorted(entry_points(group="parasam.verbs"), key=lambda e: e.name)]


def _os_sentence(error: OSError) -> str:
    place = f" ({error.filename})" if error.filename else ""
    return f"the file system refused: {error.strerror or error}{place}"


def _frame_box(text: str) -> tuple[int, Box]:
    """`FRAME:X0,Y0,X1,Y1` → frame number and box."""
    frame, colon, box = text.partition(":")
    if not colon or not frame.isdecimal():
        raise argparse.ArgumentTypeError(f"expected FRAME:X0,Y0,X1,Y1, got {text!r}")
    return int(frame), _box(box)


def _add_segment(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scan", type=Path)
    parser.add_argument(
        "--model",
        metavar="NAME|FILE",
        help="see `parasam models list` (lite-medsam; with --auto the ParaSAM model that comes "
        "along)",
    )
    prompts = parser.add_mutually_exclusive_group(required=True)
    prompts.add_argument(
        "--box",
        type=_frame_box,
        nargs="+",
        action="extend",
        metavar="FRAME:X0,Y0,X1,Y1",
        help="in pixels of the full frame; one box is followed to where the tumour ends, several "
        "are linear between each other",
    )
    prompts.add_argument("--boxes", type=Path, metavar="FILE", help="the same as a JSON file")
    prompts.add_argument("--auto", action="store_true", help="find the tumour without a box")
    parser.add_argument("--label", default="parasam", help="the label to write")
    parser.add_argument("--keep-largest", action="store_true", help="keep only the largest body")
    parser.add_argument("--fill-holes", action="store_true", help="fill holes within each frame")


def _segment(options: argparse.Namespace) -> None:
    from parasam_core import api

    with progress_shown() as progress:
        scan = api.segment(
            options.scan,
            _boxes(options),
            model=options.model,
            label=options.label,
            keep_largest=options.keep_largest,
            fill_holes=options.fill_holes,
            progress=progress,
        )
    mask = scan.mask(options.label)
    frames, doubtful = mask.frames_with_tumour, doubtful_frames(mask)
    result = {
        "scan": str(scan.path),
        "label": options.label,
        "model": mask.provenance.source,
        "frames_with_tumour": frames,
        "confidence": mask.provenance.details["confidence"],
        "doubtful_frames": doubtful,
    }
    shown = f"tumour on frames {frames[0]}–{frames[1]}" if frames else "no tumour on any frame"
    lines = [f"{scan.path}: label {options.label!r}, {shown}"]
    if doubtful:
        lines.append(f"look at frames {_ranges(doubtful)}: the model is not sure of them")
    answer(result, lines, as_json=options.json)


def _boxes(options: argparse.Namespace) -> dict[int, Box] | None:
    if options.auto:
        return None
    return dict(options.box) if options.box else read_boxes(options.boxes)


def _ranges(numbers: list[int]) -> str:
    """Rising numbers as `3, 7–9`."""
    starts = [n for n in numbers if n - 1 not in numbers]
    ends = [n for n in numbers if n + 1 not in numbers]
    both = zip(starts, ends, strict=True)
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in both)


def _add_scan_and_label(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scan", type=Path)
    parser.add_argument("--label", help="which mask; may be left out where there is one")


def _measure(options: argparse.Namespace) -> None:
    from parasam_core import api

    found = api.measure(options.scan, options.label)
    length, width, height = found.extent_mm
    difference = found.mesh_volume_mm3 / found.volume_mm3 - 1
    lines = [
        f"volume    {found.volume_mm3:.2f} mm³ ({found.voxels} voxels)",
        f"extent    {length:.2f} × {width:.2f} × {height:.2f} mm",
        f"surface   {found.surface_mm2:.2f} mm² (mesh volume {difference:+.2%})",
        f"caliper   {found.caliper_mm3:.2f} mm³ (width² × length / 2)",
        f"frames    {found.frames[0]}–{found.frames[1]}",
    ]
    answer(found.as_json(), lines, as_json=options.json)


def _add_mesh(parser: argparse.ArgumentParser) -> None:
    _add_scan_and_label(parser)
    parser.add_argument("out", type=Path, help="OUT.glb, .stl, .ply or .obj")
    parser.add_argument("--triangles", type=int, metavar="N", help="at most about so many")


def _mesh(options: argparse.Namespace) -> None:
    from parasam_core import api

    if options.triangles is not None and options.triangles < FEWEST_TRIANGLES:
        raise UsageError(
            f"expected --triangles of {FEWEST_TRIANGLES} or more, got {options.triangles}"
        )
    mesh = api.write_mesh(
        options.scan, options.out, label=options.label, triangles=options.triangles
    )
    result = {
        "mesh": str(options.out),
        "triangles": len(mesh.faces),
        "mesh_volume_mm3": mesh.volume_mm3,
    }
    lines = [f"{options.out}: {len(mesh.faces)} triangles, {mesh.volume_mm3:.2f} mm³ enclosed"]
    answer(result, lines, as_json=options.json)


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("scan", type=Path, help="a scan; with --medsam also a folder of scans")
    parser.add_argument(
        "out", type=Path, nargs="?", help="OUT.nii.gz, .nrrd, .seg.nrrd, .dcm, .tif or .mha"
    )
    parser.add_argument("--label", help="which mask; may be left out where there is one")
    parser.add_argument("--image", action="store_true", help="the grey frames instead of a mask")
    tree = parser.add_argument_group("training images")
    tree.add_argument("--medsam", type=Path, metavar="DIR", help="All, Train and Test, as PNG")
    tree.add_argument("--size", type=int, help="edge of the images, pixels (256)")
    tree.add_argument(
        "--stretch", action="store_true", default=None, help="stretch frames to the square"
    )
    tree.add_argument("--split", choices=("subject", "frame"), help="what is dealt out (subject)")
    tree.add_argument("--seed", type=int, help="another seed, another split (0)")


def _export(options: argparse.Namespace) -> None:
    names = ("size", "stretch", "split", "seed")
    of_tree = {n: getattr(options, n) for n in names if getattr(options, n) is not None}
    if (options.out is None) == (options.medsam is None):
        raise UsageError("expected a file to write or --medsam DIR, one of the two")
    if options.medsam is None:
        _export_file(options, of_tree)
    else:
        _export_medsam(options, of_tree)


def _export_file(options: argparse.Namespace, of_tree: dict[str, Any]) -> None:
    from parasam_core import api

    if of_tree:
        raise UsageError(f"expected --{next(iter(of_tree))} with --medsam only")
    done = api.export(options.scan, options.out, label=options.label, image=options.image)
    result = {
        "out": str(done.out),
        "label": done.label,
        "voxels": done.voxels,
        "volume_mm3": done.volume_mm3,
        "series": str(done.series) if done.series else None,
    }
    what = "frames" if done.label is None else f"label {done.label!r}, {done.volume_mm3:.2f} mm³"
    lines = [f"{done.out}: {what}"]
    if done.series:
        lines.append(f"{done.series}: the DICOM series it refers to")
    answer(result, lines, as_json=options.json)


def _export_medsam(options: argparse.Namespace, of_tree: dict[str, Any]) -> None:
    from parasam_core import api

    if options.image:
        raise UsageError("expected --image without --medsam: a tree holds images and labels")
    warnings = [NEIGHBOURS] if options.split == "frame" else []
    with progress_shown() as progress:
        tree = api.export_medsam(
            options.scan, options.medsam, label=options.label, progress=progress, **of_tree
        )
    for warning in warnings:
        say(f"parasam export: {warning}")
    result = {"medsam": str(options.medsam), **tree.counted(), "warnings": warnings}
    lines = [f"{options.medsam}: {result['train']} images in Train, {result['test']} in Test"]
    answer(result, lines, as_json=options.json)


def _add_models(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|add|verify")
    json_too = argparse.ArgumentParser(add_help=False)
    json_too.add_argument("--json", action="store_true", default=argparse.SUPPRESS)
    actions.add_parser("list", help="what there is", parents=[json_too])
    adding = actions.add_parser(
        "add", help="keep a checkpoint under a model's name", parents=[json_too]
    )
    adding.add_argument("name", help="sam or medsam, or a name for a ParaSAM model")
    adding.add_argument(
        "file", type=Path, help="a ViT-B checkpoint, as sam_vit_b_01ec64.pth, or a .safetensors"
    )
    actions.add_parser("verify", help="load every model that is there", parents=[json_too])


def _models(options: argparse.Namespace) -> None:
    from parasam_core.sam import store

    if options.action == "add":
        store.add(options.name, options.file)
    rows = store.verified() if options.action == "verify" else store.listed()
    lines = [f"{r['name']:<12} {r['state']:<10} {r['about']}" for r in rows]
    answer({"models": rows}, lines, as_json=options.json)


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data",
        type=Path,
        nargs="+",
        help="scans, libraries, trees of training images (their Train part), or folders with "
        "images beside labels",
    )
    parser.add_argument("--base", default="lite-medsam", help="see `parasam models list`")
    parser.add_argument("--prompt", choices=("full", "box", "mixed"), default="mixed")
    parser.add_argument("--out", type=Path, required=True, help="OUT.safetensors")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="OUT.state of a stopped one")
    parser.add_argument("--label", help="of scans; may be left out where each has one")
    tuning = parser.add_argument_group("tuning")
    tuning.add_argument("--epochs", type=int, default=12)
    tuning.add_argument("--seed", type=int, default=0)
    tuning.add_argument("--batch", type=int, default=8, help="examples a step")
    tuning.add_argument("--rate", type=float, default=3e-4, help="greatest learning rate")
    tuning.add_argument(
        "--validation-share", type=float, default=0.2, help="of subjects, for validation"
    )
    tuning.add_argument("--precision", default="auto", help="auto, 32-true, bf16-mixed or 16-mixed")
    tuning.add_argument(
        "--copies", type=int, default=1, help="changed copies of each image that are embedded too"
    )
    tuning.add_argument(
        "--adapter",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="train a small network in front of the decoder, too",
    )


def _train(options: argparse.Namespace) -> None:
    from parasam_core import api

    names = ("prompt", "epochs", "seed", "batch", "rate", "validation_share", "precision",
             "copies", "adapter")  # fmt: skip
    settings = {n: getattr(options, n) for n in names}
    with progress_shown() as progress:
        trained = api.train(
            options.data, options.out, base=options.base, label=options.label,
            resume=options.resume, progress=progress, **settings,
        )  # fmt: skip
    card = trained.card
    result = {
        "model": str(trained.path),
        "metrics": card.metrics,
        "presence_score": card.presence_score,
        "seconds": card.training["seconds"],
        "curve": trained.curve,
    }
    lines = [
        f"{trained.path}: epoch {card.metrics['epoch']} of {len(trained.curve)}, validation Dice "
        f"{card.metrics['dice_full_mean']:.3f} with the whole image as box, "
        f"{card.metrics['dice_box_mean']:.3f} with a tight one"
    ]
    answer(result, lines, as_json=options.json)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data", type=Path, nargs="+", help="scans, libraries, trees, or folders of images"
    )
    parser.add_argument("--models", required=True, metavar="A,B,…", help="names, or model files")
    parser.add_argument("--prompt", choices=("full", "box"), default="box")
    parser.add_argument("--figures", type=Path, metavar="DIR", help="pictures, table and JSON")
    parser.add_argument("--label", help="of scans; may be left out where each has one")
    parser.add_argument("--part", choices=("Test", "Train", "All"), default="Test", help="of trees")


def _compare(options: argparse.Namespace) -> None:
    from parasam_core import api

    with progress_shown() as progress:
        comparison = api.compare(
            options.data, [name for name in options.models.split(",") if name],
            prompt=options.prompt, figures=options.figures, label=options.label,
            part=options.part, progress=progress,
        )  # fmt: skip
    result = comparison.as_json()
    answer(result, [_compared_line(row) for row in result["models"]], as_json=options.json)


def _compared_line(row: dict[str, Any]) -> str:
    dice, unit = row["dice"], "mm" if row["hd95_mm"]["n"] else "px"
    low, high = dice["interval"]
    far = row[f"hd95_{unit}"]["median"]
    return (
        f"{row['model']:<14} Dice {dice['mean']:.3f} ({low:.3f}–{high:.3f}), median "
        f"{dice['median']:.3f}; IoU {row['iou']['mean']:.3f}; NSD {row['nsd']['mean']:.3f}; "
        f"HD95 {'none' if far is None else f'{far:.2f} {unit}'}; {row['n']} images of "
        f"{row['subjects']} subjects"
    )


def _add_demo(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, help="the library to write")


def _demo(options: argparse.Namespace) -> None:
    from parasam_core.phantom import write_demo

    with progress_shown() as progress:
        scans = write_demo(options.folder, progress)
    answer(
        {"scans": [str(s.path) for s in scans]},
        [f"{s.path}: {s.subject} {s.timepoint}" for s in scans],
        as_json=options.json,
    )


_OWN_VERBS = (
    import_command.VERB,
    Verb("segment", "outline the tumour with a model", _add_segment, _segment),
    Verb("measure", "volume, extents and surface of a mask", _add_scan_and_label, _measure),
    Verb("mesh", "write the surface of a mask", _add_mesh, _mesh),
    Verb("export", "write a mask or frames for other tools, or for training", _add_export, _export),
    Verb("train", "train a model on outlined images", _add_train, _train),
    Verb("compare", "compare models on outlined images", _add_compare, _compare),
    Verb("models", "list, add or verify models", _add_models, _models),
    Verb("demo", "write a library of phantom scans", _add_demo, _demo),
)


if __name__ == "__main__":
    main()
