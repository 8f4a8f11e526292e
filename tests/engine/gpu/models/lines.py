"""Pipelines with ControlNets: ours, and the stock one of the same files."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from PIL import Image

from engine.addon import Kind
from engine.gpu.addons.shelves import Shelves
from engine.gpu.family import Family
from engine.job import Recipe
from engine.sampler import Noise
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.files import control, controlnet, save_controlnet
from tests.engine.gpu.families.specimen import FILES, Specimen
from tests.engine.gpu.together import CARD, Sitting, paint_together, picture_file

LINES, OTHER_LINES = picture_file(3), picture_file(4)
SOURCES = {**FILES, "lines": LINES, "other": OTHER_LINES}


@dataclass(frozen=True, kw_only=True)
class Led:
    """A specimen, the ControlNets `edges` and `depth` for it, and the stock pipelines with them."""

    specimen: Specimen
    shelves: Shelves
    root: Path

    @property
    def family(self) -> Family:
        return self.specimen.family

    def recipe(self, *names: str, **changes: Any) -> Recipe:
        controls = tuple(control(self.shelves, name) for name in names)
        return self.specimen.recipe(**{"controls": controls, **changes})

    def stock(self, asked: Recipe, **more: Any) -> torch.Tensor:
        controls = asked.controls
        folders = [self.root / Kind.CONTROLNET / each.name for each in controls]
        # Of the same files: where they lie in memory chooses the kernels, and so the rounding.
        nets = [tiny.diffusers.ControlNetModel.from_pretrained(folder) for folder in folders]
        pictures = [Image.open(BytesIO(SOURCES[each.image])).convert("RGB") for each in controls]
        one = len(controls) == 1
        pipe = SimpleNamespace(
            components={**self.specimen.pipe.components, "controlnet": nets[0] if one else nets},
            scheduler=self.specimen.pipe.scheduler,
        )
        inputs: dict[str, Any] = {
            "control_image" if asked.image else "image": pictures[0] if one else pictures,
            "controlnet_conditioning_scale": [each.weight for each in controls],
            "control_guidance_start": [each.start for each in controls],
            "control_guidance_end": [each.end for each in controls],
        }
        if one:
            inputs["controlnet_conditioning_scale"] = controls[0].weight
        stock = replace(self.specimen, pipe=pipe)
        return stock.latents(asked, **inputs, **more)


def led(pipe: Any, kind: Any, name: str, root: Path) -> Led:
    for seed, title in enumerate(("edges", "depth")):
        save_controlnet(controlnet(pipe.unet, seed), root, title)
    shelves = Shelves(root)
    with torch.inference_mode():
        family = kind(pipe, replace(CARD, name=name), shelves)
    base = kind.pipeline.removesuffix("Pipeline") + "ControlNet"
    stock = (f"{base}Pipeline", f"{base}Img2ImgPipeline", f"{base}InpaintPipeline")
    asked = Specimen(pipe=pipe, family=family, stock=stock, noise=Noise.DIFFUSION)
    return Led(specimen=asked, shelves=shelves, root=root)


def paint(family: Family, *recipes: Recipe, **how: Any) -> list[Sitting]:
    return paint_together(family, recipes, sources=SOURCES, **how)


def changed(recipe: Recipe, *changes: Mapping[str, Any]) -> Recipe:
    controls = zip(recipe.controls, changes, strict=True)
    return replace(recipe, controls=tuple(replace(each, **change) for each, change in controls))
