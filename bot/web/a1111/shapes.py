"""What A1111's clients send to have something painted, and what they get."""

from collections.abc import Sequence
from string import whitespace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from bot.web.asked import Base64, Name, Words
from bot.web.incoming import PIECE, from_base64
from engine.request import LARGEST_FINAL

Side = Annotated[int, Field(ge=0, le=LARGEST_FINAL)]
Scripts = Annotated[dict[str, Any], Field(max_length=50)]
NOTHING = dict.fromkeys(map(ord, whitespace))
NO_NAME = frozenset({"", "none"})
"""What they send where nothing was chosen."""


class Theirs(BaseModel):
    """A field that is not known here, or null, is passed over, as they do it."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class Overrides(Theirs):
    """Those settings that a picture depends on here; the others are only told of."""

    model_config = ConfigDict(extra="allow")

    sd_model_checkpoint: Name | None = None
    clip_skip: int | None = Field(None, alias="CLIP_stop_at_last_layers")


class Wished(Theirs):
    """What is not said is as its owner chose, or the model."""

    prompt: Words | None = None
    negative_prompt: Words | None = None
    styles: Annotated[list[Name | None], Field(max_length=50)] | None = None
    seed: int | None = None
    subseed: int | None = None
    subseed_strength: float | None = None
    sampler_name: Name | None = None
    sampler_index: Name | None = None
    scheduler: Name | None = None
    batch_size: Annotated[int, Field(ge=1, le=1000)] | None = None
    n_iter: Annotated[int, Field(ge=1, le=1000)] | None = None
    steps: int | None = None
    cfg_scale: float | None = None
    width: int | None = None
    height: int | None = None
    denoising_strength: float | None = None
    clip_skip: int | None = None
    override_settings: Overrides | None = None
    restore_faces: bool | None = None
    tiling: bool | None = None
    refiner_checkpoint: Name | None = None
    script_name: Name | None = None
    alwayson_scripts: Scripts | None = None
    send_images: bool | None = None

    @property
    def count(self) -> int | None:
        """None where neither is said."""
        if self.batch_size is None and self.n_iter is None:
            return None
        return (self.batch_size or 1) * (self.n_iter or 1)

    @property
    def style_names(self) -> Sequence[str]:
        return [name for name in self.styles or () if name is not None and named(name)]


class TextToImage(Wished):
    """`firstphase_…` and other names of old versions are passed over."""

    enable_hr: bool | None = None
    hr_scale: float | None = None
    hr_upscaler: Name | None = None
    hr_second_pass_steps: float | None = None
    hr_resize_x: Side | None = None
    hr_resize_y: Side | None = None
    hr_checkpoint_name: Name | None = None
    hr_sampler_name: Name | None = None
    hr_scheduler: Name | None = None
    hr_prompt: Words | None = None
    hr_negative_prompt: Words | None = None


class ImageToImage(Wished):
    """`mask` is white where the picture is painted anew."""

    init_images: Annotated[list[Base64], Field(max_length=16)] | None = None
    mask: Base64 | None = None
    mask_blur: Annotated[float, Field(ge=0, le=256)] | None = None
    mask_blur_x: Annotated[float, Field(ge=0, le=256)] | None = None
    mask_blur_y: Annotated[float, Field(ge=0, le=256)] | None = None
    inpainting_fill: Annotated[int, Field(ge=0, le=3)] | None = None
    inpainting_mask_invert: bool | None = None
    inpaint_full_res: bool | None = None
    inpaint_full_res_padding: Annotated[int, Field(ge=0, le=1024)] | None = None
    resize_mode: Annotated[int, Field(ge=0, le=3)] | None = None
    include_init_images: bool | None = None

    @property
    def blur(self) -> tuple[float, float]:
        """Across and down; theirs is 4 where nothing is said."""
        usual = 4.0 if self.mask_blur is None else self.mask_blur
        across = usual if self.mask_blur_x is None else self.mask_blur_x
        return across, usual if self.mask_blur_y is None else self.mask_blur_y


class ImagesAndInfo(BaseModel):
    """`info` is JSON in a text: seeds and what else the pictures were painted with."""

    images: list[str]
    parameters: dict[str, Any]
    info: str


def file_in(word: str) -> bytes:
    """Of base64, which some of them break into lines. Raises InvalidRequest."""
    pieces = (word[at : at + PIECE] for at in range(0, len(word), PIECE))
    return from_base64("".join(piece.translate(NOTHING) for piece in pieces))


def named(word: str | None) -> bool:
    """Whether something was chosen."""
    return word is not None and word.strip().lower() not in NO_NAME
