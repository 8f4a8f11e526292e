"""Wishes: what somebody asked for on Discord, and those that wait for a yes to their price."""

from collections import OrderedDict
from dataclasses import dataclass
from uuid import uuid4

from bot.discord.arrival.asked import key_of
from bot.discord.arrival.journal import Journal
from bot.discord.arrival.pending import Pending
from bot.discord.delivery.reply import Reply
from bot.discord.speech.words import say
from engine.errors import NotFound
from engine.job import Owner
from engine.request import ImageRequest
from engine.spot import Spot

MOST = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A request with whoever made it by which interaction, and where."""

    interaction: int
    request: ImageRequest
    owner: Owner
    roles: tuple[str, ...] | None
    server: str | None
    spot: Spot
    reply: Reply

    @property
    def key(self) -> str:
        """The same again is the same wish."""
        return key_of(self.interaction)


class Wishes:
    """They are only kept while the program runs: nothing was promised yet.

    The journal knows of their questions, so that the next program says that they are over.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._waiting: OrderedDict[str, Wish] = OrderedDict()
        self._answered: OrderedDict[str, None] = OrderedDict()

    def put(self, wish: Wish) -> str:
        """Answers what its buttons call it."""
        name = uuid4().hex
        self.put_back(name, wish)
        return name

    def put_back(self, name: str, wish: Wish) -> None:
        """So that its buttons work again."""
        self.note(wish)
        self._answered.pop(name, None)
        self._waiting[name] = wish
        while len(self._waiting) > MOST:
            self.settle(self._waiting.popitem(last=False)[1])

    def take(self, name: str, owner: Owner) -> Wish | None:
        """Once, and only by whoever asked; None where nobody knows of it any more.

        It stays in the journal until it is settled. Raises NotFound.
        """
        if name in self._answered:
            raise NotFound(say("answered"))
        wish = self._waiting.get(name)
        if wish is None:
            return None
        if wish.owner.id != owner.id:
            raise NotFound(say("not_asked"))
        self._answered[name] = None
        while len(self._answered) > MOST:
            self._answered.popitem(last=False)
        return self._waiting.pop(name)

    def note(self, wish: Wish) -> None:
        """Should this program be killed, the next one tells by the reply that the wish has now."""
        self._journal.begin(Pending(id=wish.interaction, reply=wish.reply))

    def settle(self, wish: Wish) -> None:
        """It is a job by now, or nothing at all."""
        self._journal.settle(wish.interaction)
