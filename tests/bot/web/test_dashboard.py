"""What lies in deploy/ asks for measures that there are, by labels that they have."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.settings import Settings
from bot.web.app import make_web
from engine.ladder import Rung, Work
from engine.meter import (
    Began,
    Charged,
    Delivered,
    Ended,
    Outcome,
    Relieved,
    Stepped,
    Stored,
    Telling,
)
from engine.vitals import Vitals
from tests.bot.web.conftest import SECRET, House, client_of
from tests.bot.web.seen import Metered, seen

DEPLOY = Path(__file__).parents[3] / "deploy"
SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}")
MATCHER = re.compile(r"(\w+)\s*=~?")
BY = re.compile(r"by \(([^)]*)\)")
LEGEND = re.compile(r"\{\{(\w+)\}\}")
WORDS = frozenset(
    {"sum", "max", "min", "by", "rate", "increase", "histogram_quantile", "le", "__rate_interval"}
)
OF_PROMETHEUS = frozenset({"instance", "job"})
"""Labels that it puts on whatever it reads."""
EVERYTHING = (
    Stepped(model="book", seconds=0.1, tiles=1, rows=2),
    Relieved(work=Work.DECODE, rung=Rung.TILE),
    Began(waited=1.0),
    Ended(outcome=Outcome.PAINTED, pictures=1, model="book"),
    Charged(credits=1.0),
    Delivered(outcome=Telling.FAILED),
    Stored(seconds=0.1),
)


def targets() -> Iterator[tuple[str, Mapping[str, str]]]:
    dashboard = json.loads((DEPLOY / "grafana" / "easel.json").read_text("utf-8"))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target


@pytest.fixture
async def labels(house: House) -> Mapping[str, frozenset[str]]:
    """Those of each measure, once everything has happened."""
    painter = Metered(name="cpu")
    looked_at = seen(painter, vitals=Vitals(used=3, total=8, temperature=71.0))
    pages = make_web(house.app, host="localhost", device="cpu", secret=SECRET, painter=looked_at)
    async with client_of(pages) as client:
        for measured in EVERYTHING:
            painter.meter.tell(measured)
        await client.get("/healthz")
        text = await (await client.get("/metrics")).text()
    return {
        sample.name: frozenset(sample.labels)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_there_is_something_to_look_at() -> None:
    assert len(list(targets())) >= 20


async def test_panels_ask_for_what_there_is(labels: Mapping[str, frozenset[str]]) -> None:
    for title, target in targets():
        asked = target["expr"]
        selectors = SELECTOR.findall(asked)
        known = frozenset[str]().union(*(labels[name] for name, _ in selectors))
        grouped = {each.strip() for group in BY.findall(asked) for each in group.split(",")}
        matched = {each for _, matchers in selectors for each in MATCHER.findall(matchers)}
        # Nothing is asked for beside these, like a measure without braces.
        rest = BY.sub("by", SELECTOR.sub("", asked))

        assert selectors, title
        assert grouped | matched <= known | OF_PROMETHEUS, title
        assert asked.count("(") == asked.count(")"), title
        assert set(re.findall(r"[a-zA-Z_]\w*", rest)) <= WORDS, title
        if grouped:
            assert set(LEGEND.findall(target["legendFormat"])) <= grouped, title


async def test_every_measure_of_ours_is_looked_at(labels: Mapping[str, frozenset[str]]) -> None:
    asked = " ".join(target["expr"] for _, target in targets())
    stems = {re.sub(r"_(bucket|sum|count|created|total)$", "", name) for name in labels}

    unseen = {stem for stem in stems if stem.startswith("easel_") and stem not in asked}

    assert not unseen


def test_prometheus_reads_where_easel_listens() -> None:
    told = (DEPLOY / "prometheus.yml").read_text("utf-8")
    settings: dict[str, Any] = {name: each.default for name, each in Settings.model_fields.items()}

    assert f'targets: ["{settings["host"]}:{settings["port"]}"]' in told
    assert "metrics_path: /metrics" in told


def test_the_dashboard_lies_where_it_is_looked_for() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "easel.json").read_text("utf-8"))

    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    assert dashboard["uid"] == "easel"
