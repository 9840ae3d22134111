"""Counts and durations of requests, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    """Counts and durations of requests, by route."""

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

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)
