"""Names that are offered while a prompt is typed, from what there is at that moment."""

import numpy as np
import pytest
from safetensors.numpy import save_file

from bot.discord.typed.completion import Wanted, unfinished
from bot.settings import Settings
from engine.accounts import Act
from engine.clock import utc_now
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL

NAMES = ("ink", "Ink wash", "paper")


@pytest.mark.parametrize(
    ("typed", "wanted", "first"),
    [
        ("a fox <lora:in", Wanted.LORA, "a fox <lora:ink>"),
        ("a fox <lora:", Wanted.LORA, "a fox <lora:ink>"),
        ("a fox <lo", Wanted.LORA, "a fox <lora:ink>"),
        ("a fox <", Wanted.LORA, "a fox <lora:ink>"),
        ("<lora:ink> <lora:pap", Wanted.LORA, "<lora:ink> <lora:paper>"),
        ("a __pa", Wanted.WILDCARD, "a __paper__"),
        ("a __", Wanted.WILDCARD, "a __ink__"),
        ("__ink__ and __pa", Wanted.WILDCARD, "__ink__ and __paper__"),
        ("a fox --pa", Wanted.FLAG, "a fox --paper"),
        ("a fox --", Wanted.FLAG, "a fox --ink"),
        ("a fox --model pap", Wanted.MODEL, "a fox --model paper"),
        ("a fox --sampler=in", Wanted.SAMPLER, "a fox --sampler ink"),
        ("a fox --style ink w", Wanted.STYLE, "a fox --style Ink wash"),
    ],
)
def test_what_is_open_at_the_end_is_completed(typed: str, wanted: Wanted, first: str) -> None:
    part = unfinished(typed)

    assert part is not None
    assert part.wanted is wanted
    assert part.completed(NAMES)[0] == first


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "a fox",
        "a fox <lora:ink>",
        "a fox <lora:ink:0.",
        r"a \<lora:in",
        "an __ink__",
        r"a \__in",
        "a fox--pa",
        "a fox --seed 7",
        "a fox --model ink --seed 7",
        'a fox --style "ink',
    ],
)
def test_where_nothing_is_open_nothing_is_offered(typed: str) -> None:
    assert unfinished(typed) is None


def test_discord_takes_no_longer_ones_than_it_shows() -> None:
    fits, too_long = unfinished("x" * 85 + " <lora:in"), unfinished("x" * 90 + " <lora:in")

    assert fits is not None
    assert too_long is not None
    assert fits.completed(["ink"]) == ["x" * 85 + " <lora:ink>"]
    assert too_long.completed(["ink"]) == []


async def offered(server: Discord, typed: str) -> list[str]:
    asked = await server.autocomplete(ALICE, GENERAL, "imagine", "prompt", typed)
    return [choice["value"] for choice in asked]


async def test_a_lora_is_offered_as_soon_as_it_lies_there(
    server: Discord, easel: Easel, settings: Settings
) -> None:
    before = await offered(server, "a fox <lora:wa")
    folder = settings.data_dir / "loras"
    folder.mkdir()
    save_file({"lora_te_a.lora_down.weight": np.zeros((1, 1))}, folder / "watercolor.safetensors")
    fitting = await offered(server, "a fox <lora:wtr")
    change = {"loras": False}
    act = Act(who="discord:2003", at=utc_now())
    await easel.app.choices.set_settings("discord:3001", change, act)

    assert before == []
    assert fitting == ["a fox <lora:watercolor>"]
    assert await offered(server, "a fox <lora:wa") == []


async def test_wildcards_flags_and_their_names_are_offered(
    server: Discord, open_easel: OpenEasel, settings: Settings
) -> None:
    folder = settings.data_dir / "wildcards"
    folder.mkdir(parents=True)
    (folder / "animal.txt").write_text("fox\nhen\n", "utf-8")

    async with open_easel():
        assert await offered(server, "an __an") == ["an __animal__"]
        assert (await offered(server, "a fox --se"))[0] == "a fox --seed"
        assert (await offered(server, "a fox --model bo"))[0] == "a fox --model book"
        assert (await offered(server, "a fox --sampler eul"))[0] == "a fox --sampler Euler"
        assert (await offered(server, "a fox --style wtr"))[0] == "a fox --style watercolor"
        assert await offered(server, "a fox") == []

    assert not server.record.refusals
