"""How help looks: one topic at a time, and the way to the others."""

from collections.abc import Mapping

from bot.discord.messages.parts import RED, Post, button, option, row, select, text
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say

TOPICS = ("first", "prompts", "buttons", "prices", "privacy", "moderators")
FIRST, PRIVACY = TOPICS[0], "privacy"
EXAMPLE = "a red boat on the sea at sunset"
"""In English, which every model reads; the built-in one paints it too."""


def topic(name: str, commands: Mapping[str, str]) -> Post:
    """`commands` are their mentions, by name."""
    name = name if name in TOPICS else FIRST
    parts = [text(say(f"help.text.{name}", example=shown(EXAMPLE), **commands))]
    if name == FIRST:
        parts.append(row(button(say("help.example"), "example", "0")))
    if name == PRIVACY:
        parts.append(row(button(say("help.forget"), "forget", "0", style=RED)))
    topics = (option(topic_name(one), one) for one in TOPICS)
    return Post(parts=(*parts, select("help", "0", say("help.choose"), topics)))


def welcome(commands: Mapping[str, str]) -> Post:
    """For a server that has just asked Easel in."""
    words = say("help.welcome", example=shown(EXAMPLE), **commands)
    example = button(say("help.example"), "example", "0")
    more = button(say("help.more"), "help", "0")
    return Post(parts=(text(words), row(example, more)))


def really_forget() -> Post:
    """The question before all that somebody has is deleted."""
    yes = button(say("help.forget_yes"), "forgetall", "0", style=RED)
    return Post(
        parts=(text(say("help.really")), row(yes, button(say("button.decline"), "help", "0")))
    )


def topic_name(name: str) -> str:
    return say(f"help.topic.{name}")
