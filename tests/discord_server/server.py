"""The whole of Discord on loopback, as tests see it."""

from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.discord_server.attachment import Files
from tests.discord_server.bell import PATIENCE, Bell
from tests.discord_server.bot_token import Token
from tests.discord_server.call import Call
from tests.discord_server.callbacks import Callbacks
from tests.discord_server.changes import Changes
from tests.discord_server.channels import Channels
from tests.discord_server.clock import Clock
from tests.discord_server.commands import Commands
from tests.discord_server.description import find_description
from tests.discord_server.drop import Down, Drop
from tests.discord_server.faults import Fault, Faults
from tests.discord_server.gateway import Gateway
from tests.discord_server.interaction import TOKEN_LIFE_S, Interaction
from tests.discord_server.limits import Limits
from tests.discord_server.logins import Logins
from tests.discord_server.message import Message
from tests.discord_server.messages import Messages
from tests.discord_server.nouns import Channel, User
from tests.discord_server.people import People
from tests.discord_server.refused import Json
from tests.discord_server.rest import BASE, MOST_READ, Record, Rest
from tests.discord_server.routes import Route
from tests.discord_server.session import Intent
from tests.discord_server.webhooks import Webhooks
from tests.discord_server.world import World

Where = Interaction | Channel | User | Message


