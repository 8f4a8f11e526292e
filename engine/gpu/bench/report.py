"""What was measured as one object for programs, from which the table for people is made too."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from engine.gpu.bench.crowd import IN_FLIGHT
from engine.gpu.bench.grid import Cell
from engine.gpu.bench.likeness import likeness
from engine.gpu.bench.measured import Run, median_ratio, percentile
from engine.gpu.bench.round import Round

WAYS = ("stock", "solo", "batched")
VISITS = ("fifo", "short")


def report(
    rounds: Sequence[Round],
    overhead: Mapping[int, Sequence[float]],
    every_core: Run | None,
    cells: Sequence[Cell] | None,
) -> dict[str, Any]:
    """`overhead` holds the seconds of turns by the number of jobs in them.

    `every_core` are the first jobs of the first round, by stock diffusers as it is by itself.
    """
    stock, solo, batched = ([getattr(one, way) for one in rounds] for way in WAYS)
    alone = likeness(_pictures(stock), _pictures(solo))
    together = likeness(_pictures(stock), _pictures(batched))
    fifo, short = ([percentile(getattr(one, way), 95) for one in rounds] for way in VISITS)
    turns = {str(jobs): _milliseconds(times) for jobs, times in overhead.items()}
    answer = {
        "stock_ips": _ips(stock),
        "solo_ips": _ips(solo),
        "batched_ips": _ips(batched),
        "solo_over_stock": median_ratio(*_speeds(solo, stock)),
        "batched_over_stock": median_ratio(*_speeds(batched, stock)),
        "short_p95_over_fifo": median_ratio(short, fifo),
        "turn_overhead_ms": turns[str(max(overhead))]["p50_ms"],
        "outputs_equal": alone.same and together.close,
        "stock_every_core_over_stock": _faster(every_core, stock[0]) if every_core else None,
        "rounds": len(rounds),
        "jobs": len(rounds[0].recipes),
        "in_flight": IN_FLIGHT,
        "latency": {
            way: _seconds([wait for run in runs for wait in run.waits])
            for way, runs in zip(WAYS, (stock, solo, batched), strict=True)
        },
        "short_job": {
            way: _seconds([wait for one in rounds for wait in getattr(one, way)]) for way in VISITS
        },
        "turn": turns,
        "outputs": {"solo": asdict(alone), "batched": asdict(together)},
        "each_round": [
            {
                **{f"{way}_ips": getattr(one, way).ips for way in WAYS},
                **{f"{way}_p95_s": percentile(getattr(one, way), 95) for way in VISITS},
            }
            for one in rounds
        ],
        "mix": [
            {
                "size": f"{job.width}x{job.height}",
                **{name: getattr(job, name) for name in ("steps", "guidance", "sampler", "seed")},
            }
            for job in rounds[0].recipes
        ],
    }
    if cells is not None:
        answer["grid"] = [cell.as_json() for cell in cells]
    return answer


def _ips(runs: Sequence[Run]) -> float:
    return median(run.ips for run in runs)


def _speeds(runs: Sequence[Run], others: Sequence[Run]) -> tuple[list[float], list[float]]:
    return [run.ips for run in runs], [run.ips for run in others]


def _faster(few: Run, all_of_them: Run) -> float:
    """How much faster than the same jobs there."""
    return sum(all_of_them.waits[: len(few.waits)]) / sum(few.waits)


def _pictures(runs: Sequence[Run]) -> list[bytes]:
    return [picture for run in runs for picture in run.pictures]


def _seconds(times: Sequence[float]) -> dict[str, float]:
    return {"p50_s": percentile(times, 50), "p95_s": percentile(times, 95)}


def _milliseconds(times: Sequence[float]) -> dict[str, float]:
    return {f"p{part}_ms": 1000 * percentile(times, part) for part in (50, 95)}
