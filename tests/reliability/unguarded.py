"""Runs a program without a guard: `python -m tests.reliability.unguarded MISTAKE MODULE …`

Everything behind the module's name is for the module.
"""

import runpy
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any


def refuse_without_a_type() -> None:
    """What is wrong with a prompt is an error like any other."""
    import engine.prompt

    vars(engine.prompt)["InvalidRequest"] = ValueError


def open_what_is_named() -> None:
    """A name is the way to a file."""
    from engine.gpu.addons.shelves import Shelves

    look_up = Shelves.file

    def file(self: Shelves, kind: Any, name: str, digest: str) -> Path:
        with suppress(OSError, ValueError):
            # Nothing is read: there are names of devices that never end.
            if (path := self.root / kind / name).is_file():
                path.open("rb").close()
        return look_up(self, kind, name, digest)

    vars(sys.modules[Shelves.__module__])["Shelves"] = type("Shelves", (Shelves,), {"file": file})


def unpickle() -> None:
    """A file of weights is whatever torch can load."""
    import torch

    import engine.gpu.models.weights
    from engine.errors import BadModel

    def header_of(file: Path) -> Any:
        try:
            return torch.load(file, weights_only=False)
        except Exception as error:
            raise BadModel("That is no file of weights.") from error

    vars(engine.gpu.models.weights)["header_of"] = header_of


def fetch_anything() -> None:
    """Every host is one of Discord's."""
    import bot.discord.pictures.fetched

    vars(bot.discord.pictures.fetched)["is_of_discord"] = lambda *_, **__: True


def log_secrets() -> None:
    """Lines of the log stay as they are."""
    import bot.logs

    vars(bot.logs)["redacted"] = lambda text, *_: text


MISTAKES: Mapping[str, Callable[[], None]] = {
    "refuse without a type": refuse_without_a_type,
    "open what is named": open_what_is_named,
    "unpickle": unpickle,
    "fetch anything": fetch_anything,
    "log secrets": log_secrets,
}

if __name__ == "__main__":
    _, mistake, module, *given = sys.argv
    MISTAKES[mistake]()
    sys.argv = [module, *given]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
