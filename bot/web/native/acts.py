"""Acts over HTTP: in whose name something is done, and from when on it counts."""

from bot.app import App
from bot.web.endpoint import Call
from engine.accounts import Act
from engine.clock import utc_now


def act_of(call: Call, why: str = "") -> Act:
    return Act(who=call.caller.owner.id, at=utc_now(), why=why)


async def in_force(app: App) -> None:
    """What was done counts from now on, and not only when somebody next looks for deeds."""
    await app.caretaker.notice_deeds()
