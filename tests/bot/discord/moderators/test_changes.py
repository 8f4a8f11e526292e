"""What moderators changed is told in the words of whoever reads it."""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.choice_words import SETTING_NAMES
from bot.discord.looks.changes import SETTINGS, changes
from bot.discord.speech.words import say, speaking
from engine.accounts import Act
from engine.clock import utc_now
from tests.bot.discord.conftest import Easel
from tests.bot.discord.moderator import did
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, AUDIT

END = "2026-03-01T12:00:00+00:00"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({}, {"audit_channel": "5004"}, "audit channel: <#5004>"),
        ({"audit_channel": "1"}, {"audit_channel": "2"}, "audit channel: <#1> → <#2>"),
        ({"channels": ["1", "2"]}, {"channels": ["2", "3"]}, "channels: + <#3>, − <#1>"),
        ({}, {"safety_channels": [["5", "blur"]]}, "safety of channels: + <#5> blur"),
        ({"images": False}, {}, "source pictures: no → not set any more"),
        ({"refused": ["*"]}, {"refused": ["*", "@b"]}, r"refused words: + \@b"),
        (None, {"rank": 0, "roles": ["7"], "terms": {}}, "rank: 0, role: + <@&7>"),
        ({"most_waiting": 3}, {"most_waiting": None}, "waiting: 3 → none"),
        ({"window": 3600.0}, {"window": 7200.0}, "window: 1 h → 2 h"),
        ("a", None, "a → none"),
        ({"steps": 9}, {"steps": 9}, ""),
        ("a", "a", ""),
    ],
)
def test_a_change_is_what_was_and_what_is(before: Any, after: Any, told: str) -> None:
    assert changes({"before": before, "after": after}) == told


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"until": END}, "until <t:1772366400:f>"),
        ({"until": None}, ""),
        (
            {"grant": 3, "credits": 5.0, "expires": END},
            "grant 3, 5.0 credits, until <t:1772366400:f>",
        ),
        ({"grant": 3, "left": 1.5}, "grant 3, 1.50 credits left"),
        ({"changed": ["steps", "sampler"]}, "steps, sampler"),
    ],
)
def test_what_is_done_is_told_with_its_end(details: Mapping[str, Any], told: str) -> None:
    assert changes(details) == told


def test_a_change_is_told_in_the_language_that_is_spoken() -> None:
    with speaking("de"):
        assert changes({"before": {}, "after": {"language": "de"}}) == "Sprache: de"
        assert changes({"before": {}, "after": {"most_waiting": 3}}) == "wartend: 3"


def test_very_many_changes_are_counted() -> None:
    after = {"channels": [str(10**18 + number) for number in range(250)]}

    assert len(changes({"before": {}, "after": after})) < 400


def test_settings_are_called_on_discord_as_at_the_terminal() -> None:
    assert {name: say(f"mod.setting.{name}") for name in SETTINGS} == SETTING_NAMES


async def test_what_changed_nothing_is_not_told(server: Discord, easel: Easel) -> None:
    await did(server, "channel", audit=AUDIT)
    same = {"before": {"steps": 9}, "after": {"steps": 9}}
    act = Act(who="local", at=utc_now(), where="discord:3001")
    await easel.app.accounts.note("discord:2001", "terms", act, same)
    await did(server, "block", person=ALICE, reason="spam")
    await server.message(AUDIT, lambda message: "spam" in message.text)

    first, second = (message.text for message in server.messages(AUDIT))

    assert "audit channel: <#5004>" in first
    assert "block" in second
