"""The word filter: whether a prompt says a word that must not be said, however it is written."""

from collections.abc import Iterable, Sequence
from unicodedata import category, combining, name, normalize

from engine.emphasis import read_emphasis

# Scripts that put no space between words: there every letter stands for itself.
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
UNSEEN = "Cf"


def refused_word(prompts: Iterable[str], words: Iterable[str]) -> str | None:
    """The first of the words, or of the phrases, that a prompt says; None where none does.

    Case and marks do not matter, nor do brackets that only make words count more. A word counts
    as a whole: “ass” is not in “grass”.
    """
    compared = [(word, _spaced(words_of(word))) for word in words]
    for prompt in prompts if compared else ():
        said = _spaced(_said(prompt))
        for word, spaced in compared:
            if spaced in said:
                return word
    return None


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared."""
    folded = normalize("NFKD", text).casefold()
    return "".join(_as_compared(letter) for letter in folded).split()


def _said(prompt: str) -> list[str]:
    emphasis = read_emphasis(prompt)
    # Without a space between: na(ked) is read as one word by the model too.
    chunks = ("".join(fragment.text for fragment in chunk) for chunk in emphasis.chunks)
    return words_of(" ".join((*chunks, *(lora.name for lora in emphasis.loras))))


def _as_compared(letter: str) -> str:
    kind = category(letter)
    # What combines is an accent or a vowel's point. Other marks are letters of their own.
    if kind == UNSEEN or combining(letter):
        return ""
    if kind[0] not in "LMN":
        return " "
    alone = ord(letter) > 0xE00 and name(letter, "").startswith(UNSPACED)
    return f" {letter} " if alone else letter


def _spaced(words: Sequence[str]) -> str:
    """So that one is in the other where its words are, whole and in their order."""
    return f" {' '.join(words)} "
