"""The page: a form and what became of it, which works without JavaScript, and the other views."""

from http import HTTPStatus
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot import messages
from bot.web.bodies import read_form
from bot.web.endpoint import LARGEST_BODY
from bot.web.visiting import CALLER
from engine.errors import InvalidRequest, NotFound, QueueFull, QuotaExceeded, Rejected
from engine.job import Job, Remembered, Status
from engine.key import Scope
from engine.ports import Ledger
from engine.prompt import read_prompt, write_prompt
from engine.studio import Studio

ORIGIN = "page"
EXAMPLES = (
    messages.EXAMPLE,
    "a red boat on the sea at sunset",
    "two white boats on the sea at night --count 4",
)
THEMES = frozenset({"light", "dark"})


class Page:
    """Whoever visits sees their own jobs and pictures, and nobody else's."""

    def __init__(self, studio: Studio, ledger: Ledger) -> None:
        self._studio, self._ledger = studio, ledger

    def add_to(self, app: web.Application) -> None:
        """The form, the jobs, their pictures, and the views of all pictures and all people."""
        app.router.add_get("/", self.show_form)
        app.router.add_post("/", self.paint)
        app.router.add_get("/gallery", self.show_gallery)
        app.router.add_get("/moderate", self.show_moderation)
        app.router.add_get("/jobs/{job:[0-9a-f]{32}}", self.show_job)
        app.router.add_post("/jobs/{job:[0-9a-f]{32}}/cancel", self.cancel)
        app.router.add_get("/jobs/{job:[0-9a-f]{32}}/preview-{tile:[0-9]{1,2}}.png", self.preview)
        app.router.add_get("/pictures/{job:[0-9a-f]{32}}/{tile:[0-9]{1,2}}.png", self.picture)

    async def show_form(self, request: web.Request) -> web.Response:
        """The form with an example in it."""
        return _form(request, prompt=messages.EXAMPLE)

    async def paint(self, request: web.Request) -> web.Response:
        """Take the form; what is wrong with it is said above it, and it keeps its words."""
        caller = request[CALLER]
        caller.require(Scope.PAINT)
        prompt = await _prompt_of(request)
        try:
            ticket = await self._studio.submit(read_prompt(prompt), caller.owner, origin=ORIGIN)
        except Rejected as error:
            return _form(request, _status_of(error), prompt=prompt, problem=str(error))
        raise web.HTTPSeeOther(f"/jobs/{ticket.job.id}")

    async def show_gallery(self, request: web.Request) -> web.Response:
        """All one's pictures; the filters of the address stand in its form."""
        request[CALLER].require(Scope.READ)
        search, favourites = request.query.get("search", ""), "favourites" in request.query
        return _render(request, "gallery", search=search, favourites=favourites)

    async def show_moderation(self, request: web.Request) -> web.Response:
        """People, tiers, the queue and the audit."""
        request[CALLER].require(Scope.MODERATE)
        return _render(request, "moderate")

    async def show_job(self, request: web.Request) -> web.Response:
        """Its place, its progress, its pictures, or why there are none."""
        job = await self._job(request)
        match job.status:
            case Status.DONE:
                painted = await self._ledger.pictures(job.id)
                shown: dict[str, Any] = {"painted": [_figure(one) for one in painted]}
            case Status.FAILED:
                shown = {"problem": job.problem}
            case Status.CANCELLED:
                shown = {"note": messages.WITHDRAWN}
            case _:
                shown = {"waiting": job.id, **self._waiting(job)}
        return _form(request, prompt=write_prompt(job.request), subject=job.request.prompt, **shown)

    async def cancel(self, request: web.Request) -> web.Response:
        """Withdraw it, and show what that changed."""
        caller = request[CALLER]
        caller.require(Scope.PAINT)
        job = await self._job(request)
        await self._studio.cancel(job.id, caller.owner)
        raise web.HTTPSeeOther(f"/jobs/{job.id}")

    async def preview(self, request: web.Request) -> web.Response:
        """A tile as it is now."""
        job = await self._job(request)
        ticket = self._studio.ticket(job.id)
        tile = int(request.match_info["tile"])
        for step in ticket.latest if ticket else ():
            if step.tile == tile and step.preview:
                return _png(step.preview, "no-store")
        raise web.HTTPNotFound(text=messages.NO_PICTURE)

    async def picture(self, request: web.Request) -> web.Response:
        """A finished tile, which never changes."""
        job = await self._job(request)
        tile = int(request.match_info["tile"])
        for painted in await self._ledger.pictures(job.id):
            if painted.tile == tile:
                file = await self._file(painted.file)
                return _png(file, "private, max-age=31536000, immutable")
        raise web.HTTPNotFound(text=messages.NO_PICTURE)

    async def _file(self, digest: str) -> bytes:
        try:
            return await self._ledger.file(digest)
        except NotFound as error:
            raise web.HTTPNotFound(text=str(error)) from None

    async def _job(self, request: web.Request) -> Job:
        caller = request[CALLER]
        caller.require(Scope.READ)
        try:
            job = await self._ledger.job(request.match_info["job"])
        except NotFound:
            raise web.HTTPNotFound(text=messages.NO_JOB) from None
        if job.owner.id != caller.owner.id:
            raise web.HTTPNotFound(text=messages.NO_JOB)
        return job

    def _waiting(self, job: Job) -> dict[str, Any]:
        place = self._studio.place(job.id)
        if place is not None:
            return {
                "place": messages.place_in_line(place.ahead, place.seconds, paused=place.paused)
            }
        ticket = self._studio.ticket(job.id)
        latest = ticket.latest if ticket else ()
        return {
            "done": sum(step.step for step in latest),
            "total": sum(tile.recipe.told_steps for tile in job.tiles),
            "previews": [step for step in latest if step.preview],
        }


async def _prompt_of(request: web.Request) -> str:
    return (await read_form(request, LARGEST_BODY)).get("prompt", "")


def _figure(painted: Remembered) -> dict[str, Any]:
    return {
        "address": f"/pictures/{painted.job}/{painted.tile}.png",
        "prompt": painted.recipe.prompt,
        "width": painted.recipe.width,
        "height": painted.recipe.height,
        "facts": " · ".join(messages.facts(painted)),
    }


def _status_of(error: Rejected) -> HTTPStatus:
    match error:
        case InvalidRequest():
            return HTTPStatus.UNPROCESSABLE_ENTITY
        case QuotaExceeded():
            return HTTPStatus.TOO_MANY_REQUESTS
        case QueueFull():
            return HTTPStatus.SERVICE_UNAVAILABLE
        case _:
            return HTTPStatus.BAD_REQUEST


def _form(request: web.Request, status: HTTPStatus = HTTPStatus.OK, **shown: Any) -> web.Response:
    shown |= {"example": messages.EXAMPLE, "examples": EXAMPLES}
    return _render(request, "paint", status, template="page.html", **shown)


def _render(
    request: web.Request,
    here: str,
    status: HTTPStatus = HTTPStatus.OK,
    *,
    template: str | None = None,
    **shown: Any,
) -> web.Response:
    theme = request.cookies.get("theme")
    shown |= {
        "here": here,
        "moderates": Scope.MODERATE in request[CALLER].scopes,
        "theme": theme if theme in THEMES else None,
    }
    page = aiohttp_jinja2.render_template(template or f"{here}.html", request, shown, status=status)
    page.headers["Cache-Control"] = "no-store"
    return page


def _png(file: bytes, caching: str) -> web.Response:
    return web.Response(body=file, content_type="image/png", headers={"Cache-Control": caching})
