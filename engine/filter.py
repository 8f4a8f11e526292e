"""The word filter: whether a prompt says a word that must not be said, also in disguise."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from engine.emphasis import read_emphasis
from engine.letters import folded, is_letter, is_unseen, stands_alone
from engine.lookalikes import as_cyrillic, as_latin
from engine.pattern import Patterns, is_pattern
from engine.spelled import read_spelled

# Signs that stand for letters where they are among letters; a 1 stands for two of them.
MASKS = tuple(str.maketrans("4@3105$7", f"aae{one}osst") for one in "il")
_RUN = re.compile(r"[\w@$]+")


def refused_word(prompts: Iterable[str], words: Iterable[str]) -> str | None:
    """The first of the words, phrases and patterns that a prompt says; None where none does.

    Case and marks do not matter, nor do brackets that only make words count more, a 4 that stands
    for an a, letters of another script that look the same, or a word that is s.p.e.l.l.e.d. A word
    counts as a whole: “ass” is not in “grass”.
    """
    compared, patterns = _compared(tuple(words))
    for prompt in prompts if compared or patterns else ():
        for said in _readings(prompt):
            for word, spaced in compared:
                if spaced in said:
                    return word
            if patterns and (found := patterns.first_in(said)):
                return found
    return None


def found_words(prompts: Iterable[str], word: str) -> str:
    """What is told of a refused word: itself, or what of the prompts a pattern was found in.

    A pattern is for moderators: whoever is refused reads what they said themselves.
    """
    _, patterns = _compared((word,))
    if patterns is not None:
        for prompt in prompts:
            for said in _readings(prompt):
                if found := patterns.words_in(said):
                    return found
    return word


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return "".join(map(_as_compared, folded(text))).split()


@lru_cache(maxsize=64)
def _compared(words: tuple[str, ...]) -> tuple[Sequence[tuple[str, str]], Patterns | None]:
    patterns = [word for word in words if is_pattern(word)]
    plain = [(word, _spaced(words_of(word))) for word in words if not is_pattern(word)]
    return plain, Patterns(patterns) if patterns else None


def _readings(prompt: str) -> Iterator[str]:
    """What it says as it is written, and where something stands for letters."""
    emphasis = read_emphasis(prompt)
    # Without a space between: na(ked) is read as one word by the model too.
    chunks = ("".join(fragment.text for fragment in chunk) for chunk in emphasis.chunks)
    text = " ".join((*chunks, *(lora.name for lora in emphasis.loras)))
    seen = "".join(letter for letter in folded(text) if not is_unseen(letter))
    alike = dict.fromkeys((seen, as_latin(seen), as_cyrillic(seen)))
    whole = dict.fromkeys(said for text in alike for said in (text, read_spelled(text)))
    readings = dict.fromkeys(
        said for text in whole for said in (text, *(_unmasked(text, mask) for mask in MASKS))
    )
    for reading in readings:
        yield _spaced(words_of(reading))


def _unmasked(text: str, mask: dict[int, int]) -> str:
    """Where no letter is among them, numbers are numbers."""

    def read(run: re.Match[str]) -> str:
        return run[0].translate(mask) if any(sign.isalpha() for sign in run[0]) else run[0]

    return _RUN.sub(read, text)


def _as_compared(letter: str) -> str:
    if is_unseen(letter):
        return ""
    if not is_letter(letter):
        return " "
    return f" {letter} " if stands_alone(letter) else letter


def _spaced(words: Sequence[str]) -> str:
    """So that one is in the other where its words are, whole and in their order."""
    return f" {' '.join(words)} "
