"""Painting: from words, and over pictures, as A1111's clients ask for it."""

import asyncio
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.app import App
from bot.metadata import text_in
from bot.web.a1111.dialect import A1111
from bot.web.a1111.infos import info_of, infotext_of
from bot.web.a1111.interrupted import Interrupted
from bot.web.a1111.repainted import CloseUp, Repainted, repainted
from bot.web.a1111.scripts import Follow, followed
from bot.web.a1111.shapes import ImagesAndInfo, ImageToImage, TextToImage, Wished, file_in
from bot.web.a1111.wanted import Wanted, request_of, wanted
from bot.web.asked import LARGEST_ASKED
from bot.web.caller import Caller
from bot.web.chosen import chosen_by, own_model
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.idempotency import HEADER, once_in
from bot.web.incoming import Incoming
from bot.web.waited import painted
from engine.errors import InvalidRequest
from engine.job import Job, Remembered
from engine.key import Scope

UNREAD = ("alwayson_scripts", "init_images", "mask")
"""Not told back: pictures, most of all."""
ABOUT_THE_ANSWER = ("send_images", "include_init_images")
LATER = "a picture that is read later"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A job that has ended; of one that was interrupted there are the pictures that were done."""

    job: Job
    pictures: Sequence[Remembered]
    files: Sequence[bytes]


class Painting:
    """Everything is painted as any other job: in its turn, and paid for."""

    def __init__(self, app: App, incoming: Incoming, interrupted: Interrupted) -> None:
        self._app, self._incoming, self._interrupted = app, incoming, interrupted

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            self._endpoint("txt2img", self.from_words, "Paint from words", TextToImage),
            self._endpoint("img2img", self.over_picture, "Paint over a picture", ImageToImage),
        )

    async def from_words(self, call: Call) -> web.Response:
        wished = call.body(TextToImage)
        fields = await self._wanted(wished, call.caller)
        controls = await self._controls(followed(wished.alwayson_scripts), call.caller, None)
        done = await self.painted(call, {**fields.fields, **controls})
        return await _answered(wished, fields, done, done.files)

    async def over_picture(self, call: Call) -> web.Response:
        wished = call.body(ImageToImage)
        if not wished.init_images:
            raise InvalidRequest("init_images is empty. Send the picture to paint over, as base64.")
        if len(wished.init_images) > 1:
            raise InvalidRequest("I paint over one picture at a time. Send one in init_images.")
        fields = await self._wanted(wished, call.caller)
        follows = followed(wished.alwayson_scripts)
        # What cannot be painted is refused before the picture is looked at, and its size is one.
        checked = request_of({**fields.fields, "image": LATER})
        size = (checked.width, checked.height) if checked.width and checked.height else None
        ready = await self._incoming.alone(_repainted, wished, size)
        sources = {"image": await self._incoming.keep(ready.image, call.caller.owner)}
        if ready.mask is not None:
            sources["mask"] = await self._incoming.keep(ready.mask, call.caller.owner)
        controls = await self._controls(follows, call.caller, sources["image"])
        done = await self.painted(call, {**fields.fields, **sources, **controls})
        files = done.files
        if ready.close_up is not None:
            files = [await self._put_back(ready.close_up, file) for file in files]
        return await _answered(wished, fields, done, files)

    async def painted(self, call: Call, fields: dict[str, Any]) -> Done:
        """Raises Rejected, PaintingFailed or Cancelled."""
        once = await once_in(call, beside=ABOUT_THE_ANSWER)
        request = await asyncio.to_thread(request_of, fields)
        done = await painted(
            self._app,
            call.request,
            call.caller,
            request,
            once=once,
            awaiting=self._interrupted.awaiting,
        )
        files = [await self._app.ledger.file(picture.file) for picture in done.pictures]
        return Done(job=done.job, pictures=done.pictures, files=files)

    async def _wanted(self, wished: Wished, caller: Caller) -> Wanted:
        chosen = await chosen_by(self._app, caller.owner)
        own = own_model(self._app, chosen)
        return await asyncio.to_thread(wanted, wished, self._app.cards, own, chosen.styles)

    async def _controls(
        self, follows: Sequence[Follow], caller: Caller, image: str | None
    ) -> dict[str, Any]:
        wishes = []
        for follow in follows:
            digest = image
            if follow.picture is not None:
                file = await asyncio.to_thread(file_in, follow.picture)
                digest = await self._incoming.keep(file, caller.owner)
            if digest is None:
                raise InvalidRequest("A unit of ControlNet has no picture to follow. Give it one.")
            wishes.append(follow.wish(digest))
        return {"controls": tuple(wishes)} if wishes else {}

    async def _put_back(self, close_up: CloseUp, file: bytes) -> bytes:
        return await self._incoming.alone(close_up.put_back, file)

    def _endpoint(
        self,
        name: str,
        does: Callable[[Call], Any],
        about: str,
        body: type[Wished],
    ) -> Endpoint:
        return Endpoint(
            method="POST",
            path=f"/sdapi/v1/{name}",
            does=does,
            about=about,
            tag="A1111",
            scope=Scope.PAINT,
            body=body,
            largest=LARGEST_ASKED,
            headers=HEADER,
            answers={200: ImagesAndInfo},
            refuses=frozenset({404, 409, 500}),
            dialect=A1111,
        )


def _repainted(wished: ImageToImage, size: tuple[int, int] | None) -> Repainted:
    """Raises InvalidRequest."""
    mask = file_in(wished.mask) if wished.mask else None
    return repainted(file_in((wished.init_images or [""])[0]), mask, wished, size)


async def _answered(
    wished: Wished, fields: Wanted, done: Done, files: Sequence[bytes]
) -> web.Response:
    return answered(await asyncio.to_thread(_told, wished, fields, done, files))


def _told(wished: Wished, fields: Wanted, done: Done, files: Sequence[bytes]) -> ImagesAndInfo:
    infotexts = [
        infotext_of(text_in(file), picture.recipe)
        for file, picture in zip(done.files, done.pictures, strict=True)
    ]
    info = info_of(
        done.job,
        infotexts,
        batch=wished.batch_size or 1,
        styles=wished.style_names,
        notes=[*fields.notes, *(note for picture in done.pictures for note in picture.notes)],
    )
    images = [] if wished.send_images is False else [b64encode(each).decode() for each in files]
    return ImagesAndInfo(images=images, parameters=_echo(wished, done.job), info=info)


def _echo(wished: Wished, job: Job) -> dict[str, Any]:
    """What was asked for, as it was read; where a size was, the one that the pictures have."""
    told = wished.model_dump(mode="json", by_alias=True, exclude=set(UNREAD))
    if isinstance(wished, ImageToImage):
        kept = bool(wished.include_init_images)
        told["init_images"] = wished.init_images if kept else None
        told["mask"] = wished.mask if kept else None
    # With a second pass theirs is the size of the first.
    if not (isinstance(wished, TextToImage) and wished.enable_hr):
        sides = zip(("width", "height"), job.tiles[0].recipe.final_size, strict=True)
        told |= {name: side for name, side in sides if told[name] is not None}
    return told
