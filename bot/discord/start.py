"""The start of everything on Discord, beside the page and the engine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass

import discord
from yarl import URL

from bot.app import App, delivering
from bot.beside import beside
from bot.discord.arrival.desk import Desk
from bot.discord.arrival.interrupted import answer_interrupted
from bot.discord.arrival.journal import Journal
from bot.discord.client import Client
from bot.discord.connection.budget import Budget
from bot.discord.connection.pauses import Pauses
from bot.discord.connection.supervision import Supervision
from bot.discord.connection.wire import Wire
from bot.discord.delivery.delivery import Delivery
from bot.discord.delivery.pace import Pace
from bot.discord.delivery.resumed import follow_again
from bot.discord.delivery.screens import Screens
from bot.discord.moderators.herald import Herald
from bot.settings import Settings
from engine.clock import utc_now
from engine.courier import Courier


@dataclass(frozen=True, slots=True, kw_only=True)
class Tempo:
    """Seconds: for servers to tell of themselves, between logins and tries, between edits, between
    looks at what moderators did elsewhere.

    `silence_s` is for how long nothing may be heard; Discord's own heart beats every 41 s.
    `patience_s` is what a request may take, `answer_s` one that is a first
    answer, and `answers_s` all tries of that.
    """

    ready_s: float = 2.0
    silence_s: float = 60.0
    identify_s: float = 5.0
    pause_s: float = 1.0
    deeds_s: float = 2.0
    edit_s: float = 3.0
    retry_s: float = 0.5
    patience_s: float = 30.0
    answer_s: float = 0.7
    answers_s: float = 2.5
    """Discord itself waits 3 s, and it has waited a little before we hear of anything."""


USUAL = Tempo()


@asynccontextmanager
async def on_discord(
    app: App,
    settings: Settings,
    tempo: Tempo = USUAL,
    *,
    left: Callable[[], float],
) -> AsyncIterator[None]:
    """As long as it is open; nothing of it waits for Discord to be there.

    At the end people are answered and told what became of their jobs in the seconds that are
    `left`.
    """
    if settings.discord_token is None:
        yield
        return
    prepare_library(settings)
    journal = Journal(settings.data_dir / "discord")
    wire = Wire(
        journal=journal,
        pause=tempo.retry_s,
        patience=tempo.patience_s,
        answer_patience=tempo.answer_s,
        answers_within=tempo.answers_s,
    )
    screens = Screens(
        wire=wire,
        ledger=app.ledger,
        place=app.studio.place,
        pace=Pace(gap=tempo.edit_s),
        now=utc_now,
        left=app.studio.seconds_left,
    )
    herald = Herald(app=app, wire=wire, file=settings.data_dir / "discord" / "deeds")
    desk = Desk(app=app, wire=wire, screens=screens, herald=herald)
    budget = Budget(gap=tempo.identify_s)
    supervision = Supervision(
        token=settings.discord_token.get_secret_value(),
        wire=wire,
        client=lambda: Client(desk, budget, ready_s=tempo.ready_s, silence_s=tempo.silence_s),
        pause_s=tempo.pause_s,
    )
    answering = answer_interrupted(
        journal.take_over(),
        journal=journal,
        wire=wire,
        ledger=app.ledger,
        now=utc_now,
        pause_s=tempo.pause_s,
    )
    with closing(journal):
        async with (
            delivering(app, Delivery(wire=wire, screens=screens, now=utc_now)) as courier,
            beside(
                supervision.run(),
                answering,
                follow_again(app, screens, utc_now),
                herald.run(tempo.deeds_s),
            ),
        ):
            try:
                yield
            finally:
                try:
                    await desk.close(left())
                    await _flushed(courier, left())
                finally:
                    await screens.close()


async def _flushed(courier: Courier, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await courier.flush()


def prepare_library(settings: Settings) -> None:
    """Addresses and the like, which discord.py keeps for the whole program."""
    # It would warn of missing libraries for voice, which nobody needs here.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    vars(discord.client)["ExponentialBackoff"] = Pauses
    if settings.discord_api:
        discord.http.Route.BASE = settings.discord_api.rstrip("/")
    if settings.discord_gateway:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = URL(settings.discord_gateway)
