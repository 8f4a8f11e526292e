"""Which pictures of a job are favourites, and the list to change that."""

from collections.abc import Sequence

from bot.discord.looks.history import FAVOURITE
from bot.discord.messages.parts import Post, option, select, text
from bot.discord.speech.words import say
from engine.job import Remembered

ALL = "all"


def favourites(job: str, pictures: Sequence[Remembered]) -> Post:
    if len(pictures) == 1:
        words = say("favourite.is") if pictures[0].favourite else say("favourite.is_not")
        return Post(parts=(text(words),))
    starred = [str(picture.tile + 1) for picture in pictures if picture.favourite]
    words = say("favourite.are", tiles=", ".join(starred)) if starred else say("favourite.none")
    options = [
        option(
            f"{FAVOURITE if picture.favourite else '·'} {say('tile', tile=picture.tile + 1)}",
            str(picture.tile),
        )
        for picture in pictures[:24]
    ]
    everything = option(say("favourite.all"), ALL)
    listed = select("favourite", job, say("favourite.choose"), [everything, *options])
    return Post(parts=(text(words), listed))
