"""Names: everything that can be named in a prompt, for whoever completes what is typed."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from bot.app import App
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.native.flags import FLAGS
from bot.web.native.told import Told
from engine.addon import Kind, Shelf
from engine.job import LANCZOS, LATENT
from engine.key import Scope


class ToldFlag(Told):
    """Without its dashes. `example` is what may stand behind it; empty where nothing does."""

    name: str
    about: str
    example: str


class ToldName(Told):
    """`about` says for which models it is, or how much there is in it."""

    name: str
    about: str


class ToldNames(Told):
    """Of add-ons those that lie in the data folder at this moment."""

    flags: list[ToldFlag]
    loras: list[ToldName]
    embeddings: list[ToldName]
    controls: list[ToldName]
    references: list[ToldName]
    upscalers: list[ToldName]
    wildcards: list[ToldName]


class Names:
    """The same for everybody; styles and models have lists of their own."""

    def __init__(self, app: App) -> None:
        self._shelf, self._wildcards = app.shelf, app.wildcards

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="GET",
                path="/v1/names",
                does=self.show,
                about="The flags, add-ons and wildcards that a prompt can name",
                tag="names",
                scope=Scope.READ,
                answers={200: ToldNames},
            ),
        )

    async def show(self, call: Call) -> web.Response:
        # It looks into folders.
        shelf = await asyncio.to_thread(self._shelf)
        enlarging = {
            LANCZOS: "sharp, and needs no file",
            LATENT: "enlarged before it is painted over",
        }
        built_in = [ToldName(name=name, about=about) for name, about in enlarging.items()]
        told = ToldNames(
            flags=[
                ToldFlag(name=name, about=flag.about, example=flag.example)
                for name, flag in FLAGS.items()
            ],
            loras=addons(shelf, Kind.LORA),
            embeddings=addons(shelf, Kind.EMBEDDING),
            controls=addons(shelf, Kind.CONTROLNET),
            references=addons(shelf, Kind.IP_ADAPTER),
            upscalers=[*built_in, *addons(shelf, Kind.UPSCALER)],
            wildcards=[
                ToldName(name=name, about=f"{len(lines):,} lines, one by chance")
                for name, lines in self._wildcards.items()
            ],
        )
        return answered(told)


def addons(shelf: Shelf, kind: Kind) -> list[ToldName]:
    """Some fit any model."""
    return [
        ToldName(name=addon.name, about=f"{kind.spoken} {addon.architecture}".strip())
        for addon in shelf.of(kind)
    ]
