"""Networks that enlarge are read off their files, whichever way these are named."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.nn import functional

from engine.gpu.images.esrgan import Esrgan, esrgan_of
from tests.engine.gpu.images.upscalers import FORMS, STYLES, Tensors, numbered, upscaler

SEEN = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("style", STYLES)
def test_however_its_layers_are_named_it_is_the_same_network(style: str, form: str) -> None:
    tensors = upscaler(**FORMS[form])

    network = esrgan_of(STYLES[style](tensors))

    scale = int(form[0])
    answer, same = network(SEEN), esrgan_of(tensors)(SEEN)
    assert network.scale == scale
    assert answer.shape == (1, 3, 16 * scale, 24 * scale)
    assert torch.equal(answer, same)
    assert float(answer.std()) > 0.01


def test_every_tensor_of_the_file_has_its_place() -> None:
    tensors = upscaler()
    before = esrgan_of(tensors)(SEEN)

    for name in tensors:
        changed = {**tensors, name: tensors[name] + 0.1}

        assert not torch.equal(esrgan_of(numbered(changed))(SEEN), before), name


def test_the_network_is_what_its_paper_says() -> None:
    """Computed by hand from the weights, with a single block."""
    tensors = upscaler(ups=1, shrinks=2, blocks=1)

    def convolved(seen: torch.Tensor, name: str) -> torch.Tensor:
        return functional.conv2d(
            seen, tensors[f"{name}.weight"], tensors[f"{name}.bias"], padding=1
        )

    def leaky(seen: torch.Tensor) -> torch.Tensor:
        return torch.where(seen > 0, seen, 0.2 * seen)

    first = convolved(functional.pixel_unshuffle(SEEN, 2), "conv_first")
    inside = first
    for dense in ("body.0.rdb1", "body.0.rdb2", "body.0.rdb3"):
        found = [inside]
        for number in range(1, 5):
            found.append(leaky(convolved(torch.cat(found, dim=1), f"{dense}.conv{number}")))
        inside = inside + 0.2 * convolved(torch.cat(found, dim=1), f"{dense}.conv5")
    seen = first + convolved(first + 0.2 * inside, "conv_body")
    larger = seen.repeat_interleave(2, dim=2).repeat_interleave(2, dim=3)
    seen = leaky(convolved(leaky(convolved(larger, "conv_up1")), "conv_hr"))

    answer = esrgan_of(tensors)(SEEN)

    assert torch.allclose(answer, convolved(seen, "conv_last"), atol=1e-5)


def test_half_precision_files_are_computed_in_full() -> None:
    half = {name: tensor.half() for name, tensor in upscaler().items()}

    network = esrgan_of(half)

    assert network.conv_last.weight.dtype == torch.float32
    assert not network.conv_last.weight.requires_grad
    assert network(SEEN).isfinite().all()


def without(name: str) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {key: tensor for key, tensor in tensors.items() if key != name}


def with_one(name: str, *shape: int) -> Callable[[Tensors], Tensors]:
    return lambda tensors: {**tensors, name: torch.zeros(shape)}


SPOILT: dict[str, tuple[Callable[[Tensors], Tensors], str]] = {
    "of another kind": (
        lambda _: {"unet.conv_in.weight": torch.zeros(1)},
        "no network of the kind",
    ),
    "empty": (lambda _: {}, "no network of the kind"),
    "lacks its first": (without("conv_first.weight"), "no network of the kind"),
    "lacks a bias": (without("body.1.rdb2.conv3.bias"), "body.1.rdb2.conv3.bias"),
    "lacks its last": (without("conv_last.weight"), "conv_last.weight"),
    "has one more": (with_one("conv_extra.weight", 1), "conv_extra.weight"),
    "has another shape": (with_one("conv_hr.bias", 5), "conv_hr.bias"),
    "reads grey": (with_one("conv_first.weight", 8, 1, 3, 3), "1 channels"),
    "reads a line": (with_one("conv_first.weight", 8), "no network of the kind"),
    "has no blocks": (with_one("body.0.rdb1.conv1.weight"), "no network of the kind"),
    "shrinks": (with_one("conv_first.weight", 8, 48, 3, 3), "smaller"),
    "numbered beyond reason": (
        lambda tensors: {f"model.{n}.weight": torch.zeros(1) for n in range(40)} | tensors,
        "conv_up",
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_is_no_such_network_is_refused_with_the_reason(spoilt: str) -> None:
    spoil, reason = SPOILT[spoilt]
    tensors = spoil(upscaler(ups=1))

    with pytest.raises(ValueError, match=reason):
        esrgan_of(tensors)


def test_a_file_is_read_without_changing_it() -> None:
    tensors = upscaler()
    before: dict[str, Any] = {name: tensor.clone() for name, tensor in tensors.items()}

    network = esrgan_of(numbered(tensors))
    network(SEEN)

    assert isinstance(network, Esrgan)
    for name, tensor in tensors.items():
        assert torch.equal(tensor, before[name])
