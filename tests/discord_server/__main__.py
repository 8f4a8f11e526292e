"""Discord on loopback, by hand: python -m tests.discord_server [API_PORT GATEWAY_PORT]."""

import asyncio
import sys

from tests.discord_server.hand import Hand
from tests.discord_server.options import NotOffered
from tests.discord_server.server import Discord
from tests.discord_server.transcript import as_text

API_PORT, GATEWAY_PORT = 7881, 7882


def show(words: str) -> None:
    """Something to read."""
    if words:
        sys.stdout.write(f"{words}\n")
        sys.stdout.flush()


async def watch(server: Discord) -> None:
    """Show every message whenever it changes, and every refusal."""
    shown: dict[int, tuple[int, bool]] = {}
    refused = 0

    def changed() -> bool | None:
        there = {m.id: (len(m.versions), m.deleted) for m in server.all_messages()}
        return True if there != shown or len(server.record.refusals) > refused else None

    while True:
        await server.bell.until(changed, "a message", patience=10**8)
        for number, message in enumerate(server.all_messages(), start=1):
            now = (len(message.versions), message.deleted)
            if shown.get(message.id) != now:
                show(as_text(message, number))
                shown[message.id] = now
        for refusal in server.record.refusals[refused:]:
            flaws = "; ".join(refusal.flaws)
            show(f"refused: {refusal.route.name} {refusal.code} {refusal.message} {flaws}")
        refused = len(server.record.refusals)


async def play(api_port: int = API_PORT, gateway_port: int = GATEWAY_PORT) -> None:
    """Until there is nothing more to read."""
    async with Discord(api_port=api_port, gateway_port=gateway_port) as server:
        server.doors.round_trip_s = 0.05
        show(f"EASEL_DISCORD_API={server.api}")
        show(f"EASEL_DISCORD_GATEWAY={server.gateway}")
        show(f"EASEL_DISCORD_TOKEN={server.token}")
        show("Type `help` to see what can be done.")
        hand, watching = Hand(server), asyncio.create_task(watch(server))
        while line := await asyncio.to_thread(sys.stdin.readline):
            try:
                show(await hand.do(line))
            except (NotOffered, OSError, ValueError, TimeoutError) as error:
                show(f"That does not work: {error}")
        watching.cancel()


if __name__ == "__main__":
    try:
        asyncio.run(play(*map(int, sys.argv[1:])))
    except KeyboardInterrupt:
        sys.exit(0)
