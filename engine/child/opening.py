"""Opens the engine of this process, a child's or one that paints for itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from engine.child.host import Engine
from engine.child.orders import Orders
from engine.vitals import Vitals


@asynccontextmanager
async def open_engine(orders: Orders) -> AsyncIterator[Engine]:
    """Raises Misconfigured, of which BadModel is one kind."""
    # torch takes seconds to come, and who dies meanwhile must be seen to.
    from engine.gpu.device import device_named, memory_in_use, temperature
    from engine.gpu.painter import open_painter

    def look() -> Vitals:
        device = device_named(orders.device)
        used, total = memory_in_use(device)
        return Vitals(used=used, total=total, temperature=temperature(device))

    opening = open_painter(
        orders.models,
        models_dir=orders.models_dir,
        device=orders.device,
        addons_dir=orders.addons_dir,
        model_memory=orders.model_memory,
        rungs=orders.rungs,
        previews=orders.previews,
        preview_every=orders.preview_every,
        safety=orders.safety,
        shortcuts=orders.shortcuts,
        closes_within_s=orders.closes_within_s,
        switches=orders.switches,
        measures=orders.measures,
        curves_dir=orders.curves_dir,
    )
    async with opening as painter:
        yield Engine(painter=painter, look=look)
