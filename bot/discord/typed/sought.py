"""What somebody looks for among their pictures, as it stands on the message that shows them.

A button has no room for it, and the message is there as long as its buttons are.
"""

from collections.abc import Mapping

import discord

from bot.discord.arrival.asked import Interaction
from bot.discord.speech.shown import fenced, plainly
from bot.history import read_search
from engine.search import Search

Typed = Mapping[str, str]
"""By the names of the options of /history; those that were not typed are not there."""

YES = "yes"
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
        favourites=typed.get("favourites") == YES,
    )


def written(typed: Typed) -> str:
    """A line for each in a block, to be read by people and by `typed_on`."""
    lines = (f"{name}: {words}" for name, told in typed.items() if (words := plainly(told)))
    return fenced("\n".join(lines), LONGEST)


def typed_on(interaction: Interaction) -> Typed:
    """What stands on the message whose button was pressed; no other block is on it."""
    components = interaction.message.components if interaction.message else []
    texts = [one.content for one in components if isinstance(one, discord.TextDisplay)]
    block = next((text for text in texts if text.startswith(FENCE)), "")
    pairs = (line.partition(": ") for line in block.split("\n"))
    return {name: words for name, there, words in pairs if there}
