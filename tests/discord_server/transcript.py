"""A message as a few lines of text."""

from collections.abc import Iterator

from tests.discord_server.components import Part
from tests.discord_server.message import Message
from tests.discord_server.refused import Json


def as_text(message: Message, number: int) -> str:
    """What a person sees of it, the number by which the prompt knows it first."""
    where = f"#{message.channel.name}" if message.channel.guild else "direct"
    whom = f", only for {message.seen_by.name}" if message.seen_by else ""
    head = f"[{number}] {message.author.name} in {where}{whom}"
    if message.deleted:
        return f"{head}: deleted"
    if message.loading:
        return f"{head} is thinking…"
    now = message.now
    lines = [now.content] if now.content else []
    lines += [
        f"({embed.get('title') or 'embed'}) {embed.get('description', '')}" for embed in now.embeds
    ]
    for component in now.components:
        lines += _lines(component)
    for file in message.attachments:
        seen = "" if file in message.shown else ", which nothing shows"
        lines.append(f"<{file.name}, {len(file.content)} bytes{seen}> {file.url}")
    if message.pings:
        lines.append(f"pings {message.pings}")
    return "\n".join([f"{head}:", *(f"    {part}" for line in lines for part in line.split("\n"))])


def _lines(component: Json) -> Iterator[str]:
    match component["type"]:
        case Part.CONTAINER | Part.SECTION:
            for inside in component["components"]:
                yield from _lines(inside)
            if "accessory" in component:
                yield from _lines(component["accessory"])
        case Part.ROW:
            yield " ".join(line for inside in component["components"] for line in _lines(inside))
        case Part.BUTTON:
            emoji = (component.get("emoji") or {}).get("name")
            label = " ".join(part for part in (emoji, component.get("label")) if part)
            yield f"({label})" if component.get("disabled") else f"[{label}]"
        case Part.TEXT:
            yield component["content"]
        case Part.GALLERY:
            yield f"{len(component['items'])} pictures"
        case _ if "custom_id" in component:
            options = ", ".join(option["label"] for option in component.get("options") or ())
            yield f"{{{component.get('placeholder') or component['custom_id']}: {options}}}"
