"""`python -m tests.engine.child.fake_parent FOLDER`: has a child, says its number, and stays."""

import asyncio
import sys
from pathlib import Path

from tests.engine.child.nursery import begun, born


async def main(folder: Path) -> None:
    async with born(folder) as painter:
        task = await begun(painter)
        sys.stdout.write(f"{painter.pid}\n")
        sys.stdout.flush()
        await task


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
