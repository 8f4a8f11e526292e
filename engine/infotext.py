"""Infotext: a recipe as the `parameters` text that A1111 and its heirs keep in pictures."""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from engine.errors import InvalidRequest
from engine.job import LANCZOS, Recipe, recipe_of
from engine.safety import MEASURES
from engine.sampler import SAMPLERS

VERSION = "easel"

_NEGATIVE = "Negative prompt:"
# Read with match() from one field to the next, never searched for: text comes from strangers, and
# every byte of it must be looked at a fixed number of times only.
_FIELD = re.compile(r'\s*(?P<key>\w[\w \-/]*):\s*(?P<value>"(?:\\.|[^\\"])*"|[^,]*)(?:,|$)')
_KEY = re.compile(r"\w[\w \-/]*[\w\-/]")
_OURS = frozenset(
    {
        *("Steps", "Sampler", "CFG scale", "Seed", "Size", "Model", "Version"),
        *("Denoising strength", "Easel prompt", "Easel negative", "Easel image", "Easel mask"),
        *("Clip skip", "CFG Rescale", "Variation seed", "Variation seed strength"),
        *("Hires upscale", "Hires upscaler", "Postprocess upscale by", "Postprocess upscaler"),
        *("Hires resize", "Easel redraw", "Easel upscaler hash", "Easel guidance end"),
        "Easel cache",
        *("Easel extras", "Easel hand", "Easel exact", "Easel safety"),
        *("Model hash", "Lora hashes", "TI hashes", "Easel model hash"),
    }
)
_FEWEST_FIELDS = 3
# Kept whole, as JSON: nobody else has names for all of it, and our digests are none that others
# know LoRAs and embeddings by.
_EXTRAS = ("outpaint", "loras", "embeddings", "controls", "references")
_ANY = {
    **dict.fromkeys(("prompt", "model", "digest", "sampler"), ""),
    **dict.fromkeys(("width", "height", "steps", "guidance", "seed"), 0),
}
_NO_EXTRA: Mapping[str, str] = MappingProxyType({})


def write_infotext(recipe: Recipe, extra: Mapping[str, str] = _NO_EXTRA) -> str:
    """The text that reads as this recipe, here exactly and elsewhere as well as it can be.

    `extra` are further fields for people who look at the text. Reading skips them.
    """
    fields = {
        "Steps": str(recipe.steps),
        "Sampler": _quoted(recipe.sampler),
        "CFG scale": _decimal(recipe.guidance),
        "Seed": str(recipe.seed),
        "Size": f"{recipe.width}x{recipe.height}",
    }
    if recipe.model:
        fields["Model"] = _quoted(recipe.model)
    if recipe.digest:
        # No “Model hash”: elsewhere that is the start of the SHA-256 of a checkpoint's file. Ours
        # is of all files of a model, of large ones in parts, and would name another one there.
        fields["Easel model hash"] = _quoted(recipe.digest)
    # Others keep no more than the words. What their form cannot hold goes in fields of ours.
    prompt, negative = _prompts(_body(recipe))
    if prompt != recipe.prompt:
        fields["Easel prompt"] = _quoted(recipe.prompt)
    if negative != recipe.negative:
        fields["Easel negative"] = _quoted(recipe.negative)
    if recipe.image is not None:
        fields["Easel image"] = _quoted(recipe.image)
    if recipe.mask is not None:
        fields["Easel mask"] = _quoted(recipe.mask)
    fields |= _further(recipe)
    for key, value in extra.items():
        if key in _OURS or not _KEY.fullmatch(key):
            raise ValueError(f"{key!r} cannot be the name of a further field")
        fields[key] = _quoted(value)
    fields["Version"] = VERSION
    return f"{_body(recipe)}\n{', '.join(f'{key}: {value}' for key, value in fields.items())}"


