"""The line as somebody in it sees it, and the ways out of it."""

import pytest

from engine.gate import Gate
from engine.job import Owner
from engine.request import ImageRequest
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL
from tests.fakes import FakePainter

ALICE_S = Owner(id="discord:2001")


async def ask(server: Discord, user: User, prompt: str) -> Message:
    asked = await server.command(user, GENERAL, "imagine", prompt=prompt)
    return await server.message(asked, lambda message: bool(message.buttons))


async def look(server: Discord, user: User) -> Message:
    return await server.message(await server.command(user, GENERAL, "queue"))


async def cancel(server: Discord, user: User, **options: object) -> str:
    message = await server.message(await server.command(user, GENERAL, "cancel", **options))
    assert message.seen_by == user
    return message.text


async def test_one_sees_ones_own_places_and_of_others_only_how_many(
    server: Discord, easel: Easel
) -> None:
    await ask(server, BOB, "a secret --count 2")
    await ask(server, ALICE, "a fox")

    message = await look(server, ALICE)

    assert message.seen_by == ALICE
    assert "Being painted: 2 pictures. In line: 1 picture." in message.text
    assert "1. a fox · next, there <t:" in message.text
    assert "secret" not in message.text
    assert not server.record.refusals


async def test_what_is_painted_says_how_far_it_is(server: Discord, easel: Easel) -> None:
    await ask(server, ALICE, "a fox")
    [job] = await easel.app.gallery.unfinished(ALICE_S)
    await server.until(lambda: job in easel.app.line.works, "the fox being painted")

    message = await look(server, ALICE)

    assert "a fox · being painted, " in message.text


@pytest.mark.parametrize(
    ("gate", "words"), [(Gate.PAUSED, "has stopped the queue"), (Gate.DRAINED, "run empty")]
)
async def test_a_queue_that_is_stopped_says_so(
    server: Discord, easel: Easel, gate: Gate, words: str
) -> None:
    await ask(server, BOB, "a cat --count 2")
    await ask(server, ALICE, "a fox")
    easel.app.line.gate = gate

    message = await look(server, ALICE)

    assert words in message.text
    assert ("there <t:" in message.text) is (gate is Gate.DRAINED)


async def test_very_many_fit_into_a_message(server: Discord, easel: Easel) -> None:
    words = ImageRequest(prompt="a" + "*" * 3999)
    for _ in range(18):
        await easel.app.studio.submit(words, ALICE_S)

    message = await look(server, ALICE)
    offered = await server.autocomplete(ALICE, GENERAL, "cancel", "job", "")

    assert "… and more" in message.text
    assert len(offered) == 18
    assert not server.record.refusals


async def test_who_waits_for_nothing_is_told_so(server: Discord, easel: Easel) -> None:
    message = await look(server, ALICE)

    assert "Nothing of yours waits" in message.text
    assert [button.label for button in message.buttons] == ["Look again"]


async def test_one_is_chosen_and_cancelled_also_after_a_restart(
    server: Discord, open_easel: OpenEasel
) -> None:
    async with open_easel():
        await ask(server, ALICE, "a fox --count 2")
        await ask(server, ALICE, "a hen")
        message = await look(server, ALICE)

    async with open_easel() as easel:
        await server.select(ALICE, message, "Cancel one", "a hen")
        await server.message(message, lambda message: "a hen" not in message.text)

        assert "a fox" in message.text
        assert len(await easel.app.gallery.unfinished(ALICE_S)) == 1


async def test_all_of_ones_own_are_cancelled_and_nobody_elses(
    server: Discord, easel: Easel
) -> None:
    await ask(server, BOB, "a cat --count 2")
    await ask(server, ALICE, "a fox")
    await ask(server, ALICE, "a hen")
    message = await look(server, ALICE)

    await server.select(ALICE, message, "Cancel one", "All of mine")
    await server.message(message, lambda message: "Nothing of yours" in message.text)

    assert await easel.app.gallery.unfinished(ALICE_S) == []
    assert len(await easel.app.ledger.unfinished()) == 1


async def test_a_look_again_shows_what_has_changed(server: Discord, easel: Easel) -> None:
    fox = await ask(server, ALICE, "a fox")
    message = await look(server, ALICE)
    easel.painter.gate.set()
    await server.message(fox, lambda message: bool(message.shown))

    await server.press(ALICE, message, "Look again")

    await server.message(message, lambda message: "Nothing of yours" in message.text)


async def test_somebody_elses_job_is_not_cancelled_by_a_forged_list(
    server: Discord, easel: Easel
) -> None:
    await ask(server, BOB, "a cat")
    [theirs] = await easel.app.ledger.unfinished()
    await ask(server, ALICE, "a fox")
    message = await look(server, ALICE)
    found = message.component("Cancel one")
    assert found is not None
    found["options"][0]["value"] = theirs.id

    await server.select(ALICE, message, "Cancel one", theirs.id)
    told = await server.message(ALICE, lambda message: "no such job" in message.text)

    assert told.seen_by == ALICE
    assert len(await easel.app.ledger.unfinished()) == 2


async def test_cancel_alone_is_the_newest(server: Discord, easel: Easel) -> None:
    await ask(server, ALICE, "a fox")
    await ask(server, ALICE, "a hen")

    told = await cancel(server, ALICE)

    assert "“a hen” is cancelled" in told
    assert len(await easel.app.gallery.unfinished(ALICE_S)) == 1


@pytest.mark.parametrize("typed", ["fox", "FO", "red f"])
async def test_one_is_found_by_its_words(server: Discord, easel: Easel, typed: str) -> None:
    await ask(server, ALICE, "a red fox")
    await ask(server, ALICE, "a red hen")

    choices = await server.autocomplete(ALICE, GENERAL, "cancel", "job", typed)
    told = await cancel(server, ALICE, job=choices[0]["value"])

    assert [choice["name"] for choice in choices] == ["a red fox"]
    assert "“a red fox” is cancelled" in told


@pytest.mark.parametrize("typed", ["cow", "!!!", "0" * 32])
async def test_words_of_no_job_cancel_nothing(server: Discord, easel: Easel, typed: str) -> None:
    await ask(server, ALICE, "a fox")

    told = await cancel(server, ALICE, job=typed)

    assert "Choose one from the list" in told or "ended already" in told
    assert len(await easel.app.gallery.unfinished(ALICE_S)) == 1


async def test_nobody_is_offered_what_others_wait_for(server: Discord, easel: Easel) -> None:
    await ask(server, BOB, "a secret")

    choices = await server.autocomplete(ALICE, GENERAL, "cancel", "job", "")
    told = await cancel(server, ALICE, all=True)

    assert choices == []
    assert "Nothing of yours" in told
    assert len(await easel.app.ledger.unfinished()) == 1


async def test_where_several_paint_each_of_them_is_told_of(server: Discord, easel: Easel) -> None:
    crew = easel.app.line.crew
    crew.join(FakePainter(name="cuda:1", seats=4))
    crew.join(FakePainter(name="cuda:2", alive=False))
    crew.let_leave(crew.join(FakePainter(name="cuda:3")))

    message = await look(server, ALICE)

    told = message.text.replace("\\", "")
    assert "cuda:1: 0 of 4\n" in told
    assert "cuda:2: starting" in told
    assert "cuda:3: 0 of 2, takes nothing new" in told


async def test_of_one_painter_nothing_is_told(server: Discord, easel: Easel) -> None:
    [member] = easel.app.line.crew

    message = await look(server, ALICE)

    assert member.painter.name not in message.text
