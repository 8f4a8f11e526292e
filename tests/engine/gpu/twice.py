"""Recipes that are painted twice, enlarged in between, and how to look at what comes of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from engine.gpu.family import Family
from engine.job import LANCZOS, LATENT, Recipe
from tests.engine.gpu.together import Sitting, paint_together, picture_file

FILES = {"source": picture_file(1), "mask": picture_file(2, "L")}
UPSCALERS = [LANCZOS, LATENT]


def twice(asked: Recipe, upscaler: str = LANCZOS, **changes: Any) -> Recipe:
    return replace(asked, **{"upscale": 2.0, "redraw": 0.6, "upscaler": upscaler, **changes})


def once(asked: Recipe) -> Recipe:
    return replace(asked, upscale=1.0, redraw=0.0, upscaler=LANCZOS)


def paint(family: Family, asked: Recipe, files: Mapping[str, bytes] = FILES) -> Sitting:
    (sitting,) = paint_together(family, [asked], sources=files)
    return sitting


def array(picture: Image.Image) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.asarray(picture)
