"""Jobs: asked for, looked at, withdrawn, and their pictures."""

import asyncio
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from bot.app import App
from bot.web.asked import ALTERNATIVE, LARGEST_ASKED, PICTURES, Asked, request_from
from bot.web.caller import Caller
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.idempotency import HEADER, ORIGIN, Once, once_in
from bot.web.incoming import Incoming
from bot.web.native.affordable import why_not
from bot.web.native.told import Told, ToldJob, told_job, told_request
from bot.web.own import own_job, own_picture, own_preview
from bot.web.problem import Asking
from bot.web.shown import shown
from bot.web.thumbnails import Thumbnails
from bot.web.told_headers import ATTACHED, LOCATION, TAG
from engine.clock import utc_now
from engine.job import Job, Remembered
from engine.key import Scope
from engine.request import ImageRequest


class ToldJobs(Told):
    jobs: list[ToldJob]


class ToldQuote(Told):
    """What it would come to. `notes` also say why it would be refused as things are."""

    tiles: int
    price: float
    at_once: bool
    notes: list[str]
    request: dict[str, Any]


class Jobs:
    """Everybody's own, and nobody else's."""

    def __init__(self, app: App, incoming: Incoming) -> None:
        self._app, self._incoming = app, incoming
        self._thumbnails = Thumbnails(app.ledger)

    def endpoints(self) -> Sequence[Endpoint]:
        painted = {202: ToldJob}
        return (
            Endpoint(
                method="POST",
                path="/v1/jobs",
                does=self.ask,
                about="Ask for pictures",
                tag="jobs",
                scope=Scope.PAINT,
                body=Asked,
                largest=LARGEST_ASKED,
                headers=HEADER,
                answers=painted,
                sends={202: LOCATION},
                refuses=frozenset({404, 409}),
            ),
            Endpoint(
                method="POST",
                path="/v1/quote",
                does=self.quote,
                about="What a job would cost",
                tag="jobs",
                scope=Scope.PAINT,
                body=Asked,
                largest=LARGEST_ASKED,
                answers={200: ToldQuote},
                refuses=frozenset({404}),
            ),
            Endpoint(
                method="GET",
                path="/v1/jobs",
                does=self.unfinished,
                about="Jobs that have not ended",
                tag="jobs",
                scope=Scope.READ,
                answers={200: ToldJobs},
            ),
            Endpoint(
                method="GET",
                path="/v1/jobs/{job}",
                does=self.show,
                about="How a job is",
                tag="jobs",
                scope=Scope.READ,
                answers={200: ToldJob},
                refuses=frozenset({404}),
            ),
            Endpoint(
                method="DELETE",
                path="/v1/jobs/{job}",
                does=self.withdraw,
                about="Cancel a job; what was painted of it was paid for",
                tag="jobs",
                scope=Scope.PAINT,
                answers={200: ToldJob},
                refuses=frozenset({404, 409}),
            ),
            Endpoint(
                method="GET",
                path="/v1/jobs/{job}/tiles/{tile}.png",
                does=self.picture,
                about="A finished picture, with its recipe in it",
                tag="jobs",
                scope=Scope.READ,
                query=Download,
                answers={200: "image/png", 304: None},
                sends={200: {**TAG, **ATTACHED}, 304: {**TAG, **ATTACHED}},
                refuses=frozenset({404}),
            ),
            Endpoint(
                method="GET",
                path="/v1/jobs/{job}/tiles/{tile}/thumbnail.webp",
                does=self.thumbnail,
                about="A finished picture, 512 pixels at most, as a gallery shows it",
                tag="jobs",
                scope=Scope.READ,
                answers={200: "image/webp", 304: None},
                sends={200: TAG, 304: TAG},
                refuses=frozenset({404}),
            ),
            Endpoint(
                method="GET",
                path="/v1/jobs/{job}/tiles/{tile}/preview.png",
                does=self.preview,
                about="A picture as it is by now",
                tag="jobs",
                scope=Scope.READ,
                query=OfStep,
                answers={200: "image/png"},
                refuses=frozenset({404}),
            ),
        )

    async def ask(self, call: Call) -> web.Response:
        asked = call.body(Asked)
        once = await once_in(call, beside=["agreed"])
        request = await self._request(asked, call.caller)
        if not asked.agreed and ALTERNATIVE in request.prompt:
            await self._require_agreed(request, call.caller)
        return await self.submitted(request, call.caller, once)

    async def submitted(self, request: ImageRequest, caller: Caller, once: Once) -> web.Response:
        """Raises Rejected."""
        ticket = await self._app.studio.submit(
            request, caller.owner, key=once.key, sent=once.sent, origin=ORIGIN
        )
        told = await self.told(await self._app.ledger.job(ticket.job.id))
        return answered(told, HTTPStatus.ACCEPTED, Location=f"/v1/jobs/{ticket.job.id}")

    async def quote(self, call: Call) -> web.Response:
        request = await self._request(call.body(Asked), call.caller)
        owner, now = call.caller.owner, utc_now()
        quote = await self._app.studio.quote(request, owner)
        standing = await self._app.accounts.standing(owner.id, now)
        refusal = why_not(quote, standing, self._app.cards, now)
        told = ToldQuote(
            tiles=len(quote.tiles),
            price=round(quote.price, 2),
            at_once=quote.at_once,
            notes=[*quote.notes, *([refusal] if refusal else [])],
            request=told_request(quote.request),
        )
        return answered(told)

    async def unfinished(self, call: Call) -> web.Response:
        names = await self._app.gallery.unfinished(call.caller.owner)
        jobs = [await self._app.ledger.job(name) for name in names]
        return answered(ToldJobs(jobs=[await self.told(job) for job in jobs]))

    async def show(self, call: Call) -> web.Response:
        return answered(await self.told(await self.own(call)))

    async def withdraw(self, call: Call) -> web.Response:
        job = await self.own(call)
        if not await self._app.studio.cancel(job.id, call.caller.owner):
            raise web.HTTPConflict(text="That job has ended already.")
        return answered(await self.told(await self._app.ledger.job(job.id)))

    async def picture(self, call: Call) -> web.StreamResponse:
        found = await self.tile(call)
        headers = {}
        if call.query(Download).download:
            name = f"easel-{found.number}-seed-{found.recipe.seed}.png"
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        read = partial(self._app.ledger.file, found.file)
        return await shown(call.request, found.file, read, headers)

    async def thumbnail(self, call: Call) -> web.StreamResponse:
        found = await self.tile(call)
        small = partial(self._thumbnails.of, found.file)
        return await shown(call.request, f"{found.file}-small", small)

    async def preview(self, call: Call) -> web.Response:
        owner, studio = call.caller.owner, self._app.studio
        name, tile = call.place("job"), call.number("tile")
        preview = await own_preview(studio, self._app.ledger, name, tile, owner)
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=preview, content_type="image/png", headers=headers)

    async def own(self, call: Call) -> Job:
        """Raises NotFound, of another's job too."""
        return await own_job(self._app.ledger, call.place("job"), call.caller.owner)

    async def tile(self, call: Call) -> Remembered:
        """Raises NotFound where it is not painted, not there, or another's."""
        owner = call.caller.owner
        return await own_picture(self._app.ledger, call.place("job"), call.number("tile"), owner)

    async def told(self, job: Job) -> ToldJob:
        ticket = self._app.studio.ticket(job.id)
        return told_job(
            job,
            now=utc_now(),
            place=self._app.studio.place(job.id),
            latest=ticket.latest if ticket else (),
            pictures=await self._app.ledger.pictures(job.id),
        )

    async def _request(self, asked: Asked, caller: Caller) -> ImageRequest:
        words = {name: getattr(asked, name) for name in PICTURES}
        kept = {
            name: await self._incoming.kept(word, caller.owner)
            for name, word in words.items()
            if word is not None
        }
        request = await asyncio.to_thread(request_from, asked, kept)
        if request.mask and not request.outpaint:
            await self._incoming.require_white(request.mask, caller.owner)
        return request

    async def _require_agreed(self, request: ImageRequest, caller: Caller) -> None:
        """Raises Asking."""
        quote = await self._app.studio.quote(request, caller.owner)
        if len(quote.tiles) != quote.request.count:
            raise Asking(
                f"That is {len(quote.tiles)} pictures for {quote.price:.1f} credits. "
                'Say "agreed": true to have them painted.',
                tiles=len(quote.tiles),
                price=round(quote.price, 2),
            )


class Download(BaseModel):
    model_config = ConfigDict(extra="forbid")

    download: bool = Field(False, description="To be saved, under a good name.")


class OfStep(BaseModel):
    """Which step is looked at only makes it another address."""

    model_config = ConfigDict(extra="forbid")

    step: int | None = Field(None, description="Changes nothing but the address.")
