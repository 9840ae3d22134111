"""A database file on a full disk, under another program's lock, read-only, damaged."""

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from kadence.storage import integrity
from kadence.storage.engines import locate
from kadence.storage.engines import sqlite_connections as sqlite
from kadence.storage.schema import REVISION
from tests.cli.kit import INIT, run
from tests.faults.kit import assert_nothing_lost, company, kept, loading
from tests.world import file_url, fresh_database, serving

pytestmark = pytest.mark.both_engines


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


@contextlib.contextmanager
def small_disk(folder: Path, megabytes: int = 8) -> Iterator[Path]:
    """A disk of its own that is soon full."""
    folder.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


@as_root
def test_a_full_disk_is_507_for_all_until_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        url = file_url(fresh_database(disk))
        made = company(url)
        ballast = disk / "ballast"
        headers = {"Authorization": f"Bearer {made.token}"}
        with serving(url) as server, loading(server, made) as load:
            load.wait_for(lambda seen: seen[200] >= 20)
            for _ in range(2):
                # Without a buffer: closing one that could not be written would fail once more.
                with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * 65536)
                refused = len(load.titles(507))
                load.wait_for(lambda seen, refused=refused: seen[507] >= refused + 30)  # type: ignore[misc]
                # Nobody is let through while others are refused.
                full = [said.status for said in load.said[-20:]]
                assert set(full) == {507}
                path = f"{server.api}/spaces/{made.space_uid}/iterations?limit=5"
                answer = httpx.get(path, headers=headers)
                assert answer.status_code == 200
                assert len(answer.json()) == 5
                ends = time.monotonic() + 10
                while httpx.get(f"{server.url}/readyz").status_code != 507:
                    assert time.monotonic() < ends
                    time.sleep(0.1)
                ballast.unlink()
                done = len(load.titles(200))
                load.wait_for(lambda seen, done=done: seen[200] >= done + 20)  # type: ignore[misc]
        assert {said.status for said in load.said} == {200, 507}
        assert all("no room" in said.text for said in load.said if said.status == 507)
        assert_nothing_lost(url, made, load)


def test_a_lock_of_another_program_is_waited_for_and_then_told(tmp_path: Path) -> None:
    path = fresh_database(tmp_path)
    url = file_url(path)
    made = company(url)
    headers = {"Authorization": f"Bearer {made.token}"}
    with serving(url) as server, loading(server, made, threads=3) as load:
        load.wait_for(lambda seen: seen[200] >= 10)
        other = sqlite.connect(path)
        other.execute("BEGIN IMMEDIATE")
        load.wait_for(lambda seen: seen[503] >= 3, 20)
        api = f"{server.api}/spaces/{made.space_uid}/iterations"
        assert httpx.get(api, headers=headers).status_code == 200
        done = len(load.titles(200))
        other.execute("ROLLBACK")
        other.close()
        load.wait_for(lambda seen: seen[200] >= done + 10)
    assert {said.status for said in load.said} == {200, 503}
    assert all(said.retry_after for said in load.said if said.status == 503)
    assert_nothing_lost(url, made, load)


@as_root
def test_a_read_only_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        url = file_url(fresh_database(disk))
        company(url)
        _run("mount", "-o", "remount,ro", str(disk))
        before = (disk / "kadence.db").read_bytes()
        code, _, err = run("serve", "--port", "0", "--database", url, cwd=tmp_path)
        assert code == 2
        assert "read-only" in err
        new = file_url(disk / "new.db")
        code, _, err = run("init", *INIT, "--database", new, cwd=tmp_path)
        assert code == 2
        assert "new.db" in err
        assert (disk / "kadence.db").read_bytes() == before


