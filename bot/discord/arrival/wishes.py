"""Wishes: what somebody asked for on Discord, and those that wait for a yes to their price."""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import uuid4

from bot.discord.delivery.reply import Reply
from bot.discord.speech.words import say
from engine.errors import NotFound
from engine.job import Owner
from engine.request import ImageRequest
from engine.spot import Spot

MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A request with whoever made it, and where. The same key again is the same wish."""

    request: ImageRequest
    owner: Owner
    roles: tuple[str, ...] | None
    server: str | None
    spot: Spot
    key: str
    reply: Reply


class Wishes:
    """They are only kept while the program runs: nothing was promised yet."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Wish] = OrderedDict()

    def put(self, wish: Wish) -> str:
        """Answers what its buttons call it."""
        name = uuid4().hex
        self.put_back(name, wish)
        return name

    def put_back(self, name: str, wish: Wish) -> None:
        """So that its buttons work again."""
        self._waiting[name] = wish
        while len(self._waiting) > MOST:
            self._waiting.popitem(last=False)

    def take(self, name: str, owner: Owner) -> Wish:
        """Once, and only by whoever asked. Raises NotFound."""
        wish = self._waiting.get(name)
        if wish is None:
            raise NotFound(say("forgotten"))
        if wish.owner.id != owner.id:
            raise NotFound(say("not_asked"))
        return self._waiting.pop(name)
