"""What a server does by itself: daily backups, what it tells of itself, pauses in copies."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from kadence.domain.errors import StorageError
from kadence.storage import backup_folder, integrity
from kadence.storage.engines import SqliteFile, locate, transaction
from kadence.storage.schema import REVISION, boards, journal
from kadence.storage.transactions import Statement
from kadence.usecases.clock import system_clock
from tests.cli.kit import INIT, run
from tests.world import Server, file_url, fresh_database, make_company, serving

DAY = backup_folder.EVERY


def eventually(holds: Callable[[], Any]) -> Any:
    for _ in range(300):
        if found := holds():
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come about")


def logged(server: Server, event: str) -> dict[str, Any] | None:
    for line in [*server.log]:
        if line.startswith("{") and json.loads(line)["event"] == event:
            return dict(json.loads(line))
    return None


def line_of(server: Server, answer: httpx.Response) -> dict[str, Any]:
    wanted = answer.headers["x-request-id"]
    line = eventually(lambda: next((one for one in server.log if wanted in one), None))
    return dict(json.loads(line))


@pytest.mark.both_engines
def test_a_server_backs_up_by_itself_and_tells_how_old_that_is(
    database: str, tmp_path: Path
) -> None:
    make_company(database, "Home")
    folder = tmp_path / "backups"
    folder.mkdir()
    options = ("--backup-dir", str(folder), "--metrics-listen", "127.0.0.1:0")
    with serving(database, *options) as server:
        assert eventually(lambda: logged(server, "backed up")) is not None
        (made,) = folder.iterdir()
        assert made.stat().st_mode & 0o077 == 0
        assert integrity.problems(SqliteFile(made)) == []
        line = next(line for line in server.log if "metrics" in line)
        told = httpx.get(line.split()[-1]).text
        (age,) = [
            row.split()[1] for row in told.splitlines() if row.startswith("kadence_backup_age")
        ]
        assert 0 <= float(age) < 600
        code, out, _ = run("doctor", *options, "--database", database, cwd=tmp_path)
        assert "ok    the newest backup is 0 hours old" in out
        assert code == 0, out
        assert server.stop() == 0
    with serving(database, *options) as server:
        httpx.get(f"{server.url}/readyz")
        assert server.stop() == 0
    assert [*folder.iterdir()] == [made], "it is not a day old"


def test_fourteen_backups_stay_and_what_is_no_backup_is_left_alone(tmp_path: Path) -> None:
    engine = SqliteFile(fresh_database(tmp_path))
    make_company(file_url(engine.path), "Home")
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    (folder / "kadence-20200101T000000Z.backup.unfinished").write_text("half")
    now = system_clock()
    for day in range(1, 21):
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime((now - day * DAY) / 1000))
        (folder / f"kadence-{stamp}.backup").write_text("x")
    made, problems = backup_folder.add(engine, folder, now)
    assert problems == []
    left = sorted(file.name for file in folder.iterdir())
    assert len(left) == 14 + 1
    assert made.name in left
    assert "notes.txt" in left
    assert backup_folder.age(folder, now) == now % 1000


def test_what_is_not_sound_is_backed_up_and_told(tmp_path: Path) -> None:
    engine = SqliteFile(fresh_database(tmp_path))
    make_company(file_url(engine.path), "Home")
    with transaction(engine) as tx:
        tx.run(Statement(update(boards).values(title="Another")))
    folder = tmp_path / "backups"
    with serving(file_url(engine.path), "--backup-dir", str(folder)) as server:
        told = eventually(lambda: logged(server, "the database that was backed up is not sound"))
        assert "boards 1 differs in title" in told["reason"]
        assert httpx.get(f"{server.url}/readyz").status_code == 200
    assert len([*folder.iterdir()]) == 1


def test_a_backup_that_cannot_be_made_is_told_and_takes_none_away(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for day in range(10, 30):
        (folder / f"kadence-202001{day}T000000Z.backup").write_text("x")
    (folder / "kadence-20201345T000000Z.backup").write_text("no day")
    damaged = tmp_path / "kadence.db"
    damaged.write_bytes(b"nonsense" * 1000)
    with pytest.raises(StorageError):
        backup_folder.add(SqliteFile(damaged), folder, system_clock())
    assert len([*folder.iterdir()]) == 21


def test_what_is_wrong_at_the_start_is_said_with_backups_too(tmp_path: Path) -> None:
    url = file_url(fresh_database(tmp_path))
    make_company(url, "Home")
    with serving(url) as server:
        port = server.url.rpartition(":")[2]
        code, _, err = run(
            "serve", "--port", port, "--backup-dir", "backups", "--database", url, cwd=tmp_path
        )
    assert code == 2
    assert "cannot listen on" in err


def test_doctor_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    code, out, _ = run("doctor", cwd=tmp_path)
    assert code == 1
    assert "bad   database: there is no database kadence.db: run `kadence init` first" in out
    run("init", *INIT, cwd=tmp_path)
    code, out, _ = run("doctor", cwd=tmp_path)
    assert code == 0, out
    assert f"ok    database kadence.db has schema {REVISION}" in out
    assert "look  there are no daily backups: name a folder by --backup-dir" in out
    (tmp_path / "kadence.db").chmod(0o644)
    (tmp_path / "empty").mkdir()
    code, out, _ = run(
        "doctor", "--backup-dir", "empty", "--public-url", "https://plan.example.com", cwd=tmp_path
    )
    assert code == 1
    assert "bad   there is no backup in empty" in out
    assert "none is trusted: name it by --trusted-proxy" in out
    assert "chmod 600" in out
    _in_an_hour(tmp_path / "kadence.db")
    code, out, _ = run("doctor", cwd=tmp_path)
    assert code == 1
    assert "bad   the clock is 3600 seconds behind what was done last" in out
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - 50 * 3600))
    (tmp_path / "empty" / f"kadence-{stamp}.backup").write_text("x")
    code, out, _ = run("doctor", "--backup-dir", "empty", cwd=tmp_path)
    assert "bad   the newest backup is 50 hours old: look for" in out


def _in_an_hour(file: Path) -> None:
    with transaction(SqliteFile(file)) as tx:
        tx.run(Statement(update(journal).values(at=system_clock() + 3_600_400)))


def test_what_runs_is_told_at_the_start_and_at_the_end(database: str) -> None:
    made = make_company(database, "Home")
    with serving(database, "--metrics-listen", "127.0.0.1:0") as server:
        began = eventually(lambda: logged(server, "started"))
        assert (began["level"], began["url"], began["workers"]) == ("info", server.url, 1)
        assert {"version", "database"} <= began.keys()
        headers = {"Authorization": f"Bearer {made.token}"}
        for call in ("users/current", "spaces"):
            answer = httpx.get(f"{server.api}/{call}", headers=headers)
            told = line_of(server, answer)
            assert (told["actor"], told["level"]) == (made.user_uid, "info")
            assert "Owner" not in str(told)
        assert "actor" not in line_of(server, httpx.get(f"{server.api}/spaces"))
        metrics = next(x for x in server.log if "metrics" in x).split()[-1]
        wanted_names = (
            "kadence_build_info{version=", "kadence_database_bytes ", "kadence_wal_bytes ",
            'kadence_waiting{queue="reads"} ', 'kadence_waiting{queue="sign_ins"} ',
            "kadence_streams ", "kadence_helpers ", "kadence_resident_bytes ",
            "process_resident_memory_bytes ", "process_open_fds ",
        )  # fmt: skip
        eventually(lambda: all(name in httpx.get(metrics).text for name in wanted_names))
        assert server.stop() == 0
        assert eventually(lambda: logged(server, "stopped"))


PAUSED = "What acts by itself is paused"


def says(url: str, *options: str) -> str:
    with serving(url, *options) as server:
        httpx.get(f"{server.url}/readyz")
        said = "".join(server.log)
        assert server.stop() == 0
    return said


def because(url: str, token: str) -> Any:
    with serving(url) as server:
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.get(f"{server.url}/api/kadence/v1/installation", headers=headers).json()
    return answer["because"] if answer["paused"] else None


@pytest.mark.both_engines
def test_a_copy_does_not_act_for_the_real_one(database: str, tmp_path: Path) -> None:
    made = make_company(database, "Home")
    assert PAUSED not in says(database)
    assert run("db", "backup", "b.db", "--database", database, cwd=tmp_path)[0] == 0
    assert run("db", "restore", "b.db", "--database", "sqlite:///r.db", cwd=tmp_path)[0] == 0
    copied = run("db", "copy", "--from", database, "--to", "sqlite:///c.db", cwd=tmp_path)
    assert copied[0] == 0, copied[2]
    for name, why in (("b", "backup"), ("r", "restored"), ("c", "copied")):
        url = file_url(tmp_path / f"{name}.db")
        assert integrity.problems(locate(url)) == []
        assert PAUSED in says(url)
        assert because(url, made.token) == why
        out = run("doctor", "--database", url, cwd=tmp_path)[1]
        assert "look  what acts by itself is paused" in out
        assert run("resume", "--database", url, cwd=tmp_path)[0] == 0
        assert PAUSED not in says(url)
        assert because(url, made.token) is None
    assert PAUSED not in says(database), "it goes on itself"


def test_a_database_at_another_address_is_paused_until_it_is_said_to_be_right(
    database: str, tmp_path: Path
) -> None:
    make_company(database, "Home")
    here, there = (("--public-url", f"https://{name}.example.com") for name in ("plan", "test"))
    assert PAUSED not in says(database, *here)
    assert PAUSED not in says(database), "without an address nothing is known"
    assert PAUSED not in says(database, *here)
    assert PAUSED in says(database, *there)
    assert PAUSED in says(database, *here), "once it is in doubt it stays so"
    assert run("resume", *there, "--database", database, cwd=tmp_path)[0] == 0
    assert PAUSED not in says(database, *there)
