"""`parasam train`: outlined images → a model."""

from __future__ import annotations

import argparse
from pathlib import Path

from parasam_core.console import answer, progress_shown
from parasam_core.verbs import Verb

SETTINGS = ("prompt", "epochs", "seed", "batch", "rate", "validation_share", "precision",
            "copies", "empty", "adapter", "last_stage")  # fmt: skip


def _add_train(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "data",
        type=Path,
        nargs="+",
        help="scans, libraries, trees of training images (their Train part), or folders with "
        "images beside labels",
    )
    parser.add_argument("--base", default="lite-medsam", help="see `parasam models list`")
    parser.add_argument("--prompt", choices=("full", "box", "mixed"), help="boxes (mixed)")
    parser.add_argument("--out", type=Path, required=True, help="OUT.safetensors")
    parser.add_argument("--resume", type=Path, metavar="FILE", help="OUT.state of a stopped one")
    parser.add_argument("--label", help="of scans; may be left out where each has one")
    tuning = parser.add_argument_group("tuning")
    tuning.add_argument("--epochs", type=int, help="times that every image is seen (6)")
    tuning.add_argument("--seed", type=int, help="another seed, another split and order (0)")
    tuning.add_argument("--batch", type=int, help="examples a step (8)")
    tuning.add_argument("--rate", type=float, help="greatest learning rate of the decoder (0.0002)")
    tuning.add_argument("--validation-share", type=float, help="of subjects, for validation (0.2)")
    tuning.add_argument("--precision", help="auto, 32-true, bf16-mixed or 16-mixed (auto)")
    tuning.add_argument(
        "--copies", type=int, help="changed copies of each image that are embedded too (0)"
    )
    tuning.add_argument(
        "--empty",
        type=float,
        metavar="WEIGHT",
        help="of masks where there is no tumour, beside 1 of others (0): draws less, leaks less",
    )
    tuning.add_argument(
        "--adapter",
        action=argparse.BooleanOptionalAction,
        help="train a small network in front of the decoder, too (yes)",
    )
    tuning.add_argument(
        "--last-stage",
        action=argparse.BooleanOptionalAction,
        help="train the image encoder's last stage, too: better without a box, several times "
        "slower, and frames are embedded anew for the model (no)",
    )


def _train(options: argparse.Namespace) -> None:
    from parasam_core import api

    settings = {n: getattr(options, n) for n in SETTINGS if getattr(options, n) is not None}
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


VERB = Verb("train", "train a model on outlined images", _add_train, _train)
