"""What somebody looks for reads in their language, and is read back in any."""

from bot.discord.speech.words import CATALOGUES
from bot.discord.typed.sought import OPTIONS, names_in
from tests.bot.discord.conftest import Easel
from tests.bot.discord.results import painted
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL, GRETA


def test_no_name_of_an_option_means_another_one_in_another_language() -> None:
    said = {(name, names_in(language)[name]) for language in CATALOGUES for name in OPTIONS}

    assert len({word for _, word in said}) == len(said)


async def test_a_search_is_told_in_german_and_goes_on_by_its_buttons(
    server: Discord, easel: Easel
) -> None:
    await painted(server, easel, "a fox", GRETA)
    for seed in (0, 10):
        await painted(server, easel, f"a hen --seed {seed} --count 10", GRETA)
    options = {"words": "hen", "favourites": False, "since": "gestern"}

    page = await server.message(await server.command(GRETA, GENERAL, "history", **options))
    head = page.text.partition("```\n**")[0]
    await server.press(GRETA, page, "Ältere")
    await server.message(page, lambda message: "**11**" in message.text)
    await server.press(GRETA, page, "Ältere")
    await server.message(page, lambda message: "**2**" in message.text)

    assert head.startswith("```\nworte: hen\nseit: 2")
    assert page.text.startswith(head)
    assert "fox" not in page.text


async def test_favourites_are_told_as_what_they_are(server: Discord, easel: Easel) -> None:
    asked = await server.command(GRETA, GENERAL, "history", favourites=True)

    assert "favoriten: ja" in (await server.message(asked)).text


async def test_since_after_until_is_no_search(server: Discord, easel: Easel) -> None:
    days = {"since": "2026-03-02", "until": "2026-03-01"}
    asked = await server.command(GRETA, GENERAL, "history", **days)

    said = "liegt nach „2026\\-03\\-01“, dazwischen gibt es kein Bild. Vertausch die beiden."
    assert said in (await server.message(asked)).text
