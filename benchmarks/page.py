"""Page: the figures as people read them, and which are still to be taken."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.needed import NEEDED
from benchmarks.published import MODELS
from benchmarks.references import FLOORS, GOALS, REFERENCES
from benchmarks.sections import SECTIONS

Record = Mapping[str, Any]
"""The file of figures as it was read."""

TO_BE_TAKEN = "still to be taken"
HOW = """```sh
python -m benchmarks.gpu --json gpu.json     # on the machine with the card: at most 8 minutes
python -m benchmarks.gpu --json gpu.json     # again, for the parts that there was no time for
python -m benchmarks.report gpu.json         # writes this page
```"""
NEEDS = (
    "Nothing is downloaded: the models have random weights in their published sizes, for which a "
    "card takes as long as for taught ones. From the folder of Easel it needs Python 3.11 and the "
    f"packages {NEEDED}, nothing else. The file is whole after every part; what is there is not "
    "measured again with the same card, torch and engine, and a part that fails is written down "
    "with its error. `--parts picture,eager` and `--models sd15` take less, `--again picture/sd15` "
    "measures anew. On a processor `--narrow` tries the way with tiny models; its figures are none "
    "and never come here."
)
SLOW = (
    "Both compilers, Easel's and that of stock, try much before they decide, as diffusers advises, "
    "which can take minutes for each program. Where time is short, or what is compiled is missing "
    "from the figures, `--without flags` leaves that out on both sides, in a file of its own, and "
    "the page says so. A part that was cut off comes after all others the next time; "
    "`--parts picture --models sdxl` asks for it at once."
)
ALONE = """Where the machine with the card has torch and cannot reach the network, what is missing \
there is carried along, mostly diffusers alone: one wheel of some megabytes. `./run` is not \
needed, and torch 2.11 with transformers 5.17 and Python 3.12 was tried too, on a processor.

```sh
python -m pip download --no-deps --dest wheels diffusers==0.42.1    # where the network is
python -m pip install --no-index --no-deps --target carried wheels/*    # there
PYTHONPATH=carried python -m benchmarks.gpu --json gpu.json
```"""
WHAT = (
    "One picture is timed from its words to its pixels in main memory, as published figures "
    "are, and beside that to its PNG, which a bot writes elsewhere while it paints on; with "
    "guidance, Euler and other words every time. Stock diffusers is in programs of its own, one "
    "plain and one compiled (network and decoder, `reduce-overhead`, with the flags that "
    "diffusers advises), that import nothing of the engine; their models stay on the card, and "
    "all sides take turns, in the other order every second round. Ratios are medians round by "
    "round. Stock decodes XL in float32, as its published autoencoder wants it; since many "
    "people take the one that was mended for float16, that is measured too, and what is "
    "compiled always has it. Memory is the peak of one side alone with its weights: what was "
    "allocated, and what was reserved, with all that CUDA graphs work in. The share of the peak "
    "is the arithmetic that the picture needs at least, by the time it took, over the fastest "
    "product of two large bfloat16 matrices on the same card. The load of those who come by chance "
    "is the share of the time that their pictures would take one after the other, and the same "
    "people come to both ways. What was measured while a "
    "compiler was at work is measured again, where there is time."
)


def written(records: Sequence[Record]) -> str:
    """The whole page. Without records it says what is missing."""
    return "\n\n".join(_blocks(records)) + "\n"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """As Markdown has it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _blocks(records: Sequence[Record]) -> Iterator[str]:
    yield "# How fast one graphics card paints"
    if not records:
        yield (
            "**No card was measured yet.** All figures of Easel on this page are "
            f"{TO_BE_TAKEN}, by one command on a machine with an NVIDIA card. What stands here are "
            "the goals, what others publish, and what the arithmetic allows."
        )
    else:
        yield "`python -m benchmarks.report` writes this page from what was measured."
    yield "## Taking the figures"
    yield HOW
    yield NEEDS
    yield SLOW
    yield ALONE
    yield WHAT
    for record in records:
        yield from _of_card(record)
    if not records:
        yield from _goals({})
    yield "## What others reach"
    yield "Published by them; none of it was measured here."
    yield table(
        ("what", "figure", "source"),
        [(each.what, each.figure, each.source) for each in REFERENCES],
    )
    yield "## What the arithmetic allows"
    yield (
        "All floating point operations of one picture with guidance, at 800 TFLOP/s, which large "
        "matrix products reach on an H100 in sixteen bits. No published figure for one picture at "
        "a time in sixteen bits is within twice of it."
    )
    yield table(("image", "ms"), [(image, f"{ms:.1f}") for image, ms in FLOORS])
    if not records:
        yield "## Still to be taken"
        yield "\n".join(f"- {each.what}" for each in SECTIONS)


def _of_card(record: Record) -> Iterator[str]:
    setup, parts = record["setup"], record["parts"]
    found = {name: part["found"] for name, part in parts.items() if "found" in part}
    failed = {name: part["error"] for name, part in parts.items() if "error" in part}
    yield f"## {setup['device']}"
    without = f", without {setup['without']}" if setup.get("without") else ""
    yield (
        f"torch {setup['torch']}, CUDA {setup['cuda']}, diffusers {setup['diffusers']}, "
        f"transformers {setup['transformers']}, Python {setup['python']}; {setup['hand']}{without}."
    )
    yield from _goals(found)
    missing = []
    for section in SECTIONS:
        rows = [
            row
            for name, each in found.items()
            if name.split("/")[0] in section.parts
            for row in section.rows(_title(name), each)
        ]
        if rows:
            yield f"### {section.title}"
            yield table(section.head, rows)
        else:
            missing.append(section.what)
    if missing:
        yield f"Still to be taken: {'; '.join(missing)}."
    disturbed = sorted(name for name, part in parts.items() if part.get("disturbed"))
    if disturbed:
        named = ", ".join(f"`{name}`" for name in disturbed)
        yield f"The compiler was still at work while these were measured: {named}."
    if failed:
        yield "These failed, and were written down with their errors:"
        yield table(
            ("part", "error"),
            [(f"`{name}`", _cell(error)) for name, error in sorted(failed.items())],
        )


def _goals(found: Mapping[str, Any]) -> Iterator[str]:
    yield f"{'###' if found else '##'} Goals on an H100"
    rows = []
    for goal in GOALS:
        measured = goal.measured(found)
        bound = "at most" if goal.at_most else "at least"
        reached = "" if measured is None else "reached" if goal.is_reached(measured) else "missed"
        rows.append(
            (
                goal.what,
                f"{bound} {goal.wanted:.4g} {goal.unit}",
                TO_BE_TAKEN if measured is None else f"{measured:.4g} {goal.unit}",
                reached,
            )
        )
    yield table(("goal", "wanted", "measured", ""), rows)


def _title(part: str) -> str:
    """Of the model that it is about."""
    name = part.partition("/")[2]
    return MODELS[name].title if name else ""


def _cell(told: str) -> str:
    return " ".join(told.replace("|", "\\|").split())[:300]
