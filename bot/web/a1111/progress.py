"""Progress: how far one's own job is, and how it is stopped."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from pydantic import BaseModel, Field, RootModel

from bot.app import App
from bot.web.a1111.dialect import A1111
from bot.web.a1111.infos import AT
from bot.web.a1111.interrupted import Interrupted
from bot.web.a1111.shapes import Theirs
from bot.web.endpoint import Call, Endpoint, answered
from engine.errors import NotFound
from engine.job import Job, Progress
from engine.key import Scope


class Nothing(RootModel[None]):
    """As they answer where there is nothing to say."""

    root: None = None


class Emptiness(BaseModel):
    """The same, as an object."""


class Without(Theirs):
    """Whether the picture as it is by now is left out."""

    skip_current_image: bool = Field(
        False, description="Leave the picture as it is by now out of the answer."
    )


class ToldProgress(BaseModel):
    """`eta_relative` is in seconds, `current_image` the newest preview as base64."""

    progress: float
    eta_relative: float
    state: dict[str, Any]
    current_image: str | None
    textinfo: str | None


class Progressing:
    """Of all jobs of one owner the one that is painted first, whichever way it was asked for."""

    def __init__(self, app: App, interrupted: Interrupted) -> None:
        self._app, self._interrupted = app, interrupted

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/sdapi/v1/progress",
                does=self.show,
                about="How far one's own job is",
                tag="A1111",
                scope=Scope.READ,
                query=Without,
                answers={200: ToldProgress},
                dialect=A1111,
            ),
            Endpoint(
                method="POST",
                path="/sdapi/v1/interrupt",
                does=self.interrupt,
                about="Cancel one's own job that is being painted, or is next",
                tag="A1111",
                scope=Scope.PAINT,
                answers={200: Emptiness},
                dialect=A1111,
            ),
            Endpoint(
                method="POST",
                path="/sdapi/v1/skip",
                does=self.skip,
                about="The same as interrupt",
                tag="A1111",
                scope=Scope.PAINT,
                answers={200: Nothing},
                dialect=A1111,
            ),
        )

    async def show(self, call: Call) -> web.Response:
        job = await self._first(call)
        if job is None:
            return answered(told_progress(None, (), None))
        ticket = self._app.studio.ticket(job.id)
        place = self._app.studio.place(job.id)
        seconds = place.seconds if place else self._app.studio.seconds_left(job.id)
        told = told_progress(
            job,
            ticket.latest if ticket else (),
            seconds,
            ahead=place.ahead if place else None,
            with_image=not call.query(Without).skip_current_image,
        )
        return answered(told)

    async def interrupt(self, call: Call) -> web.Response:
        await self._stop(call)
        return answered(Emptiness())

    async def skip(self, call: Call) -> web.Response:
        await self._stop(call)
        return answered(Nothing())

    async def _stop(self, call: Call) -> None:
        job = await self._first(call)
        if job is not None:
            self._interrupted.stop(job.id)
            await self._app.studio.cancel(job.id, call.caller.owner)

    async def _first(self, call: Call) -> Job | None:
        for name in self._app.line.jobs_of(call.caller.owner.id):
            ticket = self._app.studio.ticket(name)
            if ticket is not None:
                return ticket.job
            try:
                return await self._app.ledger.job(name)
            except NotFound:  # it was deleted meanwhile
                continue
        return None


def told_progress(
    job: Job | None,
    latest: Sequence[Progress],
    seconds: float | None,
    *,
    ahead: int | None = None,
    with_image: bool = True,
) -> ToldProgress:
    """`latest` is how far its tiles are that were begun, `ahead` the pictures that go before it."""
    tiles = len(job.tiles) if job else 0
    done = [step for step in latest if step.step >= step.steps]
    at_work = [step for step in latest if step.step < step.steps]
    current = at_work[0] if at_work else None
    share = sum(min(1.0, step.step / step.steps) for step in latest if step.steps)
    previews = [step.preview for step in (*at_work, *done) if step.preview]
    return ToldProgress(
        progress=round(share / tiles, 4) if tiles else 0.0,
        eta_relative=round(max(0.0, seconds or 0.0), 1),
        state={
            "skipped": False,
            "interrupted": False,
            "stopping_generation": False,
            "job": f"task({job.id})" if job else "",
            "job_count": tiles,
            "job_timestamp": job.submitted.strftime(AT) if job else "0",
            "job_no": len(done),
            "sampling_step": current.step if current else 0,
            "sampling_steps": current.steps if current else 0,
        },
        current_image=b64encode(previews[0]).decode() if with_image and previews else None,
        textinfo=None if ahead is None else f"In line: {ahead} ahead.",
    )
