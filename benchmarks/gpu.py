"""One command that measures the engine on a graphics card: `python -m benchmarks.gpu`."""

import argparse
import logging
import platform
import sys
from collections.abc import Callable, Collection, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import torch

from benchmarks.bench import Bench
from benchmarks.needed import NEEDED
from benchmarks.parts.cached import cached
from benchmarks.parts.exactness import exactness
from benchmarks.parts.fp8 import fp8
from benchmarks.parts.host import host
from benchmarks.parts.ladder import ladder, ladder_switched
from benchmarks.parts.load import poisson, saturated
from benchmarks.parts.machine import machine
from benchmarks.parts.picture import compiled, picture
from benchmarks.parts.rows import eager, rows
from benchmarks.parts.starting import starting
from benchmarks.parts.switched import switched
from benchmarks.plan import Part, chosen, next_part, once
from benchmarks.published import MODELS, SD3, SD15, SDXL
from benchmarks.record import OtherSetup, Record, Setup
from engine.errors import EaselError
from engine.gpu.device import device_named
from engine.gpu.hand import hand_of

ABOUT = f"""Measures the engine on a graphics card, with models of real size and random weights.

Nothing is downloaded and nothing is read but this folder. It needs Python 3.11 and the packages
{NEEDED}.
Where memory runs out accelerate is asked for, and nowhere else."""
AFTER = """The file is whole after every part. Ask again for the parts that were left out or failed:
those that are there are not measured again."""


def parts_of(bench: Bench) -> Sequence[Part]:
    """In order of worth, with about the seconds that each takes on an H100."""

    def part(name: str, seconds: float, measure: Callable[[], object]) -> Part:
        return Part(name=name, seconds=0.0 if bench.narrow else seconds, measure=measure)

    parts = [
        part("machine", 10, partial(machine, bench)),
        part("picture/sd15", 75, partial(picture, bench, SD15)),
        part("picture/sdxl", 110, partial(picture, bench, SDXL)),
        part("saturated/sd15", 35, partial(saturated, bench, SD15)),
        part("saturated/sdxl", 40, partial(saturated, bench, SDXL)),
        part("exactness/sd15", 15, partial(exactness, bench, SD15)),
        part("poisson-95/sd15", 60, partial(poisson, bench, SD15, 0.95)),
        part("host/sd15", 15, partial(host, bench, SD15)),
        part("eager/sd15", 10, partial(eager, bench, SD15)),
        part("eager/sdxl", 15, partial(eager, bench, SDXL)),
        part("ladder/sd15", 60, partial(ladder, bench, SD15)),
        part("compiled/sd15", 80, partial(compiled, bench, SD15)),
        part("compiled/sdxl", 130, partial(compiled, bench, SDXL)),
        part("picture/sd3", 90, partial(picture, bench, SD3)),
        part("start/sd15", 120, partial(starting, bench, SD15)),
        part("fp8/sdxl", 90, partial(fp8, bench, SDXL)),
        part("cached/sd15", 20, partial(cached, bench, SD15)),
        part("cached/sdxl", 60, partial(cached, bench, SDXL)),
        part("exactness/sdxl", 20, partial(exactness, bench, SDXL)),
        part("poisson-95/sdxl", 70, partial(poisson, bench, SDXL, 0.95)),
        part("poisson-80/sd15", 60, partial(poisson, bench, SD15, 0.8)),
        part("poisson-60/sd15", 60, partial(poisson, bench, SD15, 0.6)),
        part("switched/sd15", 240, partial(switched, bench, SD15)),
        part("ladder-switched/sd15", 90, partial(ladder_switched, bench, SD15)),
        part("rows/sd15", 160, partial(rows, bench, SD15)),
        part("rows/sdxl", 200, partial(rows, bench, SDXL)),
        part("eager/sd3", 15, partial(eager, bench, SD3)),
        part("host/sdxl", 20, partial(host, bench, SDXL)),
        part("exactness/sd3", 20, partial(exactness, bench, SD3)),
        part("compiled/sd3", 120, partial(compiled, bench, SD3)),
        part("start/sdxl", 200, partial(starting, bench, SDXL)),
        part("fp8/sd3", 90, partial(fp8, bench, SD3)),
        part("switched/sdxl", 400, partial(switched, bench, SDXL)),
    ]
    # No processor has that.
    return [each for each in parts if bench.device.type != "cpu" or not each.name.startswith("fp8")]


def measure(
    parts: Sequence[Part],
    record: Record,
    *,
    until: float,
    tell: Callable[[str], None],
    disturbed: Callable[[], bool] = lambda: False,
) -> Sequence[str]:
    """What still fits, one part after the other; answers the names of those left out.

    `disturbed` says whether something else takes time from what is measured.
    """
    tried: set[str] = set()
    while True:
        there = record.found.keys() | tried
        failed = record.failed.keys()
        part = next_part(parts, found=there, failed=failed, left_s=until - perf_counter())
        if part is None:
            return [part.name for part in parts if part.name not in there]
        tried.add(part.name)
        tell(f"{part.name} …")
        record.begin(part.name)
        started = perf_counter()
        try:
            found = part.measure()
        except torch.AcceleratorError as error:
            record.fail(part.name, _told(error), perf_counter() - started)
            # The card itself is in disorder, and everything after this would fail in this program.
            tell(f"{part.name} failed, and the card with it. Ask again for the rest.")
            return [part.name for part in parts if part.name not in there]
        except Exception as error:  # written down, and the others go on
            record.fail(part.name, _told(error), perf_counter() - started)
            tell(f"{part.name} failed: {_told(error)}")
        else:
            seconds = perf_counter() - started
            record.end(part.name, found, seconds, disturbed=disturbed())


def setup_of(device: torch.device, *, narrow: bool) -> Setup:
    """What the figures depend on here."""
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "a processor"
    return Setup(
        device=name,
        hand=hand_of(device),
        torch=str(torch.__version__),
        cuda=torch.version.cuda,
        diffusers=version("diffusers"),
        transformers=version("transformers"),
        python=platform.python_version(),
        narrow=narrow,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Ends with 1 where a part failed."""
    told = _read(arguments)
    until = perf_counter() + told.minutes * 60
    logging.basicConfig(level=logging.WARNING)
    try:
        device = device_named(told.device)
        if device.type == "cpu" and not told.narrow:
            sys.exit("There is no graphics card here. Only the way can be tried: --narrow.")
        record = Record.at(told.json, setup_of(device, narrow=told.narrow))
    except (EaselError, OtherSetup) as error:
        sys.exit(str(error))
    bench = Bench(device=device, narrow=told.narrow, until=until)
    parts = chosen(parts_of(bench), models=told.models or MODELS, kinds=told.parts)
    if told.narrow and not told.models:
        parts = once(parts)
    for name in told.again:
        record.forget(name)
    left_out = measure(parts, record, until=until, tell=_say, disturbed=lambda: bench.at_work)
    if left_out:
        _say(f"There was no time for: {', '.join(left_out)}. Ask again for them.")
    failed = [part.name for part in parts if part.name in record.failed]
    if failed:
        sys.exit(f"These failed: {', '.join(failed)}. The file says why.")


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


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
