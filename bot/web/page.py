"""The page: a form and what became of it, which works without JavaScript, and the other views."""

from functools import partial
from http import HTTPStatus
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from bot import messages
from bot.web.asked import ALTERNATIVE
from bot.web.bodies import read_form
from bot.web.endpoint import LARGEST_BODY
from bot.web.intake import expected_later
from bot.web.own import own_job, own_picture, own_preview
from bot.web.problem import problem_of
from bot.web.shown import shown
from bot.web.visiting import CALLER
from engine.clock import utc_now
from engine.errors import Rejected
from engine.job import Job, Owner, Remembered, Status
from engine.key import Scope
from engine.ports import Ledger
from engine.prompt import read_prompt, write_prompt
from engine.studio import Studio

ORIGIN = "page"
AGREED = "agreed"
"""To how many pictures somebody has said yes."""
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
        app.router.add_post("/", self.paint, expect_handler=expected_later)
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
        form = await read_form(request, LARGEST_BODY)
        prompt = form.get("prompt", "")
        try:
            asked = read_prompt(prompt)
            if ALTERNATIVE in asked.prompt:
                quote = await self._studio.quote(asked, caller.owner)
                pictures = len(quote.tiles)
                # Whoever changed the prompt meanwhile agreed to something else.
                if pictures != quote.request.count and form.get(AGREED) != str(pictures):
                    return _form(request, prompt=prompt, asking=quote)
            ticket = await self._studio.submit(asked, caller.owner, origin=ORIGIN)
        except Rejected as error:
            problem = problem_of(error, utc_now())
            told = _form(request, problem.status, prompt=prompt, problem=problem.detail)
            told.headers.update(problem.headers)
            return told
        raise web.HTTPSeeOther(f"/jobs/{ticket.job.id}")

    async def show_gallery(self, request: web.Request) -> web.Response:
        """All one's pictures; the filters of the address stand in its form."""
        request[CALLER].require(Scope.READ)
        return _render(request, "gallery", sought=request.query)

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
                told: dict[str, Any] = {"painted": [_figure(one) for one in painted]}
            case Status.FAILED:
                told = {"problem": job.problem}
            case Status.CANCELLED:
                kept = await self._ledger.pictures(job.id)
                told = {"note": messages.WITHDRAWN, "painted": [_figure(one) for one in kept]}
            case _:
                told = {"waiting": job.id, **self._waiting(job)}
        return _form(request, prompt=write_prompt(job.request), subject=job.request.prompt, **told)

    async def cancel(self, request: web.Request) -> web.Response:
        """Withdraw it, and show what that changed."""
        caller = request[CALLER]
        caller.require(Scope.PAINT)
        job = await self._job(request)
        await self._studio.cancel(job.id, caller.owner)
        raise web.HTTPSeeOther(f"/jobs/{job.id}")

    async def preview(self, request: web.Request) -> web.Response:
        """A tile as it is now."""
        preview = await own_preview(self._studio, self._ledger, *_named(request))
        headers = {"Cache-Control": "no-store"}
        return web.Response(body=preview, content_type="image/png", headers=headers)

    async def picture(self, request: web.Request) -> web.Response:
        """A finished tile, which never changes."""
        painted = await own_picture(self._ledger, *_named(request))
        return await shown(request, painted.file, partial(self._ledger.file, painted.file))

    async def _job(self, request: web.Request) -> Job:
        caller = request[CALLER]
        caller.require(Scope.READ)
        return await own_job(self._ledger, request.match_info["job"], caller.owner)

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


def _named(request: web.Request) -> tuple[str, int, Owner]:
    """Which picture of whose job the address means."""
    caller = request[CALLER]
    caller.require(Scope.READ)
    return request.match_info["job"], int(request.match_info["tile"]), caller.owner


def _figure(painted: Remembered) -> dict[str, Any]:
    return {
        "address": f"/pictures/{painted.job}/{painted.tile}.png",
        "prompt": painted.recipe.prompt,
        "width": painted.recipe.width,
        "height": painted.recipe.height,
        "facts": " · ".join(messages.facts(painted)),
    }


def _form(request: web.Request, status: int = HTTPStatus.OK, **shown: Any) -> web.Response:
    shown |= {"example": messages.EXAMPLE, "examples": EXAMPLES}
    return _render(request, "paint", status, template="page.html", **shown)


def _render(
    request: web.Request,
    here: str,
    status: int = HTTPStatus.OK,
    *,
    template: str | None = None,
    **shown: Any,
) -> web.Response:
    theme = request.cookies.get("theme")
    shown |= {
        "here": here,
        "owner": request[CALLER].owner.id,
        "signed_in": request[CALLER].key is not None,
        "moderates": Scope.MODERATE in request[CALLER].scopes,
        "theme": theme if theme in THEMES else None,
    }
    page = aiohttp_jinja2.render_template(template or f"{here}.html", request, shown, status=status)
    page.headers["Cache-Control"] = "no-store"
    return page
