"""A helper process that draws charts and simulates, so that the server stays small and quick.

It is started with the first task, works on one after the other, is replaced when it dies or takes
too long, and ends when nothing was asked for a while, or with its parent: then the pipe between
them is closed.
"""

import hashlib
import threading
from asyncio import Lock, TimerHandle, get_running_loop
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any, cast

import structlog

from kadence.domain.errors import Unavailable
from kadence.domain.simulation import Question, Simulated
from kadence.drawing.picture import Drawing
from kadence.helper_process import Failed, HelperProcess, serve

SECONDS = 20
"""How long a task may take; far more than any does."""

KEPT = 64
"""Pictures that are kept: links are looked at by many people, and over and over."""

MOST_WAITING = 20
"""Tasks that may wait for the helper; what comes then is refused."""

IDLE_SECONDS = 300
"""After how long without a task the helper ends: it has 100 MB that nobody uses."""

DEADLY_SECONDS = 600
"""How long a task is remembered that ended the helper twice or took too long: for that time it is
not begun again."""

NOT_NOW = "Charts and forecasts are not available at the moment"

log = structlog.get_logger()


class RenderWorker:
    """The way to the helper; one task at a time, the others queue up.

    Whose wait is cancelled leaves the queue.
    """

    def __init__(self, idle_seconds: float = IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._draw = lru_cache(maxsize=KEPT)(self.run)
        self._turn = threading.Lock()
        # Of its own: who signs in does not wait behind charts for one of asyncio's threads.
        self._thread = ThreadPoolExecutor(1, "kadence-render-worker")
        self._next = Lock()
        self._waiting = 0
        self._rest: TimerHandle | None = None
        self._deadly: OrderedDict[bytes, float] = OrderedDict()
        self._helper = HelperProcess("kadence-render-worker", _work)

    @property
    def waiting(self) -> int:
        """How many tasks wait or are worked on."""
        return self._waiting

    @property
    def has_helper(self) -> bool:
        """Whether the helper runs."""
        return self._helper.runs

    async def draw(self, drawing: Drawing) -> bytes:
        """Return the picture; one that was drawn lately is not drawn again.

        Raises:
            Unavailable: it could not be drawn at the moment, or too many wait.
        """
        return cast("bytes", await self._queued(self._draw, drawing))

    async def simulate(self, questions: Sequence[Question]) -> list[Simulated]:
        """Return what `forecast.simulate` answers to each question.

        Raises:
            Unavailable: it could not be simulated at the moment, or too many wait.
        """
        return cast("list[Simulated]", await self._queued(self.run, list(questions)))

    async def _queued(self, work: Callable[[Any], Any], task: Drawing | list[Question]) -> Any:
        if self._waiting >= MOST_WAITING:
            raise Unavailable(NOT_NOW)
        self._waiting += 1
        loop = get_running_loop()
        try:
            async with self._next:
                return await loop.run_in_executor(self._thread, work, task)
        finally:
            self._waiting -= 1
            if self._rest is not None:
                self._rest.cancel()
            self._rest = loop.call_later(self._idle_seconds, self._rest_if_idle)

    def _rest_if_idle(self) -> None:
        if self._waiting == 0:
            self._thread.submit(self._let_go)

    def _let_go(self) -> None:
        with self._turn:
            self._end()

    def run(self, task: Drawing | list[Question]) -> Any:
        """Have a task done, by a new helper if the one that is there cannot.

        Raises:
            Unavailable: neither could, or the task has ended two lately.
        """
        with self._turn:
            if self._is_deadly(task):
                raise Unavailable(NOT_NOW)
            for _ in range(2):
                try:
                    done = self._ask(task)
                except TimeoutError as error:
                    log.warning("a picture or simulation took too long", error=str(error))
                    self._end()
                    self._remember(task)
                    break
                except (OSError, EOFError) as error:
                    log.warning("the drawing process is replaced", error=repr(error))
                    self._end()
                    continue
                if isinstance(done, Failed):
                    log.error("a picture or simulation failed", error=done.why)
                    break
                return done
            else:
                self._remember(task)
        raise Unavailable(NOT_NOW)

    def _remember(self, task: Drawing | list[Question]) -> None:
        self._deadly[_digest(task)] = monotonic()
        if len(self._deadly) > KEPT:
            self._deadly.popitem(last=False)

    def _is_deadly(self, task: Drawing | list[Question]) -> bool:
        since = self._deadly.get(_digest(task)) if self._deadly else None
        return since is not None and monotonic() - since < DEADLY_SECONDS

    def _ask(self, task: Drawing | list[Question]) -> Any:
        return self._helper.ask(task, SECONDS)

    def _end(self) -> None:
        self._helper.end()

    def close(self) -> None:
        """Let the helper go."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._let_go()


def _digest(task: Drawing | list[Question]) -> bytes:
    return hashlib.sha256(repr(task).encode()).digest()


def _work(pipe: Connection) -> None:
    """The helper."""
    serve(pipe, _done)


def _done(task: Drawing | list[Question]) -> Any:
    # These are large: only the helper has them in memory, each once it needs it.
    if isinstance(task, Drawing):
        from kadence.drawing.render import render  # noqa: PLC0415

        return render(task)
    from kadence.domain.forecast import simulate  # noqa: PLC0415

    return [simulate(question) for question in task]
