"""`kadence report` of an iteration that has hardly lived."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.kit import Team
from tests.cli.kit import run
from tests.world import World, file_url, fresh_database, serving


@pytest.mark.parametrize("state", ["started", "empty", "closed", "planned", "endless", "odd"])
def test_a_report_of_an_iteration_that_has_hardly_lived(tmp_path: Path, state: str) -> None:
    url = file_url(fresh_database(tmp_path))
    with serving(url) as server, World(url, server) as world:
        team = Team(world, world.make_space())
        dates: dict[str, Any] = {"start_date": "2026-11-20", "finish_date": "2026-12-04"}
        if state == "endless":
            dates["finish_date"] = "9999-12-31"
        made = team.plan("Young", **dates)
        if state != "empty":
            team.put(made, team.card("\x1b[31mred\x9b0m" if state == "odd" else "A", size_text="3"))
        if state != "planned":
            team.start(made)
        if state == "closed":
            team.close(made)
    code, out, err = run("report", "Young", "--database", url, cwd=tmp_path)
    assert code == 0, err
    assert ("remaining" in out) == (state != "planned")
    assert "\x1b" not in out
    assert "\x9b" not in out
