"""Serves folders as models, to play with by hand: python -m tests.hub_server FOLDER …"""

import asyncio
import sys
from pathlib import Path

from tests.hub_server.app import open_hub
from tests.hub_server.shelf import Repository, files_in

PORT = 7880


async def serve(folders: list[Path]) -> None:
    """Until somebody stops it."""
    async with open_hub(PORT) as hub:
        for folder in folders:
            repository = Repository()
            repository.commit(await asyncio.to_thread(files_in, folder))
            hub.repositories[f"somebody/{folder.name}"] = repository
        sys.stdout.write(f"HF_ENDPOINT={hub.address} holds {', '.join(hub.repositories)}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    try:
        asyncio.run(serve([Path(argument).absolute() for argument in sys.argv[1:]]))
    except KeyboardInterrupt:
        sys.exit(0)
