"""What is installed is imported by somebody: all but the few that another library asks for."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import httpx

from tests.install.kit import ROOT

NEVER_IMPORTED = {
    "dnspython": "email-validator looks domains up by it, which is not asked of it here",
    "h11": "uvicorn's other reader of HTTP",
    "markdown-it-py": "rich writes Markdown by it",
    "mdurl": "markdown-it-py reads addresses by it",
    "tzdata": "its files are read, by zoneinfo and for the names of the zones",
    "pycparser": "cffi reads declarations by it when a library is built",
}
"""What no program imports, and why it is there: 4 MB in all, most of it dnspython."""


def named(line: str) -> str | None:
    """Return how the lock calls what a line pins."""
    found = re.match(r"([\w.-]+)==", line)
    return found and found[1].lower().replace("_", "-")


def test_all_that_is_installed_is_imported(tmp_path: Path) -> None:
    env = os.environ | {
        "PYTHONPROFILEIMPORTTIME": "1",
        "TMPDIR": str(tmp_path),
    }
    kadence = (sys.executable, "-m", "kadence")
    with (tmp_path / "imports").open("w+") as imports:

        def run(*command: str) -> int:
            done = subprocess.run(
                (*kadence, *command),
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=imports,
                check=False,
                timeout=60,
            )
            return done.returncode

        with subprocess.Popen(
            (*kadence, "demo", "--port", "0", "--json"),
            env=env,
            stdout=subprocess.PIPE,
            stderr=imports,
            text=True,
        ) as serving:
            assert serving.stdout is not None
            try:
                title = use(json.loads(serving.stdout.readline()))
                (file,) = tmp_path.rglob("*.db")
                assert run("report", title, "--database", f"sqlite:///{file}") == 0
            finally:
                serving.terminate()
        assert run("db", "check", "--database", "postgresql://127.0.0.1:1/nowhere") == 2
        imports.seek(0)
        modules = re.findall(r"^import time:[ \d|]+\| +(\w+)", imports.read(), re.MULTILINE)
    known = packages_distributions()
    imported = {one.lower().replace("_", "-") for name in {*modules} for one in known.get(name, ())}
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    assert {name for line in lines if (name := named(line))} - imported == NEVER_IMPORTED.keys()


def use(demo: dict[str, str]) -> str:
    """Ask a demo for what is made by a library that nothing else needs; returns a sprint's title."""
    headers = {"authorization": f"Bearer {demo['token']}", "accept-encoding": "zstd"}
    url, space = f"{demo['base_url']}/api/kadence/v1", f"/spaces/{demo['space_uid']}"
    with httpx.Client(base_url=url, headers=headers, timeout=60) as http:
        found = http.get(f"{demo['api_url']}{space}/iterations").json()
        sprint = next(one for one in found if one["status"] == "active")
        for path in ("/burndown.png", "/forecast"):
            http.get(f"{space}/iterations/{sprint['id']}{path}").raise_for_status()
        http.get(f"{space}/iterations.ics").raise_for_status()
        assert http.patch(f"{space}/calendar", json={"time_zone": 5}).status_code == 400
        http.patch(f"{space}/calendar", json={"country": "DE"}).raise_for_status()
        http.post("/session", json={"email": "anna@example.com", "password": "wrong"})
    return str(sprint["title"])
