"""Styles of people and servers: what can be one, how many there may be, which is meant."""

from collections.abc import Collection, Sequence

from engine.errors import InvalidRequest, NotFound
from engine.nearest import did_you_mean
from engine.phrase import Phrase
from engine.request import ImageRequest
from engine.style import STYLES, Style, plain_name

MOST_STYLES = 100
LONGEST_NAME = 60


def checked_style(style: Style) -> Style:
    """The same style, when it can be kept and found again. Raises InvalidRequest."""
    name = " ".join(style.name.split())
    if not plain_name(name) or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(
            "A style's name is a word or a few, with {most} characters at most, like misty "
            "morning.",
            most=LONGEST_NAME,
        )
    # What a request may hold is what can be read back out of one.
    ImageRequest(prompt=style.prompt, negative=style.negative)
    return Style(name=name, prompt=style.prompt.strip(), negative=style.negative.strip())


def built_in_named(name: str) -> Style | None:
    """The built-in style that one of this name stands before."""
    wanted = plain_name(name)
    return next((style for style in STYLES.values() if plain_name(style.name) == wanted), None)


def require_room(names: Collection[str], name: str) -> None:
    """`names` are the plain ones of the styles that there are; a known one needs no room."""
    if name not in names and len(names) >= MOST_STYLES:
        raise InvalidRequest(
            "There are {count} styles, and {most} is the most. Remove one first.",
            count=len(names),
            most=MOST_STYLES,
        )


def no_style(name: str, styles: Sequence[Style]) -> NotFound:
    """Of those that could be removed."""
    names = [style.name for style in styles]
    mend = did_you_mean(name, names) if names else Phrase("There are none yet.")
    if built_in_named(name):
        mend = Phrase("A built-in style stays; one of your own with its name goes before it.")
    return NotFound("There is no style “{name}” here to remove. {mend}", name=name[:60], mend=mend)