def read_infotext(text: str) -> Recipe:
    """The recipe in our own text, or what there is of one in that of A1111 and its heirs.

    What a foreign text does not say is what A1111 takes for granted: 20 steps, Euler a, CFG 7,
    seed 0, 512x512 and strength 1; model, digest and prompts are then empty. Raises
    InvalidRequest where the text has no line of settings or one of its numbers is none.
    """
    lines = text.split("\n")
    for index in range(len(lines) - 1, -1, -1):
        fields = _fields(lines[index].strip())
        if len(fields) >= _FEWEST_FIELDS and ("Steps" in fields or "Seed" in fields):
            break
    else:
        raise InvalidRequest(
            "There is no recipe in that text. It needs a line like "
            "“Steps: 20, Sampler: Euler a, Seed: 7”."
        )
    prompt, negative = _prompts("\n".join(lines[:index]))
    width, height = _size(fields.get("Size", "512x512"))
    strength, redraw = _strengths(fields)
    return Recipe(
        prompt=fields.get("Easel prompt", prompt),
        negative=fields.get("Easel negative", negative),
        model=fields.get("Model", ""),
        digest=fields.get("Easel model hash", fields.get("Model hash", "")),
        width=width,
        height=height,
        steps=_whole(fields, "Steps", 20),
        guidance=_real(fields, "CFG scale", 7.0),
        sampler=_sampler(fields),
        seed=_whole(fields, "Seed", 0),
        image=fields.get("Easel image"),
        strength=strength,
        mask=fields.get("Easel mask"),
        guidance_end=_real(fields, "Easel guidance end", 1.0),
        cache=_whole(fields, "Easel cache", 1),
        rescale=_real(fields, "CFG Rescale", 0.0),
        clip_skip=_whole(fields, "Clip skip", 1),
        variation=_real(fields, "Variation seed strength", 0.0),
        variation_seed=_whole(fields, "Variation seed", 0) if "Variation seed" in fields else None,
        upscale=_upscale(fields, width, height),
        upscaler=fields.get("Hires upscaler", fields.get("Postprocess upscaler", LANCZOS)),
        upscaler_digest=fields.get("Easel upscaler hash", ""),
        redraw=redraw,
        exact=fields.get("Easel exact") == "True",
        hand=fields.get("Easel hand", ""),
        safety=next((one for one in MEASURES if one == fields.get("Easel safety")), None),
        **_extras(fields),
    )


def _further(recipe: Recipe) -> dict[str, str]:
    """What most pictures do not have, by A1111's names where it has one."""
    fields: dict[str, str] = {}
    if recipe.clip_skip != 1:
        fields["Clip skip"] = str(recipe.clip_skip)
    if recipe.guidance_end != 1:
        fields["Easel guidance end"] = _decimal(recipe.guidance_end)
    if recipe.cache != 1:
        fields["Easel cache"] = str(recipe.cache)
    if recipe.rescale:
        fields["CFG Rescale"] = _decimal(recipe.rescale)
    if recipe.variation_seed is not None:
        fields["Variation seed"] = str(recipe.variation_seed)
    if recipe.variation:
        fields["Variation seed strength"] = _decimal(recipe.variation)
    fields |= _enlarging(recipe)
    told = asdict(recipe)
    if extras := {name: told[name] for name in _EXTRAS if told[name]}:
        fields["Easel extras"] = _quoted(json.dumps(extras, ensure_ascii=False))
    if recipe.hand:
        fields["Easel hand"] = _quoted(recipe.hand)
    if recipe.exact:
        fields["Easel exact"] = "True"
    if recipe.safety:
        fields["Easel safety"] = recipe.safety
    return fields


def _enlarging(recipe: Recipe) -> dict[str, str]:
    """How strongly each pass paints, and what enlarges the picture after the first.

    A1111 has one strength: that of the second pass where there is one, else that of the first.
    It enlarges without a second pass only afterwards, and calls that postprocessing.
    """
    fields: dict[str, str] = {}
    alone = recipe.upscale != 1 and recipe.strength == 1 and recipe.image is None
    if recipe.redraw and alone:
        fields["Denoising strength"] = _decimal(recipe.redraw)
    elif recipe.strength != 1:
        fields["Denoising strength"] = _decimal(recipe.strength)
    by = "Hires upscale", "Hires upscaler"
    if not recipe.redraw:
        by = "Postprocess upscale by", "Postprocess upscaler"
    if recipe.upscale != 1:
        fields[by[0]] = _decimal(recipe.upscale)
    if recipe.upscale != 1 or recipe.upscaler != LANCZOS:
        fields[by[1]] = _quoted(recipe.upscaler)
    if recipe.upscaler_digest:
        fields["Easel upscaler hash"] = _quoted(recipe.upscaler_digest)
    if recipe.redraw and not alone:
        fields["Easel redraw"] = _decimal(recipe.redraw)
    return fields


