"""The page of how several painters serve many people, with its plots beside it."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bot import bench_words
from bot.bench_plots import Plot
from bot.bench_tables import policy_rows, scaling_rows
from bot.outputs import write
from engine.errors import InvalidRequest

ENDING = ".md"


def require_page(page: Path, measured: bool) -> None:
    """Raises InvalidRequest where it could not be written; better now than afterwards."""
    if not measured:
        raise InvalidRequest("Only the serving has a page. Ask for it: easel bench serving.")
    if page.suffix != ENDING:
        raise InvalidRequest(f"“{page}” is no page. Give a name like serving{ENDING}.")
    if not page.parent.is_dir() or not os.access(page.parent, os.W_OK | os.X_OK):
        raise InvalidRequest(
            f"I may not write in the folder {page.parent}, or it is not there. Choose another."
        )


def write_page(page: Path, serving: Mapping[str, Any], machine: Mapping[str, Any]) -> None:
    """The page, and each plot as a file with the page's name before its own."""
    plots = {
        page.with_name(f"{page.stem}-{name}.svg"): plot for name, plot in _plots(serving).items()
    }
    for file, plot in plots.items():
        write(file, plot.svg().encode())
    scaling, waits, slowdown = (f"![{plot.title}]({file.name})" for file, plot in plots.items())
    words = _page(serving, machine, scaling=scaling, waits=waits, slowdown=slowdown)
    write(page, "\n".join(words).encode())


def _plots(serving: Mapping[str, Any]) -> Mapping[str, Plot]:
    scaling = {
        name: [
            (float(count), each["jobs_per_s"]) for count, each in serving["scaling"][kind].items()
        ]
        for name, kind in (("SDXL", "sdxl"), ("SD 1.5", "sd15"))
    }
    linear = {
        f"{name}, linear": [(count, points[0][1] / points[0][0] * count) for count, _ in points]
        for name, points in scaling.items()
    }
    return {
        "scaling": Plot(
            title="Pictures a second by simulated painters",
            across="painters",
            up="pictures/s",
            lines={**scaling, **linear},
        ),
        "waits": _by_load(serving, "p50_s", "How long half of all people wait at most", "seconds"),
        "slowdown": _by_load(
            serving,
            "modest_slowdown_p95",
            "Slowdown of modest people beside a greedy one (p95)",
            "times as long as alone",
        ),
    }


def _by_load(serving: Mapping[str, Any], part: str, title: str, up: str) -> Plot:
    lines = {
        name: [(float(load), found[policy][part]) for load, found in serving["loads"].items()]
        for policy, name in bench_words.POLICIES.items()
    }
    return Plot(
        title=title, across="load, as a share of one by one", up=up, lines=lines, by_powers=True
    )


def _page(
    serving: Mapping[str, Any],
    machine: Mapping[str, Any],
    *,
    scaling: str,
    waits: str,
    slowdown: str,
) -> Iterator[str]:
    limit, versions = serving["limit"], machine["versions"]
    yield from (
        "# How several painters serve many people",
        "",
        "**The graphics cards are simulated.** Nothing here was painted: a painter that takes "
        "exactly the time that a card would take stands behind the same interface as the engine. "
        "Everything else is the real program. `easel bench serving --page FILE` writes this page.",
        "",
        serving["simulated"]["source"],
        "",
        f"Measured on {machine['cores']} cores of the machine below with {serving['database']}, "
        f"Python {versions['python']}, Easel {versions['easel']}, {machine['date'][:10]}.",
        "",
        f"    {machine['system']}",
        "",
        "## More painters",
        "",
        "Twice as many people as there are seats ask for the next picture as soon as they have "
        f"the last, and each count of painters is looked at for {serving['looked_s']:g} seconds. "
        "Painters join while it runs. Studio, queue, dispatcher, database, picture files and "
        "deliveries are those of `easel serve`; pictures are small files, each another one.",
        "",
        *_table(bench_words.SCALING_COLUMNS, scaling_rows(serving)),
        "",
        scaling,
        "",
        "## What the program itself takes",
        "",
        f"With painters that take no time at all {limit['jobs_per_s']:.1f} jobs/s are served, from "
        "asking to delivery, and each takes:",
        "",
        *_table(
            ("", "ms for a job"),
            [
                ("CPU of the program, all its threads", f"{limit['cpu_ms_per_job']:.1f}"),
                ("of that in the event loop", f"{limit['loop_ms_per_job']:.1f}"),
            ],
        ),
        "",
        "That is the limit of one program: where cards paint more pictures a second, they wait "
        "for it. Deliveries go to a sink that takes everything at once; Discord comes on top.",
        "",
        "## Who waits how long",
        "",
        f"{serving['jobs']:,} people come by Poisson to one such card: 15 % want SD 1.5 in 4 to 8 "
        "steps without guidance, 45 % SD 1.5 512x512, 15 % SD 1.5 768x768 and 25 % SDXL 1024x1024, "
        "in 20 to 50 steps. Four of ten pictures are one greedy person's, who asks for eight at a "
        "time; the others are of twelve modest people. All policies have the same card and the "
        f"same people. A load of 1 is {serving['one_by_one_ips']:.2f} pictures/s, all that the "
        "card paints one by one.",
        "",
        "- **One by one**: first come, first served.",
        "- **Batches**: who waits longest, and with them all that wait and are alike (model, size, "
        "sampler, steps, guidance), as far as 12 rows go; all are there when the last is.",
        "- **Easel**: the real studio, queue and dispatcher, with the ledger in memory, on an "
        "event loop in virtual time, so that an hour takes seconds. The ledger takes no time "
        "there; what it takes is in the part above.",
        "",
        "A slowdown is the time from asking to the picture over what that picture takes alone; "
        "95 of 100 do not exceed p95, and the last three columns are that of all, of the modest "
        "people and of the greedy one. Above a load of 1 waits one by one grow for as long as the "
        "load lasts. Pictures a second are counted while people still come.",
        "",
        *_table(bench_words.POLICY_COLUMNS, policy_rows(serving)),
        "",
        waits,
        "",
        slowdown,
        "",
    )


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
