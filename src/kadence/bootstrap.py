"""The one composition root: Settings in, running server out."""

import asyncio
import contextlib
import errno
import gc
import os
import signal
import socket
from collections.abc import Callable, Generator
from functools import partial
from types import FrameType

import uvicorn
from msgspec import Struct
from prometheus_client import CollectorRegistry, start_http_server
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kadence import __version__, memory
from kadence.bounded_http import BoundedHttp
from kadence.domain.errors import KadenceError
from kadence.drawing.render_worker import RenderWorker
from kadence.live.housekeeper import Housekeeper
from kadence.live.journal_tail import ALONE_SECONDS, SHARED_SECONDS, JournalTail
from kadence.live.stream import follow
from kadence.settings import Settings
from kadence.storage.engines import locate
from kadence.storage.executor import ThreadedDatabase
from kadence.storage.revision import check_revision
from kadence.usecases.runner import UnitOfWorkRunner
from kadence.web.app import Application, Middleware
from kadence.web.app_state import AppState
from kadence.web.asgi import ASGIApp
from kadence.web.cors import Cors
from kadence.web.endpoints import Endpoints
from kadence.web.faults import fault
from kadence.web.metrics import Levels, Metrics, tell_of_server
from kadence.web.rate_limit import Counts, LocalCounts, RateLimit

STOP_SECONDS = 6
"""How long a stopping server waits for the answers that it owes."""


class Listening(Struct, frozen=True):
    """Where a server listens, and its metrics if it has any."""

    url: str
    metrics_url: str | None


class CannotListen(KadenceError):
    """The address is taken, or is not of this machine."""


def open_database(settings: Settings) -> ThreadedDatabase:
    """Open the database of the settings for serving.

    Raises:
        KadenceError: it is not there, not ours, or its schema is not this program's.
    """
    memory.return_large_blocks()
    engine = locate(settings.database)
    check_revision(engine)
    return engine.open(
        connections=settings.database_connections,
        statement_seconds=settings.statement_timeout,
    )


class ProcessContext(Struct, frozen=True):
    """What is around the application and may be shared with other processes.

    With `faults`, a client can ask for an error to be answered.
    """

    counts: Counts
    metrics: Metrics | None = None
    faults: bool = False


def build(settings: Settings, state: AppState, context: ProcessContext) -> Application:
    """Return the ASGI application with everything that the settings put around it."""
    origins = [o.strip() for o in (settings.cors_origin or "").split(",") if o.strip()]
    limit, proxy = settings.rate_limit, settings.trusted_proxy
    middleware = Middleware(
        metrics=context.metrics,
        rate_limit=None if limit is None else RateLimit(limit, context.counts),
        cors=Cors(origins) if origins else None,
        fault=fault if context.faults else None,
        behind=None if proxy is None else partial(_behind, proxy),
    )
    return Application(Endpoints(state, public_url=settings.public_url).respond, middleware)


def _behind(proxy: str, app: ASGIApp) -> tuple[ASGIApp, Callable[[str], bool]]:
    """Return the application behind a proxy, and what says whether an address is the proxy's."""
    inside = ProxyHeadersMiddleware(app, proxy)  # type: ignore[arg-type]
    return inside, inside.trusted_hosts.__contains__  # type: ignore[return-value]


def serve(settings: Settings, ready: Callable[[Listening], None]) -> None:
    """Serve until SIGTERM or SIGINT, then answer what was accepted and return.

    `ready` is called once it answers.

    Raises:
        KadenceError: the database cannot be served, or the address not be listened on.
    """
    database = open_database(settings)
    try:
        serve_database(settings, database, ready)
    finally:
        database.close()


def serve_database(
    settings: Settings,
    database: ThreadedDatabase,
    ready: Callable[[Listening], None],
    *,
    faults: bool = False,
) -> None:
    """As `serve`, over a database that is open and stays so.

    Raises:
        CannotListen: an address of the settings cannot be listened on.
    """
    metrics = Metrics() if settings.metrics_listen else None
    metrics_url = start_metrics(settings, metrics.registry) if metrics else None
    context = ProcessContext(LocalCounts(), metrics, faults)
    with listen(settings.host, settings.port) as listener:
        listening = Listening(address_of(listener), metrics_url)
        serve_on(listener, settings, database, context, lambda: ready(listening))


