"""What somebody writes who wants to break something, wherever words, numbers or JSON are taken."""

import json
import random
from collections.abc import Iterator
from itertools import islice
from typing import Any

from tests.bot.discord.counts.hostile import EVERY

SQL = (
    "'; DROP TABLE jobs; --",
    "' OR '1'='1",
    "1); ATTACH DATABASE '/tmp/x' AS x; --",
    'a" MATCH "b* NEAR(c)',
    "%' ESCAPE '!' --",
    "\\'; SELECT pg_sleep(9); --",
)
TEMPLATES = (
    "{{7*7}} {% raw %} {{config}}",
    "${jndi:ldap://127.0.0.1/a}",
    "#{7*7} <%= 7*7 %>",
    "{0.__class__.__mro__} {prompt!r:>99999}",
    "%(name)s %n %99999d",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
)
PATHS = (
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/etc/passwd",
    "file:///etc/passwd",
    "C:\\CON",
    "~root/.ssh/id_rsa",
    "~nobody-there/a.png",
    "a\x00.safetensors",
    "..%2f..%2f..%c0%af",
    "\\\\127.0.0.1\\share",
    "a/" * 300,
    "@/etc/passwd",
)
LINES = (
    "a fox\r\n2026-01-01 00:00:00 ERROR bot: forged",
    "a fox\r\nSet-Cookie: easel=1\r\n\r\n<html>",
    "\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b31m",
    "\x08" * 50 + "\x7f\x0b\x0c",
    "\u2028\u2029\x85\x1c\x1d\x1e",
    "a\u202eb\u2066c\u2069d\u061ce\u200ef\u200fg",
    '{"level": "error"}\n{"message": "forged"}',
)
LANGUAGE = (
    "a fox --seed",
    "a fox --seed -1 --seed 2",
    "--count 99999999999999999999999999999999999999",
    "--steps nan --guidance inf --strength 1e999 --upscale -0.0",
    "--size 0x0 --size 99999999999x1",
    "--aspect 0:0 --outpaint 1,2,3,4,5,6",
    "(" * 3000 + "a" + ")" * 3000,
    "{" * 1000 + "a|b" + "}" * 1000,
    "{a|b|c|d}" * 40,
    "((((a:1.1):1.1):1e308):-inf)",
    "(a:nan) [b] <lora:x:nan> <lora:../../x:1> <lora::> <lora:a:1:2:3>",
    "__../../etc/passwd__ __a__ ____ __" + "a" * 5000 + "__",
    "a BREAK BREAK AND b:2 AND :",
    "--style ' --model \" --negative '\"",
    "--" * 2000,
    "\\" * 2999 + "(",
    "|" * 500 + "{|}" * 100,
    "--image 0 --mask 1 --control a=b:c:d-e --reference =:::",
    "--exact maybe --fresh no --exact",
)
NUMBERS = (
    *("0", "-0", "-1", "1", "2147483647", "2147483648", "4294967295", "4294967296"),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775809", "9" * 5000),
    *("1e308", "1e309", "-1e309", "5e-324", "nan", "inf", "-inf", "0x10", "1_000", "１２", "٣"),
    *("1.7976931348623157e308", "0.1e-9999", "+1", " 1 ", "1.", ".5", "1,5", "²", "½", "∞", "NaN"),
)
WORDS = (*EVERY, *SQL, *TEMPLATES, *PATHS, *LINES, *LANGUAGE, *NUMBERS, "", " ", "\x00", "a fox")
ALIVE = ("a fox", "red", "--seed 7", "--count 2", "(hen:1.2)", "{a|b}", "__animal__", "<lora:x:1>")
LONGEST = 9000
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 2**31, 2**63, -(2**63) - 1, 10**400),
    *(0.5, -0.5, 1e308, float("nan"), float("inf"), float("-inf")),
    *([], [[]], [None], {}, {"a": {}}, {"": None}, ["a"] * 2000, [[[[[["a"]]]]]]),
)


def texts(count: int, seed: int = 1) -> list[str]:
    """Each of them alone, then put together with what is harmless; always the same."""
    return list(islice(_texts(random.Random(seed)), count))


def values(count: int, seed: int = 2) -> list[Any]:
    """Whatever JSON can say, and what Python's reader takes for JSON besides."""
    chance = random.Random(seed)
    words = texts(count, seed)
    return [chance.choice(VALUES) if chance.random() < 0.4 else word for word in words]


def spoiled(body: dict[str, Any], chance: random.Random, words: list[Any]) -> bytes:
    """The same as JSON, with some of it exchanged, doubled, left out or broken."""
    names = [*body] * 9 + ["nothing", "__proto__", ""]
    told = dict(body)
    for _ in range(chance.randint(0, 2)):
        told[chance.choice(names)] = chance.choice(words)
    if chance.random() < 0.2 and told:
        del told[chance.choice(list(told))]
    text = json.dumps(told)
    match chance.randrange(20):
        case 0:
            text = text[: chance.randrange(len(text))]
        case 1:
            text = text[:-1] + f', "{chance.choice(names)}": 1, "prompt": "twice"}}'
        case 2:
            text = "[" * chance.choice([1, 500, 50_000]) + text
        case 3:
            text = text.replace(":", ": " + "9" * chance.choice([20, 5000]), 1)
        case 4:
            text = json.dumps(chance.choice(words))
    # Some letters are half of one, and no text.
    return text.encode(errors="surrogatepass")


def _texts(chance: random.Random) -> Iterator[str]:
    alone = list(WORDS)
    # A short look must see some of each kind.
    chance.shuffle(alone)
    yield from alone
    while True:
        between = chance.choice(["", " ", "\n", "\\", "\r\n", ":", "|", " --"])
        parts = chance.choices((*WORDS, *ALIVE, *ALIVE), k=chance.randint(2, 5))
        chance.shuffle(parts)
        text = between.join(parts)
        if chance.random() < 0.3 and text:
            place = chance.randrange(len(text))
            text = text[:place] + chr(chance.choice([0, 10, 27, 0x202E, 0xD800, 0x1F600])) + text
        yield text[:LONGEST]
