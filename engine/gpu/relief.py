"""Relief: a pipeline rearranged so that it needs less of the card's memory, one rung at a time."""

from collections.abc import Collection
from importlib import import_module
from typing import Any

import torch

from engine.gpu.easing import movable
from engine.ladder import LADDER, Rung

# Smaller tiles than this are mostly overlap.
SMALLEST_TILE = 16
# diffusers' names of what it hangs on a network to bring its blocks.
OF_GROUPS = ("group_offloading", "layer_execution_tracker", "lazy_prefetch_group_offloading")


class Relief:
    """What is in force for one model. Rungs are only ever added: loading it anew forgets them."""

    def __init__(self, pipe: Any, network: Any, device: torch.device) -> None:
        self._pipe = pipe
        self._network = network
        self._device = device
        self._parked: list[_Parked] = []
        self._usual: frozenset[Rung] = frozenset()
        self.in_force: set[Rung] = set()

    @property
    def possible(self) -> frozenset[Rung]:
        vae = self._pipe.vae
        smaller = not vae.use_tiling or vae.tile_latent_min_size > SMALLEST_TILE
        return movable(self._device) | ({Rung.TILE} if smaller else set())

    @property
    def is_on_the_move(self) -> bool:
        """Where the network's weights come to the card for each step, and lie elsewhere then."""
        return not self.in_force.isdisjoint({Rung.GROUP, Rung.SEQUENTIAL})

    def begin(self, rungs: Collection[Rung]) -> None:
        """What was in force when the model was loaded is nothing to say with each picture."""
        for rung in LADDER:
            if rung in rungs:
                self.take(rung)
        self._usual = frozenset(rungs)

    def take(self, rung: Rung) -> None:
        match rung:
            case Rung.TILE:
                tile(self._pipe.vae)
            case Rung.PARK:
                self._park()
            case Rung.GROUP:
                self._group()
            case Rung.SEQUENTIAL:
                self._one_by_one()
            case _:
                raise ValueError(f"{rung.name} is nothing that a model can be rearranged for")
        self.in_force.add(rung)

    def told_for(self, latents: torch.Tensor) -> set[Rung]:
        """What of it a picture of these latents was painted under."""
        untouched = max(latents.shape[-2:]) <= self._pipe.vae.tile_latent_min_size
        return self.in_force - self._usual - ({Rung.TILE} if untouched else set())

    def rest(self) -> None:
        """The parked parts go back to main memory until they are used again."""
        for parked in self._parked:
            parked.rest()

    def _park(self) -> None:
        hooks: Any = import_module("accelerate.hooks")
        for part in self._pipe.components.values():
            if isinstance(part, torch.nn.Module) and part is not self._network:
                parked = _Parked(part, self._device)
                hooks.add_hook_to_module(part, parked)
                self._parked.append(parked)

    def _group(self) -> None:
        hooks: Any = import_module("diffusers.hooks")
        hooks.apply_group_offloading(
            self._network,
            onload_device=self._device,
            offload_device=torch.device("cpu"),
            offload_type="block_level",
            num_blocks_per_group=1,
            use_stream=self._device.type == "cuda",
        )

    def _one_by_one(self) -> None:
        hooks: Any = import_module("diffusers.hooks")
        registry = hooks.HookRegistry.check_if_exists_or_initialize(self._network)
        for name in OF_GROUPS:
            registry.remove_hook(name, recurse=True)
        self._network.to("cpu")
        hooks.apply_group_offloading(
            self._network,
            onload_device=self._device,
            offload_device=torch.device("cpu"),
            offload_type="leaf_level",
        )


class _Parked:
    """A part in main memory until it is asked, as accelerate and diffusers want to be told of it.

    Not accelerate's own kind. Where diffusers finds that and a LoRA or an IP-Adapter is loaded, it
    has all parts leave the card when another is asked, the network too, of which recordings then
    read what is not there any more; or it refuses, if that comes in groups.
    """

    no_grad = False

    def __init__(self, part: torch.nn.Module, device: torch.device) -> None:
        self._part = part
        self._send: Any = import_module("accelerate.utils").send_to_device
        self.execution_device = device

    def rest(self) -> None:
        self._part.to("cpu")

    def init_hook(self, part: torch.nn.Module) -> torch.nn.Module:
        self.rest()
        return part

    def pre_forward(self, part: torch.nn.Module, *told: Any, **named: Any) -> tuple[Any, Any]:
        part.to(self.execution_device)
        answer: tuple[Any, Any] = self._send((told, named), self.execution_device)
        return answer

    def post_forward(self, part: torch.nn.Module, answer: Any) -> Any:
        return answer

    def detach_hook(self, part: torch.nn.Module) -> torch.nn.Module:
        return part


def tile(vae: Any) -> None:
    """Encode and decode in tiles a quarter as large as before, or as large as the model's usual."""
    scale = 2 ** (len(vae.config.block_out_channels) - 1)
    side = vae.tile_latent_min_size // 2 if vae.use_tiling else vae.tile_latent_min_size
    vae.tile_latent_min_size = max(SMALLEST_TILE, side)
    # Both, or the tiles of the picture would not be those of the latents.
    vae.tile_sample_min_size = vae.tile_latent_min_size * scale
    vae.enable_tiling()