def serve_on(
    listener: socket.socket,
    settings: Settings,
    database: ThreadedDatabase,
    context: ProcessContext,
    ready: Callable[[], None],
    parent: int | None = None,
) -> None:
    """Serve on a socket that listens already, until SIGTERM or SIGINT, or the end of `parent`.

    `parent` is a file descriptor that can be read once the parent process has ended.
    """
    runner = UnitOfWorkRunner(database, retention=settings.retention)
    render_worker, housekeeper = RenderWorker(), Housekeeper(runner)
    every = SHARED_SECONDS if database.is_shared else ALONE_SECONDS
    tail = JournalTail(database.read, runner.commits, every)
    state = AppState(runner, partial(follow, tail), render_worker)
    config = uvicorn.Config(
        build(settings, state, context),
        http=BoundedHttp.within(settings.request_timeout, settings.max_connections),
        lifespan="off",
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=STOP_SECONDS,
    )

    def show_levels() -> None:
        if context.metrics is None:
            return
        reads, writes = database.waiting
        levels = Levels(
            reads=reads + state.waiting_reads,
            writes=writes,
            charts=render_worker.waiting,
            sign_ins=state.password_checks.waiting,
            streams=sum(state.streams.values()),
            helpers=render_worker.has_helper + state.password_checks.has_helper,
        )
        context.metrics.show(levels)

    server = _Server(config, ready, runner.commits.end, parent, housekeeper, show_levels)
    # What is there by now stays: looking through it for cycles again and again would stop all
    # requests for some 40 ms each time. And a request makes no cycles, so that the default of one
    # search for 700 new objects finds nothing.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)
    try:
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as loop:
            loop.run(server.serve(sockets=[listener]))
    finally:
        render_worker.close()
        state.password_checks.close()


_TICKS = 10
"""Of uvicorn's main loop in a second."""


class _Server(uvicorn.Server):
    """uvicorn, but it ends by returning, not by the signal that it was told with."""

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[], None],
        stopping: Callable[[], None],
        parent: int | None,
        housekeeper: Housekeeper,
        each_second: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._each_second = each_second
        self._housekeeper = housekeeper
        self._ready = ready
        self._stopping = stopping
        self._parent = parent

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        if self._parent is not None:
            loop.add_reader(self._parent, self._orphaned, loop, self._parent)
        yield

    def _orphaned(self, loop: asyncio.AbstractEventLoop, parent: int) -> None:
        loop.remove_reader(parent)
        self.handle_exit(signal.SIGTERM, None)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stopping()
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS == 0:
            memory.return_the_rest()
            self._each_second()
        return await super().on_tick(counter)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._housekeeper.start()
            self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._housekeeper.close()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """Listen on an address.

    Raises:
        CannotListen: it is taken, or none of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise CannotListen(f"cannot listen on {host}:{port}: {_why(error)}") from error


_HINTS = {
    errno.EADDRINUSE: "another program does so already: end it, or choose another port",
    errno.EADDRNOTAVAIL: "no address of this machine",
    errno.EACCES: "ports below 1024 are for root: choose another, and put a proxy in front",
}


def _why(error: OSError) -> str:
    """Return why an address cannot be listened on, and what helps where that is known."""
    if error.errno in _HINTS:
        return _HINTS[error.errno]
    if error.errno and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)


def address_of(listener: socket.socket) -> str:
    """Return the URL at which a listening socket answers."""
    host, port = listener.getsockname()[:2]
    return _url(host, port)


def _url(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def start_metrics(settings: Settings, registry: CollectorRegistry) -> str | None:
    """Let Prometheus read the metrics at HOST:PORT, if there is one; the URL.

    Raises:
        CannotListen: it is taken, or none of this machine.
    """
    address = settings.metrics_listen
    if address is None:
        return None
    tell_of_server(registry, __version__, settings.database, settings.backup_dir)
    host, _, port = address.rpartition(":")
    try:
        server, _ = start_http_server(int(port), host.strip("[]") or "127.0.0.1", registry)
    except OSError as error:
        raise CannotListen(f"cannot listen on {address} for metrics: {_why(error)}") from error
    return _url(str(server.server_address[0]), server.server_port)
