"""The routes by which a bot learns who it is, and looks others up."""

from tests.discord_server.call import Answer, Call, Handler
from tests.discord_server.portrait import application_of, channel_of, member_of, self_of, user_of
from tests.discord_server.refused import missing_access, unknown
from tests.discord_server.routes import Route
from tests.discord_server.village import OWNER
from tests.discord_server.world import World


class Logins:
    """Answers from the world as it is."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handlers(self) -> dict[Route, Handler]:
        """By route."""
        world = self._world
        return {
            Route.ME: lambda _: Answer(body=self_of(world.bot)),
            Route.MY_APPLICATION: self._application,
            Route.USER: self._user,
            Route.MEMBER: self._member,
            Route.CHANNEL: self._channel,
            Route.OPEN_DIRECT: self._open_direct,
        }

    def _application(self, _: Call) -> Answer:
        world = self._world
        return Answer(body=application_of(world.bot, OWNER, public=world.public))

    def _user(self, call: Call) -> Answer:
        user = self._world.users.get(call.number("user_id"))
        if user is None:
            raise unknown("User")
        return Answer(body=user_of(user))

    def _member(self, call: Call) -> Answer:
        guild = self._world.guilds.get(call.number("guild_id"))
        if guild is None:
            raise unknown("Guild")
        if not guild.has_app:
            raise missing_access()
        member = guild.member(call.number("user_id"))
        if member is None:
            raise unknown("Member")
        return Answer(body=member_of(member))

    def _channel(self, call: Call) -> Answer:
        return Answer(body=channel_of(self._world.seen_by_bot(call.number("channel_id"))))

    def _open_direct(self, call: Call) -> Answer:
        user = self._world.users.get(int(call.body.form.get("recipient_id") or 0))
        if user is None or user.bot:
            raise unknown("User")
        return Answer(body=channel_of(self._world.direct(user)))
