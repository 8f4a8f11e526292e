"""A painter as the pages see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.web.native.painters import Seen
from engine.crew import Crew
from engine.curve import Curve
from engine.errors import Misconfigured
from engine.made import Made
from engine.meter import Meter
from engine.ports import Painter
from engine.vitals import Vitals
from tests.fakes import FakePainter


@dataclass
class Metered(FakePainter):
    """One that tells of its steps, and what it measured of them."""

    meter: Meter = field(default_factory=Meter)
    curves: Mapping[str, tuple[Curve, ...]] = field(default_factory=dict)
    made: Mapping[str, tuple[Made, ...]] = field(default_factory=dict)


def seen(*painters: Painter, vitals: Vitals | None = None) -> Seen:
    """Without vitals nobody can say how its device is."""

    async def look(_: Painter) -> Vitals:
        if vitals is None:
            raise Misconfigured("There is no device here.")
        return vitals

    return Seen(crew=Crew(*painters), look=look)
