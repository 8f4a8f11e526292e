"""The whole program in a process, those who ask it for pictures, and what must be true then."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import SecretStr

from bot.settings import Settings
from tests.bot.discord.counts.processes import kill, refusals, running, started
from tests.discord_server.interaction import Interaction
from tests.discord_server.message import Message
from tests.discord_server.nouns import Channel, User
from tests.discord_server.server import Discord
from tests.discord_server.village import GENERAL
from tests.forked import Running
from tests.reliability.books import errors_in
from tests.reliability.painter import Beginning, beginnings_in
from tests.reliability.plan import Plan
from tests.storage.crash.checks import State, state_of

PATIENCE_S = 60.0
PAUSE_S = 0.05
AT_ONCE = 20
"""Commands; those of many more would not be answered in time on a slow machine."""
HARMLESS = frozenset({50027, 10008})
"""What Discord calls the token of an answer whose time is over, and a message that is gone."""
FOR_EVER = 3600.0
"""Seconds that no test waits for a picture."""


@dataclass(kw_only=True)
class Rig:
    """`asked` are all commands by their prompts, of which no two are the same."""

    server: Discord
    settings: Settings
    crowd: Sequence[User]
    log: Path
    asked: dict[str, Interaction] = field(default_factory=dict)

    def on(self, url: str) -> "Rig":
        """The same on another database."""
        return replace(self, settings=with_database(self.settings, url))

    def program(self, plan: Plan | None = None) -> AbstractAsyncContextManager[Running]:
        """From when it has come in."""
        return running((plan or Plan()).module, self.server, self.settings, log=self.log)

    def start(self, plan: Plan) -> AbstractAsyncContextManager[Running]:
        """One that may die before it has come in."""
        return started(plan.module, self.server, self.settings, log=self.log)

    async def ask(
        self,
        words: str = "fox",
        *,
        user: User | None = None,
        channel: Channel = GENERAL,
        **options: object,
    ) -> Interaction:
        """For one picture, by another member of the crowd each time."""
        number = len(self.asked)
        prompt = f"{words} {number}"
        person = user or self.crowd[number % len(self.crowd)]
        one = await self.server.command(person, channel, "imagine", prompt=prompt, **options)
        self.asked[prompt] = one
        return one

    async def ask_in_vain(self, *words: str, behind: int = 0) -> None:
        """For these and so many more, of a program that dies before it has painted any."""
        before = (await self.state()).jobs
        async with self.program(Plan(seconds=FOR_EVER)) as easel:
            for number, each in enumerate([*words, *["fox"] * behind], start=1):
                one = await self.ask(each)
                if number % AT_ONCE == 0:
                    await one.replied()
            wanted = before + len(words) + behind
            state = await self.until(lambda state: state.jobs >= wanted)
            assert state.jobs >= wanted, "not all commands were recorded"
            await kill(easel)

    async def state(self) -> State:
        return await state_of(self.settings.database)

    async def until(self, holds: Callable[[State], bool], patience: float = PATIENCE_S) -> State:
        """What is so when it holds, or when nobody waits any longer."""
        clock = asyncio.get_running_loop().time
        enough = clock() + patience
        while not holds(state := await self.state()) and clock() < enough:  # noqa: ASYNC110  # no event
            await asyncio.sleep(PAUSE_S)
        return state

    async def rest(self, plan: Plan | None = None, patience: float = PATIENCE_S) -> None:
        """Let a program do all that is left."""
        async with self.program(plan):
            await self.until(lambda state: state.at_rest, patience)
            await self.settled(patience)

    async def settled(self, patience: float = PATIENCE_S) -> None:
        """Until nobody sees a message that is loading, or nobody waits any longer."""
        clock = asyncio.get_running_loop().time
        enough = clock() + patience
        while self.loading and clock() < enough:  # noqa: ASYNC110  # it has none either
            await asyncio.sleep(PAUSE_S)

    @property
    def beginnings(self) -> Sequence[Beginning]:
        """Of all pictures that were asked for and that any of the programs began."""
        if not self.log.exists():
            return []
        begun = beginnings_in(self.log.read_text("utf-8", "replace"))
        return [one for one in begun if one.prompt in self.asked]

    async def begun(self, times: int) -> None:
        """Until so many pictures were begun."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.beginnings) < times:  # noqa: ASYNC110  # nor has a file
                await asyncio.sleep(PAUSE_S)

    @property
    def loading(self) -> list[str]:
        accepted = [(prompt, one) for prompt, one in self.asked.items() if one.reply]
        return [prompt for prompt, one in accepted if not self.ends_of(prompt, one)]

    def ends_of(self, prompt: str, one: Interaction) -> list[Message]:
        """All messages that tell how a command ended, by whatever way they came."""
        own = one.messages
        others = [
            message
            for message in self.server.all_messages()
            if not message.deleted
            and message not in own
            and message.shown
            and prompt in message.text.split("\n")
        ]
        return [message for message in (*own, *others) if is_last(message)]

    async def complaints(self) -> list[str]:
        """A sentence for all that is not as it was promised, once a program has done what it can.

        Commands that were never acknowledged were never accepted; Discord says so to who asked.
        """
        found = []
        for prompt, one in self.asked.items():
            ends = self.ends_of(prompt, one)
            if one.reply is None and ends:
                found.append(f"{prompt} was never acknowledged and has an end")
            elif one.reply is not None and len(ends) != 1:
                found.append(f"{prompt} has {len(ends)} ends: {[end.text for end in ends]}")
        found += [
            f"Discord refused: {refusal}"
            for refusal in refusals(self.server)
            # Whoever does what another did before it died cannot know either.
            if refusal.code not in HARMLESS
        ]
        found += [f"{one.text} pings" for one in self.server.all_messages() if one.pings]
        return [*found, *await errors_in(self.settings.database, self.settings.data_dir)]


def with_database(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database_url": SecretStr(url)})


def is_last(message: Message) -> bool:
    """Whether it says how something ended: nothing is loading or can be cancelled any more."""
    return not message.loading and "Cancel" not in [button.label for button in message.buttons]
