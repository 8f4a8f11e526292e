"""One command that measures the engine on a graphics card: `python -m benchmarks.gpu`."""

import argparse
import sys
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.needed import NEEDED, missing
from benchmarks.published import MODELS
from engine.switch import Switch

ABOUT = f"""Measures the engine on a graphics card, with models of real size and random weights.

Nothing is downloaded and nothing is read but this folder. It needs Python 3.11 and the packages
{NEEDED}.
Where memory runs out accelerate is asked for, and nowhere else."""
AFTER = """The file is whole after every part. Ask again for the parts that were left out or failed:
those that are there are not measured again."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends with 1 where a part failed."""
    told = _read(arguments)
    if absent := missing():
        sys.exit(f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed here.")
    # What is not there cannot be imported above.
    import_module("benchmarks.measuring").run(told)


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    asked = argparse.ArgumentParser(
        prog="python -m benchmarks.gpu",
        description=ABOUT,
        epilog=AFTER,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = asked.add_argument
    add("--json", type=Path, required=True, metavar="FILE", help="where the figures are kept")
    add("--models", type=_listed(MODELS), default=[], help="of sd15, sdxl, sd3")
    add("--parts", type=_listed(None), default=[], help="only these, like picture,eager")
    add("--again", type=_listed(None), default=[], help="measure anew, like picture/sd15")
    add(
        "--without",
        type=_listed(tuple(Switch)),
        default=[],
        help="leave these switches out, of stock's compiler too, like flags, which take minutes",
    )
    add("--minutes", type=float, default=8.0, help="begin nothing that would take longer (8)")
    add("--device", default="auto", help="auto, cuda:1 or cpu")
    add("--narrow", action="store_true", help="try each kind of part with a tiny model; no figures")
    return asked.parse_args(arguments)


def _listed(known: Collection[str] | None) -> Callable[[str], list[str]]:
    def read(told: str) -> list[str]:
        names = [name.strip() for name in told.split(",") if name.strip()]
        unknown = [name for name in names if known is not None and name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(known or ())}")
        return names

    return read


if __name__ == "__main__":
    main()
