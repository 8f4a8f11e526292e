"""Takes out of a line for the log what opens something: keys, tokens, cookies, passwords."""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, unquote

TAKEN_OUT = "…"
OPENS = re.compile(
    r"(?P<before>"
    r"(?-i:easel_[a-z0-9]+_)"  # what begins a key says which one it is, and opens nothing
    r"|\b(?:Bearer|Basic|Bot)\s+"
    r"|\b(?:Set-)?Cookie:\s*"
    r"|\beasel="
    r"|/(?:webhooks|interactions)/\d+/"  # whoever has the rest can answer for us
    r"|://[^\s/:@]*:"
    r")"
    r"[^\s\"'/@?;,]+",
    re.IGNORECASE,
)
"""One place for all of them, also for what other libraries write."""


def redacted(text: str, hidden: Iterable[str] = ()) -> str:
    """Also without what is `hidden`, wherever it stands."""
    for word in hidden:
        text = text.replace(word, TAKEN_OUT)
    return OPENS.sub(rf"\g<before>{TAKEN_OUT}", text)


def passwords_in(address: str) -> Iterator[str]:
    """Of a database, as they stand in its address and as they are sent to it."""
    place, _, query = address.partition("?")
    # One with an @ or a / that was not escaped is read by some as this and by others as that.
    for end in (r"[^@/]*", r"[^@]*", r".*"):
        found = re.match(rf"[^:]*://[^:/@]*:({end})@", place)
        if found:
            yield from (found[1], unquote(found[1]))
    yield from (value for name, value in parse_qsl(query) if "password" in name)
