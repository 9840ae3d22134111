"""Commands as processes of their own: started, watched and ended by the tests."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from io import FileIO
from pathlib import Path
from typing import IO, Literal

from kadence.cli.app import COMMANDS
from tests import forkserver

COMMAND = [sys.executable, "-m", "kadence"]
"""What a person runs. A few tests run it too; the others fork what has been imported before."""


class Process:
    """A running command; `output` is what it writes to the stream that `start` was asked for."""

    def __init__(self, pid: int, status: FileIO, output: IO[str]) -> None:
        self.pid = pid
        self.output = output
        self.returncode: int | None = None
        self._status = status

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end; return its exit code, the negative number of a signal that ended it.

        Raises:
            subprocess.TimeoutExpired: it has not ended within `timeout` seconds.
        """
        if self.returncode is None:
            ready, _, _ = select.select([self._status], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired(COMMAND, timeout or 0)
            self.returncode = int(self._status.readline())
            self._status.close()
        return self.returncode

    def poll(self) -> int | None:
        """Return its exit code, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it without asking."""
        self.send_signal(signal.SIGKILL)


class Forkserver:
    """Runs one command's module by forks of a program that has imported it."""

    def __init__(self, module: str, imports: str, python: Path = Path(sys.executable)) -> None:
        """`imports` is what is imported before, by this `python`."""
        self._module = module
        self._imports = imports
        self._python = python
        self._lock = threading.Lock()
        self._program: subprocess.Popen[bytes] | None = None

    def fork(
        self,
        argv: Sequence[str],
        cwd: Path | None,
        env: Mapping[str, str] | None,
        stdout: int,
        stderr: int,
    ) -> tuple[int, FileIO]:
        """Start it; its process id, and the pipe on which its exit code comes."""
        asked = {
            "module": self._module,
            "argv": argv,
            "cwd": str(cwd or Path.cwd()),
            "env": {**os.environ, **(env or {})},
        }
        reading, writing = os.pipe()
        self._send(json.dumps(asked).encode(), writing, stdout, stderr)
        os.close(writing)
        # Unbuffered, so that select() sees all that has not been read.
        status = FileIO(reading)
        return int(status.readline()), status

    def run(
        self,
        *argv: str,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        seconds: float = 60,
    ) -> tuple[int, str, str]:
        """Run it to its end; its exit code, stdout and stderr."""
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            pid, status = self.fork(argv, cwd, env, out.fileno(), err.fileno())
            process = Process(pid, status, err)
            try:
                code = process.wait(seconds)
            finally:
                process.kill()
            out.seek(0)
            err.seek(0)
            return code, out.read(), err.read()

    def _send(self, command: bytes, *descriptors: int) -> None:
        with self._lock:
            if self._program is None:
                self._begin()
            head = len(command).to_bytes(forkserver.HEADER, "big")
            socket.send_fds(self._channel, [head], descriptors)
            self._channel.sendall(command)

    def _begin(self) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            program = [str(self._python), str(forkserver.__file__), str(number), self._imports]
            self._program = subprocess.Popen(program, pass_fds=[number])

    def close(self) -> None:
        """End the program; what it has forked goes on."""
        if self._program is not None:
            self._channel.close()
            self._program.wait()


kadence = Forkserver("kadence", imports=",".join(f"kadence.cli.{name}" for name in COMMANDS))


def start(
    *command: str,
    output: Literal["stdout", "stderr"] = "stderr",
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Process:
    """Start a command; what it writes to the other of the two streams is dropped."""
    reading, writing = os.pipe()
    with Path(os.devnull).open("w") as nowhere:
        dropped = nowhere.fileno()
        streams = (writing, dropped) if output == "stdout" else (dropped, writing)
        pid, status = kadence.fork(command, cwd, env, *streams)
    os.close(writing)
    return Process(pid, status, os.fdopen(reading))
