"""The steps of CONTRIBUTING.md, applied to a copy, give a server that takes older databases."""

import re
from pathlib import Path

from tests.cli.kit import INIT
from tests.recipe import ROOT, apply_all, copied, kadence, served, steps_here

MOST_FILES = 7


def test_a_key_is_added_as_the_recipe_says(tmp_path: Path) -> None:
    source, copy = ROOT / "src", copied(tmp_path)
    recipe = steps_here()
    assert len({path for path, _ in recipe}) == len(recipe) <= MOST_FILES

    database = f"sqlite:///{tmp_path}/main.db"
    made = kadence(source, "init", "--database", database, *INIT)
    token = re.findall(r"kdn_[\w-]+", made)[0]
    with served(source, database, token) as client:
        space = client.get("/spaces").json()[0]["uid"]
        older = client.post(f"/spaces/{space}/iterations", json={"title": "Older"}).json()

    apply_all(copy)
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
