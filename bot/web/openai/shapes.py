"""What OpenAI's clients send, and what they get."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.sizes import read_size
from bot.web.asked import Name, Words
from engine.errors import InvalidRequest
from engine.readable import LONGEST_PROMPT
from engine.request import LARGEST_SEED

THEIRS = ("gpt-image", "dall-e", "chatgpt-image")
"""Models that programs name because no others were known to them; here they are the first."""
AUTO = "auto"
MOST = 10
AS_BASE64, AS_URL = "b64_json", "url"


class Wanted(BaseModel):
    """`seed`, `steps` and `negative_prompt` are ours. What only their models know is passed over:
    quality, style, moderation, user and the like."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    prompt: Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT)]
    model: Name | None = None
    n: Annotated[int, Field(ge=1, le=MOST)] | None = None
    size: Annotated[str, Field(max_length=20, examples=["512x512", AUTO])] | None = None
    response_format: Literal["url", "b64_json"] | None = None
    output_format: Literal["png", "jpeg", "webp"] | None = None
    output_compression: Annotated[int, Field(ge=0, le=100)] | None = None
    background: Literal["auto", "opaque", "transparent"] | None = None
    stream: bool | None = None
    negative_prompt: Words | None = None
    steps: Annotated[int, Field(ge=1, le=150)] | None = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] | None = None

    @property
    def by_link(self) -> bool:
        """Their older models answer with addresses unless somebody says otherwise."""
        if self.response_format is not None:
            return self.response_format == AS_URL
        return (self.model or "").startswith("dall-e")

    @property
    def fields(self) -> Mapping[str, Any]:
        """Those of a request. Raises InvalidRequest for what is not had here."""
        if self.stream:
            raise InvalidRequest("Pictures are not streamed here. Ask without stream.")
        if self.background == "transparent":
            raise InvalidRequest("No model here paints a transparent background. Leave it out.")
        model = self.model if self.model and not self.model.startswith(THEIRS) else None
        return {
            "negative": self.negative_prompt,
            "model": model,
            "count": self.n,
            "steps": self.steps,
            "seed": self.seed,
        }

    @property
    def sides(self) -> tuple[int, int] | None:
        """Raises InvalidRequest."""
        return None if self.size is None or self.size == AUTO else read_size(self.size)


class Edited(Wanted):
    """The same about a picture, of which the transparent parts of the mask are painted anew."""

    image: Any = Field(json_schema_extra={"type": "string", "format": "binary"})
    mask: Any = Field(None, json_schema_extra={"type": "string", "format": "binary"})
    strength: Annotated[float, Field(ge=0, le=1)] | None = None


class Painted(BaseModel):
    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str | None = None


class ImagesPainted(BaseModel):
    created: int
    data: list[Painted]
    output_format: str
    size: str
