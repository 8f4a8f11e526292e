"""The styles that somebody can use: listed, added, removed."""

from engine.accounts import Act
from engine.choices import Kind, Whose
from engine.clock import utc_now
from engine.style import STYLES, Style
from tests.bot.discord.conftest import Easel, OpenEasel
from tests.discord_server.message import Message
from tests.discord_server.nouns import User
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GENERAL

ACT = Act(who="discord:2003", at=utc_now())
SERVER = Whose(kind=Kind.SERVER, id="discord:3001")
NAME, PROMPT = "Mosaic", "a mosaic of {prompt}"


async def do(server: Discord, what: str, *, user: User = ALICE, **options: str) -> Message:
    asked = await server.command(user, GENERAL, f"styles {what}", **options)
    message = await server.message(asked)
    assert message.seen_by == user
    assert not server.record.refusals
    return message


async def turn(server: Discord, page: Message) -> None:
    shown = page.text
    await server.press(ALICE, page, "More")
    await server.message(page, lambda message: message.text != shown)


async def test_every_style_is_listed_with_what_it_does(server: Discord, easel: Easel) -> None:
    page = await do(server, "list")
    words = page.text
    while any(button.label == "More" for button in page.buttons):
        await turn(server, page)
        words += page.text

    assert all(f"**{name}**" in words for name in STYLES)
    assert "**watercolor** · watercolor painting of {prompt}" in words


async def test_the_servers_and_ones_own_go_before(server: Discord, easel: Easel) -> None:
    choices = easel.app.choices
    await choices.add_style(SERVER, Style(name="Photo", prompt="ours {prompt}"), ACT)
    await choices.add_style(SERVER, Style(name="mosaic", prompt="theirs {prompt}"), ACT)
    await do(server, "add", name=NAME, prompt=PROMPT)

    words = (await do(server, "list")).text

    assert words.startswith("**Mosaic** (yours) · a mosaic of {prompt}")
    assert "**Photo** (this server's) · ours {prompt}" in words
    assert "theirs" not in words
    assert "photograph" not in words


async def test_one_is_added_and_painted_with(server: Discord, easel: Easel) -> None:
    easel.painter.gate.set()
    told = await do(server, "add", name=NAME, prompt=PROMPT)

    asked = await server.command(ALICE, GENERAL, "imagine", prompt="a fox", style="mosaic")
    await server.message(asked, lambda message: bool(message.shown))

    assert "a style “Mosaic” now" in told.text
    assert easel.painter.painted[0].prompt == "a mosaic of a fox"


async def test_one_of_the_same_name_takes_its_place(server: Discord, easel: Easel) -> None:
    await do(server, "add", name=NAME, prompt=PROMPT)

    told = await do(server, "add", name="MOSAIC", prompt="tiles, {prompt}")

    assert "is changed" in told.text


async def test_one_may_hide_a_built_in_one_and_give_it_back(server: Discord, easel: Easel) -> None:
    added = await do(server, "add", name="photo", prompt="mine {prompt}")
    removed = await do(server, "remove", name="Photo")

    assert "goes before the built-in one" in added.text
    assert "is back" in removed.text


async def test_what_is_no_style_is_said_so(server: Discord, easel: Easel) -> None:
    assert "must hold {prompt} once" in (await do(server, "add", name="x", prompt="a fox")).text


async def test_only_ones_own_can_be_removed(server: Discord, easel: Easel) -> None:
    await do(server, "add", user=BOB, name=NAME, prompt=PROMPT)

    told = await do(server, "remove", name="mosaic")
    offered = await server.autocomplete(ALICE, GENERAL, "styles remove", "name", "")
    bobs = await server.autocomplete(BOB, GENERAL, "styles remove", "name", "mos")

    assert "There are none yet" in told.text
    assert offered == []
    assert [choice["value"] for choice in bobs] == ["Mosaic"]


async def test_pages_turn_after_a_restart(server: Discord, open_easel: OpenEasel) -> None:
    async with open_easel() as easel:
        for number in range(20):
            style = Style(name=f"mine {number}", prompt="*" * 300 + "{prompt}")
            await easel.app.choices.add_style(
                Whose(kind=Kind.PERSON, id="discord:2001"), style, ACT
            )
        page = await do(server, "list")

    async with open_easel():
        await server.press(ALICE, page, "More")
        await server.message(page, lambda message: "**photo**" in message.text)
        await server.press(ALICE, page, "Back")
        await server.message(page, lambda message: "**photo**" not in message.text)

    assert not server.record.refusals
