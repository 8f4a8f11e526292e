"""What people and servers chose, in a database and in memory alike."""

import asyncio
from dataclasses import replace

import pytest

from engine.accounts import Accounts, Act
from engine.choices import NOTHING_CHOSEN, Choices, Kind, Whose
from engine.errors import InvalidRequest, NotFound
from engine.ports import Ledger
from engine.preferences import Preferences
from engine.server import ServerSettings
from engine.style import Style
from engine.styles import MOST_STYLES
from tests.storage.samples import ALICE, NOON, a_job

ACT = Act(who="discord:99", at=NOON, why="so it is nicer")
SELF = Act(who=ALICE.id, at=NOON)
HER = Whose(kind=Kind.PERSON, id=ALICE.id)
SERVER = Whose(kind=Kind.SERVER, id=ALICE.id)
"""With her id, so that whoever mixes them up is found out."""
MIST = Style(name="misty morning", prompt="{prompt} in the mist", negative="sun")


async def test_who_chose_nothing_has_nothing(choices: Choices) -> None:
    assert await choices.chosen(None) == NOTHING_CHOSEN
    assert await choices.chosen(ALICE.id, SERVER.id) == NOTHING_CHOSEN


async def test_defaults_are_kept_field_by_field(choices: Choices) -> None:
    await choices.set_preferences(HER, {"steps": 9, "aspect": (16, 9), "negative": ""}, SELF)
    await choices.set_preferences(HER, {"steps": 12}, SELF, forget=["negative"])

    chosen = await choices.chosen(ALICE.id)

    assert chosen.person == Preferences(steps=12, aspect=(16, 9))
    assert chosen.server == Preferences()


async def test_a_persons_and_a_servers_are_not_mixed_up(choices: Choices) -> None:
    await choices.set_preferences(HER, {"steps": 9}, SELF)
    await choices.set_preferences(SERVER, {"steps": 12}, ACT)
    await choices.add_style(HER, MIST, SELF)
    await choices.add_style(SERVER, replace(MIST, prompt="{prompt} in fog"), ACT)

    both = await choices.chosen(ALICE.id, SERVER.id)

    assert (both.person.steps, both.server.steps) == (9, 12)
    assert [style.prompt for style in both.styles] == ["{prompt} in the mist", "{prompt} in fog"]
    assert (await choices.chosen(ALICE.id)).styles == (MIST,)
    assert (await choices.chosen("discord:2")) == NOTHING_CHOSEN


async def test_defaults_outlive_jobs_and_jobs_defaults(ledger: Ledger, choices: Choices) -> None:
    await choices.set_preferences(HER, {"steps": 9}, SELF)
    await ledger.record(a_job())
    await choices.set_preferences(HER, {"count": 2}, SELF)

    assert (await choices.chosen(ALICE.id)).person == Preferences(steps=9, count=2)


async def test_a_servers_settings_change_field_by_field(choices: Choices) -> None:
    await choices.set_settings(
        SERVER.id,
        {"models": ["book"], "refused": ["nackt", "血"], "images": False, "most_pictures": 4},
        ACT,
    )
    await choices.set_settings(SERVER.id, {"language": "de"}, ACT, forget=["models"])

    assert (await choices.chosen(None, SERVER.id)).settings == ServerSettings(
        refused=("nackt", "血"), images=False, most_pictures=4, language="de"
    )


async def test_what_cannot_be_kept_changes_nothing(choices: Choices, accounts: Accounts) -> None:
    for wrong in (
        choices.set_preferences(HER, {"steps": "many"}, ACT),
        choices.set_preferences(SERVER, {"colour": "red"}, ACT),
        choices.set_settings(SERVER.id, {"most_pictures": 0}, ACT),
        choices.set_settings("", {"images": False}, ACT),
        choices.add_style(HER, replace(MIST, name="…"), ACT),
    ):
        with pytest.raises(InvalidRequest):
            await wrong

    assert await choices.chosen(ALICE.id, SERVER.id) == NOTHING_CHOSEN
    assert not await accounts.audit()


