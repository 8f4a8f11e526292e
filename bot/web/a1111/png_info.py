"""PNG info: the recipe in a file, ours or that of A1111 and its heirs."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from pydantic import BaseModel

from bot.metadata import recipe_in, text_in
from bot.web.a1111.dialect import A1111
from bot.web.a1111.infos import parameters_of
from bot.web.a1111.shapes import Theirs, file_in
from bot.web.asked import LARGEST_ASKED, Base64
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.incoming import weight_of
from engine.key import Scope


class InfoAsked(Theirs):
    """`image` is a file as base64."""

    image: Base64


class ToldInfo(BaseModel):
    """`info` is empty where the file says nothing."""

    info: str
    items: dict[str, Any]
    parameters: dict[str, Any]


class PngInfo:
    """Nothing of the picture is kept."""

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="POST",
                path="/sdapi/v1/png-info",
                does=self.show,
                about="The recipe in a picture",
                tag="A1111",
                scope=Scope.READ,
                body=InfoAsked,
                largest=LARGEST_ASKED,
                answers={200: ToldInfo},
                dialect=A1111,
            ),
        )

    async def show(self, call: Call) -> web.Response:
        asked = call.body(InfoAsked)
        return answered(await asyncio.to_thread(_told, asked.image))


def _told(image: str) -> ToldInfo:
    file = file_in(image)
    weight_of(file)  # refuses what is no picture
    text = text_in(file)
    items = {"parameters": text} if text else {}
    return ToldInfo(info=text, items=items, parameters=parameters_of(recipe_in(file)))
