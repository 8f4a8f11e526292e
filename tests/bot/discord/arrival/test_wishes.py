"""Alternatives are painted after a yes to what they cost."""

from pathlib import Path

from bot.discord.arrival.journal import Journal
from bot.discord.arrival.wishes import MOST, Wish, Wishes
from bot.discord.delivery.reply import Reply
from engine.request import ImageRequest
from engine.spot import ANYWHERE
from tests.bot.discord.arrival.test_journal import killed
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.bot.discord.jobs import REPLY
from tests.bot.discord.moderator import did
from tests.bot.discord.results import forge, owner, pictures, result
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL


async def test_alternatives_are_painted_after_a_yes_to_their_price(
    server: Discord, easel: Easel
) -> None:
    easel.painter.gate.set()
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a {red|blue} fox")
    question = await server.message(asked)
    words, painting = question.text, list(easel.painter.painting)

    await server.press(BOB, question, "Paint them")
    told = await server.message(BOB)
    await server.press(ALICE, question, "Paint them")
    message = await server.message(asked, lambda message: bool(message.shown))

    assert "That is 2 pictures for about" in words
    assert painting == []
    assert told.text == "Only whoever asked for it can answer that."
    assert len(message.shown) == 2
    assert {recipe.prompt for recipe in easel.painter.painted} == {"a red fox", "a blue fox"}


async def test_a_no_to_the_price_leaves_nothing(server: Discord, easel: Easel) -> None:
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a {red|blue} fox")
    question = await server.message(asked)

    await server.press(ALICE, question, "No")
    await server.until(lambda: question.deleted, "the end of the question")

    assert list(await easel.app.ledger.unfinished()) == []


async def test_the_end_is_told_by_what_the_yes_opened(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a {red|blue} fox", private=True)
    question = await server.message(asked)

    pressed = await server.press(ALICE, question, "Paint them")
    message = await result(server, asked)

    newest, *_ = await pictures(easel)
    reply = Reply.read((await easel.app.ledger.job(newest.job)).reply)
    assert reply.token == pressed.token
    assert reply.private
    assert message is question
    assert message.seen_by == ALICE


async def test_a_yes_that_was_refused_can_be_said_again(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a {red|blue} fox")
    question = await server.message(asked)

    await did(server, "pause", queue="drain")
    await server.press(ALICE, question, "Paint them")
    await server.message(ALICE, lambda message: "run empty" in message.text)
    await did(server, "pause", queue="resume")
    await server.press(ALICE, question, "Paint them")
    message = await result(server, asked)

    assert len(message.shown) == 2
    assert len(easel.painter.painted) == 2


async def test_a_question_that_a_restart_forgot_says_so(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        asked = await server.command(ALICE, GENERAL, "imagine", prompt="a {red|blue} fox")
        question = await server.message(asked)

    async with open_easel():
        told = await server.message(question, lambda message: "was restarted" in message.text)

    assert "Ask again" in told.text
    assert told.buttons == []


async def test_a_question_that_nobody_remembers_loses_its_buttons(
    server: Discord, easel: Easel
) -> None:
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a {red|blue} fox")
    question = await server.message(asked)
    forge(question, "Paint them", f"easel:agree:{'0' * 32}")

    await server.press(ALICE, question, "Paint them")
    told = await server.message(question, lambda message: "is over" in message.text)

    assert "Ask again with /imagine." in told.text
    assert told.buttons == []


async def test_a_second_yes_leaves_what_the_first_began(server: Discord, easel: Easel) -> None:
    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a {red|blue} fox")
    question = await server.message(asked)
    custom_id = question.component("Paint them")["custom_id"]  # type: ignore[index]  # it is there
    await server.press(ALICE, question, "Paint them")
    painting = await server.message(question, lambda message: "Painting" in message.text)
    forge(painting, "Cancel", custom_id)

    await server.press(ALICE, painting, "Cancel")
    told = await server.message(ALICE)
    easel.painter.gate.set()
    message = await result(server, asked)

    assert told.text == "That question is answered already."
    assert len(message.shown) == 2


def test_the_journal_has_the_questions_that_still_wait(tmp_path: Path) -> None:
    first = Journal(tmp_path)
    wishes = Wishes(first)
    names = [wishes.put(a_wish(number)) for number in range(MOST + 2)]
    agreed = wishes.take(names[-1], owner(ALICE))
    assert agreed is not None
    wishes.settle(agreed)
    killed(first)

    left = Journal(tmp_path).take_over()

    assert [pending.id for pending in left] == list(range(2, MOST + 1))


def a_wish(number: int) -> Wish:
    return Wish(
        interaction=number,
        request=ImageRequest(prompt="a fox"),
        owner=owner(ALICE),
        roles=None,
        server=None,
        spot=ANYWHERE,
        reply=REPLY,
    )