async def test_a_style_takes_the_place_of_the_one_of_its_name(choices: Choices) -> None:
    fog = replace(MIST, name="Misty-Morning", prompt="{prompt} in fog")

    first = await choices.add_style(HER, MIST, SELF)
    second = await choices.add_style(HER, fog, SELF)

    assert (first, second) == (None, MIST)
    assert (await choices.chosen(ALICE.id)).own_styles == (fog,)


async def test_a_style_is_removed_in_any_spelling(choices: Choices) -> None:
    await choices.add_style(HER, MIST, SELF)

    for other in (SERVER, Whose(kind=Kind.PERSON, id="discord:2")):
        with pytest.raises(NotFound, match="There are none yet"):
            await choices.remove_style(other, MIST.name, ACT)
    with pytest.raises(NotFound, match="Did you mean misty morning"):
        await choices.remove_style(HER, "mistymornin", SELF)

    assert await choices.remove_style(HER, "MISTY_MORNING", SELF) == MIST
    assert (await choices.chosen(ALICE.id)).styles == ()


@pytest.mark.parametrize("whose", [HER, SERVER])
async def test_there_are_never_more_styles_than_there_may_be(
    choices: Choices, whose: Whose
) -> None:
    for number in range(MOST_STYLES - 1):
        await choices.add_style(whose, replace(MIST, name=f"style {number}"), ACT)

    last = [choices.add_style(whose, replace(MIST, name=f"last {number}"), ACT) for number in "abc"]
    outcomes = await asyncio.gather(*last, return_exceptions=True)

    assert sum(isinstance(outcome, InvalidRequest) for outcome in outcomes) == 2
    assert await choices.add_style(whose, replace(MIST, name="style 0"), ACT) is not None


async def test_two_at_once_lose_none_of_their_changes(choices: Choices) -> None:
    change = {"steps": 9, "count": 2, "guidance": 3.5, "negative": "sun", "exact": True}
    settings = {"images": False, "loras": False, "most_pictures": 4, "language": "de"}

    await asyncio.gather(
        *(choices.set_preferences(HER, {name: value}, ACT) for name, value in change.items()),
        *(choices.set_preferences(SERVER, {name: value}, ACT) for name, value in change.items()),
        *(choices.set_settings(SERVER.id, {name: it}, ACT) for name, it in settings.items()),
    )

    chosen = await choices.chosen(ALICE.id, SERVER.id)
    assert chosen.person.told == chosen.server.told == change
    assert chosen.settings.told == settings


async def test_what_is_done_to_others_and_to_servers_is_in_the_audit(
    choices: Choices, accounts: Accounts
) -> None:
    await choices.set_preferences(HER, {"aspect": (16, 9)}, SELF)
    await choices.add_style(HER, MIST, SELF)
    await choices.remove_style(HER, MIST.name, SELF)
    mine = await accounts.audit()
    await choices.set_preferences(HER, {"steps": 9, "negative": "my secret"}, ACT)
    await choices.set_preferences(SERVER, {"count": 2}, SELF)
    await choices.set_settings(SERVER.id, {"refused": ["naked"]}, ACT)
    await choices.add_style(SERVER, MIST, ACT)
    await choices.remove_style(SERVER, MIST.name, ACT)

    deeds = (await accounts.audit())[::-1]

    whom = f"server {SERVER.id}"
    assert mine == []
    assert [(deed.whom, deed.what, deed.details) for deed in deeds] == [
        (ALICE.id, "defaults", {"changed": ["steps", "negative"]}),
        (whom, "defaults", {"before": {}, "after": {"count": 2}}),
        (whom, "settings", {"before": {}, "after": {"refused": ["naked"]}}),
        (whom, "add style", {"style": "misty morning"}),
        (whom, "remove style", {"style": "misty morning"}),
    ]
    assert [(deed.who, deed.why) for deed in deeds[1:3]] == [
        (ALICE.id, ""),
        ("discord:99", "so it is nicer"),
    ]


async def test_words_that_look_like_sql_are_words(choices: Choices) -> None:
    odd = Style(name="'; DROP TABLE styles; --", prompt="{prompt} %_'\"", negative="\\")

    await choices.add_style(HER, odd, SELF)

    assert (await choices.chosen(ALICE.id)).own_styles == (odd,)
    assert await choices.remove_style(HER, odd.name, SELF) == odd
