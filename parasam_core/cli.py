"""The `parasam` command: its words come from commands/.

Results go to stdout (`--json` prints one object), everything else to stderr. Exit 0, 1 (failed,
one clear sentence), 2 (usage). Rooms above the core bring their verbs as entry points.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence as Items
from importlib.metadata import entry_points

from parasam_core.commands import VERBS
from parasam_core.console import say
from parasam_core.errors import ParasamError, UsageError
from parasam_core.provenance import version
from parasam_core.verbs import Verb


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
    for verb in (*VERBS, *_verbs_above()):
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


if __name__ == "__main__":
    main()
