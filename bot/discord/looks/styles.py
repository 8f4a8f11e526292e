"""How the styles look that somebody can use, and what each makes of a prompt."""

from bot.discord.messages.parts import Post, button, row, text
from bot.discord.speech.shown import shown
from bot.discord.speech.words import say
from engine.choices import Chosen
from engine.style import STYLES, Style, plain_name

ON_A_PAGE = 15
LONGEST_NAME, LONGEST_PROMPT = 60, 110
"""So that a page fits into a message also where every letter needs a mark before it."""


def styles(chosen: Chosen, page: int) -> Post:
    """Those first that go before the others of their name. Pages count from 0."""
    lines = _lines(chosen)
    last = (len(lines) - 1) // ON_A_PAGE
    page = min(page, last)
    here = lines[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    parts = [text("\n".join(here)), text(f"-# {say('styles.how')}")]
    buttons = []
    if page > 0:
        buttons.append(button(say("styles.back"), "styles", str(page - 1)))
    if page < last:
        buttons.append(button(say("styles.on"), "styles", str(page + 1)))
    return Post(parts=(*parts, row(*buttons)) if buttons else tuple(parts))


def _lines(chosen: Chosen) -> list[str]:
    lines: dict[str, str] = {}
    whose = (
        (chosen.own_styles, say("styles.own")),
        (chosen.server_styles, say("styles.servers")),
        (STYLES.values(), ""),
    )
    for styles, of in whose:
        for style in styles:
            lines.setdefault(plain_name(style.name), _line(style, of))
    return list(lines.values())


def _line(style: Style, of: str) -> str:
    name = f"**{shown(style.name, LONGEST_NAME)}**"
    marked = f"{name} ({of})" if of else name
    return f"{marked} · {shown(style.prompt, LONGEST_PROMPT)}"
