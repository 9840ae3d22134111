"""A log that cannot be written: a full disk behind it, or nobody who reads it."""

import json
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.faults.kit import company
from tests.processes import COMMAND

pytestmark = pytest.mark.both_engines


@pytest.fixture
def unused_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_log_that_cannot_be_written_hinders_nobody(database: str, unused_port: int) -> None:
    made = company(database)
    headers = {"Authorization": f"Bearer {made.token}"}
    url = f"http://127.0.0.1:{unused_port}"
    command = [*COMMAND, "serve", "--port", str(unused_port), "--database", database]
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(command, stderr=full)
    try:
        path = f"{url}/api/latest/spaces/{made.space_uid}/iterations"
        with httpx.Client(headers=headers, timeout=10) as http:
            _until_it_answers(http, f"{url}/healthz")
            for number in range(20):
                assert http.post(path, json={"title": f"Sprint {number}"}).status_code == 200
            assert len(http.get(path).json()) == 20
            used = _cpu_seconds(process.pid)
            time.sleep(1)
            assert _cpu_seconds(process.pid) - used < 0.5
    finally:
        process.terminate()
        assert process.wait(15) == 0


def test_a_log_that_nobody_reads_loses_lines_and_says_so(database: str, unused_port: int) -> None:
    made = company(database)
    url = f"http://127.0.0.1:{unused_port}"
    command = [*COMMAND, "serve", "--port", str(unused_port), "--database", database]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        with httpx.Client(headers={"Authorization": f"Bearer {made.token}"}, timeout=10) as http:
            _until_it_answers(http, f"{url}/healthz")
            # Some 500 KB of lines: twice what waits, in front of a pipe that holds 64 KB.
            for number in range(800):
                answer = http.get(f"{url}/nowhere/{number:0512}")
                assert answer.status_code == 404
            lines = iter(process.stderr.readline, b"")
            read = 0
            for line in lines:
                if b"lines of the log were lost" in line:
                    break
                read += b'"event":"request"' in line
            assert 0 < json.loads(line)["lines"] <= 800 - 300
            assert read >= 300
            assert http.get(f"{url}/healthz").status_code == 200
            assert b"/healthz" in next(lines)
    finally:
        process.terminate()
        process.communicate(timeout=15)
    assert process.returncode == 0


def _until_it_answers(http: httpx.Client, url: str) -> None:
    ends = time.monotonic() + 30
    while True:
        try:
            http.get(url)
        except httpx.ConnectError:
            assert time.monotonic() < ends
            time.sleep(0.05)
        else:
            return


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100
