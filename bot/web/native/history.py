"""History: somebody's own pictures, found, looked at, kept, deleted and taken home."""

import logging
from collections.abc import Sequence
from typing import Annotated

from aiohttp import web
from pydantic import Field

from bot.app import App
from bot.history import read_search
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Number, Plain, Said
from bot.web.native.told import Told, ToldPicture, told_picture
from bot.web.outflow import Outflow
from bot.web.told_headers import ATTACHED
from engine.again import request_of
from engine.errors import EaselError, InvalidRequest
from engine.job import Recipe, Remembered
from engine.key import Scope
from engine.prompt import write_prompt
from engine.request import LARGEST_SEED
from engine.search import Search

log = logging.getLogger(__name__)

MOST = 100
A_ZIP = "application/zip"
NOT_FOUND = frozenset({404})


class Sought(Said):
    """Words of the prompt in any order; those in quotation marks stand side by side."""

    search: Plain = Field(
        "", description="Words of the prompt in any order; “some words” stand side by side."
    )
    favourites: bool = Field(False, description="Only those.")
    model: Plain | None = Field(None, description="Only those that it painted.")
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] | None = Field(
        None, description="Only those of that seed."
    )
    since: Annotated[str, Field(max_length=60, examples=["2026-05-31"])] | None = Field(
        None, description="Painted then or later: 2026-05-31, “2026-05-31 18:00”, yesterday."
    )
    until: Annotated[str, Field(max_length=60, examples=["yesterday"])] | None = Field(
        None, description="Painted before that, or on that day."
    )

    @property
    def as_search(self) -> Search:
        """Raises InvalidRequest."""
        return read_search(
            self.search,
            model=self.model,
            seed=None if self.seed is None else str(self.seed),
            since=self.since,
            until=self.until,
            favourites=self.favourites,
        )


class SoughtPage(Sought):
    """The newest, or those next older or next newer than a number."""

    before: Number | None = Field(None, description="Those next older than that number.")
    after: Number | None = Field(None, description="Those next newer than that number.")
    limit: Annotated[int, Field(ge=1, le=MOST)] = Field(20, description="So many at most.")


class Chosen(Said):
    """Pictures by their numbers, with commas between."""

    numbers: Annotated[
        str,
        Field(
            pattern=r"^[0-9]{1,18}(,[0-9]{1,18}){0,99}$",
            examples=["17,18,21"],
            description="Which pictures, by their numbers in history.",
        ),
    ]


class Favourite(Said):
    """Whether it is kept whatever happens."""

    favourite: bool


class ToldPage(Told):
    """The newest first. There may be `more` of them further on in the same direction."""

    pictures: list[ToldPicture]
    more: bool


class Deleted(Told):
    """How many were there until now."""

    deleted: int


class ToldInFull(ToldPicture):
    """`infotext` is its recipe as other programs read it, `command` as it can be typed."""

    infotext: str
    command: str | None


class History:
    """Everybody's own: what is another's is answered like what there never was."""

    def __init__(self, app: App) -> None:
        self._gallery = app.gallery

    def endpoints(self) -> Sequence[Endpoint]:
        one, tag = "/v1/history/{number}", "history"
        return (
            Endpoint(
                method="GET",
                path="/v1/history",
                does=self.page,
                about="Pictures that were painted, newest first",
                tag=tag,
                scope=Scope.READ,
                query=SoughtPage,
                answers={200: ToldPage},
            ),
            Endpoint(
                method="DELETE",
                path="/v1/history",
                does=self.clear,
                about="Delete up to a hundred pictures for good; what is gone already is left",
                tag=tag,
                scope=Scope.PAINT,
                query=Chosen,
                answers={200: Deleted},
            ),
            Endpoint(
                method="GET",
                path="/v1/history.zip",
                does=self.export,
                about="All pictures that fit in a zip, each with its recipe",
                tag=tag,
                scope=Scope.READ,
                query=Sought,
                answers={200: A_ZIP},
                sends={200: ATTACHED},
            ),
            Endpoint(
                method="GET",
                path=one,
                does=self.show,
                about="A picture and all that is known of it",
                tag=tag,
                scope=Scope.READ,
                answers={200: ToldInFull},
                refuses=NOT_FOUND,
            ),
            Endpoint(
                method="PATCH",
                path=one,
                does=self.favour,
                about="Make a picture a favourite, which is kept whatever happens, or no longer",
                tag=tag,
                scope=Scope.PAINT,
                body=Favourite,
                answers={200: ToldPicture},
                refuses=NOT_FOUND,
            ),
            Endpoint(
                method="DELETE",
                path=one,
                does=self.remove,
                about="Delete a picture for good",
                tag=tag,
                scope=Scope.PAINT,
                answers={204: None},
                refuses=NOT_FOUND,
            ),
        )

    async def page(self, call: Call) -> web.Response:
        asked = call.query(SoughtPage)
        if asked.before is not None and asked.after is not None:
            raise InvalidRequest("Say before or after, not both.")
        # One more than is shown says whether there are more.
        found = await self._gallery.page(
            call.caller.owner,
            asked.as_search,
            before=asked.before,
            after=asked.after,
            most=asked.limit + 1,
        )
        more = len(found) > asked.limit
        shown = found[-asked.limit :] if asked.after is not None else found[: asked.limit]
        return answered(ToldPage(pictures=[told_picture(one) for one in shown], more=more))

    async def show(self, call: Call) -> web.Response:
        shown = await self._gallery.show(call.caller.owner, call.number("number"))
        told = ToldInFull(
            **told_picture(shown.picture).model_dump(),
            infotext=shown.infotext,
            command=_command_of(shown.picture.recipe),
        )
        return answered(told)

    async def favour(self, call: Call) -> web.Response:
        owner, number = call.caller.owner, call.number("number")
        await self._gallery.favour(owner, number, favourite=call.body(Favourite).favourite)
        return answered(told_picture(await self._picture(call)))

    async def remove(self, call: Call) -> web.Response:
        await self._gallery.remove(call.caller.owner, [call.number("number")])
        return web.Response(status=204)

    async def clear(self, call: Call) -> web.Response:
        numbers = {int(each) for each in call.query(Chosen).numbers.split(",")}
        return answered(Deleted(deleted=await self._gallery.clear(call.caller.owner, numbers)))

    async def export(self, call: Call) -> web.StreamResponse:
        search = call.query(Sought).as_search
        response = web.StreamResponse(
            headers={
                "Content-Type": A_ZIP,
                "Content-Disposition": 'attachment; filename="easel.zip"',
                "Cache-Control": "no-store",
            }
        )
        await response.prepare(call.request)
        if call.request.method == "HEAD":
            return response
        file = Outflow(response)
        try:
            await self._gallery.export(call.caller.owner, file, search, after_each=file.drain)
            await file.drain()
        except ConnectionError:
            log.info("nobody took all of an export")
        except Exception as error:
            # It has begun, so all that can still be said is that it is not whole.
            bug = None if isinstance(error, EaselError) else error
            log.warning("an export broke off: %s", error, exc_info=bug)
            if call.request.transport is not None:
                call.request.transport.abort()
        return response

    async def _picture(self, call: Call) -> Remembered:
        return (await self._gallery.show(call.caller.owner, call.number("number"))).picture


def _command_of(recipe: Recipe) -> str | None:
    """None where no request says what it does."""
    try:
        return write_prompt(request_of(recipe))
    except InvalidRequest:
        return None
