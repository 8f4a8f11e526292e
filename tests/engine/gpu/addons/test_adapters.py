"""LoRAs: what they change, alone and in company, and that nothing of them stays."""

import logging
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.addon import Kind
from engine.errors import InvalidRequest, PaintingFailed
from engine.extra import Extra
from engine.gpu.addons.adapters import Adapters
from engine.gpu.families.sd import StableDiffusion
from engine.gpu.family import Family
from engine.job import Recipe
from engine.request import ImageRequest
from engine.tiles import tiles_of
from tests.engine.gpu import tiny
from tests.engine.gpu.addons.shelf import (
    KOHYA,
    KOHYA_XL,
    Shelving,
    Tensors,
    kohya,
    old,
    peft,
    wearing,
)
from tests.engine.gpu.together import CARD, paint_together, recipe


def latents(family: Family, asked: Recipe) -> torch.Tensor:
    (sitting,) = paint_together(family, [asked])
    return sitting.latents


def stock(pipe: Any, asked: Recipe, *files: tuple[Path, float]) -> torch.Tensor:
    """What diffusers itself paints with these."""
    names = []
    for number, (file, _) in enumerate(files):
        names.append(f"stock{number}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is another one already
            pipe.load_lora_weights(str(file), adapter_name=names[-1])
    pipe.set_adapters(names, [weight for _, weight in files])
    pipe.scheduler = tiny.diffusers.EulerDiscreteScheduler.from_config(pipe.scheduler.config)
    painted: torch.Tensor = pipe(
        "a red circle",
        negative_prompt=asked.negative,
        num_inference_steps=asked.steps,
        guidance_scale=asked.guidance,
        width=asked.width,
        height=asked.height,
        generator=torch.Generator().manual_seed(asked.seed),
        output_type="latent",
    ).images
    return painted


FORMATS: dict[str, Callable[[Any], Tensors]] = {
    "kohya": kohya,
    "diffusers": lambda pipe: peft(pipe, "unet", "text_encoder"),
    "old diffusers": old,
    "the network alone": lambda pipe: kohya(pipe, {"unet": KOHYA["unet"]}),
    "the text encoder alone": lambda pipe: kohya(pipe, {"text_encoder": KOHYA["text_encoder"]}),
}


@pytest.mark.parametrize("form", FORMATS)
def test_a_tile_with_a_lora_is_what_diffusers_paints_with_it(
    form: str, family: Family, worn: Any, shelving: Shelving
) -> None:
    lora = shelving.lora("neon", FORMATS[form](worn), weight=0.8)

    ours = latents(family, wearing(lora))

    file = shelving.root / "loras" / "neon.safetensors"
    assert torch.equal(ours, stock(tiny.pipeline(), recipe(), (file, 0.8)))
    assert not torch.allclose(ours, latents(family, recipe()), atol=1e-2)


def test_several_are_worn_at_once_each_with_its_weight(
    family: Family, worn: Any, shelving: Shelving
) -> None:
    loras = [shelving.lora(name, kohya(worn, seed=n)) for n, name in enumerate(("ink", "neon"))]
    weights = (0.7, -0.4)

    ours = latents(family, wearing(*_weighted(loras, weights)))

    files = [shelving.root / "loras" / f"{name}.safetensors" for name in ("ink", "neon")]
    theirs = stock(tiny.pipeline(), recipe(), *zip(files, weights, strict=True))
    assert torch.equal(ours, theirs)


def _weighted(loras: list[Extra], weights: tuple[float, ...]) -> list[Extra]:
    return [
        Extra(name=lora.name, digest=lora.digest, weight=weight)
        for lora, weight in zip(loras, weights, strict=True)
    ]


def test_after_a_lora_a_tile_without_is_as_if_there_had_never_been_any(
    family: Family, shelving: Shelving
) -> None:
    untouched = tiny.pipeline()
    with torch.inference_mode():
        before = latents(StableDiffusion(untouched, CARD), recipe())
    lora = shelving.lora("neon", kohya(untouched))

    latents(family, wearing(lora))

    assert torch.equal(latents(family, recipe()), before)


@pytest.mark.parametrize("exact", [False, True])
def test_tiles_with_other_loras_share_a_company_and_nothing_else(
    exact: bool, family: Family, worn: Any, shelving: Shelving
) -> None:
    ink, neon = (shelving.lora(name, kohya(worn, seed=n)) for n, name in enumerate(("ink", "neon")))
    asked = [
        recipe(exact=exact),
        wearing(ink, exact=exact),
        wearing(*_weighted([ink], (0.3,)), exact=exact),
        wearing(ink, neon, exact=exact, seed=8),
        wearing(neon, exact=exact),
        recipe(exact=exact, seed=9),
    ]
    alone = [latents(family, each) for each in asked]

    together = paint_together(family, asked, turns_between=1)

    for sitting, single in zip(together, alone, strict=True):
        if exact:
            assert torch.equal(sitting.latents, single)
        else:
            assert torch.allclose(sitting.latents, single, rtol=1e-4, atol=1e-4)


def test_a_lora_is_read_from_its_file_once(family: Family, worn: Any, shelving: Shelving) -> None:
    lora = shelving.lora("neon", kohya(worn))
    first = latents(family, wearing(lora))
    (shelving.root / "loras" / "neon.safetensors").unlink()
    shelving.shelves.look()

    family.wear(recipe())
    again = latents(family, wearing(lora))

    assert torch.equal(first, again)


def test_what_is_worn_already_is_not_touched(family: Family, worn: Any, shelving: Shelving) -> None:
    lora = shelving.lora("neon", kohya(worn))
    family.wear(wearing(lora))
    layers = [layer for layer in worn.unet.modules() if hasattr(layer, "lora_A")]
    before = [layer.active_adapters for layer in layers]

    family.wear(wearing(lora, seed=8))

    assert layers
    assert all(layer.active_adapters is was for layer, was in zip(layers, before, strict=True))


def test_only_the_last_few_stay_loaded(worn: Any, shelving: Shelving) -> None:
    loras = [shelving.lora(f"number {n}", kohya(worn, seed=n)) for n in range(4)]
    pipe = tiny.pipeline()
    adapters = Adapters(pipe, "tiny", shelving.shelves.file, keep=2)

    with torch.inference_mode():
        for lora in (loras[0], loras[1], loras[0], loras[2]):
            adapters.wear((lora,))
        kept = {loras[0].digest, loras[2].digest}
        assert set(pipe.unet.peft_config) == set(pipe.text_encoder.peft_config) == kept

        # More at once than are kept are worn all the same.
        adapters.wear(tuple(loras[1:]))
        assert set(pipe.unet.peft_config) == {lora.digest for lora in loras[1:]}


def test_the_text_encoder_wears_it_too_and_the_memory_of_texts_knows(
    family: Family, worn: Any, shelving: Shelving
) -> None:
    lora = shelving.lora("words", kohya(worn, {"text_encoder": KOHYA["text_encoder"]}))
    plain = encoded(family, recipe())

    changed = encoded(family, wearing(lora))

    assert not torch.allclose(plain, changed, atol=1e-2)
    assert torch.equal(encoded(family, recipe()), plain)
    assert torch.equal(encoded(family, wearing(lora)), changed)


def encoded(family: Family, asked: Recipe) -> torch.Tensor:
    family.wear(asked)
    return family.encode(asked)["encoder_hidden_states"]


def test_nothing_is_written_about_loading_it(
    worn: Any, shelving: Shelving, caplog: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    pipe = tiny.pipeline()
    lora = shelving.lora("neon", kohya(pipe))

    with torch.inference_mode(), caplog.at_level(logging.WARNING):
        Adapters(pipe, "tiny", shelving.shelves.file).wear((lora,))

    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_an_empty_shelf_has_no_lora(worn: Any) -> None:
    with torch.inference_mode():
        family = StableDiffusion(worn, CARD)

    with pytest.raises(PaintingFailed, match="neon"):
        family.wear(wearing(Extra(name="neon", digest="0")))


def test_there_is_a_file_for_every_kind_of_name(worn: Any, shelving: Shelving) -> None:
    names = ("with space", "v1.5 final", "größe 猫")
    pipe = tiny.pipeline()
    adapters = Adapters(pipe, "tiny", shelving.shelves.file)

    with torch.inference_mode():
        for number, name in enumerate(names):
            adapters.wear((shelving.lora(name, kohya(worn, seed=number)),))

    assert len(pipe.unet.peft_config) == len(names)
    assert {addon.name for addon in shelving.shelves.look().of(Kind.LORA)} == set(names)


def test_what_somebody_types_is_what_is_worn(family: Family, worn: Any, shelving: Shelving) -> None:
    shelving.put(Kind.LORA, "Neon", kohya(worn))
    shelving.put(Kind.EMBEDDING, "EasyNegative", {"emb_params": torch.ones(2, 32)})
    card = replace(CARD, architecture="SD with text width 32")
    request = ImageRequest(
        prompt="a red circle <lora:neon:0.8>",
        negative="(easynegative:1.2)",
        width=64,
        height=64,
        seed=7,
    )

    (tile,) = tiles_of(request, card, seed=0, shelf=shelving.shelves.look())

    called, plain = tile.recipe, replace(tile.recipe, loras=(), embeddings=())
    assert [extra.name for extra in (*called.loras, *called.embeddings)] == ["Neon", "EasyNegative"]
    different = [replace(called, loras=()), replace(called, embeddings=()), plain]
    painted = latents(family, called)
    assert not any(torch.allclose(painted, latents(family, each), atol=1e-3) for each in different)


def test_a_lora_of_another_kind_is_refused_before_anything_is_queued(
    worn: Any, shelving: Shelving
) -> None:
    shelving.put(Kind.LORA, "large", kohya(tiny.sdxl(), KOHYA_XL))
    card = replace(CARD, architecture="SD with text width 32")

    with pytest.raises(InvalidRequest, match="“large” is made for SDXL with text width 96"):
        tiles_of(
            ImageRequest(prompt="a <lora:large:1>"), card, seed=0, shelf=shelving.shelves.look()
        )
