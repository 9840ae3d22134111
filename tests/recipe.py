"""The recipe of CONTRIBUTING.md for one more key, and a copy of the program that follows it."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.processes import COMMAND

ROOT = Path(__file__).parents[1]
STEP = re.compile(r"`([\w./]+)`:\n\n((?:   ```diff\n.*?\n   ```\n\n?)+)", re.DOTALL)
BLOCK = re.compile(r"   ```diff\n(.*?)\n   ```", re.DOTALL)


def steps(last: str) -> list[tuple[str, list[str]]]:
    """Return the files of the recipe, each with its changes as lines of a diff."""
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    recipe = page.split("## Adding one key")[1].split("\n## ")[0]
    recipe = recipe.replace("LAST", last).replace("NEXT", f"{int(last) + 1:04}")
    return [
        (path, [block.replace("\n   ", "\n")[3:] for block in BLOCK.findall(blocks)])
        for path, blocks in STEP.findall(recipe)
    ]


def apply(folder: Path, path: str, change: str) -> None:
    lines = change.split("\n")
    before = [line[1:] for line in lines if line[:1] != "+"]
    after = [line[1:] for line in lines if line[:1] != "-"]
    file = folder / path
    text = file.read_text("utf-8") if file.exists() else ""
    if not before:
        assert not file.exists(), path
        file.write_text("\n".join(after) + "\n", "utf-8")
        return
    old = "\n".join(before) + "\n"
    assert text.count(old) == 1, f"{path} should have once:\n{old}"
    file.write_text(text.replace(old, "\n".join(after) + "\n"), "utf-8")


def ran(source: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """A command of the program whose sources are there, run to its end."""
    return subprocess.run(
        [*COMMAND, *command],
        env=os.environ | {"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )


def kadence(source: Path, *command: str) -> str:
    """What a command prints that must succeed."""
    done = ran(source, *command)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def served(source: Path, database: str, token: str) -> Iterator[httpx.Client]:
    with subprocess.Popen(
        [*COMMAND, "serve", "--database", database, "--port", "0"],
        env=os.environ | {"PYTHONPATH": str(source)},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            found = (re.search(r"answers at (\S+)", line) for line in process.stderr)
            url = next(filter(None, found))[1]
            headers = {"authorization": f"Bearer {token}"}
            with httpx.Client(base_url=f"{url}/api/latest", headers=headers) as client:
                yield client
        finally:
            process.terminate()


def steps_here() -> list[tuple[str, list[str]]]:
    """The steps for the program as it is."""
    schema = (ROOT / "src/kadence/storage/schema.py").read_text("utf-8")
    found = re.search(r'REVISION = "(\d+)"', schema)
    assert found is not None
    return steps(found[1])


def copied(folder: Path) -> Path:
    """Copy what the recipe changes, with all that a server needs; returns where the copy is."""
    copy = folder / "copy"
    ignored = shutil.ignore_patterns("static", "__pycache__")
    shutil.copytree(ROOT / "src", copy / "src", ignore=ignored)
    shutil.copytree(ROOT / "src/kadence/web/static", copy / "src/kadence/web/static")
    (copy / "tests/api").mkdir(parents=True)
    shutil.copy(ROOT / "tests/api/test_create_iteration.py", copy / "tests/api")
    return copy


def apply_all(copy: Path) -> None:
    """Follow the recipe in a copy."""
    for path, changes in steps_here():
        for change in changes:
            apply(copy, path, change)
