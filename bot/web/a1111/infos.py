"""What A1111's clients read about pictures beside the files."""

import json
from collections.abc import Sequence
from typing import Any

from bot.version import version
from bot.web.a1111.names import HASH_LENGTH
from engine.infotext import write_infotext
from engine.job import Job, Recipe

NO_SEED = -1
AT = "%Y%m%d%H%M%S"


def info_of(
    job: Job, infotexts: Sequence[str], *, batch: int, styles: Sequence[str], notes: Sequence[str]
) -> str:
    """JSON. `batch` is as it was asked for; `notes` are ours."""
    recipes = [tile.recipe for tile in job.tiles]
    first = recipes[0]
    width, height = first.final_size
    told: dict[str, Any] = {
        "prompt": first.prompt,
        "all_prompts": [recipe.prompt for recipe in recipes],
        "negative_prompt": first.negative,
        "all_negative_prompts": [recipe.negative for recipe in recipes],
        "seed": first.seed,
        "all_seeds": [recipe.seed for recipe in recipes],
        "subseed": _subseed(first),
        "all_subseeds": [_subseed(recipe) for recipe in recipes],
        "subseed_strength": first.variation,
        "width": width,
        "height": height,
        "sampler_name": first.sampler,
        "cfg_scale": first.guidance,
        "steps": first.steps,
        "batch_size": batch,
        "restore_faces": False,
        "face_restoration_model": None,
        "sd_model_name": first.model,
        "sd_model_hash": first.digest[:HASH_LENGTH],
        "sd_vae_name": None,
        "sd_vae_hash": None,
        "seed_resize_from_w": NO_SEED,
        "seed_resize_from_h": NO_SEED,
        "denoising_strength": _strength(first),
        "extra_generation_params": {},
        "index_of_first_image": 0,
        "infotexts": list(infotexts),
        "styles": list(styles),
        "job_timestamp": job.submitted.strftime(AT),
        "clip_skip": first.clip_skip,
        "is_using_inpainting_conditioning": False,
        "version": f"easel {version()}",
        "notes": list(notes),
        "job": job.id,
    }
    return json.dumps(told)


def parameters_of(recipe: Recipe | None) -> dict[str, str]:
    """The fields of a recipe by their names in an infotext; none where there is no recipe."""
    if recipe is None:
        return {}
    told = {
        "Prompt": recipe.prompt,
        "Negative prompt": recipe.negative,
        "Steps": str(recipe.steps),
        "Sampler": recipe.sampler,
        "CFG scale": f"{recipe.guidance:g}",
        "Seed": str(recipe.seed),
        "Size-1": str(recipe.width),
        "Size-2": str(recipe.height),
        "Model": recipe.model,
        "Clip skip": str(recipe.clip_skip),
    }
    if recipe.variation_seed is not None:
        told["Variation seed"] = str(recipe.variation_seed)
        told["Variation seed strength"] = f"{recipe.variation:g}"
    if (strength := _strength(recipe)) is not None:
        told["Denoising strength"] = f"{strength:g}"
    if recipe.upscale != 1:
        told["Hires upscale"] = f"{recipe.upscale:g}"
        told["Hires upscaler"] = recipe.upscaler
    return told


def infotext_of(text: str, recipe: Recipe) -> str:
    """What stands in a file, or would stand there."""
    return text or write_infotext(recipe)


def _subseed(recipe: Recipe) -> int:
    return NO_SEED if recipe.variation_seed is None else recipe.variation_seed


def _strength(recipe: Recipe) -> float | None:
    """Theirs has one for whichever pass begins with a picture."""
    if recipe.image is not None:
        return recipe.strength
    return recipe.redraw or None
