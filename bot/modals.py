"""Modals: a painter on machines of Modal, which its own library reaches.

The library is an extra, and is imported only where somebody chose to paint there.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager, contextmanager
from importlib import import_module
from typing import Any

from bot.settings import Settings
from bot.version import version
from engine.card import ModelCard
from engine.crew import Crew
from engine.errors import Misconfigured, Unavailable
from engine.rented.landlord import Landlord
from engine.rented.painter import RentedPainter, offered

NAME, PAINTER, OFFER = "modal", "Painter", "offer"
"""What people call it; a class and a function of deploy/modal_app.py."""
ANSWERS_WITHIN_S = 300.0
"""A machine without a card has to start for it, and the first time an image has to get there."""
CLOSES_WITHIN_S = 10.0
DEPLOY = "Deploy it: modal deploy deploy/modal_app.py"

log = logging.getLogger(__name__)


class Modal:
    """A Landlord. `library` is the module of that name; each call looks up what is deployed."""

    def __init__(
        self, library: Any, app: str, *, answers_within_s: float = ANSWERS_WITHIN_S
    ) -> None:
        self._library = library
        self._app = app
        self._answers_within_s = answers_within_s

    async def offer(self) -> bytes:
        with self._in_sentences():
            async with asyncio.timeout(self._answers_within_s):
                function = self._library.Function.from_name(self._app, OFFER)
                letter: bytes = await function.remote.aio()
                return letter

    async def paint(self, letter: bytes) -> AsyncGenerator[bytes, None]:
        with self._in_sentences():
            painter = self._library.Cls.from_name(self._app, PAINTER)()
            async with aclosing(painter.paint.remote_gen.aio(letter)) as answers:
                async for answer in answers:
                    yield answer

    async def cancel(self, call: str) -> None:
        with self._in_sentences():
            await self._library.FunctionCall.from_id(call).cancel.aio()

    @contextmanager
    def _in_sentences(self) -> Iterator[None]:
        errors = self._library.exception
        try:
            yield
        except errors.AuthError as error:
            log.info("Modal said: %s", error)
            raise Misconfigured(
                "Modal does not let us in. Set MODAL_TOKEN_ID and MODAL_TOKEN_SECRET, or type: "
                "modal token new"
            ) from error
        except errors.NotFoundError as error:
            raise Misconfigured(
                f"On Modal nothing is deployed by the name {self._app}. {DEPLOY}"
            ) from error
        except (errors.ConnectionError, TimeoutError, OSError) as error:
            raise Unavailable("Modal does not answer. Is there a network?") from error
        except errors.Error as error:
            log.warning("Modal said: %s: %s", type(error).__name__, error)
            raise Unavailable(
                f"Modal could not do it ({type(error).__name__}). Its own log says more: "
                f"modal app logs {self._app}"
            ) from error


def cards_at(
    settings: Settings, landlord: Callable[[Settings], Landlord] | None = None
) -> Mapping[str, ModelCard]:
    """The models that are deployed, the default first. Not within an event loop: it may take
    minutes. Raises Misconfigured.
    """
    return asyncio.run(offered((landlord or landlord_of)(settings), version())).cards


@asynccontextmanager
async def open_rented(settings: Settings, landlord: Landlord | None = None) -> AsyncIterator[Crew]:
    """One painter, for all machines together. Raises Misconfigured."""
    crew = Crew()
    painter = RentedPainter(
        NAME,
        landlord or landlord_of(settings),
        machines=settings.modal_containers,
        version=version(),
        changed=lambda: crew.changed(),
    )
    try:
        await painter.start()
        crew.join(painter)
        yield crew
    finally:
        await painter.close(within_s=CLOSES_WITHIN_S)


def landlord_of(settings: Settings) -> Landlord:
    """Raises Misconfigured where the extra is not installed."""
    try:
        library = import_module("modal")
    except ImportError as error:
        raise Misconfigured(
            "Painting on Modal needs a package more. Type ./run --set-up-extras, then start again."
        ) from error
    return Modal(library, settings.modal_app)
