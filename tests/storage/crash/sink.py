"""The other end of deliveries: a file with a line for each time that somebody was told."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from engine.job import Job, Picture
from tests.storage.crash.plan import TOLD, note


class RecordingSink:
    """Keeps the first of what comes with the same nonce, as chats do: see `checks`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, job: Job, pictures: Sequence[Picture]) -> None:
        digests = [hashlib.sha256(picture.png).hexdigest() for picture in pictures]
        note(self._folder, TOLD, nonce=job.id, process=os.getpid(), pictures=digests)
