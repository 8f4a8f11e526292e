"""Lines that somebody types become what a person does on Discord."""

import re
from collections.abc import Callable, Coroutine
from itertools import takewhile
from pathlib import Path
from typing import Any

from tests.discord_server.command_rules import CHAT
from tests.discord_server.drop import Drop
from tests.discord_server.faults import status
from tests.discord_server.interaction import Interaction, Reply
from tests.discord_server.message import Message
from tests.discord_server.nouns import Channel, Role, Upload, User
from tests.discord_server.offer import leaf, offered, place_of
from tests.discord_server.options import NotOffered, Takes
from tests.discord_server.refused import Json
from tests.discord_server.routes import route_named
from tests.discord_server.server import Discord
from tests.discord_server.village import ALICE, GENERAL

HELP = """\
/command option:value …     use a command; a file's option takes a path, a person's a name
type /command option:value  type into that option and see what is offered
press LABEL [of NUMBER]     press a button of the newest message, or of that one
choose SELECT: A, B [of NUMBER]
fill FIELD: words | FIELD: words
menu NAME of NUMBER         use a command of a message's menu
say WORDS                   write something oneself
as NAME, in CHANNEL         be somebody else, go elsewhere; `in direct` talks to the bot alone
drop KIND                   lose the gateway: reset, hang_up, silence, reconnect, invalid or a code
fail ROUTE STATUS           the next request to send, edit_original, callback … goes wrong
clock SECONDS               let time pass"""

OF = re.compile(r"^(.*?)(?:\s+of\s+(\d+))?$", re.DOTALL)


