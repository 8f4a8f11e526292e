"""Pipelines with IP-Adapters: ours, and the stock one of the same files."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from engine.addon import Kind
from engine.gpu.addons.shelves import Shelves
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.families.sdxl import StableDiffusionXL
from engine.gpu.family import Family
from engine.job import Recipe
from engine.sampler import Noise
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.files import adapter, image_encoder, reference, save_adapter
from tests.engine.gpu.families.specimen import FILES, Specimen
from tests.engine.gpu.together import CARD, Sitting, paint_together, picture_file

SOURCES = {
    **FILES,
    "look": picture_file(6, width=50, height=40),
    "other": picture_file(7, width=32, height=64),
}


@dataclass(frozen=True, kw_only=True)
class Led:
    """A specimen with the adapters `usual`, `second` and `plus`, and the stock pipeline for it."""

    specimen: Specimen
    shelves: Shelves

    @property
    def family(self) -> Family:
        return self.specimen.family

    def recipe(self, *names: str, **changes: Any) -> Recipe:
        references = tuple(reference(self.shelves, name) for name in names)
        return self.specimen.recipe(**{"references": references, **changes})

    def stock(self, asked: Recipe) -> torch.Tensor:
        """The pipeline of its own parts: to take an adapter off would change ours."""
        pipe = MADE[self.family.card.name]()
        pipe.register_modules(image_encoder=image_encoder())
        pipe.load_ip_adapter(
            str(self.shelves.root),
            subfolder=Kind.IP_ADAPTER.value,
            weight_name=[f"{each.name}.safetensors" for each in asked.references],
        )
        for lora in asked.loras:
            folder = self.shelves.root / Kind.LORA
            pipe.load_lora_weights(
                folder, weight_name=f"{lora.name}.safetensors", adapter_name="on"
            )
            pipe.set_adapters("on", lora.weight)
        pipe.set_ip_adapter_scale([each.weight for each in asked.references])
        pictures = [
            Image.open(BytesIO(SOURCES[each.image])).convert("RGB") for each in asked.references
        ]
        return replace(self.specimen, pipe=pipe).latents(asked, ip_adapter_image=pictures)


MADE = {"sd": tiny.pipeline, "sdxl": tiny.sdxl}


def led(kind: Any, name: str, root: Path) -> Led:
    pipe = MADE[name]()
    adapters = {
        "usual": adapter(pipe.unet, 11),
        "second": adapter(pipe.unet, 12),
        "plus": adapter(pipe.unet, 13, plus=True),
    }
    for title, made in adapters.items():
        save_adapter(made, root, title)
    image_encoder().save_pretrained(root / Kind.IP_ADAPTER / "eye")
    shelves = Shelves(root)
    with torch.inference_mode():
        family = kind(pipe, replace(CARD, name=name), shelves)
    base = kind.pipeline.removesuffix("Pipeline")
    stock = (f"{base}Pipeline", f"{base}Img2ImgPipeline", f"{base}InpaintPipeline")
    asked = Specimen(pipe=pipe, family=family, stock=stock, noise=Noise.DIFFUSION)
    return Led(specimen=asked, shelves=shelves)


def both_in(root: Path) -> Mapping[str, Led]:
    for name in MADE:
        (root / name).mkdir()
    return {
        "sd": led(StableDiffusion, "sd", root / "sd"),
        "sdxl": led(StableDiffusionXL, "sdxl", root / "sdxl"),
    }


def paint(family: Family, *recipes: Recipe, **how: Any) -> list[Sitting]:
    return paint_together(family, recipes, sources=SOURCES, **how)


def changed(recipe: Recipe, *changes: Mapping[str, Any]) -> Recipe:
    references = zip(recipe.references, changes, strict=True)
    return replace(recipe, references=tuple(replace(one, **change) for one, change in references))
