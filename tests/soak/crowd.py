"""The crowd: everybody who asks for something, on Discord and over HTTP."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from tests.discord_server.nouns import User
from tests.soak.browser import Browser
from tests.soak.dialects import A1111, OpenAi, Tutorial
from tests.soak.listeners import Listener
from tests.soak.native import Native
from tests.soak.overseer import Overseer
from tests.soak.strangers import Stranger
from tests.soak.townsfolk import PEOPLE, Person, Town
from tests.soak.visitor import House

SOON_OVER_S = 60.0
"""What has begun when it is over is waited for so long."""
GUESTS = tuple(User(id=10_001 + number, name=f"guest{number}") for number in range(5))
NATIVES = 4

Live = Callable[[asyncio.Event], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """By which programs come in, each for a person of its own."""

    natives: str
    programs: str
    overseer: str


class Crowd:
    """`chance` gives everybody their own, so that who is slow changes nothing for the others."""

    def __init__(self, town: Town, house: House, chance: Callable[[str], random.Random]) -> None:
        self._town, self._house, self._chance = town, house, chance

    def lives(self, keys: Keys) -> Sequence[Live]:
        """Each goes on until it is over."""
        town, house, chance = self._town, self._house, self._chance
        return (
            *(Person(town, user, chance(user.name)).live for user in (*PEOPLE, *GUESTS)),
            *(
                Native(house, chance(f"native {number}"), key=keys.natives).live
                for number in range(NATIVES)
            ),
            Browser(house, chance("browser"), key=None).live,
            OpenAi(house, chance("openai"), key=keys.programs).live,
            A1111(house, chance("a1111"), key=keys.programs).live,
            Tutorial(house, chance("tutorial"), key=keys.programs).live,
            Overseer(house, chance("overseer"), key=keys.overseer).live,
            Stranger(house, chance("stranger"), key=keys.programs).live,
            Listener(house, chance("listener with a key"), key=keys.natives).live,
            Listener(house, chance("listener of the page"), key=None).live,
        )


async def patiently(live: Live, over: asyncio.Event) -> None:
    """Whoever waits when it is over waits a while longer, but not for ever."""
    living = asyncio.ensure_future(live(over))
    ending = asyncio.create_task(over.wait())
    try:
        await asyncio.wait([living, ending], return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait([living], timeout=SOON_OVER_S)
    finally:
        ending.cancel()
        living.cancel()
    with suppress(asyncio.CancelledError):
        await living


def a_picture() -> bytes:
    """What somebody begins from."""
    file = BytesIO()
    Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(file, "PNG")
    return file.getvalue()
