"""Servers are replaced one after the other: the program as it is, and the one behind it."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from msgspec import Struct

from tests.cli.kit import INIT
from tests.cluster import Cluster
from tests.recipe import ROOT, apply_all, copied, kadence, ran, served

FILL = """

def fill(connection, most):
    found = "SELECT seq FROM journal WHERE seen = 0 ORDER BY seq LIMIT :most"
    change = sa.text(f"UPDATE journal SET seen = 1 WHERE seq IN ({found})")
    return connection.execute(change, {"most": most}).rowcount
"""
"""For the migration of the recipe: rows that are brought along, while servers write others."""
COLUMN = """
    op.add_column(
        "journal", sa.Column("seen", sa.SmallInteger(), server_default="0", nullable=False)
    )
"""
_numbers = itertools.count()


class Work:
    """What people do all the time, and the answers that they get."""

    def __init__(self, http: httpx.Client) -> None:
        self.answers: Counter[str] = Counter()
        self._http = http
        self._space = http.get("/spaces").json()[0]
        self._board = http.get(f"/spaces/{self._space['id']}/boards").json()[0]["id"]
        self._ended = threading.Event()

    def _once(self) -> None:
        iterations = f"/spaces/{self._space['uid']}/iterations"
        made = self._do("POST", iterations, {"title": f"Sprint {next(_numbers)}"})
        card = self._do("POST", "/cards", {"title": "Card", "board_id": self._board})
        self._do("PATCH", f"/cards/{card['id']}", {"title": "Changed", "size_text": "3"})
        self._do("POST", f"{iterations}/{made['id']}/cards", {"card_uid": card["uid"]})
        self._do("GET", f"{iterations}?limit=5")
        self._do("PATCH", f"{iterations}/{made['id']}", {"goal": "To be told"})

    def _do(self, method: str, path: str, body: object = None) -> dict[str, str]:
        answer = self._http.request(method, path, json=body)
        self.answers[f"{answer.status_code} {answer.text[:200] if answer.is_error else ''}"] += 1
        found = answer.json()
        return found if isinstance(found, dict) else {}

    def _run(self) -> None:
        try:
            while not self._ended.is_set():
                self._once()
        except Exception as error:
            self.answers[repr(error)] += 1
            raise

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Two people work for as long as the block lasts."""
        threads = [threading.Thread(target=self._run) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._ended.set()
            for thread in threads:
                thread.join()
        self.all_well()

    def all_well(self) -> None:
        """Each answer so far was a good one."""
        assert set(self.answers) == {"200 "}, self.answers

    def more(self, count: int) -> None:
        """Wait until so many more requests have been answered, all of them well."""
        wanted, ends = self.answers.total() + count, time.monotonic() + 60
        while self.answers.total() < wanted:
            assert time.monotonic() < ends, self.answers
            time.sleep(0.01)
        self.all_well()


def looks_back(old: httpx.Client, new: httpx.Client) -> None:
    """What the new one changed has a past that the old one can tell."""
    space = old.get("/spaces").json()[0]["uid"]
    made = old.post(f"/spaces/{space}/iterations", json={"title": "Painted"}).json()
    before = old.get(f"/spaces/{space}/iterations/{made['id']}").json()["updated"]
    for colour in ("red", "green"):
        path = f"/spaces/{space}/iterations/{made['id']}"
        assert new.patch(path, json={"colour": colour}).json()["colour"] == colour
    for http in (old, new):
        own = str(http.base_url).replace("/api/latest/", "/api/kadence/v1")
        report = f"{own}/spaces/{space}/iterations/{made['id']}/report"
        for query in ("", f"?as_of={before}"):
            answer = http.get(report + query)
            assert answer.status_code == 200, answer.text
        told = http.get(f"{own}/spaces/{space}/events?newest_first=true&limit=100").json()
        assert any(one["payload"].get("new", {}).get("colour") == "green" for one in told)


def refused(source: Path, *command: str) -> str:
    done = ran(source, *command)
    assert done.returncode == 2, done.stdout
    return done.stderr


class Programs(Struct):
    """The sources of the program as it is and of the one behind it, and a database of the first."""

    now: Path
    then: Path
    migration: Path
    url: str
    token: str


@pytest.fixture
def programs(cluster: Cluster, tmp_path: Path) -> Programs:
    now, copy, url = ROOT / "src", copied(tmp_path), cluster.create()
    apply_all(copy)
    (migration,) = (copy / "src/kadence/storage/migrations/versions").glob("*_colour.py")
    made = kadence(now, "init", "--database", url, *INIT)
    token = next(word for word in made.split() if word.startswith("kdn_"))
    return Programs(now, copy / "src", migration, url, token)


def test_a_server_serves_the_database_of_the_program_behind_it(
    programs: Programs, tmp_path: Path
) -> None:
    now, then, url, token = programs.now, programs.then, programs.url, programs.token
    database = ("--database", url)
    text = programs.migration.read_text("utf-8")
    programs.migration.write_text(text + COLUMN + FILL, "utf-8")

    with served(now, url, token) as http:
        old = Work(http)
        with old.going_on():
            old.more(800)
            told = ran(then, "db", "upgrade", "--online", *database)
            assert "500 rows brought along" in told.stderr
            assert "upgraded from schema" in told.stdout
            assert "already has schema" in kadence(then, "db", "upgrade", "--online", *database)
            old.more(200)
            with served(then, url, token) as beside:
                new = Work(beside)
                with new.going_on():
                    new.more(200)
                    old.more(200)
                    looks_back(http, beside)
                    # And back again, if the new one does not please.
                    with served(now, url, token) as again:
                        assert again.get("/users/current").status_code == 200
                        path = str(again.base_url).replace("/api/latest/", "/readyz")
                        assert httpx.get(path).json() == {"status": "ok"}
    for program in (now, then):
        assert "sound" in kadence(program, "db", "check", *database)
    assert "can serve it" in kadence(now, "db", "upgrade", *database)
    # What has to know each table and column leaves the database of a newer program alone.
    backup = str(tmp_path / "backup")
    assert "install the newer kadence" in refused(now, "db", "backup", backup, *database)
    kadence(then, "db", "backup", backup, *database)


def test_a_migration_that_stops_all_servers_waits_for_their_end(programs: Programs) -> None:
    now, then, url, token = programs.now, programs.then, programs.url, programs.token
    database = ("--database", url)
    number, text = programs.migration.name[:4], programs.migration.read_text("utf-8")
    before = f'oldest = "{int(number) - 1:04}"'
    assert before in text
    programs.migration.write_text(text.replace(before, f'oldest = "{number}"'), "utf-8")

    upgrade = ("db", "upgrade", *database)
    with served(now, url, token) as http:
        assert "stop all of them first" in refused(then, *upgrade)
        assert "upgrade without --online" in refused(then, *upgrade, "--online")
        assert http.post("/cards", json={}).status_code == 400
    kadence(then, *upgrade)
    assert "install the newer kadence" in refused(now, "serve", *database, "--port", "0")
