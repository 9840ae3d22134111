"""What Prometheus is told: counts and times of requests, queues, the database, its backup."""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from kadence.storage import backup_folder
from kadence.storage.engines import locate
from kadence.usecases.clock import system_clock

_STATM = Path("/proc/self/statm")
_PAGE = 4096


class Levels(Struct, frozen=True):
    """How much waits in a server process at the moment, and how much is open."""

    reads: int
    writes: int
    charts: int
    sign_ins: int
    streams: int
    helpers: int


class Metrics:
    """The numbers of a server process; those of several are added up."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "kadence_requests_total",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "kadence_request_seconds",
            "Time from the request's first byte read to its answer's last byte written.",
            ["method", "route"],
            registry=self.registry,
        )
        self._waiting = self._gauge(
            "kadence_waiting", "What waits for its turn, by what it waits for.", "queue"
        )
        self._streams = self._gauge("kadence_streams", "Live streams that are open.")
        self._helpers = self._gauge(
            "kadence_helpers",
            "Helper processes that run: for charts and forecasts, and for passwords.",
        )
        self._resident = self._gauge("kadence_resident_bytes", "Memory of the serving processes.")

    def _gauge(self, name: str, what: str, *labels: str) -> Gauge:
        """Return a level that is added up over the processes that run."""
        return Gauge(name, what, labels, registry=self.registry, multiprocess_mode="livesum")

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def show(self, levels: Levels) -> None:
        """Tell how much waits and is open now."""
        for queue in ("reads", "writes", "charts", "sign_ins"):
            self._waiting.labels(queue).set(getattr(levels, queue))
        self._streams.set(levels.streams)
        self._helpers.set(levels.helpers)
        if _STATM.exists():
            self._resident.set(int(_STATM.read_text().split()[1]) * _PAGE)


class ServerCollector(Collector):
    """What is told once for a server, however many processes it has: looked up when it is asked.

    The size of a PostgreSQL database is PostgreSQL's own to tell.
    """

    def __init__(self, version: str, database: str, backup_dir: str | None) -> None:
        self._version = version
        self._file = locate(database).file
        self._backups = None if backup_dir is None else Path(backup_dir)

    def collect(self) -> Iterator[Metric]:
        """See prometheus_client."""
        yield InfoMetricFamily("kadence_build", "What runs.", {"version": self._version})
        if self._file is not None:
            log = self._file.with_name(f"{self._file.name}-wal")
            for name, what, file in (
                ("kadence_database_bytes", "The database file.", self._file),
                ("kadence_wal_bytes", "What is in its log, and goes over into it.", log),
            ):
                size = file.stat().st_size if file.exists() else 0
                yield GaugeMetricFamily(name, what, size)
        if self._backups is not None:
            age = backup_folder.age(self._backups, system_clock())
            if age is not None:
                what = "How old the newest daily backup is."
                yield GaugeMetricFamily("kadence_backup_age_seconds", what, age / 1000)


def tell_of_server(
    registry: CollectorRegistry, version: str, database: str, backup_dir: str | None
) -> None:
    """Add to a registry what is told once for a server."""
    registry.register(ServerCollector(version, database, backup_dir))
    ProcessCollector(registry=registry)
