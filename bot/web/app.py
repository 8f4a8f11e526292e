"""Everything that Easel answers over HTTP."""

import logging
from pathlib import Path

import aiohttp_jinja2
from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import FileSystemLoader, StrictUndefined

from bot.web.guard import add_headers, guard
from bot.web.health import Health
from bot.web.page import Page
from engine.errors import EaselError

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
LARGEST_FORM = 256 * 1024


def make_web(*, page: Page, health: Health, host: str) -> web.Application:
    """The routes, behind their guard."""
    app = web.Application(middlewares=[explain, guard(host)], client_max_size=LARGEST_FORM)
    app.on_response_prepare.append(add_headers)
    aiohttp_jinja2.setup(
        app,
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
    )
    app.router.add_static("/static", HERE / "static")
    health.add_to(app)
    page.add_to(app)
    return app


@web.middleware
async def explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What goes wrong on purpose is a sentence; anything else is a bug, logged and never shown."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except EaselError as error:
        log.error("%s %s: %s", request.method, request.path, error)
        return web.Response(status=503, text=str(error))
    except Exception:
        log.exception("%s %s met a bug", request.method, request.path)
        return web.Response(status=500, text="Something broke here. The log says what.")
