"""Worth: all that is measured, in the order in which it is missed most."""

from collections.abc import Callable, Sequence
from functools import partial

from benchmarks.bench import Bench
from benchmarks.parts.cached import cached
from benchmarks.parts.exactness import exactness
from benchmarks.parts.fp8 import fp8
from benchmarks.parts.host import host
from benchmarks.parts.ladder import ladder, ladder_switched
from benchmarks.parts.load import poisson, saturated
from benchmarks.parts.machine import machine
from benchmarks.parts.picture import picture
from benchmarks.parts.rows import eager, rows
from benchmarks.parts.starting import starting
from benchmarks.parts.switched import switched
from benchmarks.plan import Part
from benchmarks.published import SD3, SD15, SDXL


def parts_of(bench: Bench) -> Sequence[Part]:
    """With about the seconds that each takes on an H100. Those of one model stand together, for
    each change of model costs half a minute."""

    def part(name: str, seconds: float, measure: Callable[[], object]) -> Part:
        return Part(name=name, seconds=0.0 if bench.narrow else seconds, measure=measure)

    parts = [
        part("machine", 5, partial(machine, bench)),
        part("picture/sd15", 110, partial(picture, bench, SD15)),
        part("saturated/sd15", 70, partial(saturated, bench, SD15)),
        part("poisson-95/sd15", 210, partial(poisson, bench, SD15, 0.95)),
        part("exactness/sd15", 10, partial(exactness, bench, SD15)),
        part("host/sd15", 10, partial(host, bench, SD15)),
        part("cached/sd15", 20, partial(cached, bench, SD15)),
        part("rows/sd15", 1, partial(rows, bench, SD15)),
        part("picture/sdxl", 190, partial(picture, bench, SDXL)),
        part("rows/sdxl", 1, partial(rows, bench, SDXL)),
        part("saturated/sdxl", 130, partial(saturated, bench, SDXL)),
        part("fp8/sdxl", 130, partial(fp8, bench, SDXL)),
        part("ladder/sd15", 60, partial(ladder, bench, SD15)),
        part("start/sd15", 110, partial(starting, bench, SD15)),
        part("picture/sd3", 160, partial(picture, bench, SD3)),
        part("rows/sd3", 1, partial(rows, bench, SD3)),
        part("eager/sd15", 10, partial(eager, bench, SD15)),
        part("eager/sdxl", 15, partial(eager, bench, SDXL)),
        # From here on what the figures above can do without.
        part("switched/sd15", 300, partial(switched, bench, SD15)),
        part("cached/sdxl", 60, partial(cached, bench, SDXL)),
        part("exactness/sdxl", 30, partial(exactness, bench, SDXL)),
        part("host/sdxl", 30, partial(host, bench, SDXL)),
        part("poisson-95/sdxl", 240, partial(poisson, bench, SDXL, 0.95)),
        part("poisson-80/sd15", 220, partial(poisson, bench, SD15, 0.8)),
        part("ladder-switched/sd15", 90, partial(ladder_switched, bench, SD15)),
    ]
    # No processor has that.
    return [each for each in parts if bench.device.type != "cpu" or not each.name.startswith("fp8")]
