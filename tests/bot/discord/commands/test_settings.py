"""What somebody gets where a request says nothing: shown, set, forgotten."""

import pytest

from engine.accounts import Act
from engine.choices import Kind, Whose
from engine.clock import utc_now
from tests.bot.discord.conftest import Easel
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL, MORGAN, PLAZA, TRAVELLER

ACT = Act(who="discord:2003", at=utc_now())
SERVER = Whose(kind=Kind.SERVER, id="discord:3001")


async def say(server: Discord, **options: object) -> str:
    message = await server.message(await server.command(ALICE, GENERAL, "settings", **options))
    assert message.seen_by == ALICE
    assert not server.record.refusals
    return message.text


async def test_what_nobody_chose_is_said_so(server: Discord, easel: Easel) -> None:
    words = await say(server)

    assert "**Model** book (the first one that may be used)" in words
    assert "**Size** 128×128 (the model's)" in words
    assert "**Sampler** Euler (the model's)" in words
    assert "**Guidance** 5 (the model's)" in words
    assert "**Exact** no" in words
    assert "this server" not in words


async def test_every_option_is_kept_and_painted(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    words = await say(
        server,
        model="book",
        size="128x192",
        steps=3,
        guidance=6.5,
        sampler="DPM++ 2M",
        negative="people",
        style="night",
        count=2,
        exact=True,
    )

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox")
    await server.message(asked, lambda message: bool(message.shown))

    for line in ("**Size** 128×192", "**Guidance** 6.5", "**Style** night", "**Exact** yes"):
        assert line in words
    first, _ = easel.painter.painted
    assert (first.prompt, first.negative, first.exact) == ("a fox at night", "people", True)
    assert (first.width, first.height, first.steps, first.guidance) == (128, 192, 3, 6.5)
    assert first.sampler == "DPM++ 2M"


async def test_a_shape_takes_the_place_of_a_size(server: Discord, easel: Easel) -> None:
    await say(server, size="128x192")

    assert "**Size** 16:9" in await say(server, aspect="16:9")


@pytest.mark.parametrize(("forget", "left"), [("Steps", "none"), ("All of it", "no style")])
async def test_what_is_forgotten_is_as_if_never_set(
    server: Discord, easel: Easel, forget: str, left: str
) -> None:
    await say(server, steps=3, style="none")

    words = await say(server, forget="steps" if forget == "Steps" else "all")

    assert "**Steps** 4 (the model's)" in words
    assert f"**Style** {left}" in words


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"size": "100x100"}, "multiples of 8"),
        ({"size": "128x128", "aspect": "1:1"}, "not both"),
        ({"sampler": "Eulr"}, "Did you mean Euler"),
        ({"model": "bok"}, "Did you mean book"),
        ({"style": "wtrcolor"}, "Did you mean watercolor"),
    ],
)
async def test_what_cannot_be_painted_is_refused(
    server: Discord, easel: Easel, options: dict[str, str], sentence: str
) -> None:
    assert sentence in await say(server, **options)
    assert (await easel.app.choices.chosen("discord:2001")).person.told == {}


async def test_what_the_server_chose_and_allows_is_shown(server: Discord, easel: Easel) -> None:
    choices = easel.app.choices
    await choices.set_preferences(SERVER, {"steps": 9}, ACT)
    change = {"models": ["book"], "most_pictures": 3, "loras": False, "refused": ["gore"]}
    await choices.set_settings(SERVER.id, change, ACT)
    await say(server, count=4)

    words = await say(server)

    assert "**Steps** 9 (this server's)" in words
    assert "Only these models: book" in words
    assert "At most 3 pictures at once" in words
    assert "No LoRAs" in words
    assert "Some words are refused" in words
    assert "gore" not in words
    assert "The default for the count was passed over" in words


async def test_very_much_fits_into_a_message(server: Discord, easel: Easel) -> None:
    change = {"models": ["*" * 90] * 9 + ["book"], "channels": [str(10**18 + n) for n in range(99)]}
    await easel.app.choices.set_settings(SERVER.id, change, ACT)

    words = await say(server, negative="*" * 4000, steps=3)

    assert words.count("<#") == 10
    assert "…" in words


async def test_nobody_sees_or_sets_anybody_elses(server: Discord, easel: Easel) -> None:
    await say(server, steps=3)

    message = await server.message(await server.command(MORGAN, GENERAL, "settings"))

    assert "**Steps** 4 (the model's)" in message.text


async def test_it_works_wherever_a_person_takes_it_along(server: Discord, easel: Easel) -> None:
    asked = await server.command(TRAVELLER, PLAZA, "settings", steps=3)

    assert "**Steps** 3" in (await server.message(asked)).text


async def test_names_are_offered(server: Discord, easel: Easel) -> None:
    choices = await server.autocomplete(ALICE, GENERAL, "settings", "style", "wtr")

    assert choices[0]["value"] == "watercolor"