def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    path = fresh_database(tmp_path)
    url = file_url(path)
    made = company(url)
    with serving(url) as server, loading(server, made) as load:
        load.wait_for(lambda seen: seen[200] >= 5)
    connection = sqlite.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ((page,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'iterations'")
    ((size,),) = connection.execute("PRAGMA page_size")
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    damaged = path.read_bytes()
    code, _, err = run("db", "check", "--database", url, cwd=tmp_path)
    assert code in (1, 2)
    assert "integrity" in err or "damaged" in err
    headers = {"Authorization": f"Bearer {made.token}"}
    asked: list[str] = []
    with serving(url) as server:
        api = f"{server.api}/spaces/{made.space_uid}/iterations"
        for answer in (
            httpx.get(api, headers=headers),
            httpx.post(api, headers=headers, json={"title": "x"}),
        ):
            assert answer.status_code == 503
            assert "message" in answer.json()
            asked.append(answer.headers["x-request-id"])
        assert server.stop() == 0
        assert "damaged" in "".join(server.log)
        # What failed in another thread names its request too.
        failures = [line for line in server.log if "statement failed" in line]
        assert all(any(f'"{id_}"' in line for line in failures) for id_ in asked)
    # Only what tells when a token was last used may have been written.
    assert path.read_bytes()[(page - 1) * size : page * size] == b"\xff" * size
    assert len(path.read_bytes()) >= len(damaged)


@pytest.mark.parametrize("gone", ["", "-wal"])
@pytest.mark.parametrize("how", ["deleted", "moved", "replaced"])
def test_a_file_that_is_gone_takes_no_more_writes(tmp_path: Path, gone: str, how: str) -> None:
    path = fresh_database(tmp_path)
    url = file_url(path)
    made = company(url)
    with serving(url) as server, loading(server, made, threads=3) as load:
        load.wait_for(lambda seen: seen[200] >= 20)
        file = path.with_name(path.name + gone)
        assert httpx.get(f"{server.url}/readyz").status_code == 200
        whole = file.read_bytes()
        file.rename(tmp_path / "elsewhere")
        if how == "replaced":
            file.write_bytes(whole)
        if how == "deleted":
            (tmp_path / "elsewhere").unlink()
        done = len(load.titles(200))
        load.wait_for(lambda seen: seen[503] >= 30)
        # What was on its way then may still be answered.
        assert len(load.titles(200)) <= done + 6
        assert any("moved, replaced or deleted" in line for line in server.log)
        answer = httpx.get(f"{server.url}/readyz")
        assert answer.status_code == 503
        path_of_list = f"{server.api}/spaces/{made.space_uid}/iterations?limit=5"
        headers = {"Authorization": f"Bearer {made.token}"}
        assert len(httpx.get(path_of_list, headers=headers).json()) == 5
        if how == "moved":
            (tmp_path / "elsewhere").replace(file)
            again = len(load.titles(200))
            load.wait_for(lambda seen: seen[200] >= again + 20)
    if how == "moved":
        # One batch was in doubt; nothing that was acknowledged is missing.
        assert load.titles(200) <= kept(url, made).keys()


def test_a_database_that_was_migrated_under_a_server_is_not_ready(database: str) -> None:
    company(database)
    with serving(database) as server:
        engine = locate(database).sqlalchemy_engine()
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        answer = httpx.get(f"{server.url}/readyz")
        assert answer.status_code == 503
        assert "schema 9999" in answer.json()["message"]
        with engine.begin() as connection:
            back = text("UPDATE alembic_version SET version_num = :revision")
            connection.execute(back, {"revision": REVISION})
        engine.dispose()
        assert httpx.get(f"{server.url}/readyz").status_code == 200


def test_readiness_is_a_write_that_changes_nothing(database: str) -> None:
    made = company(database)
    headers = {"Authorization": f"Bearer {made.token}"}
    with serving(database) as server:
        events = f"{server.url}/api/kadence/v1/spaces/{made.space_uid}/events"
        before = httpx.get(events, headers=headers).json()
        assert httpx.get(f"{server.url}/readyz").json() == {"status": "ok"}
        assert httpx.get(events, headers=headers).json() == before
    assert integrity.problems(locate(database)) == []


@pytest.mark.parametrize("how", ["served", "moved", "deleted"])
def test_nothing_is_put_where_a_server_has_a_file_open(tmp_path: Path, how: str) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    url = file_url(fresh_database(folder))
    company(url)
    backup, other = tmp_path / "backup", folder / "other.db"
    assert run("db", "backup", str(backup), "--database", url, cwd=tmp_path)[0] == 0
    with serving(url) as server:
        for file in sorted(folder.glob("*.db*")):
            if how == "moved":
                file.rename(tmp_path / file.name)
            elif how == "deleted":
                file.unlink()
        commands = (
            ("db", "restore", str(backup), "--database", url),
            ("db", "copy", "--from", file_url(backup), "--to", url),
        )
        for command in commands:
            code, _, err = run(*command, cwd=tmp_path)
            assert code == 2
            assert "a server has" in err
        # Beside it there is room.
        assert (
            run("db", "restore", str(backup), "--database", file_url(other), cwd=tmp_path)[0] == 0
        )
        assert server.stop() == 0
    for file in folder.glob("*.db*"):
        file.unlink()
    assert run("db", "restore", str(backup), "--database", url, cwd=tmp_path)[0] == 0
    with serving(url) as server:
        assert httpx.get(f"{server.url}/readyz").status_code == 200
