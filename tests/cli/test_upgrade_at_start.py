"""A server brings a SQLite file of an older version up to its own, and keeps what was there."""

import contextlib
import gzip
import sqlite3
from pathlib import Path

import pytest

from kadence.storage.engines import locate
from kadence.storage.revision import revision_of
from kadence.storage.schema import REVISION
from tests.cli.kit import INIT, run, started
from tests.world import file_url, serving

DATABASES = Path(__file__).parent.parent / "storage/databases"


def laid(folder: Path, name: str) -> Path:
    """A database of an earlier version, as kadence.db."""
    file = folder / "kadence.db"
    file.write_bytes(gzip.decompress((DATABASES / name).read_bytes()))
    return file


@pytest.mark.parametrize("name", sorted(one.name for one in DATABASES.glob("*.gz")))
def test_an_older_file_is_upgraded_and_what_was_there_kept(tmp_path: Path, name: str) -> None:
    file = laid(tmp_path, name)
    before = revision_of(locate(file_url(file)))
    with started(tmp_path) as (said, answers):
        assert "answers at" in answers
        (kept,) = tmp_path.glob(f"kadence.db.{before}-*.backup")
        assert said.startswith(f"upgraded from schema {before} to {REVISION}; what was there is")
        assert said.endswith(f"{kept.name}\n")
    assert run("db", "check", cwd=tmp_path)[0] == 0
    assert revision_of(locate(file_url(kept))) == before
    again = f"sqlite:///{tmp_path / 'again.db'}"
    assert run("db", "restore", str(kept), "--database", again, cwd=tmp_path)[0] == 0
    with started(tmp_path) as (answers,):
        assert "answers at" in answers
    assert list(tmp_path.glob("kadence.db.*.backup")) == [kept]


def test_never_means_never(tmp_path: Path) -> None:
    whole = laid(tmp_path, "0010.db.gz").read_bytes()
    code, _, err = run("serve", "--upgrade", "never", cwd=tmp_path)
    assert code == 2
    assert "kadence db upgrade" in err
    assert (tmp_path / "kadence.db").read_bytes() == whole
    assert not list(tmp_path.glob("*.backup"))
    code, _, err = run("serve", "--upgrade", "maybe", cwd=tmp_path)
    assert (code, err) == (2, "kadence: --upgrade: 'maybe' is neither auto nor never\n")


def set_schema(file: Path, to: str) -> None:
    with contextlib.closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (to,))


@pytest.mark.parametrize("command", [("serve",), ("db", "upgrade")])
def test_what_cannot_be_upgraded_is_one_sentence_and_leaves_no_backup(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    set_schema(laid(tmp_path, "0010.db.gz"), "0000")
    code, _, err = run(*command, cwd=tmp_path)
    assert code == 2
    assert err.startswith("kadence: the database has schema 0000, from which this kadence cannot")
    assert err.count("\n") == 1
    assert not list(tmp_path.glob("*.backup"))
    assert revision_of(locate(file_url(tmp_path / "kadence.db"))) == "0000"


def test_a_file_that_another_server_has_open_stays_as_it_is(tmp_path: Path) -> None:
    assert run("init", *INIT, cwd=tmp_path)[0] == 0
    file = tmp_path / "kadence.db"
    with serving(file_url(file)):
        set_schema(file, "0010")
        code, _, err = run("serve", "--port", "0", cwd=tmp_path)
        assert (code, err.count("\n")) == (2, 1)
        assert "server" in err
    assert not list(tmp_path.glob("*.backup"))
    assert revision_of(locate(file_url(file))) == "0010"
