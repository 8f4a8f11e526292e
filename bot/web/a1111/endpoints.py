"""Everything that A1111's clients can ask for."""

from collections.abc import Sequence

from bot.app import App
from bot.web.a1111.extras import Extras
from bot.web.a1111.interrupted import Interrupted
from bot.web.a1111.lists import Lists
from bot.web.a1111.memory import Memory
from bot.web.a1111.options import Options
from bot.web.a1111.painting import Painting
from bot.web.a1111.png_info import PngInfo
from bot.web.a1111.progress import Progressing
from bot.web.endpoint import Endpoint
from bot.web.incoming import Incoming
from bot.web.native.painters import Seen


def as_a1111(app: App, incoming: Incoming, seen: Seen | None) -> Sequence[Endpoint]:
    """`seen` is the painter of this program."""
    interrupted = Interrupted()
    painting = Painting(app, incoming, interrupted)
    return (
        *painting.endpoints(),
        *Extras(painting, incoming).endpoints(),
        *Progressing(app, interrupted).endpoints(),
        *Options(app).endpoints(),
        *PngInfo().endpoints(),
        *Lists(app).endpoints(),
        *Memory(seen).endpoints(),
    )
