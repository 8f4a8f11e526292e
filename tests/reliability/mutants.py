"""Programs with one guard missing. The tests of the promises must find each of them out."""

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from discord.gateway import DiscordWebSocket

import bot.app
import bot.discord.delivery.delivery
import bot.discord.speech.shown
import bot.discord.start
import bot.web.incoming
import storage.jobs
from bot.discord.delivery.delivery import Delivery
from bot.discord.messages.parts import Post
from engine.caretaker import Caretaker
from engine.dispatcher import Dispatcher
from engine.errors import NotFound
from engine.job import Job
from engine.key import Key
from engine.lease import Lease
from engine.png import FORMATS
from engine.queue import Entry, FairQueue
from engine.waiting import Waiting
from storage.keys import SqlKeys
from tests.storage.careless import resolve_again
from tests.storage.crash.mutants import NoHeartbeat


class Forgetful(Caretaker):
    """Takes up nothing that a program before it was asked for."""

    async def resume(self) -> int:
        return 0

    async def sweep(self) -> None:
        """Nobody left anything."""


class FirstCome(FairQueue):
    """Has one line for all, whoever they are."""

    def put(self, entry: Entry) -> None:
        super().put(replace(entry, owner="everybody"))


class Trusting(SqlKeys):
    """Takes whatever somebody says for the first key that there is."""

    async def open(self, secret: str, now: datetime) -> Key | None:
        return next(iter(await self.all()), None)


class OneWay(Delivery):
    """Knows no other way than the first answer."""

    async def _elsewhere(self, job: Job, reply: object, post: Post, number: int) -> None:
        raise NotFound("There is no other way.")


def wire(module: object, name: str, mistake: object) -> Callable[[], None]:
    return lambda: vars(module).__setitem__(name, mistake)


def _no_nonce(_: Job, __: int) -> Mapping[str, object]:
    return {}


_from_client = DiscordWebSocket.from_client


def _never_resumed(client: Any, *, resume: bool = False, **given: Any) -> Any:
    return _from_client(client, **given)


def _open_more() -> None:
    """What only those at this machine may give comes in from everywhere."""
    more = dict.fromkeys(FORMATS, 4)
    vars(bot.web.incoming).update(FORMATS=FORMATS, WEIGHTS={**more, **bot.web.incoming.WEIGHTS})


def _as_typed() -> None:
    """Strangers' words go out as they are, and ping whom they like."""
    vars(bot.discord.speech.shown)["_MARKS"] = re.compile(r"(\0)")
    form = vars(Post)["form"]

    def careless(post: Post) -> dict[str, Any]:
        told: dict[str, Any] = form.fget(post)
        return {name: value for name, value in told.items() if name != "allowed_mentions"}

    setattr(Post, "form", property(careless))  # noqa: B010  # mypy knows that it is none to change


MISTAKES: Mapping[str, Callable[[], object]] = {
    "forgets": wire(bot.app, "Caretaker", Forgetful),
    "gives back twice": wire(storage.jobs, "resolve", resolve_again),
    "never gives up": wire(storage.jobs, "MOST_ATTEMPTS", sys.maxsize),
    "takes everything": wire(bot.app, "Waiting", lambda limit: Waiting()),
    "first come": wire(bot.app, "FairQueue", FirstCome),
    "no nonce": wire(bot.discord.delivery.delivery, "_nonce", _no_nonce),
    "one way": wire(bot.discord.start, "Delivery", OneWay),
    "never resumes": lambda: setattr(DiscordWebSocket, "from_client", _never_resumed),
    "stores once": wire(bot.app, "Dispatcher", partial(Dispatcher, lease=Lease(pauses=()))),
    "lets everybody in": wire(bot.app, "SqlKeys", Trusting),
    "opens more kinds": _open_more,
    "no heartbeat": wire(bot.app, "SqlLedger", NoHeartbeat),
    "as typed": _as_typed,
    "paints in the loop": lambda: None,
}
"""By name. Where nothing is wired otherwise, the painter makes the mistake."""


def make_mistake(name: str) -> None:
    MISTAKES[name]()
