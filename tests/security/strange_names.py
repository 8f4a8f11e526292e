"""Names that mean to lead out of a folder; {outside} is a file that must not be opened."""

import random
from collections.abc import Iterator
from itertools import zip_longest

UP = (
    "../",
    "..\\",
    "..%2f",
    "%2e%2e/",
    "..%252f",
    "....//",
    "..;/",
    "\u2025/",
    "..\u2215",
    "./../",
)
ENDS = ("", ".safetensors", ".txt", ".png", "\x00.safetensors", ".ckpt", "/", "/.", " ", ".")
ALONE = (
    *("{outside}", "file://{outside}", "{outside}\x00", "~/{outside}", "/proc/self/environ"),
    *("/proc/self/fd/0", "/dev/stdin", "/dev/zero", "/etc/passwd", "/etc/shadow", "~root/.profile"),
    *("link", "link/secret", "link.safetensors", "LINK", "folder/../link/secret", "link/../secret"),
    *("con", "CON.txt", "nul", "aux.safetensors", "COM1", "LPT9", "clock$", "a:b", "a::$DATA"),
    *("\\\\127.0.0.1\\c$\\secret", "C:\\secret", "//127.0.0.1/secret", "a" * 255, "a" * 5000),
    *("a/" * 2000, ".", "..", "...", "", " ", "\x00", "\n", "-", "--", "*", "?", "[a-z]", "{a,b}"),
    *("${HOME}/secret", "$(cat secret)", "`cat secret`", "%HOME%", "|cat secret", ";ls", "&", ">x"),
    *(
        "s\u0435cret",
        "secre\u0301t",
        "ＳＥＣＲＥＴ",
        "secret\u202e",
        "\u202esecret",
        "sec\u200bret",
    ),
    *("SECRET", "Secret", "known", "KNOWN", "known.safetensors", "known/../known", "./known"),
    *(".git/config", ".env", "easel.toml", "easel.db", "cookies.secret", "../easel.db"),
    *("\ud800", "\U000e0041", "\ufeff", "caf\u00e9", "cafe\u0301", "\u1e9e", "\u0130", "\u017f"),
)


def names(count: int, outside: str) -> list[str]:
    """Always the same ones, each once."""
    found: dict[str, None] = {}
    for name in _names(outside):
        if len(found) == count:
            break
        found[name] = None
    return list(found)


def _names(outside: str) -> Iterator[str]:
    # One of each kind in turn, so that a few of them are of both.
    for alone, up in zip_longest(ALONE, _ways_up(outside)):
        if alone is not None:
            yield alone.replace("{outside}", outside)
        yield up


def _ways_up(outside: str) -> Iterator[str]:
    chance = random.Random(29)
    while True:
        up = "".join(chance.choices(UP, k=chance.randint(1, 12)))
        target = chance.choice(
            ["secret", "etc/passwd", outside.lstrip("/"), "data/easel.db", "known"]
        )
        yield f"{chance.choice(['', 'known/', 'a/', '/'])}{up}{target}{chance.choice(ENDS)}"