class Hand:
    """Does one line after the other, as somebody somewhere."""

    def __init__(self, server: Discord) -> None:
        self._server = server
        self.user: User = ALICE
        self.channel: Channel = GENERAL
        self.asked: Interaction | None = None
        self._does: dict[str, Callable[[str], Coroutine[Any, Any, str]]] = {
            "help": self._help,
            "as": self._as,
            "in": self._in,
            "press": self._press,
            "choose": self._choose,
            "fill": self._fill,
            "type": self._type,
            "menu": self._menu,
            "say": self._say,
            "drop": self._drop,
            "fail": self._fail,
            "clock": self._clock,
        }

    async def do(self, line: str) -> str:
        """Do it; what is to be said about it, if anything."""
        line = line.strip()
        if not line:
            return ""
        if line.startswith("/"):
            name, given = self._read(line[1:])
            return await self._after(
                await self._server.command(self.user, self.channel, name, **given)
            )
        word, _, rest = line.partition(" ")
        if word not in self._does:
            raise NotOffered(f"{word!r} is nothing that can be done here; see `help`.")
        return await self._does[word](rest.strip())

    async def _after(self, asked: Interaction) -> str:
        self.asked = asked
        try:
            reply = await asked.replied()
        except TimeoutError:
            return "The bot did not answer."
        if reply is not Reply.MODAL or asked.modal is None:
            return ""
        fields = [_field(row) for row in asked.modal["components"]]
        return f"A form, {asked.modal['title']!r}: " + " | ".join(filter(None, fields))

    def _read(self, text: str) -> tuple[str, dict[str, Any]]:
        """The command's name with its subcommands, and its options by their types."""
        place = place_of(self._server.world, self.user, self.channel)
        here = self._server.commands.in_guild(
            place.guild.id if place.of_guild and place.guild else None
        )
        first, *rest = list(takewhile(lambda word: ":" not in word, text.split())) or [""]
        told = {o["name"]: o for o in leaf(offered(here, place, first, CHAT), rest)}
        # A colon after any other word belongs to what somebody wants painted.
        names = "|".join(map(re.escape, told))
        _, *parts = re.split(rf"\s({names}):", text) if told else [text]
        given = dict(zip(parts[::2], parts[1::2], strict=True))
        values = {name: self._value(told[name], value.strip()) for name, value in given.items()}
        return " ".join([first, *rest]), values

    def _value(self, option: Json, value: str) -> Any:
        match option.get("type"):
            case Takes.WHOLE if value.lstrip("-").isdecimal():
                return int(value)
            case Takes.NUMBER:
                return float(value)
            case Takes.TRUTH:
                return value.lower() in ("true", "yes", "1")
            case Takes.USER:
                return self._named(self._server.world.users.values(), value)
            case Takes.CHANNEL:
                return self._named(self._channels(), value)
            case Takes.ROLE:
                return self._named(self._roles(), value)
            case Takes.FILE:
                path = Path(value).expanduser()
                kind = {".jpg": "jpeg"}.get(path.suffix, path.suffix[1:])
                return Upload(name=path.name, content=path.read_bytes(), kind=f"image/{kind}")
        return value

    def _named(self, known: Any, name: str) -> Any:
        every = list(known)
        found = [one for one in every if one.name == name.lstrip("@#")]
        if not found:
            raise NotOffered(f"There is no {name!r}; there are {[one.name for one in every]}.")
        return found[0]

    def _channels(self) -> list[Channel]:
        return [c for guild in self._server.world.guilds.values() for c in guild.channels]

    def _roles(self) -> list[Role]:
        return [r for guild in self._server.world.guilds.values() for r in guild.roles]

    def _message(self, number: str | None) -> Message:
        every = self._server.all_messages()
        if number is not None:
            if not 1 <= int(number) <= len(every):
                raise NotOffered(f"There is no message {number}.")
            return every[int(number) - 1]
        found = [m for m in every if not m.deleted and m.now.components]
        if not found:
            raise NotOffered("There is no message with buttons.")
        return found[-1]

    async def _help(self, _: str) -> str:
        names = ", ".join(sorted({command["name"] for command in self._server.commands}))
        return f"{HELP}\ncommands: {names}"

    async def _as(self, rest: str) -> str:
        self.user = self._named(self._server.world.users.values(), rest)
        return f"You are {self.user.name}."

    async def _in(self, rest: str) -> str:
        direct = rest == "direct"
        self.channel = (
            self._server.direct(self.user) if direct else self._named(self._channels(), rest)
        )
        return f"You are in {rest}."

    async def _press(self, rest: str) -> str:
        label, number = _split(rest)
        message = self._message(number)
        return await self._after(await self._server.press(self.user, message, label))

    async def _choose(self, rest: str) -> str:
        words, number = _split(rest)
        name, _, values = words.partition(":")
        chosen = [value.strip() for value in values.split(",")]
        message = self._message(number)
        return await self._after(await self._server.select(self.user, message, name, *chosen))

    async def _fill(self, rest: str) -> str:
        if self.asked is None:
            raise NotOffered("There is no form to fill in.")
        pairs = [part.partition(":") for part in rest.split("|") if part.strip()]
        answers = {name.strip(): value.strip() for name, _, value in pairs}
        return await self._after(await self._server.submit(self.asked, answers))

    async def _type(self, rest: str) -> str:
        name, given = self._read(rest.lstrip("/"))
        if not given:
            raise NotOffered("Say `type /command option:value`.")
        option, typed = given.popitem()
        asking = self._server.autocomplete(
            self.user, self.channel, name, option, str(typed), **given
        )
        return "offered: " + ", ".join(choice["name"] for choice in await asking)

    async def _menu(self, rest: str) -> str:
        name, number = _split(rest)
        return await self._after(await self._server.menu(self.user, self._message(number), name))

    async def _say(self, rest: str) -> str:
        await self._server.say(self.user, self.channel, rest)
        return ""

    async def _drop(self, rest: str) -> str:
        known = {how.name.lower(): how for how in Drop}
        if rest not in known and not rest.isdecimal():
            raise NotOffered(f"The gateway is lost by a code or by one of {sorted(known)}.")
        self._server.drop(int(rest) if rest.isdecimal() else known[rest])
        return "The gateway is lost."

    async def _fail(self, rest: str) -> str:
        name, _, code = rest.partition(" ")
        try:
            self._server.fail(route_named(name), status(int(code)))
        except (KeyError, ValueError):
            raise NotOffered("Say `fail ROUTE STATUS`, for instance `fail send 503`.") from None
        return "The next one fails."

    async def _clock(self, rest: str) -> str:
        self._server.clock.move(float(rest))
        return f"{rest} seconds later."


def _split(rest: str) -> tuple[str, str | None]:
    found = OF.match(rest)
    return (found[1], found[2]) if found else (rest, None)


def _field(row: Json) -> str:
    fields = row.get("components") or [row.get("component") or {}]
    label = row.get("label") or fields[0].get("label")
    return f"{label} = {fields[0].get('value') or ''!r}" if label else ""
