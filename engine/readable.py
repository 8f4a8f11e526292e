"""Readable: words that somebody gave, of text alone and not too many."""

import re
from typing import Annotated

from pydantic import AfterValidator

from engine.errors import InvalidRequest
from engine.phrase import Phrase

LONGEST_PROMPT = 6000
# No database keeps these, and no file of text.
UNKEPT = re.compile("[\x00\ud800-\udfff]")


def readable(name: str, text: str) -> str:
    if len(text) > LONGEST_PROMPT:
        raise InvalidRequest(
            "That {name} has {count:,} characters. {most:,} is the most I read.",
            name=Phrase(name),
            count=len(text),
            most=LONGEST_PROMPT,
        )
    if UNKEPT.search(text):
        raise InvalidRequest(
            "There is a character in the {name} that is no text. Take it out.", name=Phrase(name)
        )
    return text


Name = Annotated[str, AfterValidator(lambda name: readable("name", name))]
