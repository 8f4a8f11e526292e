"""The use cases: ask for pictures, withdraw, look up."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engine.addon import Shelf
from engine.allowance import UNLIMITED, Allowance, require_possible
from engine.card import ModelCard, card_named
from engine.errors import Cancelled, NotFound, PaintingFailed
from engine.framing import framed
from engine.job import Bookmark, Job, Owner, Picture, Remembered, Status, Tile
from engine.line import Line
from engine.png import require_picture, size_of_picture
from engine.ports import Ledger
from engine.price import Speeds
from engine.request import LARGEST_SEED, ImageRequest
from engine.ticket import Ticket
from engine.tiles import tiles_of

TERMINAL = "terminal"
COMMANDS_END_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a request would paint and cost, before it is asked for."""

    tiles: tuple[Tile, ...]
    price: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """How many jobs go first, and in how many seconds this one should be there."""

    ahead: int
    seconds: float


async def unlimited(owner: str, roles: Collection[str] = ()) -> Allowance:
    return UNLIMITED


def utc_now() -> datetime:
    return datetime.now(UTC)


def withdrawn() -> Cancelled:
    return Cancelled("The job was withdrawn.")


class Studio:
    """Everything that a person can ask of Easel, whichever way they come in.

    `allowance` answers what the owner of an id, who has these roles, may use.
    """

    def __init__(
        self,
        *,
        line: Line,
        ledger: Ledger,
        cards: Mapping[str, ModelCard],
        speeds: Speeds,
        allowance: Callable[[str, Collection[str]], Awaitable[Allowance]] = unlimited,
        wildcards: Mapping[str, Sequence[str]] | None = None,
        shelf: Callable[[], Shelf] = Shelf,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._line = line
        self._ledger = ledger
        self._cards = cards
        self._speeds = speeds
        self._allowance = allowance
        self._wildcards = wildcards or {}
        self._shelf = shelf
        self._now = now
        self._admission = asyncio.Lock()

    async def quote(self, request: ImageRequest) -> Quote:
        """Raises InvalidRequest where the model cannot paint it, NotFound without its image."""
        card = card_named(request.model, self._cards)
        if request.image is not None:
            image = size_of_picture(await self._ledger.file(request.image))
            request = framed(request, image, card)
        seed = secrets.randbelow(LARGEST_SEED + 1)
        tiles = tiles_of(request, card, seed=seed, wildcards=self._wildcards, shelf=self._shelf())
        return Quote(tiles=tiles, price=self._speeds.price([tile.recipe for tile in tiles]))

    async def submit(
        self,
        request: ImageRequest,
        owner: Owner,
        *,
        roles: Collection[str] = (),
        key: str | None = None,
        origin: str = "local",
        reply: str = "",
    ) -> Ticket:
        """Raises Rejected. The same key again answers with the job of the first time.

        Where there is a `reply`, the job's end is also told to whoever that means.
        """
        quote = await self.quote(request)
        allowance = await self._allowance(owner.id, roles)
        job = Job(
            owner=owner,
            request=request,
            tiles=quote.tiles,
            price=quote.price,
            submitted=self._now(),
            key=key,
            origin=origin,
            reply=reply,
        )
        # Between counting what waits and putting one more there, nobody else may count.
        async with self._admission:
            if key is not None and (earlier := await self._ledger.seen(owner.id, key)):
                return await self._ticket_again(earlier, allowance)
            self._line.queue.require_room()
            self._require_possible(job, allowance)
            # Who gives up now must not leave a job that is recorded and never painted.
            return await asyncio.shield(self._admit(job, allowance))

    async def cancel(self, job: str, owner: Owner) -> bool:
        """True when it was withdrawn; False when it had ended already.

        What is painted of it was paid for; the rest is refunded.
        """
        if (await self._ledger.job(job)).owner.id != owner.id:
            raise NotFound("I know no such job of yours.")
        ticket = self._line.tickets.get(job)
        spent = ticket.spent if ticket else 0.0
        # The ledger first: it decides between this and a painter that finishes right now.
        ended = await self._ledger.end(job, Status.CANCELLED, "", now=self._now(), spent=spent)
        if ended:
            self._line.leave(job, withdrawn())
        return ended

    def ticket(self, job: str) -> Ticket | None:
        """The ticket of a job that waits or is being painted."""
        return self._line.tickets.get(job)

    def place(self, job: str) -> Place | None:
        """None once it is being painted, or has ended."""
        now = self._now().timestamp()
        ticket = self._line.tickets.get(job)
        if ticket is None or ticket.begun is not None or not self._line.waits(job):
            return None
        ahead = self._line.ahead(ticket.job, now)
        return Place(ahead=ahead, seconds=self._line.cost_ahead(ticket.job, now))

    async def resume(self) -> int:
        """Take up what an earlier run left in the queue, and what nobody paints any more.

        What a painter held that was killed comes back when its lease runs out: see `sweep`.
        """
        await self._ledger.take_back(self._now())
        unfinished = await self._ledger.unfinished()
        return await self._take_up([job for job in unfinished if job.status is Status.QUEUED])

    async def sweep(self) -> None:
        """End the leases that ran out, and take those jobs up again or say why not."""
        taken = await self._ledger.take_back(self._now())
        for job in taken:
            if job.id in self._line.tickets:
                self._line.follow(job)
            # Whoever waits for one that was given up has news.
            self._line.news.set()
        await self._take_up([job for job in taken if job.status is Status.QUEUED])
        await self.catch_up()

    async def catch_up(self) -> None:
        """See what became of the jobs that are elsewhere: one that is free again joins the line."""
        for name in tuple(self._line.elsewhere):
            job = await self._ledger.job(name)
            if job.status is Status.PAINTING:
                continue
            allowance = await self._allowance(job.owner.id, ())
            ticket = self._line.tickets.get(name)
            if ticket is None or name not in self._line.elsewhere:
                continue
            if job.status is not Status.QUEUED:
                await self._tell_end(job, ticket)
            elif not self._line.painting.get(name):
                # Not before what was painted of it here is withdrawn: that takes a step's time.
                self._line.join(job, allowance)

    async def history(
        self, owner: Owner, *, before: Bookmark | None = None, limit: int = 20
    ) -> Sequence[Remembered]:
        return await self._ledger.history(owner.id, before=before, limit=limit)

    async def keep(self, file: bytes) -> str:
        """Keep a source picture and answer its digest. Raises InvalidRequest if it is none."""
        await asyncio.to_thread(require_picture, file)
        return await self._ledger.keep(file)

    def _require_possible(self, job: Job, allowance: Allowance) -> None:
        recipe = job.tiles[0].recipe
        width, height = recipe.final_size
        require_possible(
            allowance,
            pixels=width * height,
            steps=recipe.told_steps,
            waiting=self._line.queue.waiting(job.owner.id),
        )

    async def _admit(self, job: Job, allowance: Allowance) -> Ticket:
        # Before a painter can see it; and the same transaction takes its price.
        recorded = await self._ledger.record(job, allowance, job.submitted)
        if recorded.id != job.id:
            return await self._ticket_again(recorded, allowance)
        return self._line.join(recorded, allowance)

    async def _take_up(self, jobs: Sequence[Job]) -> int:
        """Put queued jobs of an earlier run, or of a painter that was lost, in the line.

        A job of the terminal ends with its command, which may be running beside this program; one
        that was begun or is old was killed, and nobody would see its pictures.
        """
        now, waiting = self._now(), 0
        allowances: dict[str, Allowance] = {}
        for job in jobs:
            owner = job.owner.id
            if job.origin == TERMINAL:
                if job.attempt or now - job.submitted > COMMANDS_END_WITHIN:
                    await self._ledger.end(job.id, Status.CANCELLED, "", now=now)
                continue
            if owner not in allowances:
                allowances[owner] = await self._allowance(owner, ())
            if job.id not in self._line.tickets:
                self._line.join(job, allowances[owner])
                waiting += 1
        return waiting

    async def _ticket_again(self, job: Job, allowance: Allowance) -> Ticket:
        """The ticket of a job that was asked for before, made anew if it has ended."""
        if ticket := self._line.tickets.get(job.id):
            return ticket
        match job.status:
            case Status.QUEUED:
                return self._line.join(job, allowance)
            case Status.PAINTING:
                return self._line.follow(job)
            case _:
                ticket = Ticket(job)
                await self._tell_end(job, ticket)
                return ticket

    async def _tell_end(self, job: Job, ticket: Ticket) -> None:
        match job.status:
            case Status.DONE:
                ticket.resolve(await self._remembered_pictures(job.id))
            case Status.FAILED:
                ticket.fail(PaintingFailed(job.problem))
            case _:
                ticket.fail(withdrawn())
        self._line.forget(job.id)

    async def _remembered_pictures(self, job: str) -> tuple[Picture, ...]:
        return tuple(
            [
                Picture(
                    recipe=remembered.recipe,
                    png=await self._ledger.file(remembered.file),
                    seconds=remembered.seconds,
                )
                for remembered in await self._ledger.pictures(job)
            ]
        )
