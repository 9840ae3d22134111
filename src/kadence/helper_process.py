"""A process for what is large or slow: asked over a pipe, one task after the other.

It is started with the first task, and ends with its parent: then the pipe between them is closed.
"""

import contextlib
import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

from msgspec import Struct


class Failed(Struct, frozen=True):
    """What a helper says when a task was too much for it."""

    why: str


class HelperProcess:
    """The way to a helper; not to be used by two threads at once."""

    def __init__(self, name: str, work: Callable[[Connection], None]) -> None:
        """`work` is what the process does: a function of a module, which calls `serve`."""
        self._name = name
        self._work = work
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None

    @property
    def runs(self) -> bool:
        """Whether there is a helper."""
        return self._process is not None

    def ask(self, task: Any, seconds: float) -> Any:
        """Return what the helper answers, which may be `Failed`.

        Raises:
            TimeoutError: it took longer.
            OSError, EOFError: it cannot be started, or is gone; after `end` another one is.
        """
        if self._pipe is None:
            self._begin()
        assert self._pipe is not None  # noqa: S101 - it was made just now
        self._pipe.send(task)
        if not self._pipe.poll(seconds):
            raise TimeoutError(f"no answer within {seconds} seconds")
        return self._pipe.recv()

    def _begin(self) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=self._work, args=(theirs,), name=self._name, daemon=True)
        try:
            process.start()
        except OSError:
            ours.close()
            raise
        finally:
            # Else nobody would notice that the helper is gone.
            theirs.close()
        self._pipe, self._process = ours, process

    def end(self) -> None:
        """Let the helper go, if there is one."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._pipe = self._process = None


def serve(pipe: Connection, do: Callable[[Any], Any], idle_seconds: float | None = None) -> None:
    """Do tasks until the other end of the pipe is closed, or none comes for so long."""
    # Ctrl-C reaches all processes of a terminal; this one ends when its parent does.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, OSError):
        while pipe.poll(idle_seconds):
            task = pipe.recv()
            try:
                done = do(task)
            except Exception as error:
                done = Failed(repr(error))
            pipe.send(done)
