"""Prompts that try to ping, to link, to format, to hide, and to be too long."""

import random
from collections.abc import Iterator
from itertools import islice

PINGS = (
    "@everyone @here",
    "<@2002> <@!2003>",
    "<@&4002> <@&3001>",
    "<#5001> <id:customize> </imagine:1>",
    "<t:0:R> <:smile:1> <a:dance:2> :smile:",
    "@\u200beveryone @every\u00adone \uff20everyone",
)
LINKS = (
    "[free](https://example.com)",
    '[free](<https://example.com> "title")',
    "https://example.com/a_b_c",
    "<https://example.com>",
    "discord.gg/easel https://discord.gg/easel",
    "[@everyone](https://example.com) [a][b]\n[b]: https://example.com",
    "mailto:a@example.com tel:+1 steam://run/1",
    "\\[a\\](https://example.com) \\\\[b](https://example.com)",
)
FORMATS = (
    "**bold** *slanted* __under__ _slanted_ ~~gone~~ ||hidden||",
    "# large\n## less\n### small\n-# tiny",
    "> quote\n>>> all of it\n- list\n* list\n+ list\n1. one",
    "1. one",
    "# large",
    "> quote",
    "`code` ``code ` code`` ```py\ncode\n```",
    "```",
    "``` ``` ```\n@everyone\n```",
    "\\`\\*\\_ \\\\` \\\\* \\",
    "|||| ||a|| |a|b|\n|-|-|\n|1|2|",
    "***___~~||`x`||~~___***",
    "{weight} %s %(name)s $HOME ${x} {0}",
)
HIDDEN = (
    "\u202egnihton\u202c \u2066x\u2069 \u200f\u061c",
    "a\u200bb\u200cc\u200dd\u2060e\ufefff",
    "\u00ad\u034f\u115f\u3164\u17b4\u180e",
    "\u0000\u0001\u0007\u001b[31m\u0085\u2028\u2029",
    "\U000e0041\U000e0042\U000e007f tags",
    "\u2800 \u00a0 \u3000",
)
LETTERS = (
    "Z\u0351\u036b\u0343a\u0334\u0310\u0346l\u0327\u0300g\u0322\u0308o\u0328\u031a" * 20,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f3\ufe0f\u200d\U0001f308",
    "\U0001f1e9\U0001f1ea \u2764\ufe0f \u0031\ufe0f\u20e3",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd \u4f60\u597d \u3053\u3093",
    "\ufdfd\u0bcc\u1242b" * 30,
    "\ud800 \udfff a\udc00b",
    "\ud83d \ude00",
)
LONG = (
    "`" * 4000,
    "\\" * 4000,
    "*" * 3999 + "a",
    "@everyone " * 400,
    "a" * 4000,
    "\U0001f600" * 2000,
)
EVERY = (*PINGS, *LINKS, *FORMATS, *HIDDEN, *LETTERS, *LONG)
LONGEST = 4000


def hostile(count: int) -> list[str]:
    """Each of them alone, then shuffled together; always the same."""
    return list(islice(_hostile(), count))


def _hostile() -> Iterator[str]:
    chance = random.Random(7)
    alone = list(EVERY)
    # A short look must see some of each kind.
    chance.shuffle(alone)
    yield from alone
    while True:
        between = chance.choice(["", " ", "\n", "\\", "a fox "])
        yield between.join(chance.choices(EVERY, k=chance.randint(2, 5)))[:LONGEST]
