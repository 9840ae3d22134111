"""What the benches share: servers, load by wrk, and measures beside their budgets."""

import contextlib
import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
from msgspec import Struct

from kadence.cli.init import initialise
from kadence.usecases import setup
from kadence.usecases.setup import Initialised

HERE = Path(__file__).parent
SCRIPT = HERE / "requests.lua"
CREATE = json.dumps(
    {
        "title": "Sprint 1",
        "goal": "A goal",
        "start_date": "2026-07-28T00:00:00Z",
        "finish_date": "2026-08-10T00:00:00Z",
    }
)


class Measure(Struct):
    """A number beside its budget: `at_least` or `at_most`, or neither when it is reported only."""

    section: str
    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = ""
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether it is within its budget; None when it has none."""
        if self.at_least is not None:
            return self.value >= self.at_least
        if self.at_most is not None:
            return self.value <= self.at_most
        return None

    @property
    def budget(self) -> str:
        """The budget in words."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}{self.unit}"
        if self.at_most is not None:
            return f"at most {self.at_most:g}{self.unit}"
        return "reported"

    @property
    def shown(self) -> str:
        """The value as it is printed."""
        digits = 0 if abs(self.value) >= 100 else 2  # noqa: PLR2004
        return f"{self.value:,.{digits}f}{self.unit}"


class Site(Struct):
    """A serving kadence with a company in its database."""

    url: str
    made: Initialised
    database: str
    pid: int

    @property
    def iterations(self) -> str:
        """The path of the space's iterations."""
        return f"/api/latest/spaces/{self.made.space_uid}/iterations"

    def client(self) -> httpx.Client:
        """A client for the owner."""
        headers = {"Authorization": f"Bearer {self.made.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def memory(self) -> float:
        """MiB that the server process has in memory."""
        status = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0


@contextlib.contextmanager
def process(command: Sequence[str]) -> Iterator[tuple[str, int]]:
    """A serving process; `{port}` in its command is a free port. Return URL and process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    started = subprocess.Popen(
        [part.replace("{port}", port) for part in command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(400):
            with contextlib.suppress(httpx.ConnectError):
                httpx.get(url)
                break
            time.sleep(0.05)
        yield url, started.pid
    finally:
        started.terminate()
        started.wait(30)


@contextlib.contextmanager
def floor() -> Iterator[str]:
    """The same framework, server and answer, with no database."""
    with process([sys.executable, str(HERE / "floor.py"), "{port}"]) as (url, _):
        yield url


def company(database: str) -> Initialised:
    """A new company in a new database."""
    return initialise(database, setup.initialise, "Bench", "bench@example.com", "Bench")


@contextlib.contextmanager
def kadence(database: str, made: Initialised, *options: str) -> Iterator[Site]:
    """`kadence serve` on a database."""
    serve = [sys.executable, "-m", "kadence", "serve", "--database", database, "--port", "{port}"]
    with process([*serve, *options]) as (url, pid):
        yield Site(url, made, database, pid)


class Load(Struct):
    """What came of some seconds of load: requests a second, and how long they took, in ms."""

    rate: float
    p50: float
    p99: float

    @property
    def tail(self) -> float:
        """The 99th percentile by the median."""
        return self.p99 / self.p50


def line(method: str, path: str, body: Any = None) -> str:
    """A request as a line of a file."""
    text = body if isinstance(body, str) else "" if body is None else json.dumps(body)
    return f"{method}\t{path}\t{text}"


def load(
    url: str, token: str, lines: Sequence[str], *, seconds: float = 2, connections: int = 32
) -> Load:
    """Send these requests over and over; every answer must be a success."""
    with tempfile.NamedTemporaryFile("w", suffix=".tsv") as file:
        file.write("\n".join([*lines, ""]))
        file.flush()
        command = [
            "wrk",
            "--threads=1",
            f"--connections={connections}",
            f"--duration={seconds}s",
            "--timeout=30s",
            "--latency",
            f"--script={SCRIPT}",
            f"--header=Authorization: Bearer {token}",
            url,
            "--",
            file.name,
        ]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        sys.exit(said)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    middle, tail = (re.search(rf"{part}%\s+([\d.]+)(us|ms|s)", said) for part in (50, 99))
    if rate is None or middle is None or tail is None:
        sys.exit(said)
    return Load(float(rate[1]), _milliseconds(middle), _milliseconds(tail))


def _milliseconds(found: re.Match[str]) -> float:
    return float(found[1]) * {"us": 1e-3, "ms": 1, "s": 1e3}[found[2]]


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios between neighbours of the same run."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def percentile(values: Sequence[float], part: float) -> float:
    """The value that this part of all is not above."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * part), len(ordered) - 1)]
