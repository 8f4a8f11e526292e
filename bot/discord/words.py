"""Every sentence that people on Discord read, by its key."""

from collections.abc import Mapping

ENGLISH: Mapping[str, str] = {
    "imagine": "Paint pictures from words.",
    "imagine.prompt": "What to paint. Flags work too, like --ar 16:9",
    "imagine.negative": "What should not be in it",
    "imagine.model": "Which model paints",
    "imagine.aspect": "Its shape",
    "imagine.size": "Width x height, like 512x768",
    "imagine.steps": "How many steps; more take longer",
    "imagine.guidance": "How closely to follow the words",
    "imagine.sampler": "The way from noise to a picture",
    "imagine.seed": "The same seed paints the same picture",
    "imagine.count": "How many pictures",
    "imagine.style": "Words that turn any prompt into a photo, a watercolor, …",
    "imagine.image": "A picture to begin from",
    "imagine.strength": "How much of that picture may change, from 0 to 1",
    "imagine.mask": "White where that picture may change",
    "imagine.private": "Only you see it",
    "question": "That is {pictures} for {price:.1f} credits. Paint them?",
    "forgotten": "That question is too old to be answered. Ask again with /imagine.",
    "not_asked": "Only whoever asked for it can answer that.",
    "waiting.next": "You are next. It should be there {arrival}.",
    "waiting": "{ahead} ahead of you. It should be there {arrival}.",
    "painting": "Painting … {share} %",
    "cancelled": "This one was cancelled. What was not painted is refunded.",
    "failed": "This one could not be painted: {problem}",
    "gone": "It is painted, but its pictures are not kept any more.",
    "for": "For <@{user}>:",
    "converted": "Sent as {kind} to fit into Discord's limits. Your history keeps the PNG.",
    "split": "Part {part} of {parts}, since all of it did not fit into one message.",
    "too_large": "{count} of them fit into no message. Your history keeps them.",
    "no_words": "(nothing that can be shown)",
    "button.agree": "Paint them",
    "button.decline": "No",
    "button.cancel": "Cancel",
    "button.reroll": "Re-roll",
    "button.info": "Info",
    "button.delete": "Delete",
    "seed": "seed {seed}",
    "seeds": "seeds {seeds}",
    "seconds": "{seconds:.1f} s",
    "credits": "{credits:.1f} credits",
    "from_history": "free, from history",
    "not_yours": "Only whoever asked for it, or a moderator of this server, can do that.",
    "ended": "That one had ended already.",
    "unknown_button": "This button belongs to another version of Easel. Ask again with /imagine.",
    "nowhere": "Nobody could be told of it on Discord. It waits in the history.",
    "other_channel": "I do not paint in this channel. Ask in one of these: {channels}.",
    "no_files": "I may not attach files in this channel. Ask me elsewhere, or ask a moderator to "
    "allow it in the channel's permissions.",
    "big_source": "The {name} is larger than {mebibytes} MiB. Make it smaller.",
    "lost_source": "Discord does not give me the {name}. Attach it once more.",
    "both_sizes": "Give a size or an aspect, not both.",
    "bug": "Something is broken in Easel, and it is not your fault. It is written down for whoever "
    "runs it. Try again, or with another prompt.",
    "wrong_token": "Discord refuses the token. Make a new one under “Bot” at "
    "https://discord.com/developers/applications and set EASEL_DISCORD_TOKEN to it. Until then "
    "Easel works without Discord.",
}


def say(key: str, **parts: object) -> str:
    """The sentence of that key with its parts filled in."""
    return ENGLISH[key].format(**parts)
