"""Rays: a painter at each place of a Ray cluster, as its nodes come and go."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial

from bot.beside import beside
from engine.afar.crossing import PLACED_WITHIN_S, Crossing
from engine.afar.node import CPU, Node, Place, is_private, places_on
from engine.afar.outlook import Looks, Nodes, looks
from engine.afar.token import with_token
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

Born = Callable[[str, Place], ChildPainter]
Key = tuple[str, int]


@asynccontextmanager
async def open_rays(
    address: str,
    orders: Orders,
    *,
    ferry: Sequence[str] = FERRY,
    seen: Looks | None = None,
    seen_within_s: float = PLACED_WITHIN_S,
    placed_within_s: float = PLACED_WITHIN_S,
    closes_within_s: float,
) -> AsyncIterator[Crew]:
    """Once the first of them is warm. Raises what came in the way where none can be."""
    crew = Crew()
    device = CPU if orders.device == CPU else "cuda"

    def born(name: str, place: Place) -> ChildPainter:
        crossing = Crossing(address=address, place=place, placed_within_s=placed_within_s)
        return ChildPainter(
            name,
            replace(orders, device=place.device),
            by_command((*ferry, crossing.told()), with_token()),
            changed=lambda: crew.changed(),
        )

    posts = Posts(crew, born, closes_within_s=closes_within_s)
    watching = _watch(seen or partial(looks, address), posts, device)
    try:
        async with beside(watching):
            try:
                await posts.manned(within_s=seen_within_s)
            except TimeoutError:
                sentence = NO_NODE if device == CPU else NO_CARD
                raise Unavailable(sentence, address=address) from None
            yield crew
    finally:
        await posts.close()


@dataclass(slots=True, eq=False, kw_only=True)
class Post:
    """A place that somebody paints at, or tries to. `failure` is what last came in the way."""

    name: str
    task: asyncio.Task[None] | None = None
    failure: Exception | None = None


class Posts:
    """All of them; `see` is told which places there are."""

    def __init__(
        self,
        crew: Crew,
        born: Born,
        *,
        closes_within_s: float,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._crew = crew
        self._born = born
        self._closes_within_s = closes_within_s
        self._pause = pause
        self._posts: dict[Key, Post] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._news = asyncio.Event()
        self.was_manned = False

    def see(self, places: Collection[Place]) -> None:
        there = {(place.node.id, place.number): place for place in places}
        for key in [key for key in self._posts if key not in there]:
            post = self._posts.pop(key)
            log.warning("the node of the painter %s is gone", post.name)
            self._end(post)
        for key in [key for key in there if key not in self._posts]:
            place = there[key]
            post = Post(name=free_name(place.name, {post.name for post in self._posts.values()}))
            self._posts[key] = post
            post.task = asyncio.create_task(self._man(post, place))
        self._news.set()

    async def manned(self, *, within_s: float) -> None:
        """Until somebody is warm. Raises TimeoutError where there is no place so long, and what
        came in the way where it did so everywhere."""
        async with asyncio.timeout(within_s):
            while not self._posts:
                await self._next()
        while not self.was_manned:
            failures = [post.failure for post in self._posts.values()]
            if failures and all(failures):
                raise next(filter(None, failures))
            await self._next()

    async def close(self) -> None:
        """All of them end, those that leave already among them."""
        for post in self._posts.values():
            self._end(post)
        self._posts.clear()
        await asyncio.gather(*self._leaving, return_exceptions=True)

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()

    def _end(self, post: Post) -> None:
        if post.task is not None:
            post.task.cancel()
            self._leaving.add(post.task)
            post.task.add_done_callback(self._leaving.discard)

    async def _man(self, post: Post, place: Place) -> None:
        """Until cancelled. Whoever was warm once sees to it by itself that it is again."""
        painter = self._born(post.name, place)
        try:
            await self._start(post, painter)
            self._crew.join(painter)
            self.was_manned = True
            self._news.set()
            log.info("the painter %s has joined", post.name)
            await asyncio.Event().wait()
        finally:
            self._crew.leave(painter)
            await painter.close(within_s=self._closes_within_s)

    async def _start(self, post: Post, painter: ChildPainter) -> None:
        pauses = Pauses(failures=1)
        while True:
            try:
                return await painter.start()
            except Exception as error:
                post.failure = error
                self._news.set()
                if not isinstance(error, EaselError | OSError):
                    log.exception("the painter %s met a bug while it started", post.name)
                log.error(
                    "the painter %s cannot start, and is tried again in %g s: %s",
                    post.name,
                    pauses.length_s,
                    error,
                )
            await self._pause(pauses.length_s)
            pauses = pauses.longer


async def _watch(seen: Looks, posts: Posts, device: str) -> None:
    """Until cancelled. What is wrong with a cluster ends it only before anybody was warm."""
    pauses, strangers = Pauses(), set[str]()
    while True:
        try:
            async with aclosing(seen()) as outlook:  # type: ignore[type-var]
                async for nodes in outlook:
                    pauses = Pauses()
                    posts.see(places_on(_private(nodes, strangers), device))
        except EaselError as error:
            if not posts.was_manned:
                raise
            log.error("the Ray cluster is looked at again in %g s: %s", pauses.length_s, error)
        await asyncio.sleep(pauses.length_s)
        pauses = pauses.longer


def _private(nodes: Nodes, strangers: set[str]) -> Sequence[Node]:
    """Those that nobody out in the internet reaches. Of each other the log speaks once."""
    for node in nodes:
        if not is_private(node.address) and node.address not in strangers:
            strangers.add(node.address)
            log.error(
                "the node %s of the Ray cluster has the public address %s, so nobody paints there",
                node.name,
                node.address,
            )
    return [node for node in nodes if is_private(node.address)]


def free_name(wanted: str, taken: Collection[str]) -> str:
    """It, or with the next number where somebody is called so."""
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name
