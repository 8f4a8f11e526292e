"""The commands about the queue: show, pause, drain, resume."""

import typer

from bot.commands.quota import Why, tell
from engine.gate import Gate

queue = typer.Typer(
    help="Let the queue stand still, run empty, or go on, also beside an Easel that runs.",
    no_args_is_help=True,
)


@queue.command("show")
def show() -> None:
    """Say how a moderator left it."""
    tell(lambda quota: quota.gate())


@queue.command("pause")
def pause(why: Why = "") -> None:
    """Begin nothing new. What is asked for waits, and what is being painted is finished."""
    tell(lambda quota: quota.turn(Gate.PAUSED, why))


@queue.command("drain")
def drain(why: Why = "") -> None:
    """Take nothing more in. What waits is painted."""
    tell(lambda quota: quota.turn(Gate.DRAINED, why))


@queue.command("resume")
def resume(why: Why = "") -> None:
    """Go on as ever."""
    tell(lambda quota: quota.turn(Gate.OPEN, why))
