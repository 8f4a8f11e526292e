"""ImageRequest: what somebody asked for, the same whichever way they came in."""

from collections.abc import Mapping
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

from engine.card import MOST_SKIPPED
from engine.errors import InvalidRequest
from engine.phrase import Phrase
from engine.readable import Name, readable
from engine.refusal import refusal_of
from engine.sampler import sampler_named
from engine.wish import ControlWish, ReferenceWish

SMALLEST, LARGEST, STEP = 64, 2048, 8
LARGEST_FINAL = 4 * LARGEST
MOST_CONTROLS = 4
MOST_TILES = 64
MOST_COUNT = 16
MOST_STEPS, MOST_GUIDANCE = 150, 30
# Beyond that little is gained any more, and pictures lose what they show.
MOST_CACHED = 5
LARGEST_SEED = 2**32 - 1
STRENGTH = 0.75
NO_IMAGE = (
    "strength says how much of an image may change, and there is no image. Give one to begin from, "
    "or leave strength out."
)


class ImageRequest(BaseModel):
    """If you hold one, it is valid; making an invalid one raises InvalidRequest with the mend.

    What is None is chosen by the model: its own size, steps, guidance and sampler.
    `image` and `mask` are digests of pictures that the ledger keeps. A strength of 0 keeps the
    image as it is, to be enlarged. `redraw` is the strength of the pass that paints over what was
    enlarged.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    prompt: str
    negative: str = ""
    model: Name | None = None
    width: int | None = None
    height: int | None = None
    aspect: tuple[int, int] | None = None
    steps: int | None = Field(None, ge=1, le=MOST_STEPS)
    guidance: float | None = Field(None, ge=0, le=MOST_GUIDANCE)
    sampler: str | None = None
    seed: int | None = Field(None, ge=0, le=LARGEST_SEED)
    count: int = Field(1, ge=1, le=MOST_COUNT)
    style: Name | None = None
    image: Name | None = None
    strength: float = Field(STRENGTH, ge=0, le=1)
    mask: Name | None = None
    outpaint: tuple[int, int, int, int] | None = None
    guidance_end: float = Field(1.0, gt=0, le=1)
    cache: int = Field(1, ge=1, le=MOST_CACHED)
    rescale: float = Field(0.0, ge=0, le=1)
    clip_skip: int = Field(1, ge=1, le=MOST_SKIPPED)
    variation: float = Field(0.0, ge=0, le=1)
    variation_seed: int | None = Field(None, ge=0, le=LARGEST_SEED)
    upscale: float = Field(1.0, ge=1, le=4)
    upscaler: Name | None = None
    redraw: float = Field(0.0, ge=0, le=1)
    controls: tuple[ControlWish, ...] = Field((), max_length=MOST_CONTROLS)
    references: tuple[ReferenceWish, ...] = Field((), max_length=MOST_CONTROLS)
    exact: bool = False
    fresh: bool = False

    @property
    def pictures(self) -> frozenset[str]:
        """The digests of all pictures that it uses."""
        used = {self.image, self.mask, *(wish.image for wish in self.controls)}
        used |= {wish.image for wish in self.references}
        return frozenset(digest for digest in used if digest is not None)

    @model_validator(mode="wrap")
    @classmethod
    def _explain(cls, fields: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(fields)
        except ValidationError as error:
            raise InvalidRequest(refusal_of(error, cls, LIMITS, inside=WISHES)) from None

    @field_validator("prompt")
    @classmethod
    def _says_something(cls, prompt: str) -> str:
        if not prompt.strip():
            raise InvalidRequest("Tell me what to paint: the prompt is empty.")
        return readable("prompt", prompt)

    @field_validator("negative")
    @classmethod
    def _readable_negative(cls, negative: str) -> str:
        return readable("negative prompt", negative)

    @field_validator("width", "height")
    @classmethod
    def _fits(cls, side: int | None) -> int | None:
        if side is not None and (side % STEP or not SMALLEST <= side <= LARGEST):
            raise InvalidRequest(
                "{side} is no width or height that I can paint: they are multiples of {step} from "
                "{least} to {most}. Say none, and the model takes the size that it likes.",
                side=str(side),
                step=STEP,
                least=SMALLEST,
                most=LARGEST,
            )
        return side

    @field_validator("aspect")
    @classmethod
    def _possible(cls, aspect: tuple[int, int] | None) -> tuple[int, int] | None:
        if aspect is not None and (min(aspect) < 1 or max(aspect) > 4 * min(aspect)):
            raise InvalidRequest(
                "{across}:{down} is no shape I can paint. Try one from 4:1 to 1:4, like 16:9.",
                across=aspect[0],
                down=aspect[1],
            )
        return aspect

    @field_validator("outpaint", mode="before")
    @classmethod
    def _all_sides(cls, margins: Any) -> Any:
        """One number is for every side."""
        match margins:
            case bool():
                return margins
            case int() | str() | [_]:
                only = margins[0] if isinstance(margins, list | tuple) else margins
                return (only,) * 4
            case _:
                return margins

    @field_validator("outpaint")
    @classmethod
    def _paintable(
        cls, margins: tuple[int, int, int, int] | None
    ) -> tuple[int, int, int, int] | None:
        if margins is None or not any(margins):
            return None
        if any(margin < 0 or margin % STEP or margin > LARGEST for margin in margins):
            raise InvalidRequest(
                "outpaint is how many pixels to add at the left, top, right and bottom, each a "
                "multiple of {step} from 0 to {most}: 0,0,128,0, or 64 for every side.",
                step=STEP,
                most=LARGEST,
            )
        return margins

    @field_validator("sampler")
    @classmethod
    def _known(cls, sampler: str | None) -> str | None:
        return sampler_named(sampler).name if sampler is not None else None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.mask and not self.image:
            raise InvalidRequest("A mask needs an image to paint on. Give an image too.")
        if self.outpaint and not self.image:
            raise InvalidRequest("To paint around an image I need the image. Give one too.")
        if self.strength != STRENGTH and not self.image:
            raise InvalidRequest(NO_IMAGE)
        if not self.strength and self.upscale == 1:
            raise InvalidRequest(
                "With strength 0 nothing of the image changes. Give more, or upscale it."
            )
        if not self.strength and (self.mask or self.outpaint):
            raise InvalidRequest("With strength 0 there is nothing to paint. Give more.")
        if self.redraw and self.upscale == 1:
            raise InvalidRequest(
                "redraw paints over what was enlarged. Give an upscale too, like --upscale 2."
            )
        if self.variation_seed is not None and not self.variation:
            raise InvalidRequest(
                "A variation seed needs to know how far to go. Give a variation too, like 0.2."
            )
        if self.aspect and (self.width or self.height):
            raise InvalidRequest("Give a size or an aspect, not both.")
        if (self.width is None) != (self.height is None):
            raise InvalidRequest("Give width and height together, like 256x192.")
        return self


def nearest_side(side: int) -> int:
    """The multiple of 8 inside the limits that is nearest to it."""
    return min(LARGEST, max(SMALLEST, round(side / STEP) * STEP))


def _whole(least: int, most: int) -> Phrase:
    return Phrase("a whole number from {least} to {most}", least=least, most=most)


def _any(least: int, most: int) -> Phrase:
    return Phrase("a number from {least} to {most}", least=least, most=most)


_SIDE = Phrase(
    "a multiple of {step} from {least} to {most}", step=STEP, least=SMALLEST, most=LARGEST
)
LIMITS = {
    "seed": _whole(0, LARGEST_SEED),
    "steps": _whole(1, MOST_STEPS),
    "guidance": _any(0, MOST_GUIDANCE),
    "count": _whole(1, 16),
    "strength": _any(0, 1),
    "outpaint": Phrase("one number of pixels or four, like 64 or 0,0,128,0"),
    "cache": _whole(1, MOST_CACHED),
    "guidance_end": Phrase("a share of the steps, above 0 and at most 1"),
    "rescale": _any(0, 1),
    "clip_skip": _whole(1, MOST_SKIPPED),
    "variation": _any(0, 1),
    "variation_seed": _whole(0, LARGEST_SEED),
    "upscale": _any(1, 4),
    "redraw": _any(0, 1),
    "controls": Phrase(
        f"a list of at most {MOST_CONTROLS} ControlNets, each with a name and an image"
    ),
    "references": Phrase(f"a list of at most {MOST_CONTROLS} pictures, each with an image"),
    "width": _SIDE,
    "height": _SIDE,
    "aspect": Phrase("two whole numbers, like 16:9"),
    "weight": _any(0, 2),
    "start": Phrase("a share of the steps, from 0 to 1"),
    "end": Phrase("a share of the steps, from 0 to 1"),
}
WISHES: Mapping[str, type[BaseModel]] = {"controls": ControlWish, "references": ReferenceWish}
