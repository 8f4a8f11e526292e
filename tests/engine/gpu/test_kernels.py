"""Kernels of wide forwards: never the bits of a job alone, and elsewhere only the rounding."""

from copy import deepcopy

import pytest
import torch
from torch import Tensor
from torch.nn import Conv2d, Linear, Module
from torch.nn.modules.linear import NonDynamicallyQuantizableLinear
from torch.utils._python_dispatch import TorchDispatchMode

from engine.gpu.kernels import (
    STOCK_ROWS,
    VECTORS,
    Kernels,
    WideConvolution,
    WideLinear,
    widen,
)
from tests.engine.gpu.families.specimen import MAKERS
from tests.engine.gpu.together import paint_together

pytestmark = pytest.mark.skipif(
    not torch.backends.mkldnn.is_available()
    or torch.backends.cpu.get_cpu_capability() not in VECTORS,
    reason="this processor has no other kernels than torch's own choice",
)

# Each with what a row of it looks like.
LAYERS: dict[str, tuple[Module, tuple[int, ...]]] = {
    "linear": (Linear(48, 80), (9, 48)),
    "linear without bias": (Linear(512, 16, bias=False), (5, 512)),
    "of single places": (Conv2d(24, 16, 1), (24, 7, 9)),
    "with neighbours": (Conv2d(16, 24, 3, padding=1), (16, 8, 8)),
    "with a stride": (Conv2d(8, 8, 3, stride=2, padding=1), (8, 9, 9)),
    "in groups, without bias": (Conv2d(8, 8, 3, groups=4, dilation=2, bias=False), (8, 9, 9)),
    "heavy": (Conv2d(128, 512, 3, padding=1), (128, 4, 4)),
}


class Asked(TorchDispatchMode):
    """Remembers the operations of torch that were asked for."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch gives it no types
        self.names: list[str] = []

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]  # torch gives it no types
        self.names.append(operation.name())
        return operation(*args, **(kwargs or {}))


def both(layer: Module, rows: Tensor) -> tuple[Tensor, Tensor, list[str]]:
    """torch's answer, the wide layer's, and what that asked of torch."""
    wide = deepcopy(layer)
    kernels = Kernels()
    with torch.inference_mode(), kernels.chosen(wide, STOCK_ROWS + 1):
        wide(rows)
    with torch.inference_mode(), kernels.chosen(wide, len(rows)), Asked() as asked:
        answer = wide(rows)
    with torch.inference_mode():
        return layer(rows), answer, asked.names


@pytest.mark.parametrize("count", range(1, STOCK_ROWS + 1))
@pytest.mark.parametrize("name", LAYERS)
def test_as_many_rows_as_stock_pipelines_have_keep_their_bits(name: str, count: int) -> None:
    layer, shape = LAYERS[name]
    rows = torch.randn(count, *shape, generator=torch.Generator().manual_seed(1))

    plain, wide, _ = both(layer, rows)

    assert torch.equal(wide, plain)


@pytest.mark.parametrize("count", [STOCK_ROWS + 1, 16])
@pytest.mark.parametrize("name", LAYERS)
def test_more_rows_are_rounded_otherwise_and_no_more(name: str, count: int) -> None:
    layer, shape = LAYERS[name]
    rows = torch.randn(count, *shape, generator=torch.Generator().manual_seed(2))

    plain, wide, asked = both(layer, rows)

    torch.testing.assert_close(wide, plain, rtol=1e-5, atol=1e-5)
    assert {"mkldnn::_linear_pointwise", "aten::mkldnn_convolution"} & set(asked)


def test_more_places_in_a_narrow_forward_keep_their_bits_too() -> None:
    # As pictures to follow do, of which one row may have several.
    layer = Linear(48, 80)
    widen(layer)

    with torch.inference_mode(), Kernels().chosen(layer, 1), Asked() as asked:
        layer(torch.ones(16, 9, 48))

    assert "mkldnn::_linear_pointwise" not in asked.names


def test_a_forward_that_fails_leaves_the_next_one_narrow() -> None:
    layer = Linear(48, 80)

    with pytest.raises(RuntimeError), Kernels().chosen(layer, 16):
        layer(torch.ones(16, 9, 47))
    with torch.inference_mode(), Asked() as asked:
        layer(torch.ones(16, 9, 48))

    assert "mkldnn::_linear_pointwise" not in asked.names


def test_a_row_with_one_place_is_left_to_torch() -> None:
    _, _, asked = both(Linear(8, 8), torch.ones(16, 8))

    assert "mkldnn::_linear_pointwise" not in asked


def test_only_full_precision_is_computed_otherwise() -> None:
    rows = torch.ones(16, 9, 48, dtype=torch.bfloat16)

    plain, wide, asked = both(Linear(48, 80, dtype=torch.bfloat16), rows)

    assert torch.equal(wide, plain)
    assert "mkldnn::_linear_pointwise" not in asked


@pytest.mark.parametrize(
    "layer",
    [
        NonDynamicallyQuantizableLinear(4, 4),
        Conv2d(4, 4, 3, padding="same"),
        Conv2d(4, 4, 3, padding="valid"),
        Conv2d(4, 4, 3, padding=1, padding_mode="reflect"),
    ],
)
def test_layers_of_other_kinds_stay_what_they_are(layer: Module) -> None:
    kind = type(layer)

    widen(layer)

    assert type(layer) is kind


@pytest.mark.parametrize("name", ["sd", "sdxl", "sd3", "flux"])
def test_after_company_a_job_alone_still_has_the_bits_of_stock_diffusers(name: str) -> None:
    specimen = MAKERS[name]()
    asked = specimen.recipe(steps=2)
    stock = specimen.latents(asked)
    others = [specimen.recipe(steps=2, seed=seed) for seed in range(3)]

    paint_together(specimen.family, others)
    alone = paint_together(specimen.family, [asked])

    layers = {type(layer) for layer in specimen.family.network.modules()}
    assert WideLinear in layers
    assert (WideConvolution in layers) == (name != "flux")
    assert torch.equal(alone[0].latents, stock)
