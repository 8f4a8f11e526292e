"""Generate: a picture for a prompt in one request, or a job to ask after."""

from base64 import b64encode
from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import Field

from bot.app import App
from bot.web.caller import Caller
from bot.web.chosen import chosen_by, own_model
from bot.web.endpoint import Call, Endpoint, answered
from bot.web.fields import Said
from bot.web.idempotency import HEADER, ORIGIN, once_in
from bot.web.native.told import Told
from bot.web.own import own_job
from bot.web.told_headers import NOTES, PAINTED, told_notes
from bot.web.tutorial.dialect import TUTORIAL
from bot.web.waited import painted
from bot.web.within import within
from bot.web.worded import read_words
from engine.card import card_named
from engine.errors import InvalidRequest, NotFound
from engine.job import Job, Remembered, Status
from engine.key import Scope
from engine.readable import LONGEST_PROMPT
from engine.request import LARGEST_SEED, ImageRequest

PNG = "image/png"
ABOUT_ACCEPT = "application/json for JSON with the picture as base64; the PNG itself else."
Steps = Annotated[int, Field(ge=1, le=150)]
SPOKEN = {
    Status.QUEUED: "queued",
    Status.PAINTING: "processing",
    Status.DONE: "completed",
    Status.FAILED: "failed",
    Status.CANCELLED: "cancelled",
}


class Generate(Said):
    """By the names that diffusers has for them, or the short ones."""

    prompt: Annotated[str, Field(min_length=1, max_length=LONGEST_PROMPT)]
    negative_prompt: Annotated[str, Field(max_length=LONGEST_PROMPT)] | None = None
    num_inference_steps: Steps | None = None
    steps: Steps | None = Field(None, description="Short for num_inference_steps.")
    guidance_scale: Annotated[float, Field(ge=0, le=30)] | None = None
    guidance_end: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None, description="The share of the steps that have guidance."
    )
    width: int | None = None
    height: int | None = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] | None = None
    model: Annotated[str, Field(max_length=100)] | None = None
    wait: bool = Field(True, description="False answers at once, with a job to ask after.")

    @property
    def sides(self) -> tuple[int, int] | None:
        return None if self.width is None or self.height is None else (self.width, self.height)

    @property
    def request(self) -> ImageRequest:
        """Without its size where it says a whole one. Raises InvalidRequest."""
        if None not in {self.num_inference_steps, self.steps}:
            raise InvalidRequest("Say num_inference_steps or steps, not both.")
        return read_words(
            self.prompt,
            negative=self.negative_prompt,
            steps=self.num_inference_steps or self.steps,
            guidance=self.guidance_scale,
            guidance_end=self.guidance_end,
            width=self.width if self.sides is None else None,
            height=self.height if self.sides is None else None,
            seed=self.seed,
            model=self.model,
        )


class Generated(Told):
    """`image` is the PNG as base64; `generation_time` is what the painter needed, in seconds."""

    job_id: str
    image: str
    seed: int
    generation_time: float
    width: int
    height: int
    model: str


class Standing(Told):
    """`image` is where the picture can be had once it is there."""

    job_id: str
    status: str
    progress: float
    position: int | None
    eta_seconds: float | None
    image: str | None
    seed: int | None
    generation_time: float | None
    error: str | None


