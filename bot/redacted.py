"""Takes out of a line for the log what opens something: keys, tokens, cookies, passwords."""

import re
from collections.abc import Iterable

TAKEN_OUT = "…"
OPENS = re.compile(
    r"(?P<before>"
    r"easel_[a-z0-9]+_"  # what begins a key says which one it is, and opens nothing
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
