"""The numbers of a benchmark as people read them: tables, and sentences for what fits in none."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from bot import bench_words

CALL_COLUMNS = ("call", "p50 ms", "p99 ms", "longest ms")
CALLS = {
    "submit": "ask for a picture",
    "take": "take the next job",
    "place": "place in line",
    "history": "a page of history",
    "search": "search by words",
}


def engine_tables(engine: Mapping[str, Any]) -> Iterator[RenderableType]:
    """Our engine beside stock diffusers."""
    yield _ways(engine)
    yield bench_words.short_jobs(engine["short_job"], engine["short_p95_over_fifo"])
    yield bench_words.turns(engine["turn"])
    yield bench_words.likeness(engine["outputs"], equal=engine["outputs_equal"])
    if "grid" in engine:
        yield _grid(engine["grid"])


def storage_tables(storage: Mapping[str, Any]) -> Iterator[RenderableType]:
    """What each call takes with a full house."""
    title = (
        f"{storage['database']}: {storage['jobs']:,} jobs waiting, {storage['pictures']:,} "
        f"pictures in history, {storage['calls']:,} calls of each kind"
    )
    table = _table(title, CALL_COLUMNS)
    for call, name in CALLS.items():
        times = storage["times"][call]
        table.add_row(name, *(f"{times[part]:.2f}" for part in ("p50_ms", "p99_ms", "most_ms")))
    yield table
    yield f"A job that waits takes {storage['queue_bytes_per_job']:,} bytes of memory."


def serving_tables(serving: Mapping[str, Any]) -> Iterator[RenderableType]:
    """How much several painters paint, and how long people wait by each policy."""
    scaling = _table(bench_words.scaling_title(serving), bench_words.SCALING_COLUMNS)
    for row in scaling_rows(serving):
        scaling.add_row(*row)
    yield scaling
    yield bench_words.limit(serving)
    policies = _table(bench_words.policies_title(serving), bench_words.POLICY_COLUMNS)
    for row in policy_rows(serving):
        policies.add_row(*row)
    yield policies


def scaling_rows(serving: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Under SCALING_COLUMNS."""
    models = [serving["scaling"][model] for model in ("sdxl", "sd15")]
    for count in models[0]:
        cells = [(f"{by[count]['jobs_per_s']:.2f}", _share(by[count])) for by in models]
        yield (count, *(text for pair in cells for text in pair))


def policy_rows(serving: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """Under POLICY_COLUMNS."""
    for load, policies in serving["loads"].items():
        for policy, name in bench_words.POLICIES.items():
            found = policies[policy]
            yield (
                load,
                name,
                *(f"{found[part]:.2f}" for part in ("ips", "p50_s", "p95_s")),
                *(
                    f"{found[part]:.1f}"
                    for part in ("slowdown_p95", "modest_slowdown_p95", "greedy_slowdown_p95")
                ),
            )


def _share(found: Mapping[str, float]) -> str:
    return f"{found['over_linear']:.1%}"


def filling(what: str, there: int, of: int) -> str:
    """How far the storage benchmark is."""
    return f"{what}: {there:,} of {of:,} …"


def _ways(engine: Mapping[str, Any]) -> Table:
    table = _table(bench_words.bench_title(engine), bench_words.WAY_COLUMNS)
    for way, ratio in (
        ("stock", None),
        ("solo", engine["solo_over_stock"]),
        ("batched", engine["batched_over_stock"]),
    ):
        waits = engine["latency"][way]
        table.add_row(
            bench_words.way(way, engine["in_flight"]),
            f"{engine[f'{way}_ips']:.2f}",
            "" if ratio is None else f"{ratio:.2f} ×",
            f"{waits['p50_s']:.3f}",
            f"{waits['p95_s']:.3f}",
        )
    if (ratio := engine["stock_every_core_over_stock"]) is not None:
        table.add_row(bench_words.way("every core", 1), "", f"{ratio:.2f} ×", "", "")
    return table


def _grid(cells: list[Mapping[str, Any]]) -> Table:
    table = _table(bench_words.GRID_TITLE, bench_words.GRID_COLUMNS)
    for cell in cells:
        times = (f"{cell[name]:.3f}" for name in ("mean_s", "min_s", "max_s"))
        table.add_row(cell["size"], str(cell["steps"]), str(cell["pictures"]), *times)
    return table


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table
