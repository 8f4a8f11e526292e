"""The use cases: ask for pictures, withdraw, look up."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from engine.addon import Shelf
from engine.allowance import UNLIMITED, Allowance, require_possible
from engine.card import ModelCard, card_named
from engine.choices import NOTHING_CHOSEN, Chosen, completed
from engine.ending import tell_end, withdrawn
from engine.errors import NotFound, StorageFailed
from engine.framing import framed
from engine.gate import Gate, require_open
from engine.job import Job, Owner, Picture, Status, Tile
from engine.lease import Lease
from engine.line import Line
from engine.moderation import LOCAL
from engine.outline import outline_of
from engine.png import require_picture, size_of_picture
from engine.ports import Ledger
from engine.price import Speeds
from engine.recall import all_recalled, unknown
from engine.request import LARGEST_SEED, ImageRequest
from engine.safety import Policy
from engine.server import ANYWHERE, Spot, measure_at, require_allowed
from engine.sources import require_own
from engine.ticket import Ticket
from engine.tiles import tiles_of

log = logging.getLogger(__name__)

HISTORY = "history"
"""Who painted what needed no painter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a request would paint and cost, before it is asked for.

    `request` has the defaults in it; `notes` say which of them could not be taken. What history
    has costs nothing, and is there `at_once` where that is all of it.
    """

    request: ImageRequest
    tiles: tuple[Tile, ...]
    price: float
    at_once: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How many pictures go first, and in how many seconds those of the job should be there.

    While the queue is `paused` nobody knows when.
    """

    ahead: int
    seconds: float
    paused: bool = False


async def unlimited(owner: str, roles: Collection[str] | None = None) -> Allowance:
    return UNLIMITED


async def nothing_chosen(owner: str | None, server: str | None = None) -> Chosen:
    return NOTHING_CHOSEN


def utc_now() -> datetime:
    return datetime.now(UTC)


