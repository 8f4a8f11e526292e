"""Preprocess: makes of a picture what a ControlNet was taught with, its edges or its depth.

It is done in the engine thread before the first step, and every tile waits meanwhile: edges take
tens of milliseconds, depth as long as its model does.
"""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from engine.errors import PaintingFailed
from engine.extra import CANNY, DEPTH, PREPROCESSORS
from engine.gpu.device import ran_out_of_memory
from engine.gpu.lately import Lately
from engine.nearest import did_you_mean

MODELS = "preprocessors"
# How smooth a picture is made before its edges are looked for: a grain is no edge.
SIGMA = 1.0


class Preprocess:
    """`root` is the data folder. Models for it lie there, in `preprocessors`, by their names."""

    def __init__(
        self,
        root: Path,
        device: torch.device,
        *,
        library: Callable[[str], Any] = import_module,
    ) -> None:
        self._folder = root / MODELS
        self._device = device
        self._library = library
        self._models: Lately[str, tuple[Any, Any]] = Lately(self._load, most=1)
        self._makers = {CANNY: self._edges, DEPTH: self._depth}

    def __call__(self, name: str, picture: Image.Image) -> Image.Image:
        """A picture of the same size. Raises PaintingFailed where that cannot be made here."""
        make = self._makers.get(name.lower())
        if make is None:
            raise PaintingFailed(
                f"I know no preprocessor “{name:.60}”. {did_you_mean(name, PREPROCESSORS)}"
            )
        return make(picture)

    def _edges(self, picture: Image.Image) -> Image.Image:
        try:
            feature = self._library("skimage.feature")
        except ImportError:
            raise PaintingFailed(
                "To find edges I need scikit-image, which is not installed. Install it with "
                "“.venv/bin/python -m pip install scikit-image” and start Easel again, or give a "
                "picture of edges and no preprocessor."
            ) from None
        grey = np.asarray(picture.convert("L"), dtype=np.float32) / 255
        edges = feature.canny(grey, sigma=SIGMA)
        return Image.fromarray(np.where(edges, 255, 0).astype(np.uint8)).convert("RGB")

    def _depth(self, picture: Image.Image) -> Image.Image:
        reader, model = self._models[DEPTH]
        with torch.inference_mode():
            seen = reader(images=picture, return_tensors="pt").to(self._device, model.dtype)
            depth = model(**seen).predicted_depth.float()
            depth = torch.nn.functional.interpolate(
                depth[:, None], size=picture.size[::-1], mode="bicubic", align_corners=False
            )[0, 0]
        # What is nearest is white.
        least, most = depth.min(), depth.max()
        share = (depth - least) / (most - least).clamp(min=1e-6)
        return Image.fromarray((share * 255).round().byte().cpu().numpy()).convert("RGB")

    def _load(self, name: str) -> tuple[Any, Any]:
        """Its reader and its model."""
        folder = self._folder / name
        if not (folder / "config.json").is_file():
            raise PaintingFailed(
                f"To find {name} I need a model for it, and there is none in {MODELS}/"
                f"{name} of the data folder. Put the files of one there, like Depth Anything's, or "
                f"give a picture of {name} and no preprocessor."
            )
        transformers = import_module("transformers")
        try:
            reader = transformers.AutoImageProcessor.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
            model = transformers.AutoModelForDepthEstimation.from_pretrained(
                folder, use_safetensors=True, local_files_only=True, trust_remote_code=False
            )
        except Exception as error:  # a library's: they have no root in common
            if ran_out_of_memory(error):
                raise
            raise PaintingFailed(
                f"The model in {MODELS}/{name} cannot be used: "
                f"{str(error).strip().partition(chr(10))[0]:.200}. Put another one there."
            ) from error
        return reader, model.to(self._device).eval()
