"""Checkers: models that look at a finished picture and say how likely it is something unsafe."""

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import torch
from PIL.Image import Image

from engine.errors import BadModel
from engine.gpu.device import ran_out_of_memory, weight_type
from engine.gpu.models.weights import PICKLE_ENDINGS, require_safetensors
from engine.gpu.quiet import hush

CONFIG, PREPROCESSOR = "config.json", "preprocessor_config.json"
CONCEPTS = "StableDiffusionSafetyChecker"
NSFW = "nsfw"


class Checker(Protocol):
    """Knows labels, and looks at one picture at a time without changing it."""

    labels: Sequence[str]
    exclusive: bool
    """Whether the scores share one whole between them."""

    def scores(self, picture: Image) -> Mapping[str, float]:
        """From 0 to 1 for every label."""
        ...


class Classifier:
    """Any of transformers' models for image classification."""

    def __init__(self, network: Any, reader: Any) -> None:
        self._network = network
        self._reader = reader
        config = network.config
        self.labels: Sequence[str] = [
            str(config.id2label[number]) for number in range(config.num_labels)
        ]
        several = config.problem_type == "multi_label_classification"
        self.exclusive = len(self.labels) > 1 and not several

    def scores(self, picture: Image) -> Mapping[str, float]:
        pixels = _pixels(self._reader, picture, self._network)
        answer = self._network(pixel_values=pixels).logits[0].float()
        likely = answer.softmax(dim=-1) if self.exclusive else answer.sigmoid()
        return dict(zip(self.labels, likely.tolist(), strict=True))


class ConceptChecker:
    """The checker that came with Stable Diffusion 1.x: yes or no, by thresholds of its own."""

    labels: Sequence[str] = (NSFW,)
    exclusive = False

    def __init__(self, network: Any, reader: Any) -> None:
        self._network = network
        self._reader = reader
        # It only compares, and what is no number is larger than nothing: all would be well.
        network.visual_projection.register_forward_hook(_require_numbers)

    def scores(self, picture: Image) -> Mapping[str, float]:
        pixels = _pixels(self._reader, picture, self._network)
        # It paints what it refuses black, in place. It gets something else to paint on.
        _, refused = self._network(clip_input=pixels, images=torch.zeros(1, 1, 1, 3))
        return {NSFW: float(refused[0])}


def open_checker(folder: Path, device: torch.device) -> Checker:
    """From the disk and from safetensors only. Raises BadModel where it cannot be used."""
    folder = folder / "safety_checker" if (folder / "safety_checker").is_dir() else folder
    config = _config(folder)
    _require_weights(folder)
    hush()
    try:
        if CONCEPTS in (config.get("architectures") or ()):
            return _concept_checker(folder, device)
        return _classifier(folder, device)
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        sentence = f"The safety model in {folder} cannot be loaded: {_first_line(error)}"
        if ran_out_of_memory(error):
            sentence = f"The safety model in {folder} does not fit into the memory here."
        raise BadModel(sentence) from error


def _classifier(folder: Path, device: torch.device) -> Checker:
    transformers: Any = import_module("transformers")
    network = _network(transformers.AutoModelForImageClassification, folder, device)
    # With torchvision installed another one would be taken, which makes slightly other pixels.
    reader = transformers.AutoImageProcessor.from_pretrained(
        folder, backend="pil", local_files_only=True, trust_remote_code=False
    )
    if not type(reader).__name__.endswith("Pil"):
        raise BadModel(f"I cannot prepare pictures for the safety model in {folder}. Take another.")
    return Classifier(network, reader)


def _concept_checker(folder: Path, device: torch.device) -> Checker:
    safety: Any = import_module("diffusers.pipelines.stable_diffusion.safety_checker")
    network = _network(safety.StableDiffusionSafetyChecker, folder, device)
    places = (folder, folder / "feature_extractor", folder.parent / "feature_extractor")
    for place in places:
        if (place / PREPROCESSOR).is_file():
            readers: Any = import_module("transformers")
            reader = readers.CLIPImageProcessorPil.from_pretrained(place, local_files_only=True)
            return ConceptChecker(network, reader)
    raise BadModel(
        f"The safety model in {folder} has no {PREPROCESSOR}, neither there nor in a "
        "feature_extractor beside it. Download that too."
    )


def _network(kind: Any, folder: Path, device: torch.device) -> Any:
    network, report = kind.from_pretrained(
        folder,
        dtype=weight_type(device),
        use_safetensors=True,
        local_files_only=True,
        trust_remote_code=False,
        output_loading_info=True,
    )
    # What is missing is made up by chance, and a checker that was never taught says anything.
    if made_up := sorted([*report["missing_keys"], *report["mismatched_keys"]], key=str):
        raise BadModel(
            f"The safety model in {folder} lacks the weights of {made_up[0]}. "
            "Take one that was trained to classify pictures."
        )
    return network.to(device).eval()


def _pixels(reader: Any, picture: Image, network: Any) -> torch.Tensor:
    pixels: torch.Tensor = reader(picture.convert("RGB"), return_tensors="pt").pixel_values
    return pixels.to(network.device, network.dtype)


def _require_numbers(part: Any, read: Any, answer: torch.Tensor) -> None:
    if not torch.isfinite(answer).all():
        raise ArithmeticError("the safety model overflowed")


def _config(folder: Path) -> Mapping[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text("utf-8"))
    except FileNotFoundError:
        raise BadModel(
            f"There is no {CONFIG} in {folder}, so it holds no safety model. Set "
            "EASEL_SAFETY_MODEL to the folder of one, or EASEL_SAFETY to off."
        ) from None
    except (OSError, ValueError, RecursionError):
        config = None
    if not isinstance(config, dict):
        raise BadModel(f"{CONFIG} in {folder} is damaged. Download the safety model again.")
    return config


def _require_weights(folder: Path) -> None:
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        for pickle in sorted(file for file in folder.glob("*") if file.suffix in PICKLE_ENDINGS):
            require_safetensors(pickle)
        raise BadModel(f"The safety model in {folder} has no weights. Download it again.")
    for file in files:
        require_safetensors(file)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
