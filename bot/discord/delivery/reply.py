"""Reply: where on Discord the end of a job is told, kept with the job as a text."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Self

from engine.errors import NotFound

TOKEN_LIFE = timedelta(minutes=14)
"""Discord's own is 15: a minute is left to what is on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The token opens the first answer until it expires; then only the bot's own token is left.

    `upload_limit` is how many bytes each file may have there. Without a `server` it is a direct
    message. As a `guest`, where only the person took the bot along, no channel lets it in.
    It is `named` where Discord itself does not say under the answer who asked. `answer` is the
    message that this is, `language` what is spoken there, and `reader` what whoever asked speaks.
    """

    application: int
    token: str
    expires: float
    user: int
    channel: int
    server: int | None = None
    upload_limit: int
    private: bool = False
    guest: bool = False
    named: bool = False
    language: str = "en"
    reader: str = ""
    answer: int | None = None

    def open(self, now: datetime) -> bool:
        """Whether the token should still work."""
        return now.timestamp() < self.expires

    def __str__(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> Self:
        """Raises NotFound for a text that is none. What another version wrote beside is left."""
        known = {one.name for one in fields(cls)}
        try:
            told = json.loads(text).items()
            return cls(**{name: value for name, value in told if name in known})
        except (ValueError, TypeError, AttributeError) as error:
            raise NotFound(f"That is no address on Discord: {error}.") from error
