"""docs/testing-your-bot.md: its fixture, its test and its CI lines work as they stand there."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests import processes
from tests.world import World

PAGE = (Path(__file__).parents[2] / "docs/testing-your-bot.md").read_text("utf-8")


def block(name: str) -> str:
    found = re.search(rf"```\w+ {re.escape(name)}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None, name
    return found[1]


def test_the_fixture_and_the_test_pass(tmp_path: Path) -> None:
    for name in ("conftest.py", "test_my_bot.py"):
        (tmp_path / name).write_text(block(name), "utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "--rootdir",
            tmp_path,
            tmp_path,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_the_ci_lines_run(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", block("ci.sh")],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert '"email":"owner@example.com"' in done.stdout


@pytest.fixture(scope="module")
def demo() -> Iterator[str]:
    """Where a demo answers."""
    server = processes.start("demo", "--port", "0", "--empty", "--json", output="stdout")
    with server.output:
        yield json.loads(server.output.readline())["base_url"]
    server.terminate()
    assert server.wait(15) == 0


@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("500", 500), ("503", 503)])
def test_the_demo_answers_the_fault_that_is_asked_for(demo: str, fault: str, status: int) -> None:
    answer = httpx.post(f"{demo}/api/latest/cards", headers={"X-Kadence-Fault": fault})
    assert answer.status_code == status
    assert ("retry-after" in answer.headers) == (fault != "500")
    assert httpx.get(f"{demo}/healthz").status_code == 200


def test_the_demo_gives_no_answer_when_that_is_asked_for(demo: str) -> None:
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{demo}/api/v1/users", headers={"X-Kadence-Fault": "timeout"}, timeout=0.5)
    assert httpx.get(f"{demo}/healthz").status_code == 200


def test_a_real_server_has_no_faults(world: World) -> None:
    answer = world.http.get(f"{world.url}/healthz", headers={"X-Kadence-Fault": "500"})
    assert answer.status_code == 200
