"""Sections: each kind of figure as rows of a table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Row = tuple[str, ...]
WAYS = {
    "stock": "diffusers",
    "mended": "diffusers, decoder in sixteen bits",
    "compiled": "diffusers, compiled",
    "ours": "Easel",
}
GIB = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """`what` is how the page calls it while it is missing; `rows` are of one part of `parts`."""

    title: str
    what: str
    parts: frozenset[str]
    head: Row
    rows: Callable[[str, Any], Iterator[Row]]


def _machine(_: str, found: Any) -> Iterator[Row]:
    yield (
        f"{(found['memory_bytes'] or 0) / GIB:.0f} GiB",
        found["capability"] or "",
        found["driver"] or "",
        found["power"] or "",
        f"{found['peak_tflops']:.0f}",
        ", ".join(found["usual"]) or "none",
    )


def _pictures(model: str, found: Any) -> Iterator[Row]:
    for steps, ways in found["ways"].items():
        for name, way in ways.items():
            over, memory = found["over"][steps].get(name), found["memory"].get(name)
            yield (
                f"{model} {found['side']}",
                steps,
                WAYS[name],
                f"{way['ms']:.0f}",
                f"{min(way['times_ms']):.0f} to {max(way['times_ms']):.0f}",
                f"{way['file_ms']:.0f}",
                f"{way['its']:.1f}",
                "" if way["share"] is None else f"{way['share']:.0%}",
                "" if memory is None else f"{memory['allocated'] / GIB:.1f}",
                "" if memory is None else f"{memory['reserved'] / GIB:.1f}",
                "" if over is None else f"{over:.2f}",
            )
    for name, error in found["failed"].items():
        told = " ".join(error.replace("|", "\\|").split())[:120]
        yield (f"{model} {found['side']}", "", WAYS[name], "failed", told, "", "", "", "", "", "")


def _rows(model: str, found: Any) -> Iterator[Row]:
    times = (f"{count}: {ms:.1f}" for count, ms in found["ms"].items())
    yield model, found["way"], ", ".join(times), str(found["knee"])


def _switches(model: str, found: Any) -> Iterator[Row]:
    for name, each in found["thrown"].items():
        moved = "nothing" if not each["furthest"] else f"{each['furthest']} of 255"
        yield model, name, f"{each['step_ms']:.2f}", f"{each['picture_ms']:.0f}", moved
    for name, error in found["failed"].items():
        yield model, name, "failed", " ".join(error.replace("|", "\\|").split())[:120], ""


def _exactness(model: str, found: Any) -> Iterator[Row]:
    mixes = found["mixes"]
    yield (
        model,
        f"{found['canonical']} of {mixes}",
        f"{found['own']} of {mixes}",
        f"{found['widths']:.1e}",
        "yes" if found["picture"] else "no",
    )


def _saturated(model: str, found: Any) -> Iterator[Row]:
    for name, steps in (("twenty", "20"), ("mixed", "20 to 50")):
        each = found[name]
        yield (
            *(model, str(found["seats"]), steps),
            *(f"{each['ips']:.2f}", f"{each['rows']:.1f}", f"{each['stepping']:.0%}"),
        )


def _poisson(model: str, found: Any) -> Iterator[Row]:
    times = (found[name] for name in ("p50_s", "p95_s", "first_p50_s", "first_p95_s"))
    ratio = found["p95_s"] / found["first_p95_s"]
    yield (
        model,
        f"{found['load']:.0%}",
        str(found["jobs"]),
        *(f"{each:.2f}" for each in times),
        f"{ratio:.2f}",
        f"{found['ips']:.2f}",
        f"{found['first_ips']:.2f}",
    )


def _starts(model: str, found: Any) -> Iterator[Row]:
    for name in ("cold", "cached"):
        each = found[name]
        times = (each[part] for part in ("whole_s", "ready_s", "first_s", "second_s"))
        yield model, name, *(f"{seconds:.1f}" for seconds in times)


def _ladder(model: str, found: Any) -> Iterator[Row]:
    taken = (f"{rung} at {most / GIB:.2f} GiB" for rung, most in found["rungs"].items())
    pictures = f"{found['finished']} of {found['asked']}"
    yield model, ", ".join(taken), ", ".join(found["missing"]) or "none", pictures


def _host(model: str, found: Any) -> Iterator[Row]:
    turns = ", ".join(f"{jobs}: {ms:.2f}" for jobs, ms in found["turn_ms"].items())
    idle = "" if found["idle"] is None else f"{found['idle']:.1%}"
    yield model, turns, idle, ", ".join(f"`{each}`" for each in found["waits"] or ()) or "nowhere"


def _fp8(model: str, found: Any) -> Iterator[Row]:
    times = ", ".join(f"{rows}: {ms:.1f}" for rows, ms in found["step_ms"].items())
    yield model, times, f"{found['twenty']['ips']:.2f}", f"{found['furthest']} of 255"


def _cached(model: str, found: Any) -> Iterator[Row]:
    times = found["whole_ms"] / found["ms"]
    ms = f"{found['ms']:.0f}"
    yield model, str(found["steps"]), f"1 in {found['every']}", ms, f"{times:.2f}"


def _section(
    title: str,
    what: str,
    parts: Sequence[str],
    head: Row,
    rows: Callable[[str, Any], Iterator[Row]],
) -> Section:
    return Section(title=title, what=what, parts=frozenset(parts), head=head, rows=rows)


SECTIONS = (
    _section(
        "The card",
        "how fast the card multiplies matrices",
        ["machine"],
        ("memory", "capability", "driver", "power", "measured TFLOP/s", "switches"),
        _machine,
    ),
    _section(
        "One picture",
        "one picture end to end: stock diffusers, compiled, and Easel, with it/s, share of the "
        "peak and peak memory",
        ["picture"],
        (
            *(
                "image",
                "steps",
                "way",
                "ms",
                "least to most",
                "ms to its file",
                "it/s",
                "of the peak",
            ),
            *("GiB allocated", "GiB reserved", "Easel is faster by"),
        ),
        _pictures,
    ),
    _section(
        "A step by its rows",
        "a step of 1 to 16 rows, and where more rows gain nothing any more",
        ["eager", "rows"],
        ("model", "way", "rows: ms", "knee"),
        _rows,
    ),
    _section(
        "The switches",
        "what each switch gains by itself and all together, and how far it moves a picture",
        ["switched"],
        ("model", "switch", "ms a step", "ms a picture", "moves"),
        _switches,
    ),
    _section(
        "Bits in company",
        "whether a picture has the same bits in any company",
        ["exactness"],
        (
            "model",
            "equally wide forwards",
            "forwards of its own",
            "other widths, furthest",
            "exact pictures equal",
        ),
        _exactness,
    ),
    _section(
        "With every seat taken",
        "pictures a second with every seat taken",
        ["saturated"],
        ("model", "seats", "steps", "images/s", "rows of a step", "of the time in steps"),
        _saturated,
    ),
    _section(
        "Who comes by chance",
        "how long people wait at 80 and 95 % load, beside first come, first served",
        ["poisson-95", "poisson-80"],
        (
            *("model", "load", "jobs", "p50 s", "p95 s", "first come p50 s", "p95 s"),
            *("p95 over it", "images/s", "first come images/s"),
        ),
        _poisson,
    ),
    _section(
        "From start to warm",
        "the time from start to warm, cold and with what an earlier start compiled",
        ["start"],
        ("model", "start", "program s", "of that ready s", "first picture s", "second s"),
        _starts,
    ),
    _section(
        "With too little memory",
        "the memory ladder on the real allocator: every rung taken, every picture finished",
        ["ladder", "ladder-switched"],
        ("model", "rungs", "not taken", "pictures finished"),
        _ladder,
    ),
    _section(
        "Beside the network",
        "how long the card waits for the program, and that no step waits for the card",
        ["host"],
        ("model", "tiles: ms of a turn", "card idle", "steps wait for it"),
        _host,
    ),
    _section(
        "FP8",
        "the same in FP8",
        ["fp8"],
        ("model", "rows: ms", "images/s at 20 steps", "moves"),
        _fp8,
    ),
    _section(
        "The cache",
        "the same with most steps without the deep part of the network (`--cache 3`)",
        ["cached"],
        ("model", "steps", "whole", "ms a picture", "faster by"),
        _cached,
    ),
)
