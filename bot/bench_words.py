"""What people read about measurements."""

from collections.abc import Mapping
from typing import Any

WAY_COLUMNS = ("way", "images/s", "of stock", "p50 s", "p95 s")
GRID_TITLE = "Easel, one by one: seconds for a picture"
GRID_COLUMNS = ("size", "steps", "pictures", "mean", "min", "max")
SCALING_COLUMNS = ("painters", "SDXL 1024/s", "of linear", "SD 1.5 512/s", "of linear")
POLICY_COLUMNS = (
    *("load", "policy", "per s", "p50 s", "p95 s"),
    *("slowdown", "modest", "greedy"),
)
POLICIES = {
    "fifo": "one by one",
    "static": "batches",
    "continuous": "Easel",
}
WAYS = {
    "stock": "stock diffusers, one by one",
    "solo": "Easel, one by one",
    "batched": "Easel, {in_flight} in flight",
    "every core": "stock diffusers, every core",
    "fifo": "a short job among long ones, first come, first served",
    "short": "a short job among long ones, in company",
    "grid": "sizes by steps",
    "turns": "the engine without a network",
}


def way(name: str, in_flight: int | str) -> str:
    """A row under WAY_COLUMNS."""
    return WAYS[name].format(in_flight=in_flight)


def measuring(number: int, rounds: int, name: str) -> str:
    """What a benchmark is at."""
    return f"Round {number} of {rounds}: {way(name, 'several')} …"


def at(part: str) -> str:
    """What the benchmark of serving is at."""
    return f"Measuring: {part} …"


def scaling_title(serving: Mapping[str, Any]) -> str:
    """What was looked at, and that no card was there."""
    return (
        f"Cards: {serving['simulated']['card']}. Everything else is real, with "
        f"{serving['database']}: pictures a second"
    )


def policies_title(serving: Mapping[str, Any]) -> str:
    """What the loads are shares of."""
    return (
        f"{serving['jobs']:,} mixed jobs on one such card, in virtual time. A load of 1 is "
        f"{serving['one_by_one_ips']:.2f} pictures/s, all that it paints one by one; slowdowns "
        "are p95"
    )


def limit(serving: Mapping[str, Any]) -> str:
    """What the program itself takes."""
    limit = serving["limit"]
    return (
        f"With painters that take no time it serves {limit['jobs_per_s']:.1f} jobs/s, each of "
        f"{limit['cpu_ms_per_job']:.1f} ms of CPU, of which {limit['loop_ms_per_job']:.1f} ms are "
        "the event loop's."
    )


def bench_title(engine: Mapping[str, Any]) -> str:
    """What was compared, where, and how often."""
    count = engine["torch_threads"]
    cores = f", {count} {'core' if count == 1 else 'cores'}" if engine["device"] == "cpu" else ""
    return (
        f"{engine['model']} on {engine['device']}, {engine['precision']}{cores}: "
        f"{engine['jobs']} mixed jobs, medians of {engine['rounds']} rounds"
    )


def short_jobs(waits: Mapping[str, Mapping[str, float]], ratio: float) -> str:
    """How long who wants little waits behind who wants much."""
    return (
        f"A short job that comes among long ones waits {waits['short']['p95_s']:.2f} s (p95); "
        f"first come, first served it is {waits['fifo']['p95_s']:.2f} s. That is {ratio:.2f} × it."
    )


def turns(turns: Mapping[str, Mapping[str, float]]) -> str:
    """What the engine costs beside the network."""
    times = (
        f"{time['p50_ms']:.2f} ms with {jobs} {'job' if jobs == '1' else 'jobs'}"
        for jobs, time in turns.items()
    )
    return f"A turn without its network takes {', '.join(times)}."


def likeness(outputs: Mapping[str, Mapping[str, Any]], *, equal: bool) -> str:
    """Whether the ways painted the same pictures."""
    solo, batched = outputs["solo"], outputs["batched"]
    return (
        f"The pictures are {'equal' if equal else 'NOT equal'}: one by one {solo['equal']} of "
        f"{solo['pictures']} are stock diffusers' bit for bit; in company the furthest value is "
        f"{batched['furthest']} of 255 levels off, and the mean of the least alike picture "
        f"{batched['mean']:.1e} of the range."
    )
