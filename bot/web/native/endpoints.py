"""Everything of our own API that is about more than the jobs themselves."""

from collections.abc import Sequence

from bot.app import App
from bot.web.endpoint import Endpoint
from bot.web.incoming import Incoming
from bot.web.native.audit import Audit
from bot.web.native.history import History
from bot.web.native.jobs import Jobs
from bot.web.native.models import Models
from bot.web.native.names import Names
from bot.web.native.painters import Painters, Seen
from bot.web.native.people import People
from bot.web.native.preferences import Preferences
from bot.web.native.queue import Queue
from bot.web.native.quota import Quota
from bot.web.native.remade import Remade
from bot.web.native.sources import Sources
from bot.web.native.styles import Styles
from bot.web.native.tiers import Tiers


def around_jobs(app: App, incoming: Incoming, jobs: Jobs, seen: Seen | None) -> Sequence[Endpoint]:
    """`seen` is the painter of this program."""
    return (
        *Remade(app, jobs).endpoints(),
        *Sources(app, incoming).endpoints(),
        *History(app).endpoints(),
        *Quota(app).endpoints(),
        *Queue(app).endpoints(),
        *Models(app).endpoints(),
        *Names(app).endpoints(),
        *Styles(app).endpoints(),
        *Preferences(app).endpoints(),
        *People(app).endpoints(),
        *Tiers(app).endpoints(),
        *Audit(app).endpoints(),
        *Painters(app, seen).endpoints(),
    )
