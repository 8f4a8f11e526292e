"""Wanted: what A1111's clients ask for, as the fields of a request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.web.a1111.fixed import otherwise
from bot.web.a1111.names import model_called, sampler_called
from bot.web.a1111.shapes import NO_NAME, ImageToImage, TextToImage, Wished, named
from bot.web.within import Within, within
from engine.alternatives import literal
from engine.card import ModelCard
from engine.errors import InvalidRequest
from engine.job import LATENT
from engine.request import STEP, ImageRequest
from engine.style import Style, style_named, styled

MOST_AT_ONCE = 16
HIRES_SCALE, HIRES_STRENGTH = 2.0, 0.75
"""Theirs, where a second pass is wanted and nothing more is said of it."""
SAME = frozenset({*NO_NAME, "use same checkpoint", "use same sampler", "use same scheduler"})
NEARLY = 0.02
"""As much as two shapes may differ and still be the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Fields of a request, and sentences about what was passed over."""

    fields: Mapping[str, Any]
    notes: Sequence[str] = ()


def wanted(
    wished: Wished, cards: Mapping[str, ModelCard], own: ModelCard, styles: Sequence[Style]
) -> Wanted:
    """`own` is the model where none is named, `styles` are those beside the built-in ones.

    Raises InvalidRequest. Words are only words: neither flags nor alternatives are read in them.
    """
    _require_possible(wished)
    fields: dict[str, Any] = _words(wished, styles)
    card = own
    overrides = wished.override_settings
    if overrides is not None and named(overrides.sd_model_checkpoint):
        card = model_called(overrides.sd_model_checkpoint or "", cards)
        fields["model"] = card.name
    sampler = next(
        (name for name in (wished.sampler_name, wished.sampler_index) if named(name)), None
    )
    if sampler is not None:
        fields["sampler"] = sampler_called(sampler, wished.scheduler or "")
    sized = _sized(wished, card)
    fields |= sized.fields
    fields |= _seeded(wished)
    clip_skip = wished.clip_skip or (overrides.clip_skip if overrides else None)
    said = {
        "count": wished.count,
        "steps": wished.steps,
        "guidance": wished.cfg_scale,
        "clip_skip": clip_skip,
    }
    fields |= {name: value for name, value in said.items() if value is not None}
    notes: list[str] = list(sized.notes)
    if overrides is not None and (passed_over := otherwise(overrides.model_extra or {})):
        names = ", ".join(passed_over)
        notes.append(f"{names} in override_settings was passed over: it is fixed here.")
    if isinstance(wished, ImageToImage) and wished.denoising_strength is not None:
        fields["strength"] = wished.denoising_strength
    if isinstance(wished, TextToImage) and wished.enable_hr:
        size = fields.get("width", card.width), fields.get("height", card.height)
        fields |= _second_pass(wished, size, notes)
    return Wanted(fields=fields, notes=notes)


def request_of(fields: Mapping[str, Any]) -> ImageRequest:
    """Raises InvalidRequest."""
    return ImageRequest.model_validate(dict(fields))


def _words(wished: Wished, styles: Sequence[Style]) -> dict[str, Any]:
    """The words. Of several styles each takes what the one before made of them."""
    prompt, negative = wished.prompt or "", wished.negative_prompt or ""
    fields: dict[str, Any] = {}
    chosen = [style_named(name, styles) for name in wished.style_names]
    for style in chosen[:-1]:
        prompt, negative = styled(style, prompt, negative)
    if chosen:
        fields["style"] = chosen[-1].name
    if negative:
        fields["negative"] = negative
    return {"prompt": literal(prompt), **fields}


def _sized(wished: Wished, card: ModelCard) -> Within:
    """Rounded down to what can be painted, as theirs are. Their clients ask for 512x512 where
    nobody says a size, also of a model that paints less."""
    if wished.width is None and wished.height is None:
        return Within(fields={})
    width = card.width if wished.width is None else wished.width
    height = card.height if wished.height is None else wished.height
    # Less than one step is refused with the size that was asked for.
    across, down = (side // STEP * STEP or side for side in (width, height))
    if isinstance(wished, TextToImage) and wished.enable_hr:
        sized = Within(fields={"width": across, "height": down})
    else:
        sized = within(across, down, card)
    if (across, down) == (width, height) or sized.note:
        return sized
    note = f"{width}x{height} was rounded down to {across}x{down}: sides are multiples of {STEP}."
    return replace(sized, note=note)


def _seeded(wished: Wished) -> Mapping[str, Any]:
    """Whatever is below zero means by chance."""
    fields: dict[str, Any] = {}
    if wished.seed is not None and wished.seed >= 0:
        fields["seed"] = wished.seed
    if wished.subseed_strength:
        fields["variation"] = wished.subseed_strength
        if wished.subseed is not None and wished.subseed >= 0:
            fields["variation_seed"] = wished.subseed
    return fields


def _second_pass(wished: TextToImage, size: tuple[int, int], notes: list[str]) -> Mapping[str, Any]:
    """Raises InvalidRequest where it would be another than the first in more than its size."""
    same = {
        "hr_checkpoint_name": wished.hr_checkpoint_name,
        "hr_sampler_name": wished.hr_sampler_name,
        "hr_scheduler": wished.hr_scheduler,
    }
    for name, word in same.items():
        if word is not None and word.strip().lower() not in SAME:
            raise InvalidRequest(f"The second pass is painted as the first here. Leave {name} out.")
    for name, first, second in (
        ("hr_prompt", wished.prompt, wished.hr_prompt),
        ("hr_negative_prompt", wished.negative_prompt, wished.hr_negative_prompt),
    ):
        if second and second != first:
            raise InvalidRequest(f"Both passes have the same words here. Leave {name} out.")
    factor = _factor(wished, size)
    if factor == 1:
        notes.append("hr_scale 1 enlarges nothing, so there was no second pass.")
        return {}
    if wished.hr_second_pass_steps:
        notes.append(
            "The second pass has as many steps as the first: hr_second_pass_steps is not read."
        )
    strength = wished.denoising_strength
    fields: dict[str, Any] = {
        "upscale": factor,
        "redraw": HIRES_STRENGTH if strength is None else strength,
    }
    if named(wished.hr_upscaler):
        upscaler = wished.hr_upscaler or ""
        fields["upscaler"] = LATENT if upscaler.lower().startswith(LATENT.lower()) else upscaler
    return fields


def _factor(wished: TextToImage, size: tuple[int, int]) -> float:
    factors = [
        longer / side
        for longer, side in zip((wished.hr_resize_x, wished.hr_resize_y), size, strict=True)
        if longer and side
    ]
    if not factors:
        return HIRES_SCALE if not wished.hr_scale else wished.hr_scale
    if max(factors) - min(factors) > NEARLY * max(factors):
        raise InvalidRequest(
            f"hr_resize_x and hr_resize_y have another shape than {size[0]}x{size[1]}. Give one of "
            "them, or hr_scale."
        )
    return round(max(factors), 4)


def _require_possible(wished: Wished) -> None:
    """Raises InvalidRequest where something is wanted that there is not."""
    if (wished.count or 1) > MOST_AT_ONCE:
        raise InvalidRequest(
            f"batch_size times n_iter is {wished.count}, and {MOST_AT_ONCE} pictures are the most "
            "at once. Ask for fewer."
        )
    for name, word in {
        "restore_faces": wished.restore_faces,
        "tiling": wished.tiling,
        "refiner_checkpoint": named(wished.refiner_checkpoint),
        "script_name": named(wished.script_name),
    }.items():
        if word:
            raise InvalidRequest(f"There is no {name} here. Switch it off, or leave it out.")
