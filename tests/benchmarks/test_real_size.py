"""Models of real size without files: what they are made of, and that half precision bears them."""

from typing import Any

import pytest
import torch
from torch.nn import Module

from benchmarks.hashing import HashingTokenizer
from benchmarks.published import MODELS, SD3, Published
from benchmarks.real_size import card_of, real_size

PROCESSOR, NOWHERE = torch.device("cpu"), torch.device("meta")
# In millions, as their makers publish them.
PARAMETERS = {
    "sd15": {"unet": 859.5, "vae": 83.7, "text_encoder": 123.1},
    "sdxl": {"unet": 2567.5, "vae": 83.7, "text_encoder": 123.1, "text_encoder_2": 694.7},
    "sd3": {"transformer": 2028.3, "vae": 83.8, "text_encoder": 123.7, "text_encoder_2": 694.7},
}


def weights_of(pipe: Any) -> dict[str, int]:
    return {
        name: sum(weights.numel() for weights in part.parameters())
        for name, part in pipe.components.items()
        if isinstance(part, Module)
    }


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_a_model_has_as_many_weights_as_were_published(model: Published) -> None:
    pipe = real_size(model, NOWHERE, torch.float16)

    counted = {name: round(count / 1e6, 1) for name, count in weights_of(pipe).items()}
    assert counted == PARAMETERS[model.name]


def test_the_reader_that_most_leave_out_is_there_where_it_is_asked_for() -> None:
    pipe = real_size(SD3, NOWHERE, torch.float16, with_optional=True)

    assert weights_of(pipe)["text_encoder_3"] == 4_762_310_656
    assert pipe.tokenizer_3("a red fox").input_ids[-1] == 1


@pytest.mark.parametrize("steps", [10, pytest.param(50, marks=pytest.mark.slow)])
@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_steps_in_half_precision_stay_numbers(model: Published, steps: int) -> None:
    pipe = real_size(model, PROCESSOR, torch.float16, narrow=True)
    asked = {"width": 32, "height": 32, "guidance_scale": model.guidance}

    with torch.inference_mode():
        latents = pipe("a red fox", num_inference_steps=steps, output_type="latent", **asked).images
        decoded = pipe.vae.decode(latents / pipe.vae.config.scaling_factor).sample

    assert latents.dtype == decoded.dtype == torch.float16
    assert latents.isfinite().all()
    assert decoded.isfinite().all()
    assert decoded.float().std() > 0.05


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.name)
def test_the_weights_are_the_same_every_time(model: Published) -> None:
    one, other = (
        real_size(model, PROCESSOR, torch.float32, narrow=True).components[model.network]
        for _ in range(2)
    )

    pairs = zip(one.parameters(), other.parameters(), strict=True)
    assert all(torch.equal(*pair) for pair in pairs)


def test_a_narrow_model_is_made_of_the_same_kinds_of_parts() -> None:
    for model in MODELS.values():
        narrow = real_size(model, NOWHERE, torch.float32, narrow=True)
        whole = real_size(model, NOWHERE, torch.float32)

        kinds, narrow_kinds = (
            {type(layer).__name__ for layer in pipe.components[model.network].modules()}
            for pipe in (whole, narrow)
        )
        assert narrow_kinds == kinds


def test_what_was_made_elsewhere_afterwards_is_not_in_half_precision() -> None:
    real_size(SD3, PROCESSOR, torch.float16, narrow=True)

    assert torch.ones(1).dtype == torch.float32


def test_a_card_has_the_size_that_the_model_is_made_for() -> None:
    card = card_of(SD3)

    assert (card.width, card.height, card.steps, card.guidance) == (1024, 1024, 28, 7.0)


def test_a_hashing_tokenizer_fills_a_text_up_and_cuts_it_off() -> None:
    words = HashingTokenizer(5)

    [short], [long] = (
        words(text, padding="max_length", max_length=5, return_tensors="pt").input_ids.tolist()
        for text in ("red fox", "one two three four five six")
    )

    assert short == [49406, *words("red fox", add_special_tokens=False).input_ids, 49407, 49407]
    assert len(long) == 5