class Generating:
    """One picture at a time; whoever wants more asks again."""

    def __init__(self, app: App) -> None:
        self._app = app

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="POST",
                path="/generate",
                does=self.generate,
                about="Paint a picture; as PNG, or as JSON where that is what Accept says",
                tag="small",
                scope=Scope.PAINT,
                body=Generate,
                headers={**HEADER, "Accept": {"type": "string", "description": ABOUT_ACCEPT}},
                answers={200: (Generated, PNG), 202: Standing},
                sends={200: {**PAINTED, **NOTES}, 202: NOTES},
                refuses=frozenset({404, 409, 500}),
                dialect=TUTORIAL,
            ),
            Endpoint(
                method="GET",
                path="/status/{job}",
                does=self.status,
                about="How a job is",
                tag="small",
                scope=Scope.READ,
                answers={200: Standing},
                refuses=frozenset({404}),
                dialect=TUTORIAL,
            ),
        )

    async def generate(self, call: Call) -> web.Response:
        asked = call.body(Generate)
        once = await once_in(call, beside=["wait"])
        request, notes = await self._sized(asked, call.caller)
        if not asked.wait:
            ticket = await self._app.studio.submit(
                request, call.caller.owner, key=once.key, sent=once.sent, origin=ORIGIN
            )
            job = await self._app.ledger.job(ticket.job.id)
            return answered(await self._standing(job), HTTPStatus.ACCEPTED, **told_notes(notes))
        done = await painted(self._app, call.request, call.caller, request, once=once)
        if not done.pictures:
            # Painted for the same key before, and deleted since.
            raise NotFound("That picture was deleted. Ask with another Idempotency-Key.")
        first, notes = done.pictures[0], [*notes, *done.notes]
        file = await self._app.ledger.file(first.file)
        if _wants_json(call.request):
            return answered(_generated(first, file), notes=notes)
        headers = {
            **told_notes(notes),
            "X-Job-Id": first.job,
            "X-Seed": str(first.recipe.seed),
            "X-Generation-Time": f"{first.seconds:.3f}",
            "Cache-Control": "no-store",
        }
        return web.Response(body=file, content_type=PNG, headers=headers)

    async def _sized(self, asked: Generate, caller: Caller) -> tuple[ImageRequest, Sequence[str]]:
        """One picture; those programs ask for 512x512, also of a model that paints less.

        Raises InvalidRequest.
        """
        request = asked.request
        if request.count != 1:
            raise InvalidRequest(
                f"One picture comes of each request here, and the prompt says --count "
                f"{request.count}. Leave that out and ask as often as you want pictures, or ask at "
                "/v1/jobs."
            )
        sides = asked.sides
        if request.width and request.height:
            sides = request.width, request.height
        if sides is None or request.aspect:
            return request.model_copy(update={"count": 1}), ()
        if request.model is None:
            card = own_model(self._app, await chosen_by(self._app, caller.owner))
        else:
            card = card_named(request.model, self._app.cards)
        sized = within(*sides, card)
        return request.model_copy(update={"count": 1, **sized.fields}), sized.notes

    async def status(self, call: Call) -> web.Response:
        job = await own_job(self._app.ledger, call.place("job"), call.caller.owner)
        return answered(await self._standing(job))

    async def _standing(self, job: Job) -> Standing:
        place = self._app.studio.place(job.id)
        ticket = self._app.studio.ticket(job.id)
        pictures = await self._app.ledger.pictures(job.id)
        first = pictures[0] if pictures else None
        shares = [ticket.share_of(tile) for tile in job.tiles] if ticket else [0.0]
        return Standing(
            job_id=job.id,
            status=SPOKEN[job.status],
            progress=1.0 if first else round(sum(shares) / len(shares), 4),
            position=place.ahead if place else None,
            eta_seconds=round(place.seconds, 1) if place and not place.paused else None,
            image=f"/v1/jobs/{job.id}/tiles/0.png" if first else None,
            seed=first.recipe.seed if first else None,
            generation_time=round(first.seconds, 3) if first else None,
            error=job.problem or None,
        )


def _generated(picture: Remembered, file: bytes) -> Generated:
    width, height = picture.recipe.final_size
    return Generated(
        job_id=picture.job,
        image=b64encode(file).decode(),
        seed=picture.recipe.seed,
        generation_time=round(picture.seconds, 3),
        width=width,
        height=height,
        model=picture.recipe.model,
    )


def _wants_json(request: web.Request) -> bool:
    accepted = request.headers.get("Accept", "")
    return "application/json" in accepted and PNG not in accepted
