"""The steps of CONTRIBUTING.md, applied to a copy, give a server that takes older databases."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.cli.kit import INIT
from tests.processes import COMMAND

ROOT = Path(__file__).parents[2]
MOST_FILES = 7
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


def kadence(source: Path, *command: str) -> str:
    done = subprocess.run(
        [*COMMAND, *command],
        env=os.environ | {"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )
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


def test_a_key_is_added_as_the_recipe_says(tmp_path: Path) -> None:
    source, copy = ROOT / "src", tmp_path / "copy"
    shutil.copytree(source, copy / "src", ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copytree(source / "kadence/web/static", copy / "src/kadence/web/static")
    (copy / "tests/api").mkdir(parents=True)
    shutil.copy(ROOT / "tests/api/test_create_iteration.py", copy / "tests/api")
    found = re.search(r'REVISION = "(\d+)"', (source / "kadence/storage/schema.py").read_text())
    assert found is not None
    recipe = steps(found[1])
    assert len({path for path, _ in recipe}) == len(recipe) <= MOST_FILES

    database = f"sqlite:///{tmp_path}/main.db"
    made = kadence(source, "init", "--database", database, *INIT)
    token = re.findall(r"kdn_[\w-]+", made)[0]
    with served(source, database, token) as client:
        space = client.get("/spaces").json()[0]["uid"]
        older = client.post(f"/spaces/{space}/iterations", json={"title": "Older"}).json()

    for path, changes in recipe:
        for change in changes:
            apply(copy, path, change)
    kadence(copy / "src", "db", "upgrade", "--database", database)
    assert "sound" in kadence(copy / "src", "db", "check", "--database", database)
    with served(copy / "src", database, token) as client:
        iterations = f"/spaces/{space}/iterations"
        assert client.get(f"{iterations}/{older['id']}").json()["colour"] is None
        new = client.post(iterations, json={"title": "Newer", "colour": "teal"}).json()
        assert new["colour"] == "teal"
        changed = client.patch(f"{iterations}/{older['id']}", json={"colour": "red"})
        assert changed.json()["colour"] == "red"
        refused = client.patch(f"{iterations}/{older['id']}", json={"colour": "x" * 33})
        assert refused.json() == {"message": "colour should NOT be longer than 32 characters"}
    assert "sound" in kadence(copy / "src", "db", "check", "--database", database)