class Discord:
    """Open it with `async with`; the bot then finds it at `api` and `gateway`."""

    def __init__(self, *, api_port: int = 0, gateway_port: int = 0, described: bool = True) -> None:
        self._ports = {"api": api_port, "gateway": gateway_port}
        self._token = Token()
        self.bell = Bell()
        self.clock = Clock()
        self.world = World(self.clock)
        self.files = Files(self.clock)
        self.faults = Faults(self.bell)
        self.limits = Limits(self.clock)
        self.record = Record()
        # `gateway` is where it is, so it needs another name itself.
        self.doors = Gateway(self.clock, self.world, self._token, self.bell)
        self._messages = Messages(self.world, self._tell, self.bell)
        self.commands = Commands(self.clock, self.world)
        people = People(
            self.clock, self.world, self.commands, self._messages, self.files, self.doors
        )
        self._people = people
        self.command, self.menu = people.command, people.menu
        self.autocomplete, self.asking = people.autocomplete, people.asking
        self.press, self.select, self.submit = people.press, people.select, people.submit
        self.say, self.again = people.say, people.again
        changes = Changes(self.world, self.doors)
        self.put_channel, self.drop_channel = changes.put_channel, changes.drop_channel
        self.put_guild, self.put_user = changes.put_guild, changes.put_user
        callbacks = Callbacks(self.clock, self.world, people.by_id, self._messages, self.files)
        self.callbacks = callbacks
        resources = (
            Logins(self.world),
            self.commands,
            callbacks,
            Webhooks(self.clock, people.by_token, self._messages, self.files, callbacks),
            Channels(self.clock, self.world, self._messages, self.files),
            self.doors,
        )
        handlers = {route: one for part in resources for route, one in part.handlers().items()}
        self._rest = Rest(
            self.clock,
            handlers,
            self.faults,
            self.limits,
            self.record,
            find_description() if described else None,
            self._token,
            self.bell,
        )
        self._runners: list[web.AppRunner] = []
        self._gateway_site: web.TCPSite | None = None

    @property
    def token(self) -> str:
        """The bot's own."""
        return self._token.value

    @property
    def api(self) -> str:
        """What EASEL_DISCORD_API and `Route.BASE` want."""
        return f"http://127.0.0.1:{self._ports['api']}{BASE}"

    @property
    def gateway(self) -> str:
        """What EASEL_DISCORD_GATEWAY and `DEFAULT_GATEWAY` want."""
        return f"ws://127.0.0.1:{self._ports['gateway']}/gateway"

    async def __aenter__(self) -> Self:
        api = web.Application(client_max_size=MOST_READ)
        self._rest.add_to(api)
        api.router.add_get(Route.FILE.path, self._file)
        await self._listen(api, "api")
        gateway = web.Application()
        gateway.router.add_get("/gateway", self.doors.serve)
        self._gateway_site = await self._listen(gateway, "gateway")
        self.files.address = self.api.removesuffix(BASE)
        self.doors.address = self.gateway
        return self

    async def _listen(self, application: web.Application, name: str) -> web.TCPSite:
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._runners.append(runner)
        site = web.TCPSite(runner, "127.0.0.1", self._ports[name], reuse_address=True)
        await site.start()
        self._ports[name] = runner.addresses[0][1]
        return site

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.faults.over.set()
        self.doors.drop(Drop.HANG_UP)
        for runner in self._runners:
            await runner.cleanup()
        if self.record.mistakes and error is None:
            raise AssertionError(f"The stand-in was wrong: {self.record.mistakes}")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take(Route.FILE)
        call = Call(route=Route.FILE, place=request.match_info)
        if fault is None:
            served = self.files.served(request)
        elif fault.status is None:
            self._rest.keep(call, 0)
            return await self.faults.befall(fault, request)
        else:
            served = web.Response(status=fault.status)
        self._rest.keep(call, served.status)
        return served

    def _tell(self, event: str, told: Json, channel: Channel) -> None:
        """Messages are told to those who asked to hear of them, and where the bot is."""
        guild = self.world.guild_of(channel)
        if channel.foreign or (guild and not guild.has_app):
            return
        self.doors.dispatch(event, told, Intent.GUILD_MESSAGES if guild else Intent.DIRECT_MESSAGES)

    def direct(self, user: User) -> Channel:
        """Where this person and the bot talk."""
        return self.world.direct(user)

    def messages(self, channel: Channel, seen_by: User | None = None) -> list[Message]:
        """What everybody sees in a channel, and with `seen_by` what that person sees besides."""
        return [
            message
            for message in self._messages
            if message.channel.id == channel.id
            and not message.deleted
            and (message.seen_by is None or (seen_by and message.seen_by.id == seen_by.id))
        ]

    @property
    def interactions(self) -> list[Interaction]:
        """Everything that was asked and is not forgotten."""
        return list(self._people.by_id.values())

    def all_messages(self) -> list[Message]:
        """Every one that ever was: private ones, loading ones and deleted ones too."""
        return list(self._messages)

    async def message(
        self,
        where: Where,
        when: Callable[[Message], bool] = lambda message: True,
        patience: float = PATIENCE,
    ) -> Message:
        """The first message there that is not loading and of which `when` holds, once there is.

        Of an interaction that is what it led to; of a person, what only that person sees.
        """

        def look() -> Message | None:
            there = self._there(where)
            return next((m for m in there if not m.loading and when(m)), None)

        def what() -> str:
            texts = [("(thinking) " if m.loading else "") + m.text for m in self._there(where)]
            refused = [refusal.message for refusal in self.record.refusals[-3:]]
            return f"a message of {_name(where)}; there are {texts}, refused were {refused}"

        bell = where.bell if isinstance(where, Interaction) else self.bell
        return await bell.until(look, what, patience)

    def _there(self, where: Where) -> list[Message]:
        match where:
            case Interaction():
                return where.messages
            case Message():
                return [where]
            case Channel():
                return self.messages(where)
            case User():
                own = self.direct(where).id
                return [
                    message
                    for message in self._messages
                    if not message.deleted
                    and (message.channel.id == own or message.seen_by == where)
                ]

    async def ready(self, visits: int = 1, patience: float = PATIENCE) -> None:
        """Until the bot came in so often, began or resumed, and is connected now."""

        def look() -> bool | None:
            inside = any(session.connection for session in self.doors.sessions.values())
            return True if inside and len(self.doors.visits) >= visits else None

        await self.bell.until(look, f"visit {visits} of the bot", patience)

    def fail(self, route: Route, how: Fault | None, times: int = 1) -> None:
        """Let the next requests to this route go wrong; with None they go well."""
        self.faults.put(route, how, times)

    def drop(self, how: Drop | int) -> None:
        """Let this happen to every connection to the gateway; a number is a close code."""
        self.doors.drop(how)

    async def gateway_down(self, how: Down) -> None:
        """Nobody gets in any more; connections that are open stay open."""
        self.doors.down = how
        if how is Down.REFUSING and self._gateway_site:
            await self._gateway_site.stop()
            self._gateway_site = None

    async def gateway_up(self) -> None:
        """Everybody gets in again, at the same address."""
        self.doors.down = None
        if self._gateway_site is None:
            port = self._ports["gateway"]
            runner = self._runners[1]
            self._gateway_site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
            await self._gateway_site.start()

    def dispatch(self, event: str, told: Any) -> None:
        """Tell the bot of anything, however malformed."""
        self.doors.dispatch(event, told)

    def spoil(self, change: Callable[[Json], object]) -> None:
        """Change the next interaction before the bot hears of it."""
        self._people.spoil = change

    def forget(self) -> None:
        """Let go of all that is older than any token, so that long runs stay small."""
        before = self.clock.now() - TOKEN_LIFE_S
        for kept in (self._messages, self.files, self._people):
            kept.forget(before)
        self.record.requests = [one for one in self.record.requests if one.at >= before]

    def requests(self, route: Route) -> list[int]:
        """The statuses that requests to this route got, in order; 0 for a broken connection."""
        return [request.status for request in self.record.requests if request.route is route]

    async def until(self, look: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
        """Until something else holds, looked at after every request, message and visit."""
        await self.bell.until(lambda: True if look() else None, what, patience)


def _name(where: Where) -> str:
    return where.what if isinstance(where, Interaction) else repr(where)
