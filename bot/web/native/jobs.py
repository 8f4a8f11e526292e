"""Jobs: asked for, looked at, withdrawn, and their pictures."""

import asyncio
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict

from bot.app import App
from bot.web.asked import LARGEST_ASKED, PICTURES, Asked, request_from
from bot.web.caller import Caller
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.idempotency import HEADER, KEY, ORIGIN, key_in
from bot.web.incoming import Incoming
from bot.web.native.told import Told, ToldJob, told_job, told_request
from bot.web.own import own_job
from bot.web.problem import Asking
from engine.clock import utc_now
from engine.errors import InvalidRequest, NotFound
from engine.job import Job, Remembered
from engine.key import Scope
from engine.request import ImageRequest

ALTERNATIVE = "{"
"""Without one a prompt stands for as many pictures as were counted."""
FOR_EVER = "private, max-age=31536000, immutable"


class ToldJobs(Told):
    jobs: list[ToldJob]


class ToldQuote(Told):
    """What it would come to."""

    tiles: int
    price: float
    at_once: bool
    notes: list[str]
    request: dict[str, Any]


class Jobs:
    """Everybody's own, and nobody else's."""

    def __init__(self, app: App, incoming: Incoming) -> None:
        self._app, self._incoming = app, incoming

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
                answers={200: "image/png"},
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
        key = key_in(call.request)
        request = await self._request(asked, call.caller)
        if not asked.agreed and ALTERNATIVE in request.prompt:
            await self._require_agreed(request, call.caller)
        return await self.submitted(request, call.caller, key=key)

    async def submitted(
        self, request: ImageRequest, caller: Caller, *, key: str | None = None
    ) -> web.Response:
        """Raises Rejected."""
        ticket = await self._app.studio.submit(request, caller.owner, key=key, origin=ORIGIN)
        if key is not None and not _is_said_by(request, ticket.job.request):
            raise InvalidRequest(f"That {KEY} was used for another request. Take a new one.")
        told = await self.told(await self._app.ledger.job(ticket.job.id))
        return answered(told, HTTPStatus.ACCEPTED, Location=f"/v1/jobs/{ticket.job.id}")

    async def quote(self, call: Call) -> web.Response:
        request = await self._request(call.body(Asked), call.caller)
        quote = await self._app.studio.quote(request, call.caller.owner)
        told = ToldQuote(
            tiles=len(quote.tiles),
            price=round(quote.price, 2),
            at_once=quote.at_once,
            notes=list(quote.notes),
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
        tag = f'"{found.file}"'
        headers = {"Cache-Control": FOR_EVER, "ETag": tag}
        if call.query(Download).download:
            name = f"easel-{found.number}-seed-{found.recipe.seed}.png"
            headers["Content-Disposition"] = f'attachment; filename="{name}"'
        if tag in call.request.headers.get("If-None-Match", ""):
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        file = await self._app.ledger.file(found.file)
        return web.Response(body=file, content_type="image/png", headers=headers)

    async def preview(self, call: Call) -> web.Response:
        job = await self.own(call)
        ticket = self._app.studio.ticket(job.id)
        for step in ticket.latest if ticket else ():
            if step.tile == call.number("tile") and step.preview:
                headers = {"Cache-Control": "no-store"}
                return web.Response(body=step.preview, content_type="image/png", headers=headers)
        raise NotFound("There is nothing to see of that picture yet, or it is done.")

    async def own(self, call: Call) -> Job:
        """Raises NotFound, of another's job too."""
        return await own_job(self._app.ledger, call.place("job"), call.caller.owner)

    async def tile(self, call: Call) -> Remembered:
        """Raises NotFound where it is not painted, not there, or another's."""
        job = await self.own(call)
        for picture in await self._app.ledger.pictures(job.id):
            if picture.tile == call.number("tile"):
                return picture
        raise NotFound("That job has no such picture, or not yet.")

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
        return await asyncio.to_thread(request_from, asked, kept)

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

    download: bool = False


class OfStep(BaseModel):
    """Which step is looked at only makes it another address."""

    model_config = ConfigDict(extra="forbid")

    step: int | None = None


def _is_said_by(request: ImageRequest, earlier: ImageRequest) -> bool:
    """Whether all that it says was said then; defaults came to that."""
    return all(getattr(earlier, name) == getattr(request, name) for name in _said(request))


def _said(request: ImageRequest) -> Sequence[str]:
    return [
        name
        for name, field in ImageRequest.model_fields.items()
        if field.is_required() or getattr(request, name) != field.default
    ]
