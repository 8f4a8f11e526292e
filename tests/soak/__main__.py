"""The soak: python -m tests.soak MINUTES [--seed N] [--postgres] [--report] [--keep].

It ends with 0 where all promises held, and with 1 where one did not: then the seed and the folder
with the log, the database and the figures are said.
"""

import argparse
import asyncio
import json
import logging
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from tests.soak.easel import ROOT
from tests.soak.report import POSTGRES, Report, page, say
from tests.soak.shape import LEAST_MINUTES, MOST_MINUTES
from tests.soak.soak import soak
from tests.soak.wanted import Wanted

PAGE = ROOT / "docs" / "soak.md"


def minutes(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = 0.0
    if not LEAST_MINUTES <= number <= MOST_MINUTES:
        raise argparse.ArgumentTypeError(
            f"{word} is no time for a soak. Take {LEAST_MINUTES:g} to {MOST_MINUTES:,.0f} minutes."
        )
    return number


def read_arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./test --soak",
        description="Everything at once for a long time, with faults; all promises are watched.",
    )
    parser.add_argument("minutes", type=minutes, help="how long people and programs ask")
    parser.add_argument("--seed", type=int, help="the same people do the same, and so do faults")
    parser.add_argument("--postgres", action="store_true", help="instead of SQLite")
    parser.add_argument("--report", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    parser.add_argument("--keep", action="store_true", help="keep the folder whatever comes")
    return parser.parse_args(words)


def conclude(report: Report, folder: Path, *, keep: bool, write: bool) -> int:
    """Say how it ended; the exit code of the program."""
    (folder / "report.json").write_text(json.dumps(report.as_json(), indent=2, default=str))
    if write:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(page(report))
    say("")
    say(page(report))
    if report.passed:
        if keep:
            say(f"All is in {folder}.")
        else:
            shutil.rmtree(folder, ignore_errors=True)
        return 0
    say(f"{len(report.complaints)} promises were broken. All is in {folder}.")
    more = " --postgres" if report.database == POSTGRES else ""
    say(f"The same again: ./test --soak {report.minutes:g} --seed {report.seed}{more}")
    return 1


def main(words: list[str]) -> int:
    asked = read_arguments(words)
    logging.basicConfig(level=logging.ERROR)
    folder = Path(tempfile.mkdtemp(prefix="easel-soak-"))
    seed = secrets.randbelow(10**6) if asked.seed is None else asked.seed
    say(f"A soak of {asked.minutes:g} minutes with seed {seed}, in {folder}.")
    wanted = Wanted(minutes=asked.minutes, seed=seed, postgres=asked.postgres, folder=folder)
    report = asyncio.run(soak(wanted))
    return conclude(report, folder, keep=asked.keep, write=asked.report)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
