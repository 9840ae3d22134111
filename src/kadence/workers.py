"""Several server processes that answer at one address, and the parent that keeps them running."""

import multiprocessing
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from types import FrameType

import structlog
from msgspec import Struct
from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from kadence import bootstrap, logs
from kadence.bootstrap import Listening, ProcessContext
from kadence.domain.errors import KadenceError
from kadence.settings import Settings
from kadence.storage.engines import locate
from kadence.storage.revision import check_revision
from kadence.web.metrics import Metrics
from kadence.web.rate_limit import SharedCounts

METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client is told to keep its numbers where all workers do."""
LAST_SECONDS = bootstrap.STOP_SECONDS + 3
"""How long a worker may take to stop before it is killed."""

LONGEST_PAUSE = 10.0
"""The most seconds before a worker that could not start is replaced."""

log = structlog.get_logger()


class CannotShare(KadenceError):
    """The database is one that several processes cannot serve."""


class WorkerFailed(KadenceError):
    """A worker ended before it answered; it has said why."""


class _Worker(Struct):
    """A running process, and the pipe on which it says that it answers."""

    process: SpawnProcess
    said: Connection
    answers: bool = False


def serve(settings: Settings, ready: Callable[[Listening], None]) -> None:
    """Serve with several processes until SIGTERM or SIGINT; one that dies is replaced.

    `ready` is called once all of them answer.

    Raises:
        KadenceError: the database cannot be served, or not by several processes; an address cannot
            be listened on; a worker could not start.
    """
    engine = locate(settings.database)
    if not engine.is_shared:
        raise CannotShare(
            "a SQLite file has one writer, so one process serves it: leave --workers at 1, or "
            "move to PostgreSQL with `kadence db copy`"
        )
    check_revision(engine)
    with (
        tempfile.TemporaryDirectory(prefix="kadence-workers-") as name,
        bootstrap.listen(settings.host, settings.port) as listener,
    ):
        folder = Path(name)
        SharedCounts.make(folder / "rates")
        metrics_url = None
        if settings.metrics_listen is not None:
            os.environ[METRICS_FOLDER] = name
            registry = CollectorRegistry()
            MultiProcessCollector(registry, path=name)  # type: ignore[no-untyped-call]
            metrics_url = bootstrap.start_metrics(settings, registry)
        listening = Listening(bootstrap.address_of(listener), metrics_url)
        _Parent(settings, listener, folder, lambda: ready(listening)).run()


class _Parent:
    """Starts the workers, replaces those that die, and stops them all."""

    def __init__(
        self,
        settings: Settings,
        listener: socket.socket,
        folder: Path,
        ready: Callable[[], None],
    ) -> None:
        self._settings = settings
        self._listener = listener
        self._folder = folder
        self._ready: Callable[[], None] | None = ready
        self._context: SpawnContext = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._wake, self._waker = socket.socketpair()
        self._stopping = False
        self._pause = 0.0

    def run(self) -> None:
        """Return once it was told to stop and every worker has."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        try:
            self._workers = [self._start() for _ in range(self._settings.workers)]
            while not self._stopping:
                self._look()
        finally:
            self._end()

    def _start(self) -> _Worker:
        here, there = self._context.Pipe(duplex=False)
        arguments = (self._settings, self._listener, self._folder, there)
        process = self._context.Process(target=_work, args=arguments, name="kadence-worker")
        process.start()
        there.close()
        return _Worker(process, here)

    def _look(self) -> None:
        """Wait until something happens to a worker, or to us."""
        pipes = [worker.said for worker in self._workers if not worker.answers]
        ends = [worker.process.sentinel for worker in self._workers]
        wait([self._wake, *pipes, *ends])
        if self._stopping:
            return
        for worker in list(self._workers):
            if not worker.answers and worker.said.poll():
                worker.answers = _says_ready(worker.said)
            if not worker.process.is_alive():
                self._replace(worker)
        if self._ready is not None and all(worker.answers for worker in self._workers):
            self._ready()
            self._ready = None

    def _replace(self, dead: _Worker) -> None:
        """Start another; one that does not even begin to answer is not followed at once."""
        dead.said.close()
        if self._ready is not None:
            raise WorkerFailed("a worker could not start")
        log.error("a worker died", pid=dead.process.pid, code=dead.process.exitcode)
        if METRICS_FOLDER in os.environ:
            mark_process_dead(dead.process.pid)  # type: ignore[no-untyped-call]
        self._pause = 0.0 if dead.answers else min(max(self._pause * 2, 0.5), LONGEST_PAUSE)
        if self._pause:
            wait([self._wake], self._pause)
        if not self._stopping:
            self._workers[self._workers.index(dead)] = self._start()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stopping = True
        self._waker.send(b"!")

    def _end(self) -> None:
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(LAST_SECONDS)
            if worker.process.is_alive():
                log.error("a worker did not stop", pid=worker.process.pid)
                worker.process.kill()
                worker.process.join()
            worker.said.close()


def _says_ready(said: Connection) -> bool:
    try:
        return bool(said.recv())
    except EOFError:
        return False


def _work(settings: Settings, listener: socket.socket, folder: Path, told: Connection) -> None:
    """What a worker process does."""
    # Until it serves: the terminal's Ctrl-C goes to every process, and the parent sees to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure()
    parent = multiprocessing.parent_process()
    context = ProcessContext(
        SharedCounts(folder / "rates"), Metrics() if METRICS_FOLDER in os.environ else None
    )
    try:
        database = bootstrap.open_database(settings)
    except KadenceError as error:
        print(f"kadence: {error.message}", file=sys.stderr)  # noqa: T201 - as the command does
        sys.exit(2)
    try:
        bootstrap.serve_on(
            listener,
            settings,
            database,
            context,
            lambda: told.send(True),  # noqa: FBT003
            parent.sentinel if parent else None,
        )
    finally:
        database.close()
