"""ImageRequest: what somebody asked for, the same whichever way they came in."""

from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    field_validator,
    model_validator,
)

from engine.errors import InvalidRequest
from engine.nearest import did_you_mean
from engine.sampler import sampler_named

SMALLEST, LARGEST, STEP = 64, 2048, 8
MOST_TILES = 64
LARGEST_SEED = 2**32 - 1
LONGEST_PROMPT = 6000


class ImageRequest(BaseModel):
    """If you hold one, it is valid; making an invalid one raises InvalidRequest with the mend.

    What is None is chosen by the model: its own size, steps, guidance and sampler.
    `image` and `mask` are digests of pictures that the ledger keeps.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    prompt: str
    negative: str = ""
    model: str | None = None
    width: int | None = None
    height: int | None = None
    aspect: tuple[int, int] | None = None
    steps: int | None = Field(None, ge=1, le=150)
    guidance: float | None = Field(None, ge=0, le=30)
    sampler: str | None = None
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED)
    count: int = Field(1, ge=1, le=16)
    style: str | None = None
    image: str | None = None
    strength: float = Field(0.75, gt=0, le=1)
    mask: str | None = None
    exact: bool = False
    fresh: bool = False

    @model_validator(mode="wrap")
    @classmethod
    def _explain(cls, fields: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(fields)
        except ValidationError as error:
            raise InvalidRequest(_sentence(error, known=cls.model_fields)) from None

    @field_validator("prompt")
    @classmethod
    def _says_something(cls, prompt: str) -> str:
        if not prompt.strip():
            raise InvalidRequest("Tell me what to paint: the prompt is empty.")
        return _readable("prompt", prompt)

    @field_validator("negative")
    @classmethod
    def _readable_negative(cls, negative: str) -> str:
        return _readable("negative prompt", negative)

    @field_validator("width", "height")
    @classmethod
    def _fits(cls, side: int | None) -> int | None:
        if side is not None and (side % STEP or not SMALLEST <= side <= LARGEST):
            raise InvalidRequest(
                f"{side} is no size I can paint: width and height are multiples of {STEP} "
                f"from {SMALLEST} to {LARGEST}. Try {nearest_side(side)}."
            )
        return side

    @field_validator("aspect")
    @classmethod
    def _possible(cls, aspect: tuple[int, int] | None) -> tuple[int, int] | None:
        if aspect is not None and (min(aspect) < 1 or max(aspect) > 4 * min(aspect)):
            raise InvalidRequest(
                f"{aspect[0]}:{aspect[1]} is no shape I can paint. "
                "Try one from 4:1 to 1:4, like 16:9."
            )
        return aspect

    @field_validator("sampler")
    @classmethod
    def _known(cls, sampler: str | None) -> str | None:
        return sampler_named(sampler).name if sampler is not None else None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.mask and not self.image:
            raise InvalidRequest("A mask needs an image to paint on. Give an image too.")
        if self.aspect and (self.width or self.height):
            raise InvalidRequest("Give a size or an aspect, not both.")
        if (self.width is None) != (self.height is None):
            raise InvalidRequest("Give width and height together, like 512x768.")
        return self


def nearest_side(side: int) -> int:
    """The multiple of 8 inside the limits that is nearest to it."""
    return min(LARGEST, max(SMALLEST, round(side / STEP) * STEP))


def _readable(name: str, text: str) -> str:
    if len(text) > LONGEST_PROMPT:
        raise InvalidRequest(
            f"That {name} has {len(text):,} characters. {LONGEST_PROMPT:,} is the most I read."
        )
    if "\x00" in text or any(0xD800 <= ord(letter) <= 0xDFFF for letter in text):
        raise InvalidRequest(f"There is a character in the {name} that is no text. Take it out.")
    return text


LIMITS = {
    "seed": f"a whole number from 0 to {LARGEST_SEED}",
    "steps": "a whole number from 1 to 150",
    "guidance": "a number from 0 to 30",
    "count": "a whole number from 1 to 16",
    "strength": "a number above 0 and up to 1",
    "width": f"a multiple of {STEP} from {SMALLEST} to {LARGEST}",
    "height": f"a multiple of {STEP} from {SMALLEST} to {LARGEST}",
    "aspect": "two whole numbers, like 16:9",
}


def _sentence(error: ValidationError, known: Any) -> str:
    first = error.errors(include_url=False, include_context=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "request"
    match first["type"]:
        case "extra_forbidden":
            return f"I know no “{name}”. {did_you_mean(name, known)}"
        case "missing":
            return f"The {name} is missing."
        case _ if name in LIMITS:
            return f"{name} is {LIMITS[name]}, not {first['input']!r:.60}."
        case _:
            return (
                f"{name}: {first['msg'][0].lower()}{first['msg'][1:]}, not {first['input']!r:.60}."
            )
