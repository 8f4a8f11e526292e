"""Everything that Easel answers over HTTP."""

import asyncio
import json
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path

import aiohttp_jinja2
from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import FileSystemLoader, StrictUndefined

from bot.app import App
from bot.measures import Measures
from bot.web.a1111.endpoints import as_a1111
from bot.web.cookie import Cookies
from bot.web.dialects import dialect_at
from bot.web.doorkeeper import Doorkeeper
from bot.web.endpoint import Endpoint
from bot.web.headers import add_headers
from bot.web.health import Health
from bot.web.incoming import Incoming
from bot.web.links import Links
from bot.web.login import Login
from bot.web.metrics import Metrics
from bot.web.native.endpoints import around_jobs
from bot.web.native.jobs import Jobs
from bot.web.native.painters import Seen
from bot.web.native.sources import AS_FILES, read_file
from bot.web.openai.images import Images
from bot.web.openapi import document
from bot.web.page import Page
from bot.web.parts import MULTIPART, read_parts
from bot.web.problem import problem_of
from bot.web.rate import Rate
from bot.web.routes import Routes
from bot.web.still import Still
from bot.web.stream import Streams, streams_of
from bot.web.timed import Timed, identify
from bot.web.tutorial.generate import Generating
from bot.web.unambiguous import unambiguous
from bot.web.visiting import is_page, visiting
from engine.clock import utc_now

HERE = Path(__file__).parent
LARGEST_FORM = 256 * 1024
SLASH = "There is nothing at this address: none here ends with a slash. Leave it out."
READS = {MULTIPART: read_parts, **dict.fromkeys(AS_FILES, read_file)}


def make_web(
    app: App,
    *,
    host: str,
    device: str,
    secret: bytes,
    painter: Seen | None = None,
    open_here: bool = True,
) -> web.Application:
    """`host` is its name besides those of every machine; `secret` signs the cookies; `painter` is
    what moderators are shown of it. Where it is `open_here`, whoever sits at this machine needs no
    key."""
    cookies = Cookies(secret, utc_now)
    doorkeeper = Doorkeeper(
        keys=app.keys, cookies=cookies, host=host, now=utc_now, open_here=open_here
    )
    rate = Rate()
    login = Login(doorkeeper, cookies, rate)
    pages = web.Application(
        middlewares=[
            identify,
            explain,
            unambiguous,
            visiting(doorkeeper, cookies, rate, login.show),
        ],
        client_max_size=LARGEST_FORM,
    )
    pages.on_response_prepare.append(add_headers)
    aiohttp_jinja2.setup(
        pages,
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    streams = streams_of(app)
    streams.add_to(pages)
    routes = Routes(doorkeeper=doorkeeper, rate=rate, reads=READS)
    measures = Measures()
    Timed(measures).add_to(pages)
    metrics = Metrics(
        app,
        measures,
        seen=painter,
        streams=partial(len, streams),
        doorkeeper=doorkeeper,
        routes=routes,
    )
    metrics.add_to(pages)
    endpoints = [
        *endpoints_of(app, streams, Links(secret, utc_now, rate), painter),
        *metrics.endpoints(),
    ]
    routes.add_to(pages.router, endpoints)
    model = next(iter(app.cards))
    health = Health(model=model, device=device, ledger=app.ledger, line=app.line)
    health.add_to(pages)
    login.add_to(pages)
    told = [*endpoints, *login.endpoints(), *health.endpoints()]
    pages.router.add_get("/openapi.json", _showing(told))
    Still(HERE / "static").add_to(pages)
    Page(app.studio, app.ledger).add_to(pages)
    return pages


def endpoints_of(
    app: App, streams: Streams, links: Links, painter: Seen | None = None
) -> list[Endpoint]:
    """All that programs can ask for."""
    incoming = Incoming(app.studio, app.ledger)
    jobs = Jobs(app, incoming)
    return [
        *jobs.endpoints(),
        *around_jobs(app, incoming, jobs, painter),
        *streams.endpoints(),
        *Images(app, incoming, links).endpoints(),
        *Generating(app).endpoints(),
        *as_a1111(app, incoming, painter),
    ]


def _showing(endpoints: Sequence[Endpoint]) -> Handler:
    @cache
    def written() -> str:
        return json.dumps(document(endpoints))

    async def show(_: web.Request) -> web.Response:
        # Only once somebody asks, and beside the loop: it takes a quarter of a second.
        return web.json_response(text=await asyncio.to_thread(written))

    return show


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What goes wrong is a sentence, in the dialect of whoever asks; a bug is logged."""
    try:
        return await handler(request)
    except Exception as error:
        if isinstance(error, web.HTTPException) and error.status < 400:
            raise
        if isinstance(error, web.HTTPNotFound) and request.path.endswith("/"):
            error = web.HTTPNotFound(text=SLASH)
        problem = problem_of(error, utc_now())
        if is_page(request) and "text/html" in request.headers.get("Accept", ""):
            return web.Response(status=problem.status, text=problem.detail, headers=problem.headers)
        return dialect_at(request.path).answer(problem)
