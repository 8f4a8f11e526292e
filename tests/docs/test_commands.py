"""Commands that the pages tell people to type are commands, with those options and arguments."""

import re
import shlex
from collections.abc import Iterator, Sequence
from functools import cache

import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from bot.cli import cli
from tests.docs.pages import PAGES, ROOT, Page

SET_BEFORE = re.compile(r"^\w+=")
COMPOSE = ["docker", "compose"]
ANOTHER_PROGRAM = "--entrypoint"
SCRIPTS = ("./run", "/opt/easel/run")
OF_THE_SCRIPT = {"--set-up-only", "--set-up-extras"}
HELP = ("--help", "-h")
Command = TyperGroup | TyperCommand
CALLED = re.compile(r"(?:\./run|easel) ")


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_every_command_in_a_block_can_be_typed_as_it_stands(each: Page) -> None:
    for typed in _typed(each):
        _parse(typed)


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_every_command_in_a_line_is_one_with_those_options(each: Page) -> None:
    for told in each.code:
        if CALLED.match(told):
            typed = next(_calls(told), [])
            command, _ = _found(typed)
            known = {option for one in command.params for option in one.opts + one.secondary_opts}
            options = [word.split("=")[0] for word in typed if word.startswith("-")]
            assert {*options} <= {*known, *HELP, *OF_THE_SCRIPT}, told


@pytest.mark.parametrize(
    "typed",
    ["./run nothing", "./run quota set --per-dya 3", "./run backup", "./run quota show a b"],
)
def test_a_command_that_cannot_be_typed_is_seen(typed: str) -> None:
    with pytest.raises(AssertionError):
        _parse(next(_calls(typed)))


@pytest.mark.parametrize("each", PAGES, ids=str)
def test_tests_that_a_page_tells_to_run_are_there(each: Page) -> None:
    for told in [*each.code, *(line for block in each.blocks("sh") for line in block.splitlines())]:
        if told.startswith("./test "):
            words = shlex.split(told, comments=True)[1:]
            assert [word for word in words if "/" in word and not (ROOT / word).exists()] == []


def _typed(each: Page) -> Iterator[list[str]]:
    """The arguments of every call of Easel."""
    for block in each.blocks("sh"):
        for line in block.replace("\\\n", " ").splitlines():
            yield from _calls(line)
    for told in each.code:
        # In tables a whole line to type stands as code.
        if told.startswith("docker compose"):
            yield from _calls(told)


def _calls(line: str) -> Iterator[list[str]]:
    """What follows the name of the program, wherever that stands in the line."""
    words = shlex.split(re.sub(r"\$\((.*?)\)", r"\1", line), comments=True)
    words = [SET_BEFORE.sub("", word) if _is_script(word) else word for word in words]
    starts = [place for place, word in enumerate(words) if _is_script(word)]
    composed = words[:2] == COMPOSE and "run" in words and ANOTHER_PROGRAM not in words
    if words[:1] == ["easel"] or composed:
        starts.append(words.index("easel"))
    for start in starts[:1]:
        typed = words[start + 1 :]
        if not OF_THE_SCRIPT.intersection(typed[:1]):
            yield [word for word in typed if word != "…"]


def _is_script(word: str) -> bool:
    """`KEY=$(./run keys add …)` calls it too."""
    return word.split("=")[-1] in SCRIPTS


def _parse(typed: Sequence[str]) -> None:
    command, rest = _found(typed)
    try:
        command.make_context(command.name or "", list(rest), resilient_parsing=False)
    except Exception as error:
        raise AssertionError(f"easel {shlex.join(typed)}: {error}") from error


def _found(typed: Sequence[str]) -> tuple[Command, list[str]]:
    """The command that these words call, and what is left for it."""
    command: Command = _easel()
    rest = list(typed or ["serve"])
    while isinstance(command, TyperGroup) and rest and not rest[0].startswith("-"):
        assert rest[0] in command.commands, f"easel has no command {shlex.join(typed)}"
        inner = command.commands[rest.pop(0)]
        assert isinstance(inner, Command)
        command = inner
    return command, rest


@cache
def _easel() -> TyperGroup:
    command = get_command(cli)
    assert isinstance(command, TyperGroup)
    return command
