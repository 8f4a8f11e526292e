"""A1111 emphasis: which words of a prompt count more, where it splits, which LoRAs it calls."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

MORE, LESS = 1.1, 1 / 1.1
MOST_WEIGHT = 10.0

_NUMBER = r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)"
_TOKEN = re.compile(
    rf"""
      \\(?P<literal>[()\[\]\\<]|BREAK\b)
    | <(?i:lora):(?=\s*[^\s<>:])(?P<lora>[^<>:]+)(?::\s*(?P<strength>{_NUMBER})\s*)?>
    | :\s*(?P<weight>{_NUMBER})\s*\)
    | (?P<bracket>[()\[\]])
    | \b(?P<split>BREAK)\b
    | [^\\<:()\[\]B]+
    | .
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """Words of one weight: 1 is as the model would read them, 0 not at all."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """A LoRA that the prompt calls by name."""

    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Emphasis:
    """A prompt as the encoder needs it. Weights are from 0 to 10 and carry six decimals.

    Neighbours differ in weight, no fragment is empty, and a chunk is empty only where all of it is.
    """

    chunks: tuple[tuple[Fragment, ...], ...] = ((),)
    loras: tuple[Lora, ...] = ()

    @property
    def plain(self) -> str | None:
        """The text for the stock encoder where nothing is emphasised; None where something is.

        LoRAs change who reads, not what is read.
        """
        match self.chunks:
            case ((),):
                return ""
            case ((Fragment(text=text, weight=1.0),),):
                return text
            case _:
                return None


def read_emphasis(text: str) -> Emphasis:
    """Read `(word:1.3)`, `((word))`, `[word]`, `BREAK` and `<lora:name:0.8>`; any text can be read.

    A bracket that is never closed holds to the end, a stray closing one is text, and so is all
    that only looks like a weight or a LoRA. Weights below 0 count as 0 and those above 10 as 10;
    those of LoRAs are from -10 to 10.
    `\\(`, `\\)`, `\\[`, `\\]`, `\\\\`, `\\<` and `\\BREAK` are text; other backslashes stay.
    """
    tokens = list(_TOKEN.finditer(text))
    factors, closers = _matched(tokens)
    chunks: list[list[tuple[str, float]]] = [[]]
    loras = []
    round_weights, square_depth = [1.0], 0
    for index, token in enumerate(tokens):
        if token["lora"]:
            loras.append(
                Lora(name=token["lora"].strip(), weight=_strength(token["strength"] or "1"))
            )
        elif token["split"]:
            chunks.append([])
        elif index in factors:
            # Bounded at every step: 0 times infinity would be no number.
            round_weights.append(min(round_weights[-1] * factors[index], MOST_WEIGHT))
        elif token[0] == "[":
            square_depth += 1
        elif index in closers and token[0] == "]":
            square_depth -= 1
        elif index in closers:
            round_weights.pop()
        else:
            weight = round(round_weights[-1] * LESS**square_depth, 6)
            chunks[-1].append((token["literal"] or token[0], weight))
    merged = [_merged(chunk) for chunk in chunks]
    if len(merged) > 1:
        merged = [chunk for chunk in map(_stripped, merged) if chunk] or [()]
    return Emphasis(chunks=tuple(merged), loras=tuple(loras))


def _matched(tokens: Sequence[re.Match[str]]) -> tuple[dict[int, float], set[int]]:
    """What each `(` multiplies by, and which closing brackets close something."""
    factors: dict[int, float] = {}
    closers: set[int] = set()
    # Two stacks, as in A1111: in `(a [b) c]` both pairs hold.
    rounds: list[int] = []
    squares: list[int] = []
    for index, token in enumerate(tokens):
        match token["bracket"] or (")" if token["weight"] else None):
            case "(":
                factors[index] = MORE
                rounds.append(index)
            case "[":
                squares.append(index)
            case ")" if rounds:
                opener = rounds.pop()
                closers.add(index)
                if token["weight"]:
                    factors[opener] = _weight(token["weight"])
            case "]" if squares:
                squares.pop()
                closers.add(index)
    return factors, closers


def _weight(number: str) -> float:
    return round(min(max(float(number.replace(",", ".")), 0.0), MOST_WEIGHT), 6)


def _strength(number: str) -> float:
    """Of a LoRA: below 0 it does the opposite of what it was taught."""
    return round(min(max(float(number.replace(",", ".")), -MOST_WEIGHT), MOST_WEIGHT), 6)


def _merged(pieces: Sequence[tuple[str, float]]) -> tuple[Fragment, ...]:
    return tuple(
        Fragment(text="".join(text for text, _ in run), weight=weight)
        for weight, run in groupby(pieces, key=itemgetter(1))
    )


def _stripped(chunk: Sequence[Fragment]) -> tuple[Fragment, ...]:
    """The chunk without the white space at its ends, which belongs to BREAK."""
    fragments = list(chunk)
    while fragments and not (text := fragments[0].text.lstrip()):
        del fragments[0]
    if fragments:
        fragments[0] = Fragment(text=text, weight=fragments[0].weight)
    while fragments and not (text := fragments[-1].text.rstrip()):
        del fragments[-1]
    if fragments:
        fragments[-1] = Fragment(text=text, weight=fragments[-1].weight)
    return tuple(fragments)