class Studio:
    """Everything that a person can ask of Easel, whichever way they come in.

    `allowance` answers what the owner of an id, who has these roles, may use; without roles, who
    has those of the last time. `chosen` answers what they chose, and the server where they ask.
    `safety` is what is done everywhere with unsafe pictures; the `spot` where somebody asks may
    want more.
    """

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        cards: Mapping[str, ModelCard],
        speeds: Speeds,
        allowance: Callable[[str, Collection[str] | None], Awaitable[Allowance]] = unlimited,
        chosen: Callable[[str | None, str | None], Awaitable[Chosen]] = nothing_chosen,
        wildcards: Mapping[str, Sequence[str]] | None = None,
        shelf: Callable[[], Shelf] = Shelf,
        safety: Policy | None = None,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._cards = cards
        self._speeds = speeds
        self._allowance = allowance
        self._chosen = chosen
        self._wildcards = wildcards or {}
        self._shelf = shelf
        self._safety = safety or Policy()
        self._now = now
        self._admission = asyncio.Lock()

    async def quote(
        self,
        request: ImageRequest,
        owner: Owner | None = None,
        *,
        roles: Collection[str] | None = None,
        server: str | None = None,
        spot: Spot = ANYWHERE,
    ) -> Quote:
        """What it says nothing of is as its owner and the server chose.

        Raises InvalidRequest where the model cannot paint it or the server does not allow it,
        NotFound without its image.
        """
        allowance = await self._allowance(owner.id, roles) if owner else UNLIMITED
        return await self._quoted(request, owner, server, spot, allowance)

    async def submit(
        self,
        request: ImageRequest,
        owner: Owner,
        *,
        roles: Collection[str] | None = None,
        server: str | None = None,
        spot: Spot = ANYWHERE,
        key: str | None = None,
        origin: str = "local",
        reply: str = "",
    ) -> Ticket:
        """Raises Rejected. The same key again answers with the job of the first time.

        Where there is a `reply`, the job's end is also told to whoever that means.
        """
        allowance = await self._allowance(owner.id, roles)
        quote = await self._quoted(request, owner, server, spot, allowance)
        job = Job(
            owner=owner,
            request=quote.request,
            tiles=quote.tiles,
            price=quote.price,
            submitted=self._now(),
            tier=allowance.tier,
            clock=self._line.queue.clock(allowance.tier),
            key=key,
            origin=origin,
            reply=reply,
        )
        # Who gives up now must not leave a job that is recorded and never painted.
        return await asyncio.shield(self._admit(job, allowance, at_once=quote.at_once))

    async def cancel(self, job: str, owner: Owner) -> bool:
        """True when it was withdrawn; False when it had ended already.

        What is painted of it was paid for; the rest is refunded.
        """
        if (await self._ledger.job(job)).owner.id != owner.id:
            raise NotFound("I know no such job of yours.")
        work = self._line.works.get(job)
        # The ledger first: it decides between this and a painter that finishes right now.
        ended = await self._ledger.end(
            job,
            Status.CANCELLED,
            "",
            now=self._now(),
            spent=work.spent if work else 0.0,
            tally=self._line.tally(owner.id, ended=work),
        )
        if ended:
            self._line.leave(job, withdrawn())
        return ended

    def ticket(self, job: str) -> Ticket | None:
        """The ticket of a job that is being painted, or waits and was asked for by who is there."""
        return self._line.tickets.get(job)

    def place(self, job: str) -> Place | None:
        """None once it is being painted, or has ended."""
        if job not in self._line.jobs or job in self._line.works:
            return None
        ahead, seconds = self._line.until(job, self._now().timestamp())
        return Place(ahead=ahead, seconds=seconds, paused=self._line.gate is Gate.PAUSED)

    async def keep(self, file: bytes, owner: Owner) -> str:
        """Keep a source picture of somebody, who alone may begin from it, and answer its digest.

        Raises InvalidRequest if it is none.
        """
        await asyncio.to_thread(require_picture, file)
        return await self._ledger.keep(owner.id, file, self._now())

    async def _quoted(
        self,
        request: ImageRequest,
        owner: Owner | None,
        server: str | None,
        spot: Spot,
        allowance: Allowance,
    ) -> Quote:
        chosen = await self._chosen(owner.id if owner else None, server)
        whole = completed(request, chosen, self._cards, allowance)
        request = whole.request
        card = card_named(request.model, self._cards)
        if owner is not None and request.pictures:
            require_own(request.pictures, await self._ledger.own(owner.id, request.pictures))
        if request.image is not None:
            image = size_of_picture(await self._ledger.file(request.image))
            request = framed(request, image, card)
        tiles = tiles_of(
            request,
            card,
            seed=secrets.randbelow(LARGEST_SEED + 1),
            wildcards=self._wildcards,
            styles=chosen.styles,
            shelf=self._shelf(),
        )
        require_allowed(chosen.settings, request, tiles)
        if safety := measure_at(chosen.settings, spot, self._safety):
            tiles = tuple(
                replace(tile, recipe=replace(tile.recipe, safety=safety)) for tile in tiles
            )
        new = tiles
        if owner is not None and not request.fresh:
            new = await unknown(owner.id, tiles, self._line.hands, self._ledger)
        price = self._speeds.price([tile.recipe for tile in new]) if new else 0.0
        return Quote(
            request=whole.request, tiles=tiles, price=price, at_once=not new, notes=whole.notes
        )

    def _require_possible(self, job: Job, allowance: Allowance, *, waiting: int) -> None:
        recipe = job.tiles[0].recipe
        width, height = recipe.final_size
        pixels, steps = width * height, recipe.told_steps
        require_possible(allowance, pixels=pixels, steps=steps, waiting=waiting)

    async def _answer(
        self, job: Job, allowance: Allowance, pictures: tuple[Picture, ...]
    ) -> Ticket:
        """It need not wait for the painter: it is recorded and has ended."""
        recorded = await self._ledger.record(job, allowance, job.submitted)
        if recorded.id == job.id:
            until = job.submitted + Lease().length
            try:
                begun = await self._ledger.begin(job.id, HISTORY, until)
                await self._ledger.finish(job.id, begun.attempt, pictures, self._now())
            except (NotFound, StorageFailed) as error:
                log.warning("job %s is in history and cannot be answered yet: %s", job.id, error)
            else:
                self._line.news.set()
                ticket = Ticket(recorded)
                ticket.resolve(pictures)
                return ticket
        return await self._ticket_of(await self._ledger.job(recorded.id), allowance)

    async def _admit(self, job: Job, allowance: Allowance, *, at_once: bool) -> Ticket:
        # Between counting what waits and putting one more there, nobody else may count.
        async with self._admission:
            if job.key is not None and (earlier := await self._ledger.seen(job.owner.id, job.key)):
                return await self._ticket_of(earlier, allowance)
            if at_once:
                self._require_possible(job, allowance, waiting=0)
                hands, owner = self._line.hands, job.owner.id
                if pictures := await all_recalled(owner, job.tiles, hands, self._ledger):
                    return await self._answer(job, allowance, pictures)
            require_open(self._line.gate)
            self._line.waiting.require_room(None if job.owner.id == LOCAL else job.owner.id)
            self._require_possible(job, allowance, waiting=self._line.waiting.of(job.owner.id))
            # Before a painter can see it; and the same transaction takes its price.
            recorded = await self._ledger.record(job, allowance, job.submitted)
            return await self._ticket_of(recorded, allowance)

    async def _ticket_of(self, job: Job, allowance: Allowance) -> Ticket:
        """The ticket of a job that is in the ledger, perhaps since long; made anew if it has ended.

        Who looks after the line may have seen it there first.
        """
        if not self._line.knows(job.id):
            match job.status:
                case Status.QUEUED:
                    self._line.join(outline_of(job), allowance)
                    self._line.bell.set()
                case Status.PAINTING:
                    self._line.follow(job.id)
                case _:
                    ticket = Ticket(job)
                    await tell_end(job, ticket, self._ledger)
                    return ticket
        return self._line.ticket(job)
