"""Eight bits: how far numbers and matrix products move, and what cannot have them."""

import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import LayerNorm, Linear, ModuleDict, Parameter

from engine.errors import Misconfigured
from engine.gpu.shortcuts.fp8 import (
    EIGHT_BITS,
    LARGEST,
    EightBitLinear,
    EightBits,
    require_capability,
    require_eight_bits,
    rounded,
    shortened,
)
from tests.engine.gpu.together import (
    CPU,
)

# Three bits after the first one: half of the last of them, and for what is tiny half a step.
RELATIVE, TINY = 2**-4, 2**-10
# The answer has seven bits after the first.
ANSWER = 2**-8


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    """Some rows a million times as large as others, and in each numbers of all sizes."""
    generator = torch.Generator().manual_seed(seed)
    rows = torch.randn(shape, generator=generator) ** 3
    return rows * torch.logspace(-3, 3, shape[0])[:, None]


def linear(inside: int = 64, outside: int = 48, *, bias: bool = True) -> Linear:
    torch.manual_seed(0)
    return Linear(inside, outside, bias=bias)


def test_numbers_move_by_a_sixteenth_at_most() -> None:
    exact = numbers(100, 257)

    small, scale = rounded(exact)

    assert (small.dtype, scale.shape) == (EIGHT_BITS, (100, 1))
    moved = (small.float() * scale - exact).abs()
    assert (moved <= torch.maximum(exact.abs() * RELATIVE, scale * TINY)).all()
    assert small.float().abs().amax(dim=1).eq(LARGEST).all()


def test_a_row_is_rounded_alike_in_any_company() -> None:
    exact = numbers(6, 64)

    together, scales = rounded(exact)
    alone, scale = rounded(exact[2:3])

    assert torch.equal(together[2:3].float(), alone.float())
    assert torch.equal(scales[2:3], scale)


def test_nothing_stays_nothing() -> None:
    small, scale = rounded(torch.zeros(2, 16))

    assert not small.float().any()
    assert torch.isfinite(scale).all()


def test_what_overflowed_is_not_hidden() -> None:
    small, scale = rounded(torch.tensor([[1.0, float("inf")], [1.0, float("nan")]]))

    assert (small.float() * scale).isnan().any(dim=1).all()


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(5,), (2, 7), (1, 1)])
def test_a_product_is_that_of_the_rounded_numbers(shape: tuple[int, ...], bias: bool) -> None:
    layer = linear(bias=bias)
    asked = torch.randn(*shape, 64, generator=torch.Generator().manual_seed(1))
    small, scale = rounded(layer.weight.detach())
    weights = small.float() * scale
    rows, scale = rounded(asked.reshape(-1, 64))
    product = (rows.float() * scale) @ weights.t()
    size = (rows.float() * scale).abs() @ weights.abs().t()
    exact = layer(asked).detach().reshape(-1, 48)

    assert shortened(layer)
    with torch.inference_mode():
        answer = layer(asked)

    assert answer.shape == (*shape, 48)
    plain = answer.reshape(-1, 48) - (layer.bias if bias else 0)
    assert ((plain - product).abs() <= ANSWER * product.abs() + 1e-5 * size).all()
    # Each of the two factors moved.
    bound = (2 * RELATIVE + RELATIVE**2 + 2 * ANSWER) * size
    assert ((answer.reshape(-1, 48) - exact).abs() <= bound).all()


@pytest.mark.parametrize(("inside", "outside"), [(60, 64), (64, 60), (8, 16)])
def test_sides_that_the_kernels_do_not_take_stay_as_they_are(inside: int, outside: int) -> None:
    layer = linear(inside, outside)

    assert not shortened(layer)

    assert type(layer) is Linear


def test_only_linears_of_transformer_blocks_that_see_every_place_are_shortened() -> None:
    class BasicTransformerBlock(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.to_q = linear()
            self.norm1 = ModuleDict({"linear": linear(), "norm": LayerNorm(16)})

    network = ModuleDict({"time": linear(), "block": BasicTransformerBlock()})

    shortcut = EightBits(network)

    assert len(shortcut) == 1
    kinds = {name: type(layer) for name, layer in network.named_modules() if "to_q" in name}
    assert kinds == {"block.to_q": EightBitLinear}


def test_a_card_computes_the_same_shapes() -> None:
    with torch.no_grad(), FakeTensorMode():
        layer = Linear(64, 48, device="meta")
        for name, shape in (("weight", (48, 64)), ("bias", (48,))):
            there = torch.empty(shape, device="cuda", dtype=torch.float16)
            setattr(layer, name, Parameter(there, requires_grad=False))
        asked = torch.empty(2, 77, 64, device="cuda", dtype=torch.float16)

        assert shortened(layer)
        answer = layer(asked)

    assert (answer.shape, answer.dtype, answer.device.type) == ((2, 77, 48), asked.dtype, "cuda")


def test_the_real_weights_are_in_the_files_and_the_rounded_ones_go_where_the_layer_goes() -> None:
    layer = linear()

    assert shortened(layer)

    assert layer.state_dict().keys() == {"weight", "bias"}
    assert {name for name, _ in layer.named_buffers()} == {"small", "small_scale"}


def test_a_processor_is_refused_in_a_sentence() -> None:
    with pytest.raises(Misconfigured, match="needs an NVIDIA card, and Easel paints on cpu"):
        require_eight_bits(CPU)


@pytest.mark.parametrize("capability", [(7, 5), (8, 0), (8, 6)])
def test_a_card_that_is_too_old_is_refused_with_what_is_needed(capability: tuple[int, int]) -> None:
    with pytest.raises(Misconfigured, match=r"compute capability 8\.9 or more.*A card has"):
        require_capability("A card", capability)


@pytest.mark.parametrize("capability", [(8, 9), (9, 0), (10, 0), (12, 0)])
def test_a_newer_card_is_taken(capability: tuple[int, int]) -> None:
    require_capability("A card", capability)


def test_a_compiled_layer_answers_alike_with_and_without_it() -> None:
    layer, asked = linear(), torch.randn(2, 7, 64)
    plain = layer(asked).detach()
    quick = shortened(layer)
    assert quick is not None
    compiled = torch.compile(layer, backend="eager", fullgraph=True)

    with torch.inference_mode():
        in_eight, there = compiled(asked), layer(asked)
        quick.shortened = False
        real = compiled(asked)

    assert torch.equal(in_eight, there)
    assert torch.equal(real, plain)
