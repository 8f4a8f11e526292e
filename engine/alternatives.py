"""Alternatives: `{red|blue} fox` stands for two prompts, `__animal__` for a line of a file."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from types import MappingProxyType

from engine.errors import InvalidRequest, Misconfigured
from engine.nearest import did_you_mean
from engine.phrase import Phrase
from engine.request import MOST_TILES

_NO_WILDCARDS: Mapping[str, Sequence[str]] = MappingProxyType({})
# Beyond this the number says nothing more to anybody.
_MOST_NAMED = 10**12

# A doubled backslash passes untouched: it is an escape of the emphasis, which is read later.
_TOKEN = re.compile(
    r"\\(?P<literal>[{|}_])|(?P<sign>[{|}])|__(?P<wildcard>(?!_)[\w-]+?)__|\\\\|[^\\{|}_]+|.",
    re.DOTALL,
)

_SPECIAL = re.compile(r"((?:\\\\)*)([{|}_])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Text, or the sign of an alternative: `{`, `|` or `}`."""

    text: str
    sign: str = ""


def expand(
    prompt: str, wildcards: Mapping[str, Sequence[str]] = _NO_WILDCARDS, seed: int = 0
) -> tuple[str, ...]:
    """Every prompt that it stands for; the left-most alternative changes slowest.

    Alternatives nest and may be empty. A brace without its partner and a bar outside braces are
    text, and so are `\\{`, `\\|`, `\\}` and `\\_`. The seed chooses the lines of wildcards, at
    every spot anew; a line is put in as it stands.
    """
    pieces = _pieces(prompt, wildcards, seed)
    # Counted before anything is built: forty pairs of braces would fill any memory.
    permutations = _counted(pieces)
    if permutations > MOST_TILES:
        if permutations > _MOST_NAMED:
            raise InvalidRequest(
                "That prompt stands for more than {count:,} pictures. {most} is the most I paint "
                "at a time: take some alternatives out.",
                count=_MOST_NAMED,
                most=MOST_TILES,
            )
        raise InvalidRequest(
            "That prompt stands for {count:,} pictures. {most} is the most I paint at a time: take "
            "some alternatives out.",
            count=permutations,
            most=MOST_TILES,
        )
    return tuple(_built(pieces))


def literal(text: str) -> str:
    """The prompt that stands for this text and nothing else. Raises InvalidRequest without one."""
    for prompt in (text, _SPECIAL.sub(r"\1\\\2", text)):
        with suppress(InvalidRequest):
            if expand(prompt) == (text,):
                return prompt
    raise InvalidRequest(
        "That prompt has a backslash before a brace, a bar or an underscore, which no prompt can "
        "say. Take the words and write it anew."
    )


def load_wildcards(folder: Path) -> dict[str, tuple[str, ...]]:
    """The options of every `name.txt`: a line each, without blank lines and `#` comments."""
    wildcards = {}
    for file in sorted(folder.glob("*.txt")):
        try:
            lines = map(str.strip, file.read_text("utf-8-sig").split("\n"))
        except (OSError, UnicodeDecodeError) as error:
            raise Misconfigured(
                f"I cannot read the wildcard {file}. Make it a readable file of UTF-8 text."
            ) from error
        wildcards[file.stem] = tuple(line for line in lines if line and not line.startswith("#"))
    return wildcards


def _pieces(prompt: str, wildcards: Mapping[str, Sequence[str]], seed: int) -> list[_Piece]:
    tokens = list(_TOKEN.finditer(prompt))
    paired = _paired([token["sign"] for token in tokens])
    pieces, spots = [], count()
    for index, token in enumerate(tokens):
        if index in paired:
            pieces.append(_Piece(text="", sign=token[0]))
        elif token["wildcard"]:
            line = _line(token["wildcard"], wildcards, seed=seed, spot=next(spots))
            pieces.append(_Piece(text=line))
        else:
            pieces.append(_Piece(text=token["literal"] or token[0]))
    return pieces


def _paired(signs: Sequence[str | None]) -> set[int]:
    """Where the braces are that have a partner, and the bars between them."""
    paired: set[int] = set()
    opened: list[list[int]] = []
    for index, sign in enumerate(signs):
        match sign:
            case "{":
                opened.append([index])
            case "|" if opened:
                opened[-1].append(index)
            case "}" if opened:
                paired.update(opened.pop(), {index})
    return paired


def _counted(pieces: Sequence[_Piece]) -> int:
    """How many prompts they make."""
    finished, ways = [0], [1]
    for piece in pieces:
        match piece.sign:
            case "{":
                finished.append(0)
                ways.append(1)
            case "|":
                finished[-1] += ways[-1]
                ways[-1] = 1
            case "}":
                options = finished.pop() + ways.pop()
                ways[-1] *= options
    return ways[0]


def _built(pieces: Sequence[_Piece]) -> list[str]:
    """The prompts themselves. A stack and no recursion: people may nest as deep as they like."""
    finished: list[list[str]] = [[]]
    ways = [[""]]
    for piece in pieces:
        match piece.sign:
            case "{":
                finished.append([])
                ways.append([""])
            case "|":
                finished[-1] += ways[-1]
                ways[-1] = [""]
            case "}":
                options = finished.pop() + ways.pop()
                ways[-1] = [way + option for way in ways[-1] for option in options]
            case _:
                ways[-1] = [way + piece.text for way in ways[-1]]
    return ways[0]


def _line(name: str, wildcards: Mapping[str, Sequence[str]], *, seed: int, spot: int) -> str:
    by_lower = {known.lower(): lines for known, lines in wildcards.items()}
    lines = by_lower.get(name.lower())
    if lines is None:
        mend = did_you_mean(name, wildcards) if wildcards else Phrase("There is none yet.")
        raise InvalidRequest(
            "I know no wildcard “{name}”. {mend} Each is a file in the folder wildcards of the "
            "data folder, with a choice a line.",
            name=f"__{name[:60]}__",
            mend=mend,
        )
    if not lines:
        raise InvalidRequest(
            "The wildcard “{name}” has no lines. Take it out of the prompt.", name=f"__{name}__"
        )
    # A digest and no generator: the same seed chooses the same line in every version of Python.
    digest = sha256(f"{seed} {spot}".encode()).digest()
    return lines[int.from_bytes(digest[:8], "big") % len(lines)]
