"""Refusals: what Easel says no with, in the language that is spoken here."""

import logging

from bot.discord.speech.shown import shown
from bot.discord.speech.words import Spoken, refusal_in, said_again, say
from engine.errors import EaselError, StorageFailed
from engine.phrase import Moment, Phrase, Value, phrase_of

log = logging.getLogger(__name__)

LONGEST_VALUE = 300


def told(error: EaselError) -> str:
    """With the words of strangers in it as they can be shown.

    What is wrong with a disk or a database is for whoever can mend it, and so for the log.
    """
    if isinstance(error, StorageFailed) and not known(error.phrase):
        log.error("something could not be stored or read: %s", error)
        return say("no_storage")
    return translated(error.phrase)


def translated(text: str) -> str:
    """A sentence of the engine's, or one that Discord's part said to somebody else."""
    if isinstance(text, Spoken):
        return said_again(text)
    phrase = phrase_of(text)
    sentence = refusal_in(phrase.sentence) or phrase.sentence
    if not phrase.values:
        # Of one that nobody translated nobody knows whose words are in it.
        return sentence if known(phrase) else shown(sentence)
    return sentence.format(**{name: _shown(value) for name, value in phrase.values.items()})


def known(phrase: Phrase) -> bool:
    """Whether it is one of those that are meant for everybody."""
    return isinstance(phrase, Spoken) or refusal_in(phrase.sentence, anywhere=True) is not None


def _shown(value: Value) -> Value:
    match value:
        case Phrase():
            return translated(value)
        case Moment():
            return f"<t:{round(value.at.timestamp())}:f>"
        case str():
            return shown(value, LONGEST_VALUE)
        case _:
            return value
