"""Measures: what Prometheus is told of this program, counted as it happens."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.process_collector import ProcessCollector

from engine.meter import (
    Began,
    Charged,
    Delivered,
    Ended,
    Measured,
    Relieved,
    Stepped,
    Stored,
    Telling,
)

MOMENTS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180, 600)
WAITS = (0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400)
STEPS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 15)
LAGS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
STATEMENTS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
ROWS = (1, 2, 3, 4, 6, 8, 10, 12, 16, 24, 32)
NOTHING_LEFT = "none"


class Measures:
    """In a registry of its own, so that two of them in a process do not know of each other."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requests = Histogram(
            "easel_request_seconds",
            "From a request's arrival until its answer begins.",
            ("method", "route", "status"),
            buckets=MOMENTS,
            registry=registry,
        )
        self.lag = Histogram(
            "easel_event_loop_lag_seconds",
            "How late the event loop comes to what was due.",
            buckets=LAGS,
            registry=registry,
        )
        self._waits = Histogram(
            "easel_job_wait_seconds",
            "From asking for a job until its first step.",
            buckets=WAITS,
            registry=registry,
        )
        self._steps = Histogram(
            "easel_step_seconds",
            "What a step of all tiles that are painted together takes.",
            ("model",),
            buckets=STEPS,
            registry=registry,
        )
        self._tiles = Histogram(
            "easel_batch_tiles",
            "How many tiles take a step together.",
            buckets=ROWS,
            registry=registry,
        )
        self._rows = Histogram(
            "easel_batch_rows",
            "How many rows they are for the network: two for a tile with guidance.",
            buckets=ROWS,
            registry=registry,
        )
        self._pictures = Counter(
            "easel_pictures",
            "Pictures by what became of them.",
            ("model", "outcome"),
            registry=registry,
        )
        self._reliefs = Counter(
            "easel_out_of_memory",
            "How often memory ran out, at what, and what was done; none: nothing was left.",
            ("work", "rung"),
            registry=registry,
        )
        self._credits = Counter(
            "easel_credits_charged", "Credits paid for what was painted.", registry=registry
        )
        self._deliveries = Counter(
            "easel_deliveries",
            "Tries to tell somebody far away how their job ended.",
            ("outcome",),
            registry=registry,
        )
        self._statements = Histogram(
            "easel_database_seconds",
            "What the database takes for a statement.",
            buckets=STATEMENTS,
            registry=registry,
        )
        for outcome in Telling:
            # From the start, or the first failure would be no rise.
            self._deliveries.labels(outcome)

    def gauge(self, name: str, about: str, *labels: str) -> Gauge:
        """One more, which is set when somebody looks."""
        return Gauge(f"easel_{name}", about, labels, registry=self.registry)

    def hear(self, measured: Measured) -> None:
        """From any thread."""
        match measured:
            case Stepped():
                self._steps.labels(measured.model).observe(measured.seconds)
                self._tiles.observe(measured.tiles)
                self._rows.observe(measured.rows)
            case Stored():
                self._statements.observe(measured.seconds)
            case Began():
                self._waits.observe(measured.waited)
            case Ended():
                labels = (measured.model or "unknown", measured.outcome)
                self._pictures.labels(*labels).inc(measured.pictures)
            case Charged():
                self._credits.inc(measured.credits)
            case Relieved():
                rung = measured.rung.name.lower() if measured.rung else NOTHING_LEFT
                self._reliefs.labels(measured.work.name.lower(), rung).inc()
            case Delivered():
                self._deliveries.labels(measured.outcome).inc()
