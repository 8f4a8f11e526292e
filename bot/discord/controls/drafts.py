"""What people typed into forms that were refused, to be opened again as it was."""

from collections import OrderedDict
from uuid import uuid4

from bot.discord.controls.filled import Filled
from bot.discord.speech.words import say
from engine.errors import NotFound

MOST = 500


class Drafts:
    """Only kept while the program runs; the message of a refusal shows all of it too."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[int, Filled]] = OrderedDict()

    def put(self, person: int, filled: Filled) -> str:
        """Answers what its button calls it."""
        name = uuid4().hex
        self._kept[name] = (person, filled)
        while len(self._kept) > MOST:
            self._kept.popitem(last=False)
        return name

    def get(self, name: str, person: int) -> Filled:
        """It stays, since whoever opens a form may close it again. Raises NotFound."""
        whose, filled = self._kept.get(name, (None, None))
        if filled is None:
            raise NotFound(say("edit.forgotten"))
        if whose != person:
            raise NotFound(say("not_asked"))
        return filled
