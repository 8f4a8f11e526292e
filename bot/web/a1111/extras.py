"""Extras: a picture is enlarged as it is, in its turn and paid for like any other."""

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Annotated

from aiohttp import web
from PIL import Image, ImageOps
from pydantic import BaseModel, Field

from bot.web.a1111.dialect import A1111
from bot.web.a1111.painting import Painting
from bot.web.a1111.repainted import as_png, opened
from bot.web.a1111.shapes import Theirs, file_in, named
from bot.web.asked import LARGEST_ASKED, Base64, Name
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.idempotency import HEADER
from bot.web.incoming import Incoming
from engine.errors import InvalidRequest
from engine.key import Scope

WORDS = "enlarged picture"
"""What history says of it."""
TO_SIZE = 1
USUAL = 2.0
USUAL_SIDE = 512

Share = Annotated[float, Field(ge=0, le=1)]
Side = Annotated[int, Field(ge=1, le=8192)]


class Enlarging(Theirs):
    """By a factor, or with a `resize_mode` of 1 to a size."""

    image: Base64
    resize_mode: Annotated[int, Field(ge=0, le=1)] | None = None
    upscaling_resize: float | None = None
    upscaling_resize_w: Side | None = None
    upscaling_resize_h: Side | None = None
    upscaling_crop: bool | None = None
    upscaler_1: Name | None = None
    upscaler_2: Name | None = None
    extras_upscaler_2_visibility: Share | None = None
    gfpgan_visibility: Share | None = None
    codeformer_visibility: Share | None = None


class Enlarged(BaseModel):
    """`html_info` says what was done."""

    html_info: str
    image: str


class Extras:
    """One picture at a time."""

    def __init__(self, painting: Painting, incoming: Incoming) -> None:
        self._painting, self._incoming = painting, incoming

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="POST",
                path="/sdapi/v1/extra-single-image",
                does=self.enlarge,
                about="Enlarge a picture",
                tag="A1111",
                scope=Scope.PAINT,
                body=Enlarging,
                largest=LARGEST_ASKED,
                headers=HEADER,
                answers={200: Enlarged},
                refuses=frozenset({404, 409, 500}),
                dialect=A1111,
            ),
        )

    async def enlarge(self, call: Call) -> web.Response:
        wished = call.body(Enlarging)
        _require_possible(wished)
        file, factor = await self._incoming.alone(_to_enlarge, wished)
        fields = {
            "prompt": WORDS,
            # Said, so that no default of the owner's is taken; and a seed, since none matters:
            # whoever asks for the same again has it at once.
            "negative": "",
            "style": None,
            "count": 1,
            "seed": 0,
            "image": await self._incoming.keep(file, call.caller.owner),
            "strength": 0.0,
            "upscale": factor,
        }
        if named(wished.upscaler_1):
            fields["upscaler"] = wished.upscaler_1
        done = await self._painting.painted(call, fields)
        if not done.files:
            return answered(Enlarged(html_info="<p>Interrupted</p>", image=""))
        recipe = done.pictures[0].recipe
        said = (
            f"Postprocess upscale by: {recipe.upscale:g}, Postprocess upscaler: {recipe.upscaler}"
        )
        told = Enlarged(html_info=f"<p>{escape(said)}</p>", image=b64encode(done.files[0]).decode())
        return answered(told)


def _require_possible(wished: Enlarging) -> None:
    """Raises InvalidRequest."""
    for name, share in {
        "gfpgan_visibility": wished.gfpgan_visibility,
        "codeformer_visibility": wished.codeformer_visibility,
        "extras_upscaler_2_visibility": named(wished.upscaler_2)
        and wished.extras_upscaler_2_visibility,
    }.items():
        if share:
            raise InvalidRequest(f"There is nothing here for {name}. Set it to 0, or leave it out.")


def _to_enlarge(wished: Enlarging) -> tuple[bytes, float]:
    """The file, cut where it must have another shape, and how many times as large it becomes.

    Raises InvalidRequest.
    """
    file = file_in(wished.image)
    picture = opened(file)
    factor = USUAL if wished.upscaling_resize is None else wished.upscaling_resize
    if wished.resize_mode == TO_SIZE:
        size = wished.upscaling_resize_w or USUAL_SIDE, wished.upscaling_resize_h or USUAL_SIDE
        if wished.upscaling_crop is not False:
            picture, file = _cut(picture, file, size)
        factor = max(size[0] / picture.width, size[1] / picture.height)
    if factor <= 1:
        raise InvalidRequest(
            f"{picture.width}x{picture.height} is as large as that already. Ask for more than 1, "
            "up to 4 times as large."
        )
    return file, round(factor, 4)


def _cut(picture: Image.Image, file: bytes, size: tuple[int, int]) -> tuple[Image.Image, bytes]:
    """To the shape of that size, from its middle."""
    across, down = size
    share = min(picture.width / across, picture.height / down)
    inside = max(1, round(across * share)), max(1, round(down * share))
    if inside == picture.size:
        return picture, file
    cut = ImageOps.fit(picture, inside)
    return cut, as_png(cut)
