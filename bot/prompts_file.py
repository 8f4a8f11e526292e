"""Prompts as they were typed, one or a file of them; each of several knows its line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os.path import expanduser
from pathlib import Path

from engine.errors import InvalidRequest
from engine.prompt import read_prompt
from engine.request import ImageRequest

COMMENT = "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A prompt, and the number of its line as editors count: from 1. None where it is no file."""

    prompt: str
    number: int | None = None

    def request(self, **given: object) -> ImageRequest:
        """What the line asks for; its flags go before what is given. Raises InvalidRequest."""
        with self.named():
            return read_prompt(self.prompt, **given)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Put the number of the line before whatever is wrong with its request."""
        try:
            yield
        except InvalidRequest as error:
            raise InvalidRequest(self.said(str(error))) from error

    def said(self, sentence: str) -> str:
        """What is wrong, and with which line."""
        return sentence if self.number is None else f"Line {self.number}: {sentence}"


def lines_of(prompt: str | None, file: str | None) -> tuple[Line, ...]:
    """The prompt that was typed, or those of the file. Raises InvalidRequest without one."""
    if prompt is not None and file is not None:
        raise InvalidRequest("Give a prompt or a file of prompts, not both.")
    if prompt is not None:
        return (Line(prompt=prompt),)
    if file is None:
        raise InvalidRequest("Tell me what to paint, like: easel imagine “a red circle”.")
    try:
        return read_prompts(Path(expanduser(file)).read_text("utf-8"))
    except UnicodeDecodeError:
        raise InvalidRequest(f"{file} is no text. Save it as UTF-8, one prompt a line.") from None
    except (FileNotFoundError, ValueError):  # no name can have a NUL
        raise InvalidRequest(f"There is no file {file}. Look at the path.") from None
    except OSError as error:
        raise InvalidRequest(f"I cannot read {file}: {error.strerror}.") from None


def read_prompts(text: str) -> tuple[Line, ...]:
    """The lines that hold a prompt, without empty ones and those that begin with #.

    A prompt that begins with # itself is written behind the flag --prompt.
    """
    # Only where editors break lines too, or their numbers would be others.
    stripped = (line.strip() for line in text.removeprefix("\ufeff").split("\n"))
    lines = tuple(
        Line(number=number, prompt=line)
        for number, line in enumerate(stripped, start=1)
        if line and not line.startswith(COMMENT)
    )
    if not lines:
        raise InvalidRequest(
            "There is no prompt in that file. Write one a line; "
            f"what begins with {COMMENT} is left out."
        )
    return lines
