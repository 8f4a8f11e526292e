"""`python -m tests.engine.child.fake_child DESCRIPTOR`: a child that paints without torch.

What it does is in the words of a prompt. How it starts is in the names of its models and in files
in its folder of models.
"""

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from subprocess import DEVNULL, Popen

from engine.child.host import Engine, serve_parent
from engine.child.orders import Orders
from engine.curve import Curve
from engine.errors import BadModel, OutOfMemory, PainterLost, Unavailable
from engine.job import Picture, Recipe
from engine.ladder import Rung, Strain, Work
from engine.made import Made
from engine.meter import Meter, Relieved, Stepped
from engine.nearest import did_you_mean
from engine.ports import Tell
from engine.price import Speed
from engine.vitals import Vitals
from tests.fakes import BOOK

BROKEN, OTHER_MODELS, COLD = "broken", "models", "cold"
"""Files: it dies at its start; it paints with these models; none of them is loaded."""
ALONE = Speed(row_step=0.25, rest=0.5)
CURVE = Curve(width=128, height=128, steps=((1, 0.4), (2, 0.5)), alone=ALONE)
MADE = Made(
    width=128,
    height=128,
    rows=2,
    tokens=77,
    phase="whole",
    recorded=True,
    compiled=True,
    compiling=False,
)
QUICKER = replace(CURVE, steps=((1, 0.2), (2, 0.25)))
VITALS = Vitals(used=3, total=7, temperature=41.5)

log = logging.getLogger("engine.fake")


class FakeEngine:
    """Paints bytes."""

    def __init__(self, models: Collection[str], *, cold: bool = False) -> None:
        self.cards = {name: replace(BOOK, name=name) for name in models}
        self.curves = dict.fromkeys(self.cards, (CURVE,))
        self.made: dict[str, tuple[Made, ...]] = {}
        self.name = "fake"
        self.seats = 3
        self.alive = True
        self.warm: list[str] = [] if cold else [next(iter(self.cards))]
        self.meter = Meter()

    async def paint(self, recipe: Recipe, sources: Mapping[str, bytes], tell: Tell) -> Picture:
        await self._prepare(recipe)
        for step in range(1, recipe.steps + 1):
            self.meter.tell(Stepped(model=recipe.model, seconds=0.25, tiles=1, rows=2))
            tell(step, None)
            if step % 2 == 0:
                tell(step, b"preview %d" % step)
            await self._go_on(recipe.prompt)
        strain = Strain()
        strain.add(Rung.HALVE, 0.5)
        png = b"\x89PNG" + b"".join(sources.values())
        return Picture(recipe=recipe, png=png, seconds=0.5, notes=("plain", strain.told()))

    def grow(self) -> None:
        self.made = dict.fromkeys(self.cards, (MADE,))
        self.curves = dict.fromkeys(self.cards, (QUICKER,))

    async def _prepare(self, recipe: Recipe) -> None:
        if recipe.model not in self.warm:
            self.warm.append(recipe.model)
        match recipe.prompt:
            case "too large":
                self.meter.tell(Relieved(work=Work.DECODE, rung=None))
                mend = did_you_mean("smal", ["small"])
                raise OutOfMemory("Too large for {gib} GiB. {mend}", gib=1.5, mend=mend)
            case "grow":
                self.grow()
            case "bug":
                raise RuntimeError("what nobody expected")
            case "lose":
                raise PainterLost("The painter broke down. Easel must be started again.")
            case "talk":
                log.info("fine: %s", "100 %")
                log.debug("too small to be told")
                logging.getLogger("elsewhere").info("nobody asked")
                log.info("sees %s", os.environ.get("CUDA_VISIBLE_DEVICES"))
                warnings.warn("be careful", stacklevel=1)
            case "thread":
                thread = threading.Thread(target=lambda: 1 / 0)
                thread.start()
                thread.join()

    async def _go_on(self, prompt: str) -> None:
        await asyncio.sleep(0)
        match prompt:
            case "wait":
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    log.warning("withdrawn")
                    raise
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stuck":
                await asyncio.to_thread(threading.Event().wait)
            case "another program":
                start_another()
                await asyncio.Event().wait()
            case "rubbish":
                with socket.socket(fileno=os.dup(int(sys.argv[1]))) as place:
                    place.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
                await asyncio.Event().wait()


def start_another() -> None:
    """A program that has all that this one has, and stays until it is ended."""
    another = Popen(["sleep", "600"], stdin=DEVNULL, stdout=DEVNULL, close_fds=False)
    log.warning("started %d", another.pid)


def sees() -> Vitals:
    return VITALS


def blind() -> Vitals:
    raise Unavailable("I cannot see the {device}.", device="card")


@asynccontextmanager
async def open_fake(orders: Orders) -> AsyncIterator[Engine]:
    models = orders.models
    if (other := orders.models_dir / OTHER_MODELS).exists():
        models = tuple(other.read_text().split())
    if (orders.models_dir / BROKEN).exists():
        os._exit(3)
    match models:
        case ("bad",):
            raise BadModel("I have no model “{name}”.", name="bad")
        case ("bug",):
            raise RuntimeError("what nobody expected")
        case ("slow",):
            log.warning("it is slow")
            await asyncio.Event().wait()
    engine = FakeEngine(models, cold=(orders.models_dir / COLD).exists())
    yield Engine(painter=engine, look=blind if models == ("blind",) else sees)
    log.warning("closed in order")


if __name__ == "__main__":
    serve_parent(int(sys.argv[1]), open_fake)
