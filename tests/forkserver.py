"""Runs a Python command in processes of its own without importing it each time.

Importing kadence takes ten times as long as most of its commands do. This program imports a command
once and forks for each run that it is sent: every run still has its own process, memory,
environment and exit code. `tests.processes` speaks to it. It needs nothing but Python, so that it
serves commands of other environments too.
"""

import array
import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
from typing import Any

HEADER = 8
"""Bytes of the length that goes before a command."""


def receive(channel: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """The next command, and its descriptors: status pipe, stdout, stderr. None at the end."""
    room = socket.CMSG_SPACE(3 * array.array("i").itemsize)
    head, ancillary, _, _ = channel.recvmsg(HEADER, room)
    if not head:
        return None
    descriptors = array.array("i")
    for _, _, data in ancillary:
        descriptors.frombytes(data)
    size, body = int.from_bytes(head, "big"), b""
    while len(body) < size:
        body += channel.recv(size - len(body))
    return json.loads(body), list(descriptors)


def supervise(command: dict[str, Any], descriptors: list[int]) -> None:
    """Fork the command; tell its process id at once and its exit code at its end."""
    status, *streams = descriptors
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.close(status)
        run(command, streams)
    for stream in streams:
        os.close(stream)
    os.write(status, f"{child}\n".encode())
    _, ended = os.waitpid(child, 0)
    os.write(status, f"{os.waitstatus_to_exitcode(ended)}\n".encode())


def run(command: dict[str, Any], streams: list[int]) -> None:
    """Become `python -m` the command's module with its arguments; does not return."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, stream in enumerate([nothing, *streams]):
        os.dup2(stream, number)
        os.close(stream)
    os.environ.clear()
    os.environ.update(command["env"])
    os.chdir(command["cwd"])
    sys.argv = [command["module"], *command["argv"]]
    code: object = 0
    try:
        runpy.run_module(command["module"], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    try:
        atexit._run_exitfuncs()  # noqa: SLF001 - what an interpreter does at its end
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code if isinstance(code, int) else int(code is not None))


def main() -> None:
    """Import a module, then serve commands from a socket until it is closed.

    The arguments are the socket's descriptor and the module's name.
    """
    channel = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2].split(","):
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    while (received := receive(channel)) is not None:
        command, descriptors = received
        if os.fork() == 0:
            channel.close()
            supervise(command, descriptors)
            os._exit(0)
        for descriptor in descriptors:
            os.close(descriptor)


if __name__ == "__main__":
    main()
