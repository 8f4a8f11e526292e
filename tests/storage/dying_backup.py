"""A program that backs up or restores, and is killed on its way."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from storage.backup_contents import Stage
from tests.storage.homes import Home


def main(verb: str, url: str, folder: str, place: str, stage: str, times: str) -> None:
    left = int(times)

    def tell(at: Stage, _: int, __: int) -> None:
        nonlocal left
        if at == stage:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    home = Home(url=url, folder=Path(folder), tell=tell)
    asyncio.run(home.back_up(Path(place)) if verb == "back up" else home.restore(Path(place)))


if __name__ == "__main__":
    main(*sys.argv[1:])
