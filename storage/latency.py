"""How long the database takes for each statement."""

from time import perf_counter
from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.meter import Meter, Stored

STARTED = "easel_started"


def measure_statements(engine: AsyncEngine, meter: Meter) -> None:
    """From now on. One that fails is not counted: it took as long as somebody was patient."""

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def started(connection: Any, *_: object) -> None:
        connection.info[STARTED] = perf_counter()

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def ended(connection: Any, *_: object) -> None:
        if meter.heard:
            meter.tell(Stored(seconds=perf_counter() - connection.info[STARTED]))
