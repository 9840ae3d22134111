"""`kadence report` and `kadence space calendar`, as an operator runs them on the sample data."""

import csv
import io
import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from kadence.domain.access import Actor
from kadence.domain.model import CompanyRole
from kadence.usecases import sample
from kadence.usecases.setup import Initialised
from tests.cli.kit import run
from tests.processes import COMMAND
from tests.world import do, file_url, fresh_database

ACTIVE = "Спринт 29: быстрый поиск"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Initialised, Path]:
    folder = tmp_path_factory.mktemp("sample")
    url = file_url(fresh_database(folder))
    nobody = Actor(0, "", 0, CompanyRole.USER)
    return url, do(url, sample.fill, actor=nobody), folder


def test_a_report_in_the_terminal(told: tuple[str, Initialised, Path]) -> None:
    url, _, folder = told
    code, out, _ = run("report", ACTIVE, "--database", url, cwd=folder)
    assert code == 0
    for part in (ACTIVE, "working days (Europe/Berlin)", "remaining", "ideal", "added later"):
        assert part in out
    assert "\x1b" not in out
    code, out, _ = run("report", "Sprint 30: payments in euros", "--database", url, cwd=folder)
    assert (code, "not been started" in out) == (0, True)


def test_a_report_for_a_script(told: tuple[str, Initialised, Path]) -> None:
    url, _, folder = told
    code, out, _ = run("report", ACTIVE, "--json", "--database", url, cwd=folder)
    answer = json.loads(out)
    assert (code, answer["iteration"]["title"]) == (0, ACTIVE)
    now = answer["now"]
    assert now["scope"]["size"] == now["done"]["size"] + now["remaining"]["size"]
    by_id = answer["iteration"]["id"]
    code, out, _ = run("report", by_id, "--csv", "--unit", "count", "--database", url, cwd=folder)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert (code, rows[0]["cause"]) == (0, "activated")
    assert float(rows[-1]["scope"]) == now["scope"]["count"]
    code, out, _ = run("report", by_id, "--svg", "x.svg", "--database", url, cwd=folder)
    assert (code, out) == (0, "")
    assert ET.parse(folder / "x.svg").getroot().get("aria-label", "").startswith(ACTIVE)  # noqa: S314


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nope"], "there is no iteration 'nope'"),
        ([ACTIVE, "--as-of", "yesterday"], "write an instant as"),
        ([ACTIVE, "--as-of", "2020-01-01"], "as_of should not be earlier"),
        ([ACTIVE, "--svg", "no/such/folder.svg"], "cannot write"),
    ],
)
def test_what_is_wrong_is_said(
    told: tuple[str, Initialised, Path], arguments: list[str], said: str
) -> None:
    url, _, folder = told
    code, _, err = run("report", *arguments, "--database", url, cwd=folder)
    assert code == 2
    assert said in err
    assert "Traceback" not in err


def test_a_calendar_is_shown_and_changed(told: tuple[str, Initialised, Path]) -> None:
    url, made, folder = told
    command = ("space", "calendar", made.space_uid, "--database", url)
    code, out, _ = run(*command, cwd=folder)
    assert (code, "Europe/Berlin" in out) == (0, True)
    change = ("--country", "DE", "--subdivision", "BY", "--weekdays", "1,2,3", "--day-off", "none")
    code, out, _ = run(*command, *change, "--json", cwd=folder)
    assert code == 0
    assert json.loads(out) == {
        "time_zone": "Europe/Berlin",
        "weekdays": [1, 2, 3],
        "country": "DE",
        "subdivision": "BY",
        "days_off": [],
        "workdays": [],
    }
    for wrong in (["--weekdays", "8"], ["--country", "ZZ"], ["--day-off", "2026-02-30"]):
        code, _, err = run(*command, *wrong, cwd=folder)
        assert (code, "Traceback" in err) == (2, False)


def test_every_insight_has_something_to_say_of_the_sample(
    told: tuple[str, Initialised, Path],
) -> None:
    url, _, folder = told
    code, out, _ = run("db", "check", "--database", url, cwd=folder)
    assert (code, "is sound" in out) == (0, True)
    _, out, _ = run("report", "Спринт 28: письма", "--json", "--database", url, cwd=folder)
    scope = json.loads(out)["scope"]
    for part in ("baseline", "added", "re_estimated", "carried_in", "carried_out", "done"):
        assert scope[part]["count"] > 0, part


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_that_lacks_letters_is_told_the_rest(
    told: tuple[str, Initialised, Path], encoding: str
) -> None:
    url, _, folder = told

    def said(*more: str) -> bytes:
        command = [*COMMAND, "report", ACTIVE, "--database", url, *more]
        env = {**os.environ, "PYTHONIOENCODING": encoding}
        return subprocess.run(command, cwd=folder, env=env, capture_output=True, check=True).stdout

    assert b"2026" in said()
    # A program reads the same everywhere.
    assert json.loads(said("--json"))["iteration"]["title"] == ACTIVE
