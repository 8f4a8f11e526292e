"""Townsfolk: people on Discord who ask, press, change their mind, and moderate."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.discord_server.interaction import Interaction
from tests.discord_server.message import Message
from tests.discord_server.nouns import Channel, Upload, User
from tests.discord_server.options import NotOffered
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, BOB, GALLERY, GENERAL, GRETA, MORGAN, OWNER
from tests.soak.told import Told, is_pending, job_on, told_of
from tests.soak.wishes import MOST_SEEDS, mistaken, prompt, several, words

PEOPLE = (ALICE, BOB, GRETA, OWNER)
THINKS_S = 0.7
PATIENCE_S, GIVES_UP_S = 60.0, 6.0
TRIES = 10
REPEATED = 0.1
"""Discord now and then tells of something twice."""
KEPT_S = 20 * 60.0
"""After 15 minutes an interaction's token opens nothing any more: it is as it will ever be."""
LOOKS: Sequence[tuple[str, dict[str, Any]]] = (
    ("history", {}),
    ("queue", {}),
    ("quota", {}),
    ("show", {}),
    ("help", {}),
    ("models", {}),
    ("styles list", {}),
    ("settings", {"steps": 2}),
)
TYPED = (("imagine", "model", "pict"), ("imagine", "sampler", "eul"), ("imagine", "prompt", "a "))
PRESSED = ("reroll", "vary", "upscale", "favourite", "info", "delete", "reroll", "vary")
PAINTS = frozenset({"reroll", "vary", "upscale"})


@dataclass(slots=True, kw_only=True)
class Watched:
    asked: Interaction
    paints: bool


@dataclass(slots=True, kw_only=True)
class Town:
    """What was asked and must still be looked at; `past` is what will not change any more."""

    server: Discord
    picture: bytes
    done: Counter[str] = field(default_factory=Counter)
    watched: list[Watched] = field(default_factory=list)

    def watch(self, asked: Interaction, what: str, *, paints: bool = False) -> Interaction:
        self.done[what] += 1
        self.watched.append(Watched(asked=asked, paints=paints))
        return asked

    def told(self) -> list[Told]:
        """Of all that is watched, as it is now."""
        return [told_of(one.asked, paints=one.paints) for one in self.watched]

    def promised(self) -> Sequence[str]:
        """The jobs that messages speak of."""
        return [job for one in self.watched for job in told_of(one.asked, paints=False).jobs]

    def let_go(self) -> list[Told]:
        """Those who asked too long ago for anything to change; their pictures need no memory."""
        before = self.server.clock.now() - KEPT_S
        old = [one for one in self.watched if one.asked.asked_at < before]
        self.watched = [one for one in self.watched if one.asked.asked_at >= before]
        self.server.forget()
        return [told_of(one.asked, paints=one.paints) for one in old]


