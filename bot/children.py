"""Children: a painter in a process of its own for each device, so that none takes others along."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from engine.child.orders import Orders
from engine.child.painter import ChildPainter
from engine.child.process import COMMAND, by_command
from engine.crew import Crew

VISIBLE = "CUDA_VISIBLE_DEVICES"
CARD = "cuda:"


@asynccontextmanager
async def open_children(
    devices: Sequence[str],
    orders: Orders,
    *,
    command: Sequence[str] = COMMAND,
    closes_within_s: float,
) -> AsyncIterator[Crew]:
    """Once all of them are warm. Raises what came in the way of the first that cannot start."""
    crew = Crew()
    children = []
    for name, device in zip(names_of(devices), devices, strict=True):
        environment = environment_of(device, os.environ)
        child = ChildPainter(
            name,
            # Its card is the only one that it sees, so no other is touched by mistake.
            replace(orders, device="cuda:0" if environment else device),
            by_command(command, environment),
            changed=lambda: crew.changed(),
        )
        children.append(child)
    try:
        await _started(children)
        for child in children:
            crew.join(child)
        yield crew
    finally:
        await asyncio.gather(*(child.close(within_s=closes_within_s) for child in children))


def names_of(devices: Sequence[str]) -> Sequence[str]:
    """What people call them: where several paint on one device they are numbered."""
    seen, times = Counter[str](), Counter(devices)
    names = []
    for device in devices:
        seen[device] += 1
        names.append(f"{device}-{seen[device]}" if times[device] > 1 else device)
    return names


def environment_of(device: str, ours: Mapping[str, str]) -> Mapping[str, str]:
    """What shows a process that card only. Cards are counted among those that we may see."""
    if not device.startswith(CARD):
        return {}
    number = device.removeprefix(CARD)
    seen = [name.strip() for name in ours.get(VISIBLE, "").split(",") if name.strip()]
    if not seen:
        return {VISIBLE: number}
    return {VISIBLE: seen[int(number)]} if int(number) < len(seen) else {}


async def _started(children: Collection[ChildPainter]) -> None:
    starting = [asyncio.create_task(child.start()) for child in children]
    try:
        await asyncio.gather(*starting)
    finally:
        for task in starting:
            task.cancel()
        await asyncio.gather(*starting, return_exceptions=True)
