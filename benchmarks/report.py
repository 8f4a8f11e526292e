"""Writes docs/benchmarks/gpu.md from what was measured: `python -m benchmarks.report FILE…`."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.page import written

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks" / "gpu.md"


class NoFigures(Exception):
    """The file has none that may be shown."""


def read(file: Path) -> dict[str, Any]:
    """What was measured. Raises NoFigures."""
    try:
        told: dict[str, Any] = json.loads(file.read_text("utf-8"))
        narrow = told["setup"]["narrow"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NoFigures(f"{file.name} holds no figures: {error}.") from error
    if narrow:
        raise NoFigures(f"{file.name} is a trial of --narrow, whose figures say nothing of a card.")
    return told


def main(arguments: Sequence[str] | None = None, page: Path = PAGE) -> None:
    """Without a file the page says what is still to be taken."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    asked.add_argument("files", nargs="*", type=Path, metavar="FILE")
    told = asked.parse_args(arguments)
    try:
        records = [read(file) for file in told.files]
    except NoFigures as error:
        sys.exit(str(error))
    page.write_text(written(records), "utf-8")


if __name__ == "__main__":
    main()
