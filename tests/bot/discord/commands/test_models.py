"""The models that paint here, as people see them."""

from dataclasses import replace

from bot.discord.looks.models import MOST, Priced, models
from engine.accounts import Act
from engine.clock import utc_now
from tests.bot.discord.conftest import Easel
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL, PLAZA, TRAVELLER
from tests.fakes import BOOK


async def test_each_says_what_it_likes_and_costs(server: Discord, easel: Easel) -> None:
    message = await server.message(await server.command(ALICE, GENERAL, "models"))

    assert message.seen_by == ALICE
    assert (
        "**book** (yours, if you name none) · 128×128, up to 512 pixels a side · 4 steps, Euler · "
        "about 0.50 credits a picture"
    ) in message.text
    assert not server.record.refusals


async def test_where_none_is_allowed_the_mend_is_said(server: Discord, easel: Easel) -> None:
    act = Act(who="discord:2003", at=utc_now())
    await easel.app.choices.set_settings("discord:3001", {"models": ["gone"]}, act)

    message = await server.message(await server.command(ALICE, GENERAL, "models"))

    assert "A moderator must allow another: book" in message.text


async def test_it_works_wherever_a_person_takes_it_along(server: Discord, easel: Easel) -> None:
    asked = await server.command(TRAVELLER, PLAZA, "models")

    assert "**book**" in (await server.message(asked)).text


def test_kinds_are_said_where_people_have_a_name_for_them() -> None:
    told = [
        models(
            [Priced(card=replace(BOOK, architecture=kind), price=1.0, measured=True)], default=None
        ).parts[0]["content"]
        for kind in ("SDXL", "SD with text width 128")
    ]

    assert told[0].startswith("**book** · SDXL · 128×128")
    assert told[1].startswith("**book** · 128×128")


def test_a_model_that_knows_few_words_says_which() -> None:
    card = replace(BOOK, knows=("boat", "cat"))

    post = models([Priced(card=card, price=1.0, measured=True)], default=None)

    assert "these words only, in many colours: boat, cat" in post.parts[0]["content"]


def test_a_price_that_was_not_measured_is_only_perhaps() -> None:
    post = models([Priced(card=BOOK, price=1.0, measured=False)], default=None)

    assert "perhaps 1.00 credits" in post.parts[0]["content"]
    assert "yours" not in post.parts[0]["content"]


def test_very_many_fit_into_a_message() -> None:
    card = replace(BOOK, name="*" * 200, architecture="_" * 200, sampler="DPM++ 2M SDE Karras")
    priced = [Priced(card=card, price=1.0, measured=False)] * (MOST + 5)

    post = models(priced, default=card.name)

    *lines, more = post.parts[0]["content"].split("\n")
    assert all(line.endswith("not measured yet") for line in lines)
    assert more.startswith(f"… and {MOST + 5 - len(lines)} more.")
    assert "Name one" in post.parts[1]["content"]
    assert sum(len(part["content"]) for part in post.parts) <= 4000
