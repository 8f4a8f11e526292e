"""Headers of answers, as the document tells of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

Headers = Mapping[str, Mapping[str, Any]]
"""By their names: a schema of the value, with what it means."""

A_TEXT = {"type": "string"}
LONGEST_NOTE = 1000


def _header(about: str, **schema: Any) -> Mapping[str, Any]:
    return {"description": about, **(schema or A_TEXT)}


EVERYWHERE: Headers = {
    "X-Request-Id": _header(
        "The id of this request, which its lines in Easel's log have too. One that is sent is not "
        "taken.",
        type="string",
        pattern="^[0-9a-f]{16}$",
    ),
    "Cache-Control": _header("Whether it may be kept: pictures for ever, most of the rest never."),
}
"""On every answer."""
LOCATION: Headers = {"Location": _header("Where the job is: /v1/jobs/ and its id.")}
NEXT: Headers = {"Location": _header("Where to go on: the page.")}
RETRY: Headers = {
    "Retry-After": _header(
        "After so many seconds it is worth another try. Not there where nobody knows.",
        type="integer",
        minimum=1,
    )
}
ASK: Headers = {"WWW-Authenticate": _header("By what it opens: Bearer, with a key.")}
TAG: Headers = {
    "ETag": _header("Of what never changes: sent as If-None-Match, the answer is 304 and empty.")
}
ATTACHED: Headers = {
    "Content-Disposition": _header("A good name for the file, where it is to be saved.")
}
COOKIE: Headers = {"Set-Cookie": _header("The page's cookie: given, or taken back.")}
PAINTED: Headers = {
    "X-Job-Id": _header("The job, as /v1/jobs and /status know it. With a PNG only, as the next."),
    "X-Seed": _header("The seed that the picture was painted with.", type="integer", minimum=0),
    "X-Generation-Time": _header("How many seconds the painter needed.", type="number", minimum=0),
}
NOTES: Headers = {
    "X-Easel-Note": _header(
        "What came otherwise than it was asked for, like another size. Not there where nothing did."
    )
}
UNBUFFERED: Headers = {"X-Accel-Buffering": _header("Tells nginx to pass on each event at once.")}


def told_notes(notes: Sequence[str]) -> Mapping[str, str]:
    """As a header, where there are some: on one line, of letters that a header may have."""
    words = re.sub(r"[^ -~]+", " ", " ".join(dict.fromkeys(notes)))
    return {"X-Easel-Note": words[:LONGEST_NOTE]} if words else {}