class Person:
    """One thing after the other, with a pause to think."""

    def __init__(self, town: Town, user: User, chance: random.Random) -> None:
        self._town, self._server, self._user, self._chance = town, town.server, user, chance
        self._results: list[Message] = []

    async def live(self, over: asyncio.Event) -> None:
        acts: Sequence[tuple[Callable[[], object], int]] = (
            (self._imagine, 10),
            (self._press, 6),
            (self._change_mind, 3),
            (self._look, 3),
            (self._agree, 2),
            (self._type, 2),
            (self._begin_from_picture, 1),
            (self._edit, 1),
            (self._mistake, 1),
        )
        verbs = [verb for verb, _ in acts]
        weights = [weight for _, weight in acts]
        while not over.is_set():
            verb = self._chance.choices(verbs, weights)[0]
            try:
                done = verb()
                assert asyncio.iscoroutine(done)
                await done
            except (NotOffered, TimeoutError):
                # The bot is away, or what was to be pressed is not there any more.
                self._town.done["in vain"] += 1
            await asyncio.sleep(self._chance.expovariate(1 / THINKS_S))

    def _where(self) -> Channel:
        return self._chance.choice((GENERAL, GENERAL, GALLERY, self._server.direct(self._user)))

    async def _asked(self, what: str, **options: object) -> Interaction:
        asked = await self._server.command(self._user, self._where(), "imagine", **options)
        self._town.watch(asked, what, paints=True)
        if self._chance.random() < REPEATED:
            await self._server.again(asked, self._chance.randint(1, 3))
        await answered(asked)
        return asked

    async def _imagine(self) -> None:
        private = {"private": True} if self._chance.random() < 0.15 else {}
        asked = await self._asked("imagine", prompt=prompt(self._chance), **private)
        if self._chance.random() < 0.7:
            await self._ended(asked)

    async def _ended(self, asked: Interaction, *, keep: bool = True) -> Message:
        message = await self._server.message(
            asked, lambda one: not is_pending(one), patience=PATIENCE_S
        )
        if message.shown and keep:
            self._results = [*self._results[-3:], message]
        return message

    async def _press(self) -> None:
        if not self._results:
            return
        message, action = self._chance.choice(self._results), self._chance.choice(PRESSED)
        buttons = [str(one.custom_id) for one in message.buttons if not one.disabled]
        there = [one for one in buttons if one.startswith(f"easel:{action}")]
        if not there:
            return
        asked = await self._server.press(self._user, message, self._chance.choice(there))
        self._town.watch(asked, action, paints=action in PAINTS)
        await answered(asked)
        if action in PAINTS:
            # What was enlarged is not enlarged again, and again.
            await self._ended(asked, keep=action != "upscale")
        elif action == "delete":
            self._results.remove(message)

    async def _change_mind(self) -> None:
        asked = await self._asked("imagine and cancel", prompt=f"{prompt(self._chance)} --steps 9")
        if self._chance.random() < 0.3:
            self._town.watch(
                await self._server.command(self._user, GENERAL, "cancel"), "cancel by command"
            )
            return
        message = await self._server.message(asked, lambda one: bool(one.buttons), patience=20)
        cancel = next(
            (str(one.custom_id) for one in message.buttons if "cancel" in str(one.custom_id)), None
        )
        if cancel:
            self._town.watch(await self._server.press(self._user, message, cancel), "cancel")

    async def _look(self) -> None:
        name, options = self._chance.choice(LOOKS)
        self._town.watch(
            await self._server.command(self._user, self._where(), name, **options), name
        )

    async def _agree(self) -> None:
        asked = await self._asked("permutations", prompt=several(self._chance))
        message = await self._server.message(asked, lambda one: bool(one.buttons), patience=20)
        action = self._chance.choice(("agree", "agree", "decline", None))
        said = [str(one.custom_id) for one in message.buttons]
        there = [one for one in said if action and one.startswith(f"easel:{action}")]
        if there:
            self._town.watch(await self._server.press(self._user, message, there[0]), str(action))

    async def _type(self) -> None:
        name, option, typed = self._chance.choice(TYPED)
        others = {} if option == "prompt" else {"prompt": "a"}
        asked = self._server.asking(
            self._user,
            GENERAL,
            name,
            option,
            typed,
            **others,
        )
        self._town.watch(asked, "autocomplete")

    async def _begin_from_picture(self) -> None:
        upload = Upload(name="begin.png", content=self._town.picture)
        said = f"{words(self._chance)} --steps 2 --seed {self._chance.randrange(MOST_SEEDS)}"
        asked = await self._asked("imagine from a picture", prompt=said, image=upload, strength=0.6)
        await self._ended(asked)

    async def _edit(self) -> None:
        there = [one for one in self._results if job_on(one)]
        if not there:
            return
        asked = await self._server.press(self._user, there[-1], "Edit")
        self._town.watch(asked, "edit")
        sent = await self._server.submit(asked, {"prompt": words(self._chance), "steps": "2"})
        self._town.watch(sent, "edited", paints=True)
        await self._ended(sent)

    async def _mistake(self) -> None:
        await self._asked("imagine by mistake", prompt=mistaken(self._chance))


async def answered(asked: Interaction) -> None:
    """Raises TimeoutError for one that Discord would call failed by now."""
    await asked.bell.until(lambda: asked.reply, asked.what, GIVES_UP_S)


class Moderator:
    """Does what moderators do, and takes it back."""

    def __init__(self, town: Town, chance: random.Random) -> None:
        self._town, self._server, self._chance = town, town.server, chance

    async def live(self, over: asyncio.Event, gap_s: float) -> None:
        pairs: Sequence[tuple[tuple[str, dict[str, Any]], ...]] = (
            (("mod pause", {"queue": "pause"}), ("mod pause", {"queue": "resume"})),
            (
                ("mod block", {"person": BOB, "reason": "a soak", "length": "1m"}),
                ("mod unblock", {"person": BOB}),
            ),
            (
                ("mod filter", {"do": "add", "word": "sauerkraut"}),
                ("mod filter", {"do": "remove", "word": "sauerkraut"}),
            ),
            (("mod quota", {"person": ALICE, "give": 5}),),
            (("mod quota", {"person": BOB}),),
            (("mod audit", {}),),
            (("mod tier", {}),),
        )
        while not over.is_set():
            did, *undoes = self._chance.choice(pairs)
            await self._say(*did)
            for undo in undoes:
                await asyncio.sleep(self._chance.uniform(0.2, 2.0))
                await self._insist(*undo)
            await asyncio.sleep(self._chance.expovariate(1 / gap_s))

    async def restore(self) -> None:
        """The queue goes on, and nobody is blocked any more, however often it must be said."""
        for name, options in (
            ("mod pause", {"queue": "resume"}),
            ("mod unblock", {"person": BOB}),
        ):
            await self._insist(name, options)

    async def _insist(self, name: str, options: dict[str, Any]) -> None:
        """Until it was heard: the bot may be away."""
        for _ in range(TRIES):
            if await self._say(name, options):
                return
            await asyncio.sleep(1.0)

    async def _say(self, name: str, options: dict[str, Any]) -> bool:
        """Whether it was heard."""
        try:
            asked = await self._server.command(MORGAN, GENERAL, name, **options)
            self._town.watch(asked, name)
            await answered(asked)
            await self._server.message(asked, patience=20)
        except (NotOffered, TimeoutError):
            self._town.done["in vain"] += 1
            return False
        return True
