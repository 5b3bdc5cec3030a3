"""What this process counts of its own work, in Prometheus' form."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Meters:
    """In a registry of their own, so that two applications in one process do not count together."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.operations = Counter(
            "assay_operations", "GraphQL operations by type and outcome.", ["type", "outcome"], registry=registry
        )
        self.seconds = Histogram(
            "assay_operation_seconds",
            "How long queries and mutations took.",
            ["type"],
            buckets=SECONDS,
            registry=registry,
        )
        self.errors = Counter("assay_errors", "Errors that clients were told, by code.", ["code"], registry=registry)
        self.streams = Gauge(
            "assay_open_streams", "Sockets and event streams that are open.", ["kind"], registry=registry
        )
        self.subscriptions = Gauge("assay_open_subscriptions", "Subscriptions that are followed.", registry=registry)
        self.hub_events = Gauge("assay_hub_events", "Events in memory for all subscribers.", registry=registry)
        self.hub_position = Gauge("assay_hub_position", "Number of the newest event of the hub.", registry=registry)
        self.database_answers = Gauge("assay_database_answers", "1 while the database answers.", registry=registry)
        self.outbox_events = Gauge(
            "assay_outbox_events", "Events that wait for their number or their reaction.", ["for"], registry=registry
        )
        self.outbox_lag = Gauge("assay_outbox_lag_seconds", "Age of the oldest of them.", ["for"], registry=registry)
        self.runs = Gauge("assay_runs", "Runs by status.", ["status"], registry=registry)
