"""What somebody looks for among their pictures, as it stands on the message that shows them.

A button has no room for it, and the message is there as long as its buttons are.
"""

from collections.abc import Mapping

import discord

from bot.discord.arrival.asked import Interaction
from bot.discord.speech.shown import fenced, plainly
from bot.discord.speech.words import CATALOGUES, say, spoken
from bot.history import read_search
from engine.search import Search

Typed = Mapping[str, str]
"""By the names of the options of /history; those that were not typed are not there."""

OPTIONS = ("words", "model", "seed", "favourites", "since", "until")
FAVOURITES, YES = "favourites", "yes"
FENCE = "```\n"
LONGEST = 1000


def search_of(typed: Typed) -> Search:
    """Raises InvalidRequest."""
    return read_search(
        typed.get("words"),
        model=typed.get("model"),
        seed=typed.get("seed"),
        since=typed.get("since"),
        until=typed.get("until"),
        favourites=typed.get(FAVOURITES) == YES,
    )


def written(typed: Typed) -> str:
    """A line for each in a block, to be read by people and by `typed_on`."""
    said = {**typed, FAVOURITES: say("yes")} if FAVOURITES in typed else typed
    lines = (f"{_named(name)}: {words}" for name, told in said.items() if (words := plainly(told)))
    return fenced("\n".join(lines), LONGEST)


def typed_on(interaction: Interaction) -> Typed:
    """What stands on the message whose button was pressed; no other block is on it."""
    components = interaction.message.components if interaction.message else []
    texts = [one.content for one in components if isinstance(one, discord.TextDisplay)]
    block = next((text for text in texts if text.startswith(FENCE)), "")
    pairs = (line.partition(": ") for line in block.split("\n"))
    found = {_MEANT[name]: words for name, there, words in pairs if there and name in _MEANT}
    return {**found, FAVOURITES: YES} if FAVOURITES in found else found


def _named(name: str) -> str:
    """The option as whoever reads it types it."""
    return names_in(spoken()).get(name, name)


def names_in(language: str) -> dict[str, str]:
    """What the options are called there."""
    return {name: CATALOGUES[language].get(f"names.{name}", name) for name in OPTIONS}


# Whoever presses may read in another language by then.
_MEANT = {said: name for language in CATALOGUES for name, said in names_in(language).items()}
