"""What others may begin from: the pictures that they see, and none that those were made from."""

import hashlib

from tests.bot.discord.conftest import Easel
from tests.bot.discord.results import owner, painted, pictures, result
from tests.discord_server.message import Message
from tests.discord_server.nouns import Upload
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL
from tests.fakes import a_png

SECRET = Upload(name="secret.png", content=a_png(128, 128))
DIGEST = hashlib.sha256(SECRET.content).hexdigest()
OUT_WITH_IT = "x --strength 0 --upscale 1.1"


async def from_secret(server: Discord, easel: Easel) -> Message:
    """A picture that Alice made of one that only she has."""
    return await painted(server, easel, "a fox --seed 7", image=SECRET, strength=0.7)


async def has_it(easel: Easel) -> bool:
    """Whether it is Bob's by now, or was painted from after the first time."""
    later = easel.painter.sources[1:]
    theirs = await easel.app.ledger.own(owner(BOB).id, [DIGEST])
    return bool(theirs) or any(DIGEST in sources for sources in later)


async def test_the_words_of_a_picture_that_was_made_from_a_secret_one_are_not_for_others_to_edit(
    server: Discord, easel: Easel
) -> None:
    fox = await from_secret(server, easel)

    asked = await server.press(BOB, fox, "Edit")
    told = await server.message(BOB)

    assert "made from a picture" in told.text
    assert asked.modal is None


async def test_a_form_that_was_forged_takes_no_secret_picture_out(
    server: Discord, easel: Easel
) -> None:
    await from_secret(server, easel)
    [picture] = await pictures(easel)
    hen = await painted(server, easel, "a hen", BOB)

    asked = await server.press(BOB, hen, "Edit")
    await asked.replied()
    assert asked.modal is not None
    asked.modal["custom_id"] = f"easel:edit:{picture.job}"
    await server.submit(asked, {"prompt": OUT_WITH_IT})
    told = await server.message(BOB, lambda message: "made from a picture" in message.text)

    assert OUT_WITH_IT in told.text
    assert not await has_it(easel)


async def test_others_reroll_nothing_that_was_made_from_a_secret_picture(
    server: Discord, easel: Easel
) -> None:
    fox = await from_secret(server, easel)

    await server.press(BOB, fox, "Re-roll")
    told = await server.message(BOB)

    assert "“Use as source”" in told.text
    assert not await has_it(easel)


async def test_whoever_sent_it_rerolls_it(server: Discord, easel: Easel) -> None:
    fox = await from_secret(server, easel)

    await result(server, await server.press(ALICE, fox, "Re-roll"))

    first, second = easel.painter.painted
    assert (first.image, second.image) == (DIGEST, DIGEST)


async def test_others_vary_what_they_see(server: Discord, easel: Easel) -> None:
    fox = await from_secret(server, easel)
    [picture] = await pictures(easel)

    await result(server, await server.press(BOB, fox, "Vary"))

    recipe = easel.painter.painted[-1]
    assert (recipe.image, recipe.variation) == (picture.file, 0.0)
    assert not await has_it(easel)


async def test_whoever_sent_it_varies_its_noise(server: Discord, easel: Easel) -> None:
    fox = await from_secret(server, easel)

    await result(server, await server.press(ALICE, fox, "Vary"))

    recipe = easel.painter.painted[-1]
    assert (recipe.image, recipe.variation) == (DIGEST, 0.2)


async def test_others_enlarge_what_they_see(server: Discord, easel: Easel) -> None:
    fox = await from_secret(server, easel)
    [picture] = await pictures(easel)

    await result(server, await server.press(BOB, fox, "Upscale"))

    assert easel.painter.painted[-1].image == picture.file
    assert not await has_it(easel)


async def test_others_begin_from_what_they_see(server: Discord, easel: Easel) -> None:
    fox = await from_secret(server, easel)
    [picture] = await pictures(easel)

    asked = await server.menu(BOB, fox, "Use as source")
    await asked.replied()
    await result(server, await server.submit(asked, {"prompt": "a hen"}))

    assert easel.painter.painted[-1].image == picture.file
    assert not await has_it(easel)


async def test_a_source_on_a_message_for_one_person_makes_another_such_message(
    server: Discord, easel: Easel
) -> None:
    await painted(server, easel)
    shown = await result(server, await server.command(ALICE, GENERAL, "show"))

    asked = await server.menu(ALICE, shown, "Use as source")
    await asked.replied()
    message = await result(server, await server.submit(asked, {"prompt": "a hen"}))

    assert shown.seen_by == ALICE
    assert message.seen_by == ALICE
