"""The command that paints a picture once more, by the same path as imagine."""

from rich.console import Console

from bot import history_words
from bot.app import open_app
from bot.history import read_picture, read_seed
from bot.imagine import Outcome, paint
from bot.owner import LOCAL
from bot.painters import Painters
from bot.prompts_file import Line
from bot.settings import Settings
from engine.errors import InvalidRequest


async def paint_again(
    number: str,
    settings: Settings,
    painters: Painters,
    *,
    seed: str | None,
    reroll: bool,
    fresh: bool,
    output: str | None,
    console: Console,
) -> Outcome:
    """The same picture, or with another seed. Raises what is wrong before anything is painted."""
    picture, new_seed = read_picture(number), read_seed(seed)
    if reroll and new_seed is not None:
        raise InvalidRequest(history_words.BOTH_SEEDS)
    async with open_app(settings, painters) as app:
        if reroll:
            request = await app.encore.reroll(LOCAL, picture)
        else:
            request = await app.encore.again(LOCAL, picture, seed=new_seed)
        return await paint(
            app,
            settings,
            painters,
            lines=[Line(prompt=request.prompt)],
            requests=[request.model_copy(update={"fresh": fresh})],
            output=output,
            console=console,
            agreed=lambda pictures, price: True,
        )
