"""Rays: a painter at each berth of a Ray cluster, as its nodes come and go."""

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from functools import partial

from bot.beside import beside
from bot.moorings import Moorings
from engine.afar.node import CPU, Berth, Node, berths_on, is_private
from engine.afar.outlook import Looks, Nodes, looks
from engine.afar.token import with_token
from engine.afar.voyage import PLACED_WITHIN_S, Voyage
from engine.card import ModelCard
from engine.child.orders import Orders
from engine.child.painter import ChildPainter
from engine.child.pauses import Pauses
from engine.child.process import by_command
from engine.crew import Crew
from engine.errors import EaselError, Unavailable

FERRY = (sys.executable, "-P", "-m", "engine.afar")
NO_CARD = (
    "No node of the Ray cluster at {address} has a graphics card to give. Start one with "
    "deploy/ray/worker on a machine that has, or set EASEL_DEVICE to cpu."
)
NO_NODE = (
    "No node of the Ray cluster at {address} has processors to give. Start one with "
    "deploy/ray/worker."
)

log = logging.getLogger(__name__)


@asynccontextmanager
async def open_rays(
    address: str,
    orders: Orders,
    cards: Mapping[str, ModelCard],
    *,
    ferry: Sequence[str] = FERRY,
    seen: Looks | None = None,
    seen_within_s: float = PLACED_WITHIN_S,
    placed_within_s: float = PLACED_WITHIN_S,
    closes_within_s: float,
) -> AsyncIterator[Crew]:
    """Once the first of them is warm. Raises what came in the way where none can be.

    Who has not the models of these cards, to the very weights, is not let in.
    """
    crew = Crew()
    device = CPU if orders.device == CPU else "cuda"

    def born(name: str, berth: Berth, changed: Callable[[], None]) -> ChildPainter:
        voyage = Voyage(address=address, berth=berth, placed_within_s=placed_within_s)
        return ChildPainter(
            name,
            replace(orders, device=berth.device),
            by_command((*ferry, voyage.told()), with_token(os.environ)),
            changed=changed,
        )

    moorings = Moorings(crew, cards, born, closes_within_s=closes_within_s)
    watching = _watch(seen or partial(looks, address), moorings, device)
    try:
        async with beside(watching):
            try:
                await moorings.manned(within_s=seen_within_s)
            except TimeoutError:
                sentence = NO_NODE if device == CPU else NO_CARD
                raise Unavailable(sentence, address=address) from None
            yield crew
    finally:
        await moorings.close()


async def _watch(seen: Looks, moorings: Moorings, device: str) -> None:
    """Until cancelled. What is wrong with a cluster ends it only before anybody was warm."""
    pauses, strangers = Pauses(), set[str]()
    while True:
        try:
            async with aclosing(seen()) as outlook:  # type: ignore[type-var]
                async for nodes in outlook:
                    pauses = Pauses()
                    moorings.see(berths_on(_private(nodes, strangers), device))
        except (EaselError, OSError) as error:
            if not moorings.was_manned:
                raise
            log.error("the Ray cluster is looked at again in %g s: %s", pauses.length_s, error)
        await asyncio.sleep(pauses.length_s)
        pauses = pauses.longer


def _private(nodes: Nodes, strangers: set[str]) -> Sequence[Node]:
    """Those in private networks. Of each other the log speaks once."""
    for node in nodes:
        if not is_private(node.address) and node.address not in strangers:
            strangers.add(node.address)
            log.error(
                "the node %s of the Ray cluster has the address %s, which is not in a private "
                "network, so nobody paints there",
                node.name,
                node.address,
            )
    return [node for node in nodes if is_private(node.address)]
