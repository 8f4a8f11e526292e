"""Every sentence that people on Discord read, in their language."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from engine.phrase import Phrase

LANGUAGES = Path(__file__).parent / "languages"
ENGLISH = "en"
_spoken: ContextVar[str] = ContextVar("spoken", default=ENGLISH)


class Spoken(Phrase):
    """A sentence that is said already: nothing of it is escaped any more.

    By its `key` and its `parts` it can be said again, to somebody who speaks something else.
    """

    key: str
    parts: Mapping[str, object]


def say(key: str, **parts: object) -> str:
    """The sentence of that key with its parts filled in, in the language that is spoken here."""
    sentence = CATALOGUES[_spoken.get()].get(key) or CATALOGUES[ENGLISH][key]
    spoken = Spoken(sentence.format(**parts))
    spoken.key, spoken.parts = key, parts
    return spoken


def said_again(spoken: Spoken) -> str:
    """The same in the language that is spoken now."""
    return say(spoken.key, **{name: _again(part) for name, part in spoken.parts.items()})


def _again(part: object) -> object:
    return said_again(part) if isinstance(part, Spoken) else part


def spoken_name(name: str) -> str:
    """What an option is called here."""
    return CATALOGUES[_spoken.get()].get(f"names.{name}", name).replace("_", " ")


def refusal_in(sentence: str, *, anywhere: bool = False) -> str | None:
    """What this language has for an English sentence of the engine's; or any does."""
    catalogues = REFUSALS.values() if anywhere else (REFUSALS[_spoken.get()],)
    return next((words[sentence] for words in catalogues if sentence in words), None)


def speak(language: str) -> None:
    """From here on, whatever this task and those that it starts say."""
    _spoken.set(language_of(language))


def spoken() -> str:
    return _spoken.get()


@contextmanager
def speaking(language: str) -> Iterator[None]:
    before = _spoken.set(language_of(language))
    try:
        yield
    finally:
        _spoken.reset(before)


def language_of(locale: str) -> str:
    """Ours that comes nearest to what Discord calls a language; English where none does."""
    if locale in CATALOGUES:
        return locale
    broad = locale.split("-")[0]
    return broad if broad in CATALOGUES else ENGLISH


def _flat(told: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        if isinstance(value, str):
            yield before + name, value
        else:
            yield from _flat(value, f"{before}{name}.")


_READ = {
    file.stem: tomllib.loads(file.read_text("utf-8")) for file in sorted(LANGUAGES.glob("*.toml"))
}
REFUSALS: Mapping[str, Mapping[str, str]] = {
    language: told.pop("refusals", {}) for language, told in _READ.items()
}
"""By what they are in English, as the engine says them."""
CATALOGUES: Mapping[str, Mapping[str, str]] = {
    language: dict(_flat(told)) for language, told in _READ.items()
}
"""What is not translated yet is said in English."""
