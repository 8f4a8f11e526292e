"""Models: which there are to paint with, and the samplers that go with them."""

from collections.abc import Sequence
from typing import Literal

from aiohttp import web

from bot.app import App
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.native.told import Told
from bot.web.openai.dialect import OPENAI
from engine.card import ModelCard, card_named
from engine.errors import InvalidRequest, NotFound
from engine.key import Scope
from engine.sampler import SAMPLERS

OWNER = "easel"
"""Whose they all are, as OpenAI's clients are told."""


class ToldModel(Told):
    """What it likes best is taken where nothing is said. `default` is the one that is then."""

    name: str
    default: bool
    family: str
    architecture: str
    digest: str
    width: int
    height: int
    largest: int
    multiple: int
    steps: int
    guidance: float
    sampler: str
    samplers: list[str]


class ListedModel(Told):
    """As OpenAI's clients read one. Nobody knows when it was made, so `created` is 0."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = OWNER


class ToldModelInFull(ToldModel, ListedModel):
    """Both ways in which programs know one."""


class ToldModels(Told):
    """The default first. `object` and `data` are for OpenAI's clients."""

    models: list[ToldModel]
    object: Literal["list"] = "list"
    data: list[ListedModel]


class ToldSampler(Told):
    """`aliases` are other names that it is known by, `models` those that it fits."""

    name: str
    aliases: list[str]
    models: list[str]


class ToldSamplers(Told):
    samplers: list[ToldSampler]


class Models:
    """The same for everybody."""

    def __init__(self, app: App) -> None:
        self._cards = app.cards

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/v1/models",
                does=self.models,
                about="The models that there are",
                tag="names",
                scope=Scope.READ,
                answers={200: ToldModels},
            ),
            Endpoint(
                method="GET",
                path="/v1/models/{name}",
                does=self.model,
                about="A model, whatever the case of its name",
                tag="names",
                scope=Scope.READ,
                answers={200: ToldModelInFull},
                refuses=frozenset({404}),
                # Their clients read no other errors.
                dialect=OPENAI,
            ),
            Endpoint(
                method="GET",
                path="/v1/samplers",
                does=self.samplers,
                about="The samplers that there are",
                tag="names",
                scope=Scope.READ,
                answers={200: ToldSamplers},
            ),
        )

    async def models(self, call: Call) -> web.Response:
        first = next(iter(self._cards))
        told = [_told(card, default=name == first) for name, card in self._cards.items()]
        listed = [ListedModel(id=name) for name in self._cards]
        return answered(ToldModels(models=told, data=listed))

    async def model(self, call: Call) -> web.Response:
        """Raises NotFound."""
        try:
            card = card_named(call.place("name"), self._cards)
        except InvalidRequest as error:
            raise NotFound(str(error)) from None
        first = next(iter(self._cards.values()))
        told = _told(card, default=card is first)
        return answered(ToldModelInFull(id=card.name, **told.model_dump()))

    async def samplers(self, call: Call) -> web.Response:
        told = [
            ToldSampler(
                name=name,
                aliases=list(sampler.aliases),
                models=[card.name for card in self._cards.values() if name in samplers_of(card)],
            )
            for name, sampler in SAMPLERS.items()
        ]
        return answered(ToldSamplers(samplers=told))


def samplers_of(card: ModelCard) -> Sequence[str]:
    return card.samplers or tuple(SAMPLERS)


def _told(card: ModelCard, *, default: bool) -> ToldModel:
    return ToldModel(
        name=card.name,
        default=default,
        family=card.family,
        architecture=card.architecture,
        digest=card.digest,
        width=card.width,
        height=card.height,
        largest=card.largest,
        multiple=card.multiple,
        steps=card.steps,
        guidance=card.guidance,
        sampler=card.sampler,
        samplers=list(samplers_of(card)),
    )
