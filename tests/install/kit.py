"""Copies of the project, its archives, and environments that hold nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".venv*", "node_modules", ".*_cache", ".hypothesis", "__pycache__", "mutants", "*.db", "dist"
)
"""What is made in a clone by working in it."""
BIN = Path(sys.executable).parent
PAGE = "src/kadence/web/static/page"
"""Where the page is built, below ROOT."""
AUTHOR = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "Anna"), ("EMAIL", "anna@example.com"))
}


def copied(to: Path) -> Path:
    """Return a copy of the project as it is, with its history and the page that was built in it."""
    shutil.copytree(ROOT, to, ignore=LEFT_OUT, symlinks=True)
    return to


def ran(*command: str | Path, cwd: Path, path: str | None = None, **variables: str) -> str:
    """Run a command that must end well, with another PATH if one is given; return what it said."""
    env = os.environ | {"UV_PYTHON_DOWNLOADS": "never"} | variables
    env.pop("PYTHONPATH", None)
    if path is not None:
        env["PATH"] = path
    done = subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def without(folder: Path, *names: str) -> str:
    """Return a PATH of one new folder with all that PATH leads to, but for these programs."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).glob("*"):
            link = folder / program.name
            if program.name not in names and not link.exists() and os.access(program, os.X_OK):
                link.symlink_to(program)
    return str(folder)


def interpreter(version: str) -> str | None:
    """Return the Python of this version, such as "3.12", on PATH or beside it under pyenv."""
    if sys.version_info[:2] == tuple(map(int, version.split("."))):
        return sys.executable
    pyenv = shutil.which("pyenv")
    if pyenv:
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=True).stdout
        for found in sorted(Path(root.strip(), "versions").glob(f"{version}.*/bin/python")):
            return str(found)
    found_on_path = shutil.which(f"python{version}")
    return found_on_path if found_on_path and _runs(found_on_path) else None


def _runs(python: str) -> bool:
    """Whether it is more than the name of one that may be chosen."""
    return subprocess.run([python, "--version"], capture_output=True, check=False).returncode == 0


def served_by(kadence: Path, folder: Path) -> tuple[dict[str, Any], str]:
    """Run the demo of an installed kadence; return an iteration that it made, and a script."""
    command = [str(kadence), "demo", "--port", "0", "--empty", "--json"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            made = json.loads(server.stdout.readline())
            headers = {"Authorization": f"Bearer {made['token']}"}
            with httpx.Client(base_url=made["base_url"], headers=headers, timeout=30) as http:
                iterations = f"{made['api_url']}/spaces/{made['space_uid']}/iterations"
                iteration = http.post(iterations, json={"title": "First"}).json()
                assert "## svelte - " in http.get("/licences.txt").text
                page = http.get("/").text
                script = re.search(r'src="(/assets/[^"]+\.js)"', page)
                assert script, page
                return iteration, http.get(script[1]).text
        finally:
            server.terminate()
