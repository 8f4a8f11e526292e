"""A pretended card: what is on `meta` is there, and has no numbers that anybody could look at.

torch itself refuses to read them, and to mix them with numbers that are here.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from engine.gpu.ahead import SentAhead
from engine.gpu.family import Family
from engine.gpu.painting import Painting

META = torch.device("meta")
aten = torch.ops.aten
# Of what was made in `inference_mode` torch shows the second, and of all else the first.
COPIES = (aten._to_copy, aten.to)
# Each would have the host look at numbers that are there, though here none are.
LOOKS = (aten._linalg_check_errors, aten.linalg_solve, aten.nonzero)


class Waited(AssertionError):
    """The host would stand still until the card has done all that it was asked for."""


class Card(TorchDispatchMode):
    """Counts what was `sent` there. Within it nobody may send and wait.

    In `inference_mode` torch asks for copies where no mode looks.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch says nothing of it
        self.sent = 0
        self.asked: set[Any] = set()

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[Any],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        names = [argument.name for argument in func._schema.arguments]
        options = {**dict(zip(names, args, strict=False)), **(kwargs or {})}
        answer = func(*args, **(kwargs or {}))
        self.asked.add(func.overloadpacket)
        if func.overloadpacket in COPIES and answer.device == META != args[0].device:
            if not options.get("non_blocking"):
                raise Waited(f"{tuple(answer.shape)} were sent there and waited for")
            self.sent += 1
        if func.overloadpacket in LOOKS and args[0].device == META:
            raise Waited(f"{func} looks at what is there")
        if func.overloadpacket is aten.index and args[0].device == META:
            places = [place for place in args[1] if place is not None]
            if any(place.device != META for place in places):
                raise Waited(f"places in {tuple(args[0].shape)} were sent there and waited for")
        return answer


def card() -> Card:
    kind: Any = Card  # torch does not say what its modes are made of
    made: Card = kind()
    return made


@contextmanager
def on_card(family: Family) -> Iterator[None]:
    """The network is there meanwhile; all else that a family has is needed before and after."""
    before = family.network, family.device, family.sampling._ahead
    family.network = deepcopy(family.network).to(META)
    family.device, family.sampling._ahead = META, SentAhead(META)
    try:
        yield
    finally:
        family.network, family.device, family.sampling._ahead = before


def put_there(painting: Painting) -> None:
    painting.latents = painting.latents.to(META)
    painting.conditioning = there(painting.conditioning)
    if painting.beside is not None:
        painting.beside = painting.beside.to(META)
    if (kept := painting.kept) is not None:
        painting.kept = replace(
            kept,
            source=kept.source.to(META),
            noise=kept.noise.to(META),
            mask=kept.mask.to(META),
        )


def there(rows: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
    return {name: tensor.to(META) for name, tensor in rows.items()}
