"""`parasam models`: which models there are, adding one, and taking one elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path

from parasam_core.console import answer, progress_shown
from parasam_core.verbs import Verb


def _add_models(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|add|verify|export")
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
    exporting = actions.add_parser(
        "export", help="write a model as ONNX, for programs without torch", parents=[json_too]
    )
    exporting.add_argument("name", help="see `parasam models list`, or a .safetensors")
    exporting.add_argument("folder", type=Path, help="for NAME.encoder.onnx and NAME.decoder.onnx")


def _models(options: argparse.Namespace) -> None:
    from parasam_core.sam import store

    if options.action == "export":
        _export(options)
        return
    if options.action == "add":
        store.add(options.name, options.file)
    rows = store.verified() if options.action == "verify" else store.listed()
    lines = [f"{r['name']:<12} {r['state']:<10} {r['about']}" for r in rows]
    answer({"models": rows}, lines, as_json=options.json)


def _export(options: argparse.Namespace) -> None:
    from parasam_core import api

    with progress_shown() as progress:
        files = api.export_model(options.name, options.folder, progress=progress)
    result = {"encoder": str(files.encoder), "decoder": str(files.decoder), "dice": files.dice}
    lines = [f"{files.encoder}\n{files.decoder}", f"same mask as torch: Dice {files.dice:.4f}"]
    answer(result, lines, as_json=options.json)


VERB = Verb("models", "list, add, verify or export models", _add_models, _models)
