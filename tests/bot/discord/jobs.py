"""Jobs that have ended and their pictures, for whatever makes messages of them."""

from dataclasses import replace

from bot.discord.delivery.reply import Reply
from engine.clock import utc_now
from engine.job import Job, Owner, Picture, Recipe, Status, Tile
from engine.request import ImageRequest
from tests.fakes import a_png

REPLY = Reply(application=1, token="t", expires=0.0, user=2, channel=3, upload_limit=10**7)
A_FOX = Recipe(
    prompt="a fox",
    model="book",
    digest="d1",
    width=128,
    height=128,
    steps=4,
    guidance=5.0,
    sampler="Euler",
    seed=7,
)


def a_job(count: int) -> Job:
    return Job(
        owner=Owner(id="discord:1"),
        request=ImageRequest(prompt="a fox", count=min(count, 16)),
        tiles=tuple(Tile(index=n, recipe=replace(A_FOX, seed=n)) for n in range(count)),
        price=1.0,
        submitted=utc_now(),
        status=Status.DONE,
    )


def the_pictures(job: Job) -> list[Picture]:
    return [Picture(recipe=tile.recipe, png=a_png(), seconds=0.5) for tile in job.tiles]
