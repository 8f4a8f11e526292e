"""The gateway: lets the bot in, tells it what happens, and goes wrong when asked to."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.discord_server.bell import Bell
from tests.discord_server.bot_token import Token
from tests.discord_server.call import Answer, Call, Handler
from tests.discord_server.clock import Clock
from tests.discord_server.compression import packing_for
from tests.discord_server.connection import Connection
from tests.discord_server.drop import Down, Drop
from tests.discord_server.faults import break_off
from tests.discord_server.portrait import guild_of, member_of, user_of
from tests.discord_server.refused import Json
from tests.discord_server.routes import Route
from tests.discord_server.session import (
    ENDING,
    KNOWN_INTENTS,
    PRIVILEGED,
    Close,
    Intent,
    Op,
    Session,
)
from tests.discord_server.world import APPLICATION, World

DAY_S, SESSION_LIFE_S = 86_400.0, 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One try of the bot to come in: the operation, when, and the intents it asked for."""

    op: Op
    at: float


class Gateway:
    """Every session hears every event that its intents ask for."""

    def __init__(self, clock: Clock, world: World, token: Token, bell: Bell) -> None:
        self._clock, self._world = clock, world
        self._token, self._bell = token, bell
        self.address = ""
        self.heartbeat_s = 41.25
        self.round_trip_s = 0.0
        """After that a heartbeat is answered. discord.py notes only afterwards when it sent one, so
        an answer at once, as from no server that is farther away, looks like one to the last."""
        self.identify_budget = 1000
        # Discord wants 5 s; none here, so that tests need not wait.
        self.identify_interval_s = 0.0
        self.down: Down | None = None
        self.acknowledges = True
        self.sessions: dict[str, Session] = {}
        self.visits: list[Visit] = []
        self.connections: set[Connection] = set()
        self.client_codes: list[int | None] = []
        self.packings: list[str | None] = []
        self.heartbeats = 0
        self._identified: deque[float] = deque()
        self._tears_ready = False

    def handlers(self) -> dict[Route, Handler]:
        """The routes that tell of it."""
        return {Route.GATEWAY: self._told, Route.GATEWAY_BOT: self._told}

    def _told(self, call: Call) -> Answer:
        if call.route is Route.GATEWAY:
            return Answer(body={"url": self.address})
        limit = {
            "total": self.identify_budget,
            "remaining": max(0, self.identify_budget - self.identified_today),
            "reset_after": int(DAY_S * 1000),
            "max_concurrency": 1,
        }
        return Answer(body={"url": self.address, "shards": 1, "session_start_limit": limit})

    @property
    def identified_today(self) -> int:
        """How often the bot began anew in the last 24 hours."""
        while self._identified and self._identified[0] < self._clock.now() - DAY_S:
            self._identified.popleft()
        return len(self._identified)

    def dispatch(self, event: str, told: Any, intents: Intent | None = None) -> None:
        """Tell all sessions that asked for this; those that were left long ago are forgotten."""
        now = self._clock.now()
        for session in list(self.sessions.values()):
            if session.left_at is not None and now - session.left_at > SESSION_LIFE_S:
                del self.sessions[session.name]
            elif intents is None or session.intents & intents:
                session.dispatch(event, told)

    def send_text(self, text: str) -> None:
        """Say this on every connection, whatever it is."""
        for connection in self.connections:
            connection.send_text(text)

    def drop(self, how: Drop | int) -> None:
        """Let this happen on every connection; a number closes with that code."""
        for connection in list(self.connections):
            match how:
                case int():
                    self._close(connection, how)
                case Drop.RESET:
                    connection.reset()
                case Drop.HANG_UP:
                    connection.hang_up()
                case Drop.SILENCE:
                    connection.silent = True
                case Drop.RECONNECT:
                    connection.send(Op.RECONNECT)
                case Drop.TORN:
                    connection.tear()
                case Drop.DOORSTEP:
                    self.forget()
                    self._tears_ready = True
                    connection.reset()
                case Drop.INVALID_RESUMABLE:
                    connection.send(Op.INVALID_SESSION, True)
                case Drop.INVALID:
                    self.forget()
                    connection.send(Op.INVALID_SESSION, False)

    def forget(self) -> None:
        """No session can be resumed any more; connections that are open stay so."""
        self.sessions.clear()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One connection, from HELLO to its end."""
        if self.down is Down.BAD_GATEWAY:
            return web.Response(status=502, text="upstream connect error")
        if self.down is Down.RESETTING:
            break_off(request)
            return web.Response(status=500)
        socket = web.WebSocketResponse(autoping=True, max_msg_size=0)
        await socket.prepare(request)
        self.packings.append(request.query.get("compress"))
        packing = packing_for(self.packings[-1])
        if self.down is Down.CLOSING or packing is None:
            await socket.close(code=Close.UNKNOWN_ERROR if self.down else Close.DECODE_ERROR)
            return socket
        connection = Connection(request, socket, packing, self._clock)
        self.connections.add(connection)
        writing = asyncio.create_task(connection.write())
        connection.send(Op.HELLO, {"heartbeat_interval": int(self.heartbeat_s * 1000)})
        if request.query.get("v") != "10":
            connection.close(Close.INVALID_API_VERSION)
        try:
            await self._listen(connection)
        finally:
            self._left(connection)
            if not writing.done():
                writing.cancel()
            elif error := writing.exception():
                raise error
        return socket

    def _left(self, connection: Connection) -> None:
        self.connections.discard(connection)
        code = None if connection.closed_by_us else connection.close_code
        if not connection.closed_by_us:
            self.client_codes.append(code)
        session = self._session(connection)
        if session:
            session.connection, session.left_at = None, self._clock.now()
            # Who closes with these says that it will not come back.
            if code in (1000, 1001):
                self.sessions.pop(session.name, None)
        self._bell.ring()

    def _session(self, connection: Connection) -> Session | None:
        every = self.sessions.values()
        return next((session for session in every if session.connection is connection), None)

    def _close(self, connection: Connection, code: int) -> None:
        session = self._session(connection)
        if session and code in ENDING:
            self.sessions.pop(session.name)
        connection.close(code)

    async def _listen(self, connection: Connection) -> None:
        while True:
            try:
                # Whoever says nothing for so long has no heart that beats.
                told = await connection.read(self.heartbeat_s * 2 + 30)
            except TimeoutError:
                self._close(connection, Close.SESSION_TIMED_OUT)
                continue
            except ValueError:
                self._close(connection, Close.DECODE_ERROR)
                continue
            if told is None:
                return
            if connection.too_many_sends():
                self._close(connection, Close.RATE_LIMITED)
                continue
            self._heard(connection, told)

    def _heard(self, connection: Connection, told: Json) -> None:
        op = told.get("op")
        said = told["d"] if isinstance(told.get("d"), dict) else {}
        inside = self._session(connection)
        match op:
            case Op.HEARTBEAT:
                self.heartbeats += 1
                if self.acknowledges and self.round_trip_s:
                    loop = asyncio.get_running_loop()
                    loop.call_later(self.round_trip_s, connection.send, Op.HEARTBEAT_ACK)
                elif self.acknowledges:
                    connection.send(Op.HEARTBEAT_ACK)
            case Op.IDENTIFY | Op.RESUME if inside:
                self._close(connection, Close.ALREADY_AUTHENTICATED)
            case Op.IDENTIFY:
                self._identify(connection, said)
            case Op.RESUME:
                self._resume(connection, said)
            case Op.PRESENCE | Op.VOICE_STATE | Op.REQUEST_MEMBERS if not inside:
                self._close(connection, Close.NOT_AUTHENTICATED)
            case Op.PRESENCE | Op.VOICE_STATE:
                pass
            case Op.REQUEST_MEMBERS:
                self._tell_members(said)
            case _:
                self._close(connection, Close.UNKNOWN_OPCODE)
        self._bell.ring()

    def _visited(self, op: Op) -> None:
        self.visits.append(Visit(op=op, at=self._clock.now()))

    def _identify(self, connection: Connection, said: Json) -> None:
        self._visited(Op.IDENTIFY)
        if said.get("token") != self._token.value:
            return self._close(connection, Close.AUTHENTICATION_FAILED)
        now, last = self._clock.now(), self._identified[-1] if self._identified else 0.0
        self._identified.append(now)
        if now - last < self.identify_interval_s:
            return connection.send(Op.INVALID_SESSION, False)
        if self.identified_today > self.identify_budget:
            # Discord resets the token of whoever begins anew more often than that.
            self._token.reset()
            return self._close(connection, Close.AUTHENTICATION_FAILED)
        intents = said.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENTS:
            return self._close(connection, Close.INVALID_INTENTS)
        if Intent(intents) & PRIVILEGED:
            return self._close(connection, Close.DISALLOWED_INTENTS)
        if said.get("shard") not in (None, [0, 1]):
            return self._close(connection, Close.INVALID_SHARD)
        if self._tears_ready:
            self._tears_ready = False
            return connection.tear()
        session = Session(f"{self._clock.new_id():x}", Intent(intents))
        session.connection = connection
        self.sessions[session.name] = session
        return self._welcome(session)

    def _welcome(self, session: Session) -> None:
        guilds = [guild for guild in self._world.guilds.values() if guild.has_app]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": user_of(self._world.bot),
                "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
                "private_channels": [],
                "session_id": session.name,
                "session_type": "normal",
                "resume_gateway_url": self.address,
                "shard": [0, 1],
                "application": {"id": str(APPLICATION), "flags": 0},
            },
        )
        if session.intents & Intent.GUILDS:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", guild_of(guild, self._world.bot))

    def _resume(self, connection: Connection, said: Json) -> None:
        self._visited(Op.RESUME)
        session = self.sessions.get(said.get("session_id") or "")
        since = said.get("seq")
        if said.get("token") != self._token.value:
            self._close(connection, Close.AUTHENTICATION_FAILED)
        elif session is None:
            connection.send(Op.INVALID_SESSION, False)
        elif not isinstance(since, int) or since > session.number:
            self.sessions.pop(session.name)
            self._close(connection, Close.INVALID_SEQUENCE)
        else:
            session.resume(connection, since)

    def _tell_members(self, said: Json) -> None:
        guild = self._world.guilds.get(int(said.get("guild_id") or 0))
        wanted = {int(user) for user in said.get("user_ids") or ()}
        found = [m for m in (guild.members if guild else ()) if m.user.id in wanted]
        told = {"guild_id": said.get("guild_id"), "chunk_index": 0, "chunk_count": 1}
        members = [member_of(member) for member in found]
        self.dispatch(
            "GUILD_MEMBERS_CHUNK", {**told, "members": members, "nonce": said.get("nonce")}
        )