def _strengths(fields: Mapping[str, str]) -> tuple[float, float]:
    """Of the first and of the second pass."""
    strength = _real(fields, "Denoising strength", 1.0)
    if "Easel redraw" in fields:
        return strength, _real(fields, "Easel redraw", 0.0)
    if "Denoising strength" in fields and fields.keys() & {"Hires upscale", "Hires resize"}:
        return 1.0, strength
    return strength, 0.0


def _upscale(fields: Mapping[str, str], width: int, height: int) -> float:
    if "Hires resize" in fields and width and height:
        # A side of 0 follows from the other one.
        across, down = _size(fields["Hires resize"], "Hires resize")
        try:
            return max(across / width, down / height) or 1.0
        except OverflowError:
            raise InvalidRequest("Hires resize is too large for any picture.") from None
    return _real(fields, "Hires upscale", _real(fields, "Postprocess upscale by", 1.0))


def _extras(fields: Mapping[str, str]) -> dict[str, Any]:
    """Read back what `_further` wrote; text that is none of ours says nothing."""
    try:
        told = json.loads(fields.get("Easel extras", "{}"), parse_constant=_no_number)
        recipe = recipe_of({**_ANY, **{name: told[name] for name in _EXTRAS if name in told}})
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}
    return {name: getattr(recipe, name) for name in _EXTRAS}


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no number")


def _body(recipe: Recipe) -> str:
    return f"{recipe.prompt}\n{_NEGATIVE} {recipe.negative}" if recipe.negative else recipe.prompt


def _prompts(body: str) -> tuple[str, str]:
    body = body.replace("\r\n", "\n")
    prompt, _, negative = f"\n{body}".partition(f"\n{_NEGATIVE}")
    return prompt.strip(), negative.strip()


def _fields(line: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    at = 0
    while at < len(line):
        if found := _FIELD.match(line, at):
            fields[found["key"].strip()] = _unquoted(found["value"].strip())
            at = found.end()
        else:
            comma = line.find(",", at)
            at = comma + 1 if comma >= 0 else len(line)
    return fields


def _quoted(value: str) -> str:
    """The value bare where that is safe, else as JSON without any comma or colon inside."""
    if value and value.isprintable() and value == value.strip() and not set(value) & set(',:"\\'):
        return value
    # Many readers split at every comma and colon, whatever is quoted: JSON can do without both.
    return json.dumps(value).replace(",", r"\u002c").replace(":", r"\u003a")


def _unquoted(value: str) -> str:
    if len(value) < 2 or not value[0] == value[-1] == '"':
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value


def _decimal(number: float) -> str:
    return repr(float(number)).removesuffix(".0")


def _whole(fields: Mapping[str, str], key: str, missing: int) -> int:
    try:
        return int(fields.get(key, missing))
    except ValueError:
        raise InvalidRequest(f"{key} is a whole number, not “{fields[key]:.60}”.") from None


def _real(fields: Mapping[str, str], key: str, missing: float) -> float:
    try:
        number = float(fields.get(key, missing))
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InvalidRequest(f"{key} is a number, not “{fields[key]:.60}”.")
    return number


def _size(size: str, key: str = "Size") -> tuple[int, int]:
    width, _, height = size.partition("x")
    try:
        return int(width), int(height)
    except ValueError:
        raise InvalidRequest(f"{key} is width x height, not “{size:.60}”.") from None


def _sampler(fields: Mapping[str, str]) -> str:
    sampler = fields.get("Sampler", "Euler a")
    # A1111 has split "DPM++ 2M Karras" in two fields since its version 1.9.
    joined = f"{sampler} {fields.get('Schedule type', '')}"
    return joined if fields.get("Version") != VERSION and joined in SAMPLERS else sampler
