"""The use cases: ask for pictures, withdraw, look up."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

from engine.addon import Shelf
from engine.admission import Admission
from engine.allowance import UNLIMITED, Allowance, unlimited
from engine.card import ModelCard, card_named
from engine.choices import Chosen, completed, nothing_chosen
from engine.clock import utc_now
from engine.ending import withdrawn
from engine.errors import NotFound
from engine.forecast import places, until
from engine.framing import framed
from engine.gate import Gate
from engine.job import Job, Owner, Status
from engine.line import Line
from engine.place import Ahead, Place
from engine.png import require_picture, size_of_picture
from engine.ports import Ledger
from engine.quote import Quote
from engine.recall import unknown
from engine.request import LARGEST_SEED, ImageRequest
from engine.rules import measure_at, require_allowed
from engine.safety import Policy
from engine.sent import sent_of
from engine.sources import require_own
from engine.spot import ANYWHERE, Spot
from engine.tariff import Tariff
from engine.ticket import Ticket
from engine.tiles import tiles_of
from engine.withdrawal import withdraw


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
        tariff: Tariff,
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
        self._tariff = tariff
        self._allowance = allowance
        self._chosen = chosen
        self._wildcards = wildcards or {}
        self._shelf = shelf
        self._safety = safety or Policy()
        self._now = now
        self.looking = ThreadPoolExecutor(1, "looking")
        """Where pictures are unpacked, here and by whoever else does: one at a time, always by the
        same thread, since each keeps some of the memory that it once needed."""
        self._admission = Admission(line=line, ledger=ledger, cards=cards, now=now)

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
        sent: str | None = None,
        origin: str = "local",
        reply: str = "",
    ) -> Ticket:
        """Raises Rejected. The same key again answers with the job of the first time, as long as
        the same was `sent`: the request, or what that digest is of.

        Where there is a `reply`, the job's end is also told to whoever that means.
        """
        allowance = await self._allowance(owner.id, roles)
        if key is not None:
            sent = sent or sent_of(request)
            # Before the defaults, which may be others by now, or impossible.
            again = self._admission.again(owner.id, key, sent, allowance)
            if (ticket := await asyncio.shield(again)) is not None:
                return ticket
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
            sent=sent,
            origin=origin,
            reply=reply,
        )
        # Who gives up now must not leave a job that is recorded and never painted.
        return await asyncio.shield(self._admission.admit(job, allowance, at_once=quote.at_once))

    async def cancel(self, job: str, owner: Owner) -> bool:
        """True when it was withdrawn; False when it had ended already.

        What is painted of it was paid for; the rest is refunded.
        """
        known = await self._ledger.job(job)
        if known.owner.id != owner.id:
            raise NotFound("I know no such job of yours.")
        return await withdraw(
            job,
            owner.id,
            Status.CANCELLED,
            withdrawn(),
            known=known,
            line=self._line,
            ledger=self._ledger,
            now=self._now(),
        )

    def ticket(self, job: str) -> Ticket | None:
        """The ticket of a job that is being painted, or waits and was asked for by who is there."""
        return self._line.tickets.get(job)

    def place(self, job: str) -> Place | None:
        """None once it is being painted, or has ended."""
        if job not in self._line.jobs or job in self._line.works:
            return None
        return self._place(until(self._line, job, self._now().timestamp()))

    def places(self, jobs: Collection[str]) -> Mapping[str, Place]:
        """Those of many at once, as far as they are not far back in a very long queue."""
        waiting = {job for job in jobs if job not in self._line.works}
        found = places(self._line, waiting, self._now().timestamp())
        return {job: self._place(ahead) for job, ahead in found.items()}

    def seconds_left(self, job: str) -> float | None:
        """Until all of a job that is being painted is there; None where nobody knows."""
        if job not in self._line.works or self._stands_still:
            return None
        return until(self._line, job, self._now().timestamp()).seconds(self._line.crew.pace)

    async def keep(self, file: bytes, owner: Owner) -> str:
        """Keep a source picture of somebody, who alone may begin from it, and answer its digest.

        Raises InvalidRequest if it is none.
        """
        await asyncio.get_running_loop().run_in_executor(self.looking, require_picture, file)
        return await self._ledger.keep(owner.id, file, self._now())

    @property
    def _stands_still(self) -> bool:
        return self._line.gate is Gate.PAUSED or self._line.crew.was_sent_away

    def _place(self, ahead: Ahead) -> Place:
        return Place(
            ahead=ahead.tiles,
            seconds=ahead.seconds(self._line.crew.pace),
            paused=self._stands_still,
        )

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
        price = self._tariff.price([tile.recipe for tile in new]) if new else 0.0
        return Quote(
            request=whole.request, tiles=tiles, price=price, at_once=not new, notes=whole.notes
        )
