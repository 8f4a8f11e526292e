"""Alternatives are painted after a yes to what they cost."""

from bot.discord.delivery.reply import Reply
from tests.bot.discord.conftest import Easel
from tests.bot.discord.moderator import did
from tests.bot.discord.results import pictures, result
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

    assert "That is 2 pictures for" in words
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
