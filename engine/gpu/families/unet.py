"""What the families of Stable Diffusion share: a UNet, and what can be hung on it."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from engine.gpu.addons.control import ControlNets
from engine.gpu.addons.preprocess import Preprocess
from engine.gpu.addons.reference import Looks, looks_in
from engine.gpu.family import Family
from engine.gpu.painting import Painting
from engine.gpu.shortcuts.unet import UNetInParts
from engine.job import Recipe


class UNetFamily(Family):
    """Follows pictures by ControlNets, and takes over looks by IP-Adapters."""

    parts = UNetInParts

    def _prepare(self) -> None:
        preprocess = Preprocess(self.shelves.root, self.device)
        self._controls = ControlNets(self.pipe, self.shelves, preprocess, self.device)
        self._looks = Looks(self.pipe, self.shelves, self.device)

    def wear(self, recipe: Recipe) -> None:
        super().wear(recipe)
        self._looks.wear(recipe.references)

    def pictured(
        self, recipe: Recipe, sources: Mapping[str, bytes], rows: int
    ) -> Mapping[str, Tensor]:
        followed = self._controls.pictures(recipe, sources, rows)
        return {**followed, **self._looks.pictures(recipe, sources, rows)}

    def at_step(self, painting: Painting) -> Mapping[str, Tensor]:
        return self._controls.weights(painting)

    def ask(
        self,
        network: Any,
        latents: Tensor,
        times: Tensor,
        conditioning: Mapping[str, Tensor],
        **added: Tensor,
    ) -> Tensor:
        """The answer to the rows; `added` is what it is told besides the words."""
        words = conditioning["encoder_hidden_states"]
        residuals = self._controls.residuals(
            # Without what an inpainting network sees beside them.
            latents[:, : self.autoencoder.channels],
            times,
            conditioning,
            encoder_hidden_states=words,
            added_cond_kwargs=added or None,
        )
        answer: Tensor = network(
            latents,
            times,
            encoder_hidden_states=words,
            added_cond_kwargs={**added, **looks_in(conditioning)} or None,
            return_dict=False,
            **residuals,
        )[0]
        return answer
