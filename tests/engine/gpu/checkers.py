"""Tiny models that look at pictures, with random weights and an answer of our choice."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPTextConfig,
    CLIPVisionConfig,
    ViTConfig,
    ViTForImageClassification,
    ViTImageProcessorPil,
)

from tests.engine.gpu import tiny

LABELS = ("neutral", "porn", "drawings")
SAFE, UNSAFE = {"neutral": 9.0}, {"porn": 9.0}


def vit(labels: Sequence[str], **config: Any) -> ViTConfig:
    return ViTConfig(
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=8,
        id2label=dict(enumerate(labels)),
        label2id={label: number for number, label in enumerate(labels)},
        **config,
    )


def save_classifier(
    folder: Path, says: Mapping[str, float], labels: Sequence[str] = LABELS, **config: Any
) -> Path:
    """A classifier that thinks little of the picture and much of its biases."""
    torch.manual_seed(0)
    network: Any = ViTForImageClassification(vit(labels, **config))
    with torch.no_grad():
        network.classifier.weight.mul_(0.01)
        network.classifier.bias.copy_(torch.tensor([says.get(label, 0.0) for label in labels]))
    network.save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder


def save_concept_checker(folder: Path, *, unsafe: bool, reader: str = "feature_extractor") -> Path:
    """Stable Diffusion's own checker, with thresholds that everything or nothing is above."""
    torch.manual_seed(0)
    kind = tiny.diffusers.pipelines.stable_diffusion.safety_checker.StableDiffusionSafetyChecker
    vision = CLIPVisionConfig(
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        image_size=32,
        patch_size=8,
    )
    text = CLIPTextConfig(hidden_size=32, intermediate_size=32, num_hidden_layers=1)
    network = kind(CLIPConfig(text_config=text, vision_config=vision, projection_dim=16))
    network.concept_embeds_weights.data.fill_(-2.0 if unsafe else 2.0)
    network.special_care_embeds_weights.data.fill_(2.0)
    network.save_pretrained(folder / "safety_checker")
    size = {"size": {"shortest_edge": 32}, "crop_size": {"height": 32, "width": 32}}
    CLIPImageProcessorPil(**size).save_pretrained(folder / reader)
    return folder
