"""What somebody asks to be painted, as the fields of a body say it."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from bot.sizes import read_aspect, read_size
from bot.web.fields import Said
from engine.card import MOST_SKIPPED
from engine.errors import InvalidRequest
from engine.prompt import read_prompt
from engine.readable import LONGEST_PROMPT
from engine.request import LARGEST_SEED, MOST_CACHED, MOST_CONTROLS, ImageRequest
from engine.wish import ControlWish, ReferenceWish

ALTERNATIVE = "{"
"""Without one a prompt stands for as many pictures as were counted."""
LARGEST_PICTURE = 32 * 2**20
LARGEST_ASKED = 2 * LARGEST_PICTURE * 4 // 3 + 2**20
"""An image and a mask as base64, and the words."""
PICTURES = ("image", "mask")

Words = Annotated[str, Field(max_length=LONGEST_PROMPT)]
Name = Annotated[str, Field(max_length=200)]
Base64 = Annotated[str, Field(max_length=LARGEST_PICTURE * 4 // 3 + 100)]
Margin = Annotated[int, Field(ge=0, strict=True)]


class Asked(Said):
    """What is not said is as its owner chose, or the model. `prompt` may have flags in it."""

    prompt: Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT)]
    negative: Words | None = None
    model: Name | None = None
    size: Annotated[str, Field(max_length=20, examples=["512x768"])] | None = None
    width: int | None = None
    height: int | None = None
    aspect: Annotated[str, Field(max_length=20, examples=["16:9"])] | None = None
    steps: Annotated[int, Field(ge=1, le=150)] | None = None
    guidance: Annotated[float, Field(ge=0, le=30)] | None = None
    sampler: Name | None = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] | None = None
    count: Annotated[int, Field(ge=1, le=16)] | None = None
    style: Name | None = None
    image: Base64 | None = Field(
        None, description="The digest that /v1/sources answered, base64, or a data URI."
    )
    mask: Base64 | None = Field(
        None, description="White where the image is painted anew; given as the image is."
    )
    strength: Annotated[float, Field(ge=0, le=1)] | None = None
    outpaint: tuple[Margin, Margin, Margin, Margin] | None = None
    guidance_end: Annotated[float, Field(gt=0, le=1)] | None = None
    cache: Annotated[int, Field(ge=1, le=MOST_CACHED)] | None = None
    rescale: Annotated[float, Field(ge=0, le=1)] | None = None
    clip_skip: Annotated[int, Field(ge=1, le=MOST_SKIPPED)] | None = None
    variation: Annotated[float, Field(ge=0, le=1)] | None = None
    variation_seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] | None = None
    upscale: Annotated[float, Field(ge=1, le=4)] | None = None
    upscaler: Name | None = None
    redraw: Annotated[float, Field(ge=0, le=1)] | None = None
    controls: Annotated[list[ControlWish], Field(max_length=MOST_CONTROLS)] | None = None
    references: Annotated[list[ReferenceWish], Field(max_length=MOST_CONTROLS)] | None = None
    exact: bool | None = None
    fresh: bool | None = None
    agreed: bool = Field(
        False, description="Paint all alternatives of the prompt without asking first."
    )


def request_from(asked: Asked, kept: Mapping[str, str]) -> ImageRequest:
    """With the digests of the pictures that it names. Raises InvalidRequest."""
    said = asked.model_dump(exclude_none=True, exclude={"prompt", "agreed", "size", "aspect"})
    said |= kept
    sizes = [asked.size, asked.aspect, asked.width if asked.height is None else asked.height]
    if sum(size is not None for size in sizes) > 1:
        raise InvalidRequest("Say one of size, width with height, or aspect.")
    if asked.size is not None:
        said |= _sized(asked.size)
    if asked.aspect is not None:
        said["aspect"] = read_aspect(asked.aspect)
    return read_prompt(asked.prompt, **said)


def _sized(size: str) -> Mapping[str, Any]:
    width, height = read_size(size)
    return {"width": width, "height": height}
