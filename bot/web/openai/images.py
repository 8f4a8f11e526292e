"""Images: generations and edits, as OpenAI's clients ask for them."""

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from aiohttp import web

from bot.app import App
from bot.encoded import encoded, opened
from bot.web.asked import LARGEST_ASKED
from bot.web.caller import Caller
from bot.web.chosen import chosen_by, own_model
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.idempotency import HEADER, once_in
from bot.web.incoming import Incoming
from bot.web.links import Links
from bot.web.openai.dialect import OPENAI
from bot.web.openai.shapes import Edited, ImagesPainted, Painted, Wanted
from bot.web.parts import MULTIPART
from bot.web.told_headers import NOTES
from bot.web.waited import Waited, painted
from bot.web.within import Within, within
from bot.web.worded import read_words
from engine.card import card_named
from engine.errors import InvalidRequest, NotFound
from engine.job import Remembered
from engine.key import Scope
from engine.wish import ReferenceWish

USUAL_QUALITY = 90
ABOUT_THE_ANSWER = ("response_format", "output_format", "output_compression")
KINDS = {"png": "PNG", "jpeg": "JPEG", "webp": "WebP"}


class Images:
    """Everything is painted as any other job: in its turn, and paid for."""

    def __init__(self, app: App, incoming: Incoming, links: Links) -> None:
        self._app, self._incoming, self._links = app, incoming, links

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="POST",
                path="/v1/images/generations",
                does=self.generate,
                about="Paint from words",
                tag="OpenAI",
                scope=Scope.PAINT,
                body=Wanted,
                headers=HEADER,
                answers={200: ImagesPainted},
                sends={200: NOTES},
                refuses=frozenset({404, 500}),
                dialect=OPENAI,
            ),
            Endpoint(
                method="POST",
                path="/v1/images/edits",
                does=self.edit,
                about="Paint over a picture",
                tag="OpenAI",
                scope=Scope.PAINT,
                body=Edited,
                media=(MULTIPART,),
                largest=LARGEST_ASKED,
                headers=HEADER,
                answers={200: ImagesPainted},
                sends={200: NOTES},
                refuses=frozenset({404, 500}),
                dialect=OPENAI,
            ),
            Endpoint(
                method="GET",
                path="/v1/images/files/{until}/{sign}/{file}.{ending}",
                does=self.show,
                about="A picture, for an hour, by the address that was answered",
                tag="OpenAI",
                scope=None,
                answers={200: "image/*"},
                refuses=frozenset({404}),
                dialect=OPENAI,
            ),
        )

    async def generate(self, call: Call) -> web.Response:
        return await self._painted(call, call.body(Wanted), {})

    async def edit(self, call: Call) -> web.Response:
        wanted = call.body(Edited)
        return await self._painted(call, wanted, await self._sources(wanted, call.caller))

    async def show(self, call: Call) -> web.Response:
        until, file = call.number("until"), call.place("file")
        if not self._links.opens(until, call.place("sign"), file):
            raise NotFound("That address is none of ours, or its hour is over. Ask again.")
        self._links.rate.followed(call.request)
        picture = await self._app.ledger.file(file)
        ending = call.place("ending")
        if ending != "png":
            picture = await self._as(picture, ending, USUAL_QUALITY)
        headers = {"Cache-Control": "private, max-age=3600"}
        return web.Response(body=picture, content_type=f"image/{ending}", headers=headers)

    async def _painted(self, call: Call, wanted: Wanted, sources: dict[str, Any]) -> web.Response:
        sized = await self._sized(wanted, call.caller)
        request = read_words(wanted.prompt, **wanted.fields, **sized.fields, **sources)
        once = await once_in(call, beside=ABOUT_THE_ANSWER)
        done = await painted(self._app, call.request, call.caller, request, once=once)
        notes = [*sized.notes, *done.notes]
        return answered(await self._told(call.request, wanted, done), notes=notes)

    async def _sized(self, wanted: Wanted, caller: Caller) -> Within:
        """Their clients ask for sizes that their own models have, which is more than some paint."""
        if wanted.sides is None:
            return Within(fields={})
        model = wanted.fields["model"]
        if model is None:
            card = own_model(self._app, await chosen_by(self._app, caller.owner))
        else:
            card = card_named(model, self._app.cards)
        return within(*wanted.sides, card)

    async def _sources(self, wanted: Edited, caller: Caller) -> dict[str, Any]:
        """Where no mask is given, the transparent parts of the picture itself are painted."""
        first, *more = wanted.image if isinstance(wanted.image, list) else [wanted.image]
        said: dict[str, Any] = {"image": await self._kept(first, caller)}
        if wanted.mask is not None:
            said["mask"] = await self._kept(wanted.mask, caller)
            await self._incoming.require_white(said["mask"], caller.owner)
        elif await self._incoming.has_holes(first):
            said["mask"] = said["image"]
        if more:
            # They look at all of them; here the others lend their look, where a model can do that.
            kept = [await self._kept(one, caller) for one in more]
            said["references"] = tuple(ReferenceWish(image=digest) for digest in kept)
        if wanted.strength is not None:
            said["strength"] = wanted.strength
        return said

    async def _kept(self, file: object, caller: Caller) -> str:
        if not isinstance(file, bytes):
            raise InvalidRequest("Send image and mask as files, like -F image=@fox.png.")
        return await self._incoming.keep(file, caller.owner)

    async def _told(self, request: web.Request, wanted: Wanted, done: Waited) -> ImagesPainted:
        ending = wanted.output_format or "png"
        data = [
            Painted(url=self._links.to(request, picture.file, ending))
            if wanted.by_link
            else Painted(b64_json=await self._base64(picture, ending, wanted.output_compression))
            for picture in done.pictures
        ]
        width, height = done.job.tiles[0].recipe.final_size
        return ImagesPainted(
            created=int(done.job.submitted.timestamp()),
            data=data,
            output_format=ending,
            size=f"{width}x{height}",
        )

    async def _base64(self, picture: Remembered, ending: str, quality: int | None) -> str:
        file = await self._app.ledger.file(picture.file)
        if ending != "png":
            quality = USUAL_QUALITY if quality is None else quality
            file = await self._as(file, ending, quality)
        return b64encode(file).decode()

    async def _as(self, png: bytes, ending: str, quality: int) -> bytes:
        # One at a time: a link opens without a key, as often as somebody likes.
        return await self._incoming.alone(_encoded, png, KINDS[ending], quality)


def _encoded(png: bytes, kind: str, quality: int) -> bytes:
    return encoded(opened(png, kind), kind, quality)
